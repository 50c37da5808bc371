"""How long archc takes to draw, beside torchview drawing the same network.

Both are whole processes that end with an SVG of every layer; torchview's DOT is laid out by the same
Graphviz library. Run as ``drawing.py torchview``, this file is the rival's process.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from record import Row

RIVALS = "googlenet, every layer, to SVG"
ALONE = {
    "densenet201, every layer, to SVG": ("densenet201", "--depth", "9", "--format", "svg"),
    "resnet1202_cifar, folded, to SVG": ("resnet1202_cifar", "--format", "svg"),
    "googlenet, a page to look around in": ("googlenet", "--format", "html"),
}
SECONDS = 30.0


def cases(quick: bool) -> list[str]:
    """The comparison, and drawings that have no rival."""
    return [RIVALS] if quick else [RIVALS, *ALONE]


def measure(case: str, quick: bool) -> Iterator[Row]:
    """Whole processes that draw."""
    from frontend import process
    from rounds import timed

    with tempfile.TemporaryDirectory() as folder:
        out = str(Path(folder) / "net.svg")
        every = ("googlenet", "--depth", "9", "--repeats", "each")
        arguments = ALONE.get(case, every)
        tasks = {"archc draw": process("-m", "archc", "draw", *arguments, "-o", out)}
        if case == RIVALS:
            tasks["torchview"] = process(__file__, "torchview")
        elif "html" in arguments:
            page = str(Path(folder) / "net.html")
            tasks = {"archc draw": process("-m", "archc", "draw", *arguments, "-o", page)}
        budget = SECONDS if case == RIVALS else SECONDS / 4
        yield from timed(partial(Row, "drawing", case), tasks, budget, quick)


def torchview_svg() -> None:
    """torchvision's GoogLeNet, traced and laid out by dot."""
    from torchview import draw_graph

    from archc.measure.reference import torchvision_models

    model = (
        torchvision_models().googlenet(weights=None, init_weights=False, aux_logits=False).eval()
    )
    traced = draw_graph(model, input_size=(1, 3, 224, 224), device="cpu", depth=9)
    import pygraphviz

    graph = pygraphviz.AGraph(string=traced.visual_graph.source)
    sys.stdout.buffer.write(graph.draw(format="svg", prog="dot"))


if __name__ == "__main__":
    torchview_svg()
