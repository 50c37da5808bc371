"""The files that a network is written as, one for each target."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

from archc.graph.graph import Graph
from archc.targets.onnx import installed, require, to_onnx
from archc.targets.pt2 import to_pt2

if TYPE_CHECKING:
    from torch import nn

Target: TypeAlias = Literal["py", "weights", "onnx", "pt2"]
TARGETS: tuple[Target, ...] = get_args(Target)
ENDINGS: dict[Target, str] = {
    "py": ".py",
    "weights": ".safetensors",
    "onnx": ".onnx",
    "pt2": ".pt2",
}


def need(target: Target) -> str:
    """The package that a target needs and that is not installed, or nothing."""
    return "onnx" if target == "onnx" and not installed() else ""


def check(graph: Graph, targets: Sequence[Target]) -> None:
    """Tell what a target cannot hold before anything is built.

    Raises:
        SpecError: some target cannot hold the graph.
    """
    if "onnx" in targets:
        require(graph)


def content(target: Target, graph: Graph, module: nn.Module) -> bytes:
    """The content of the file: the graph in evaluation mode, with the weights of ``module``.

    Raises:
        SpecError: the target cannot hold the graph.
    """
    match target:
        case "py":
            from archc.codegen import emit

            return emit(graph).encode()
        case "weights":
            from archc.weights import to_bytes

            return to_bytes(module.state_dict(), ENDINGS[target])
        case "onnx":
            return to_onnx(graph, module)
        case "pt2":
            return to_pt2(graph, module)
