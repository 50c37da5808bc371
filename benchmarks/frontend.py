"""How long archc takes to check, analyse and build, beside the libraries it stands on.

    make bench

Every comparison interleaves the rivals and prints medians with their spread; ratios travel between
machines better than milliseconds do.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from timing import compare, interleave

import archc

SPECS = Path(__file__).parents[1] / "specs"


def process(*arguments: str) -> Callable[[], object]:
    """A task that starts Python anew with these arguments."""
    return lambda: subprocess.run(
        [sys.executable, *arguments], stdout=subprocess.DEVNULL, check=True
    )


def torchvision_models() -> Any:
    """torchvision's models; its compiled operators, which they do without, are only declared."""
    import torch

    for name in ("nms", "qnms"):
        arguments = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"
        torch.library.define(f"torchvision::{name}", arguments)
    import torchvision.models

    return torchvision.models


def whole_process() -> None:
    compare(
        "A whole process: archc summary googlenet.yaml",
        process("-m", "archc", "summary", str(SPECS / "googlenet.yaml")),
        {
            "import yaml, networkx, jsonschema, typer": process(
                "-c", "import yaml, networkx, jsonschema, typer"
            )
        },
        runs=11,
    )


def resnet152_analysis(models: Any) -> None:
    from torchinfo import summary

    model = models.resnet152()
    compare(
        "ResNet-152's summary: archc from YAML text, torchinfo from a model built beforehand",
        lambda: archc.load("resnet152").summary(),
        {"torchinfo.summary": lambda: str(summary(model, (1, 3, 224, 224), verbose=0))},
        runs=7,
    )


def chain_by_repeat(nodes: int) -> str:
    return (
        "archc: 1\nname: chain\ninput: [8, 16, 16]\n"
        f"nodes:\n  link: {{op: conv, filters: 8, kernel: 3, padding: 1, repeat: {nodes}}}\n"
    )


def chain_written_out(nodes: int) -> str:
    lines = (f"  link{i}: {{op: conv, filters: 8, kernel: 3, padding: 1}}\n" for i in range(nodes))
    return "archc: 1\nname: chain\ninput: [8, 16, 16]\nnodes:\n" + "".join(lines)


def costs(text: str) -> tuple[int, int]:
    """From YAML text to a graph with every shape, its parameters and MACs.

    With the garbage collector off, 100,000 nodes take as long a node as 1,000; with it on, as here
    and for every user, large graphs pay its scans.
    """
    net = archc.loads(text)
    return net.params, net.macs


def linearity(title: str, write: Callable[[int], str], sizes: tuple[int, ...]) -> None:
    tasks = {str(size): partial(costs, write(size)) for size in sizes}
    print(f"\n{title}: time per node should not grow with their number  [3 runs]")
    for size, timing in interleave(tasks, runs=3).items():
        print(f"  {int(size):8,} nodes {timing}   {timing.median / int(size) * 1e6:.1f} µs a node")


def resnet50_build(models: Any) -> None:
    compare(
        "ResNet-50 as a module with random weights",
        lambda: archc.build("resnet50"),
        {"torchvision.models.resnet50": models.resnet50},
        runs=7,
    )


def main() -> None:
    whole_process()
    linearity("A chain by repeat", chain_by_repeat, (1_000, 10_000, 100_000))
    linearity("A chain written out", chain_written_out, (1_000, 5_000, 20_000))
    models = torchvision_models()
    resnet152_analysis(models)
    resnet50_build(models)


if __name__ == "__main__":
    main()
