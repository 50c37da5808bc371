"""How long archc takes to check, analyse and build, beside the libraries it stands on.

    make bench

Every comparison interleaves the rivals and prints medians and ratios with their spread; ratios travel
between machines better than milliseconds do. What they came to is in docs/performance.md.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import yaml
from timing import WIDTH, compare, head, interleave

import archc

SPECS = Path(__file__).parents[1] / "specs"


def process(*arguments: str) -> Callable[[], object]:
    """A task that starts Python anew with these arguments; bytecode is kept, as by default."""
    env = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    command = [sys.executable, *arguments]
    return lambda: subprocess.run(command, stdout=subprocess.DEVNULL, check=True, env=env)


def torchvision_models() -> Any:
    """torchvision's models; its compiled operators, which they do without, are only declared."""
    import torch

    torch.set_num_threads(1)  # threads that wait for each other would measure the machine
    for name in ("nms", "qnms"):
        arguments = "(Tensor dets, Tensor scores, float iou_threshold) -> Tensor"
        torch.library.define(f"torchvision::{name}", arguments)
    import torchvision.models

    return torchvision.models


def whole_process() -> None:
    imports = "import yaml, networkx, jsonschema, typer"
    compare(
        "A whole process",
        process("-m", "archc", "summary", str(SPECS / "googlenet.yaml")),
        imports,
        process("-c", imports),
        runs=15,
    )


def written_out_beside_yaml(nodes: int) -> None:
    """The least that any reader of such a text pays: PyYAML's C parser, places and no values."""
    text = chain_written_out(nodes)
    compare(
        f"{nodes:,} nodes written out: text to totals",
        lambda: costs(text),
        "yaml.compose, in C",
        lambda: yaml.compose(text, Loader=yaml.CSafeLoader),
        runs=5,
    )


def resnet152_analysis(models: Any) -> None:
    """archc begins with YAML text, torchinfo with a model built beforehand."""
    from torchinfo import summary

    model = models.resnet152()
    compare(
        "ResNet-152's summary",
        lambda: archc.load("resnet152").summary(),
        "torchinfo.summary",
        lambda: str(summary(model, (1, 3, 224, 224), verbose=0)),
        runs=7,
    )


def chain_by_repeat(nodes: int) -> str:
    return (
        "archc: 1\nname: chain\ninput: [8, 16, 16]\n"
        f"nodes:\n  link: {{op: conv, filters: 64, kernel: 3, padding: 1, repeat: {nodes}}}\n"
    )


def chain_written_out(nodes: int) -> str:
    lines = (f"  link{i}: {{op: conv, filters: 64, kernel: 3, padding: 1}}\n" for i in range(nodes))
    return "archc: 1\nname: chain\ninput: [8, 16, 16]\nnodes:\n" + "".join(lines)


def costs(text: str) -> tuple[int, ...]:
    """From YAML text to a graph with every shape, and its totals."""
    net = archc.loads(text)
    return net.params, net.macs, net.depth, net.peak_activation_bytes


def linearity(title: str, write: Callable[[int], str], sizes: tuple[int, ...]) -> None:
    """The time per node should not grow with their number."""
    tasks = {str(size): partial(costs, write(size)) for size in sizes}
    head(title, "median of 5, fastest … slowest", "a node")
    for size, timing in interleave(tasks, runs=5).items():
        each = timing.median / int(size) * 1e6
        print(f"  {int(size):7,} nodes{'':{WIDTH - 15}}{timing!s:34}{each:8.1f} µs")


def resnet50_build(models: Any) -> None:
    compare(
        "ResNet-50 as a module with random weights",
        lambda: archc.build("resnet50"),
        "torchvision.models.resnet50",
        models.resnet50,
        runs=9,
    )


def main() -> None:
    whole_process()
    linearity("A chain by repeat", chain_by_repeat, (1_000, 10_000, 100_000))
    linearity("A chain written out", chain_written_out, (1_000, 5_000, 20_000))
    written_out_beside_yaml(20_000)
    models = torchvision_models()
    resnet152_analysis(models)
    resnet50_build(models)


if __name__ == "__main__":
    main()
