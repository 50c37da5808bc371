"""Whose memory a result lies in: its own, that of a value it is a view of, or of one it is written over.

What is written over what is the lowering's rule: see :class:`archc.ops.lowering.Lowered`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from archc.graph.graph import Graph, Layer, Node, Scope
from archc.ops.lowering import Lowered


class Sharing(NamedTuple):
    """``holder``: for each value, the node whose memory it lies in; itself, if it has its own.

    ``copied``: nodes that write over an input that their derivative reads, so that autograd copies it.
    """

    holder: dict[Node, Node]
    copied: set[Node]


def sharing(order: list[Node], graph: Graph, training: bool) -> Sharing:
    """Which values of a graph share memory, when its nodes run in this order."""
    lowered = _Lowerings()
    over = _written_over(order, graph, lowered)
    found = {node: node for node in graph.inputs.values()}
    for node in order:
        shared = node.inputs[0] if node.op.is_view(training) else over.get(node)
        found[node] = node if shared is None else found[shared]
    return Sharing(found, {node for node in over if lowered.of(node).copies})


def _written_over(order: list[Node], graph: Graph, lowered: _Lowerings) -> dict[Node, Node]:
    """For each node that works in place, the value that it writes over."""
    reads = Counter(source for node in order for source in node.inputs)
    reads.update(output.node for output in graph.outputs)
    pairs = ((node, i) for node, inputs in _replaceable(graph.root) for i in inputs)
    found: dict[Node, Node] = {}
    for node, source in pairs:
        free = reads[source] == 1 and lowered.of(source).owned
        if free and node not in found and lowered.of(node).in_place:
            found[node] = source
    return found


def _replaceable(scope: Scope) -> Iterator[tuple[Node, list[Node]]]:
    """Nodes, each with the inputs that were made by a statement of the same call, which runs for certain."""
    made: set[Node] = set()
    for item in scope.items:
        certain = not item.repeated and (scope.block is None or item.spec.when is None)
        for part in item.parts:
            if isinstance(part, Scope):
                yield from _replaceable(part)
            elif isinstance(part, Layer):
                first, *rest = part.nodes
                yield first, [] if item.repeated else [v for v in first.inputs if v in made]
                yield from ((node, [node.inputs[0]]) for node in rest)
                if certain:
                    made.add(part.result)


class _Lowerings:
    """What operators become; worked out once for equal nodes."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, int], Lowered] = {}

    def of(self, node: Node) -> Lowered:
        key = id(node.op), id(node.facts)
        if key not in self._known:
            self._known[key] = node.op.lower(node.input_shapes, node.shape)
        return self._known[key]
