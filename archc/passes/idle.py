"""What does nothing in evaluation goes."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from archc.graph.graph import Graph, Item, Node
from archc.graph.rewriting.edits import Drop, DropOutput, Remove
from archc.ops.activation import ReLU
from archc.ops.arrange import Flatten, Identity, Permute, Reshape, Slice
from archc.ops.dropout import Dropout, DropPath
from archc.ops.pool import AdaptiveAvgPool, AdaptiveMaxPool, Global
from archc.ops.spatial import Crop, Pad
from archc.passes.reading import Reading
from archc.passes.step import Change, Step, Tensors, step

RANDOM = (Dropout, DropPath, Identity)
IDENTICAL = (Flatten, Reshape, Slice, Crop, Pad, AdaptiveAvgPool, AdaptiveMaxPool, Global)


def drop_idle(graph: Graph) -> Step:
    """Drop what does nothing in evaluation: dropout, heads that only training runs, shapes kept.

    Exact, bit for bit: in evaluation these nodes hand on the very numbers they get.
    """
    return step(graph, [*_outputs(graph), *_heads(graph), *_idle(graph)])


def _outputs(graph: Graph) -> Iterator[Change]:
    for output in graph.outputs:
        if output.training_only:
            words = f"the output {output.name}, which only training has"
            yield Change(words, (output.node.name,), (DropOutput("", output.name),))


def _heads(graph: Graph) -> Iterator[Change]:
    for item in _unneeded(graph):
        names = tuple(node.name for part in item.parts for node in part.nodes)
        words = f"{item.path}, which only training runs"
        yield Change(words, names, (Remove("", item.spec.id),), partial(forget, names=names))


def _unneeded(graph: Graph) -> list[Item]:
    """Written nodes that only training runs, and that nothing which stays reads or shares weights with."""
    items = graph.root.items
    staying = {item.spec.id for item in items if not (item.parts and _trains_only(item))}
    for item in reversed(items):
        if item.spec.id in staying:
            staying.update(read.split(".")[0] for read in item.reads)
            if item.shares is not None:
                staying.add(item.shares.spec.id)
    return [item for item in items if item.spec.id not in staying]


def _trains_only(item: Item) -> bool:
    marks = [node.training_only for part in item.parts for node in part.nodes]
    return bool(marks) and all(marks)


def _idle(graph: Graph) -> Iterator[Change]:
    reading = Reading(graph)
    for node in graph.nodes.values():
        if node.training_only or reading.shares(node):
            continue
        if _does_nothing(node) and not _stays(reading, node):
            yield Change(node.name, (node.name,), (Drop(reading.scope(node), node.name),))


def _does_nothing(node: Node) -> bool:
    op = node.op
    if isinstance(op, RANDOM):
        return True
    if isinstance(op, Permute):
        return op.order == tuple(range(len(op.order)))
    if isinstance(op, ReLU):
        return isinstance(node.inputs[0].op, ReLU)
    return isinstance(op, IDENTICAL) and node.shape == node.inputs[0].shape


def _stays(reading: Reading, node: Node) -> bool:
    """Whether only its name is there any more: one of a chain, or with an activation behind it."""
    _, item, index = reading.place(node)
    named = item.repeated or item.parts[index].result is not node
    return isinstance(node.op, Identity) and named


def forget(tensors: Tensors, names: tuple[str, ...]) -> None:
    """Leave out what nodes that are gone held, counters of batches included."""
    gone = tuple(f"{name}." for name in names)
    for key in [key for key in tensors if key.startswith(gone)]:
        del tensors[key]
