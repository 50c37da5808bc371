"""What the page's card says of a part: a word and its value on each row."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from archc.analysis.receptive import Field, Reach, covers
from archc.analysis.words import counted, dimensions, plain, short
from archc.drawing.flow.looks import cost_of, result_of
from archc.drawing.view import Box, Entry, Fold
from archc.drawing.words import after_layer
from archc.graph.graph import Graph, GraphOutput, Layer, Node
from archc.ops.base import Shape

LONGEST = 400  # characters of a note


def rows(box: Box, graph: Graph, fields: Mapping[str, Field]) -> Iterator[tuple[str, str]]:
    """All that is known of a box, or of the box that a group folds to."""
    yield from _operator(box)
    node = result_of(box)
    if isinstance(box.subject, GraphOutput):
        node = box.subject.node
    if isinstance(box.subject, Layer):
        yield "input", ", ".join(map(dimensions, dict.fromkeys(box.subject.node.input_shapes)))
    if node is not None:
        yield ("output" if node.inputs else "shape"), dimensions(node.shape)
    if not isinstance(box.subject, Entry | GraphOutput):
        yield from _cost(box)
        if node is not None:
            yield from _field(node, graph, fields)
    if box.training_only:
        yield "used", "in training only"
    if box.item is not None and box.item.spec.note:
        yield "note", plain(box.item.spec.note, LONGEST)


def _operator(box: Box) -> Iterator[tuple[str, str]]:
    match box.subject:
        case Layer() as layer:
            after = after_layer(layer)
            yield "operator", plain(layer.node.label) + (f", {after}" if after else "")
            if layer.node.shared:
                yield "weights", f"shared with {layer.node.shared.name}"
        case Fold() as fold:
            block = fold.block or "repeated node"
            yield "block", plain(block) + (f" × {len(fold.parts)}" if len(fold.parts) > 1 else "")
            yield "holds", counted(sum(node.role == "" for node in box.nodes), "layer")


def _cost(box: Box) -> Iterator[tuple[str, str]]:
    cost = cost_of(box)
    if cost.params or not cost.frozen:
        yield "parameters", f"{cost.params:,}"
    if cost.frozen:
        yield "frozen", f"{cost.frozen:,} parameters"
    yield "MACs", short(cost.macs)


def _field(node: Node, graph: Graph, fields: Mapping[str, Field]) -> Iterator[tuple[str, str]]:
    found = fields[node.name]
    for name, reaches in found.items():
        if reaches:
            named = f" of {name}" if len(graph.inputs) > 1 else ""
            yield f"receptive field{named}", _reach(reaches, graph.inputs[name].shape)


def _reach(reaches: tuple[Reach, ...], shape: Shape) -> str:
    size = " × ".join(str(reach.size) for reach in reaches)
    if all(covers(reach, length) for reach, length in zip(reaches, shape[1:], strict=True)):
        return f"{size}, all of the input"
    strides = [reach.stride for reach in reaches]
    if any(stride is None for stride in strides):
        return f"{size}, uneven stride"
    return f"{size}, stride {' × '.join(map(str, dict.fromkeys(strides)))}"
