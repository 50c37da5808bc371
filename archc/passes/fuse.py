"""A convolution takes the sum and the activation behind it into its kernel."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from archc.graph.graph import Graph, Node
from archc.graph.rewriting.edits import Drop, Edit, Gather, SetOp
from archc.ops.activation import ReLU, ReLU6, SiLU
from archc.ops.base import Operator
from archc.ops.conv import Conv, Convolution
from archc.ops.merge import Add
from archc.passes.operators import FusedConv
from archc.passes.reading import Reading
from archc.passes.step import Change, Step, step

# Numbers of a result: a fused call takes some 25 µs more than PyTorch's own, which fewer do not save.
SMALLEST = 4096

FUNCTIONS: dict[type[Operator], str] = {ReLU: "relu", ReLU6: "relu6", SiLU: "silu"}


def fuse_kernels(graph: Graph) -> Step:
    """Fuse each 2-D convolution with the sum of two values and the activation behind it.

    Exact up to the order of sums: the same numbers are added and clipped, before they are written to
    memory and not after. On CPUs in float32 oneDNN has such kernels, with weights in a layout of its own;
    elsewhere the three run one after another. What is taken in must be read by nothing else and stand in
    the same block. Convolutions whose results are small in every call of their block stay as they are.
    """
    return step(graph, _changes(graph))


def _changes(graph: Graph) -> Iterator[Change]:
    reading = Reading(graph)
    taken: set[Node] = set()  # sums that a convolution has already
    convs = [n for n in reading.nodes if isinstance(n.op, Convolution) and _fits(n)]
    large = {_written(conv) for conv in convs if conv.facts.size >= SMALLEST}
    for conv in convs:
        if _written(conv) in large and not reading.shares(conv):
            yield _fused(reading, conv, taken)


def _written(conv: Node) -> object:
    """What the calls of a block have in common: the line of the spec, or the name that a merge gave."""
    return id(conv.spec) if conv.spec is not None else conv.name.rpartition(".")[2]


def _fits(conv: Node) -> bool:
    return len(conv.shape) == 3 and not (isinstance(conv.op, Conv) and conv.op.connections)


def _fused(reading: Reading, conv: Node, taken: set[Node]) -> Change:
    scope = reading.scope(conv)
    edits: list[Edit] = []
    gone: list[Node] = []
    end = _next(reading, conv, scope)
    adds = end is not None and isinstance(end.op, Add) and _gathers(reading, conv, end, taken)
    if adds and end is not None:
        taken.add(end)
        gone.append(end)
        edits.append(Gather(scope, conv.name, end.name))
        end = _next(reading, end, scope)
        function = FUNCTIONS[ReLU] if end is not None and isinstance(end.op, ReLU) else ""
    else:
        function = "" if end is None else FUNCTIONS.get(type(end.op), "")
    if function and end is not None:
        gone.append(end)
        edits.insert(0, Drop(scope, end.name))
    edits.insert(0, SetOp(scope, conv.name, partial(_with, act=function, adds=adds)))
    words = f"{', '.join(node.name for node in gone)} into {conv.name}" if gone else conv.name
    return Change(words, (conv.name, *(node.name for node in gone)), tuple(edits))


def _with(op: Operator, act: str, adds: bool) -> Operator:
    if not isinstance(op, Convolution):
        raise TypeError(f"{op.name} is no convolution")
    return FusedConv(op, act, adds)


def _next(reading: Reading, node: Node, scope: str) -> Node | None:
    """The one reader, if it stands in the same block and nothing is shared with it."""
    reader = reading.only(node)
    if reader is None or reading.shares(reader) or reading.scope(reader) != scope:
        return None
    return reader


def _gathers(reading: Reading, conv: Node, add: Node, taken: set[Node]) -> bool:
    """Whether the convolution may run where the sum stands, and add the other value itself."""
    if add in taken or len(set(add.inputs)) != 2 or len(add.inputs) != 2 or conv not in add.inputs:
        return False
    return reading.alone(conv) and reading.alone(add) and not add.training_only
