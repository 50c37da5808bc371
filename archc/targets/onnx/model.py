"""From a graph to an ONNX model: rules run in the graph's order, and what they wrote becomes protobuf."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archc.graph.graph import Graph, GraphOutput
from archc.ops.base import Shape
from archc.targets.onnx.limits import evaluated, installed, require
from archc.targets.onnx.naming import Names, named, read_steps
from archc.targets.onnx.place import Place, Sheet
from archc.targets.onnx.rules import RULES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from onnx import ModelProto
    from torch import Tensor, nn


def to_onnx(graph: Graph, module: nn.Module) -> bytes:
    """The content of an ONNX file: the graph with the weights of ``module``, for evaluation.

    Nodes are named as in the spec, initialisers as in the state dict, inputs and outputs as in the
    spec. Opset 18. The first axis of each input and output is ``batch``, of any size.

    Raises:
        ModuleNotFoundError: the package onnx is not installed.
        SpecError: an operator cannot be written as ONNX, or the weights need more than 2 GiB.
        ValueError: the module is not of this graph.
    """
    model = to_model(graph, module)
    content: bytes = model.SerializeToString(deterministic=True)
    return content


def to_model(graph: Graph, module: nn.Module) -> ModelProto:
    """Like :func:`to_onnx`, as onnx's own object."""
    if not installed():
        raise ModuleNotFoundError("to_onnx needs the package onnx: pip install 'archc[onnx]'")
    from archc.targets.onnx.proto import Type, model

    require(graph)
    state = module.state_dict()
    _check_state(graph, state)
    sheet = Sheet(state)
    values = _write(graph, sheet)
    outputs = main_outputs(graph)
    names = named(graph, sheet, [(output.name, values[output.node.name]) for output in outputs])
    sheet.steps = read_steps(sheet.steps, names)
    return model(graph, sheet, names, Type.of(state), _shapes(graph, names))


def main_outputs(graph: Graph) -> list[GraphOutput]:
    """What evaluation returns, in order."""
    return [output for output in graph.outputs if not output.training_only]


def _write(graph: Graph, sheet: Sheet) -> dict[str, str]:
    """Run the rule of each node. The value of each node and input, by its name."""
    values = {node.name: node.name for node in graph.inputs.values()}
    for node in evaluated(graph):
        place = Place(node, tuple(values[source.name] for source in node.inputs), sheet)
        values[node.name] = RULES[type(node.op)](node.op, place)
    return values


def _shapes(graph: Graph, names: Names) -> dict[str, Shape]:
    """The shape of each value in the file that is a node's, without the batch axis."""
    nodes = {node.name: node for node in (*graph.inputs.values(), *graph.nodes.values())}
    found = {names.of[name]: node.shape for name, node in nodes.items() if name in names.of}
    pairs = zip(names.outputs, main_outputs(graph), strict=True)
    return found | {name: output.node.shape for name, output in pairs}


def _check_state(graph: Graph, state: Mapping[str, Tensor]) -> None:
    """Every weight of the graph must be there.

    Raises:
        ValueError: one is missing, or of another shape.
    """
    for node in evaluated(graph):
        owner = (node.shared or node).name
        for key, shape in (*node.facts.weights.items(), *node.facts.buffers.items()):
            found = state.get(f"{owner}.{key}")
            if found is None or tuple(found.shape) != shape:
                there = "has no" if found is None else f"has {tuple(found.shape)} as"
                raise ValueError(
                    f"the module {there} {owner}.{key}, which is {shape} in {graph.name}"
                )
