"""How long archc takes to draw, beside torchview drawing the same network.

    make bench

Both are whole processes that end with an SVG of every layer; torchview's DOT is laid out by the same
Graphviz library. Run as ``drawing.py torchview``, this file is the rival's process.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from timing import WIDTH, compare, head, interleave

ALONE = (
    ("densenet201", "--depth", "9", "--format", "svg"),
    ("resnet1202_cifar", "--format", "svg"),
    ("googlenet", "--format", "html"),
)


def torchview_svg() -> None:
    """torchvision's GoogLeNet, traced and laid out by dot."""
    from frontend import torchvision_models
    from torchview import draw_graph

    model = (
        torchvision_models().googlenet(weights=None, init_weights=False, aux_logits=False).eval()
    )
    traced = draw_graph(model, input_size=(1, 3, 224, 224), device="cpu", depth=9)
    import pygraphviz

    graph = pygraphviz.AGraph(string=traced.visual_graph.source)
    sys.stdout.buffer.write(graph.draw(format="svg", prog="dot"))


def main() -> None:
    from frontend import process

    with tempfile.TemporaryDirectory() as folder:
        out = str(Path(folder) / "net.svg")
        compare(
            "GoogLeNet, every layer, to SVG",
            process(
                "-m", "archc", "draw", "googlenet", "--depth", "9", "--repeats", "each", "-o", out
            ),
            "torchview, on torchvision's module",
            process(__file__, "torchview"),
            runs=7,
        )
        tasks = {
            " ".join(each): process("-m", "archc", "draw", *each, "-o", f"{folder}/{i}.{each[-1]}")
            for i, each in enumerate(ALONE)
        }
        head("archc draw, a whole process", "median of 5, fastest … slowest")
        for name, timing in interleave(tasks, runs=5).items():
            print(f"  {name:{WIDTH - 2}}{timing}")


if __name__ == "__main__":
    torchview_svg() if sys.argv[1:] == ["torchview"] else main()
