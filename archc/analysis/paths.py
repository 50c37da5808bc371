"""Questions about the paths through a graph."""

from __future__ import annotations

from archc.analysis.receptive import operator_fields
from archc.graph.graph import Graph, Node
from archc.ops.base import NOWHERE


def values_read(node: Node) -> tuple[Node, ...]:
    """The inputs through which a path may come: those that a node reads more than the shape of.

    A crop takes but the size of the node that it is ``like``.
    """
    if len(node.inputs) == 1:
        return node.inputs
    return tuple(
        source
        for source, axes in zip(node.inputs, operator_fields(node), strict=True)
        if not axes or any(axis is not NOWHERE for axis in axes)
    )


def depth(graph: Graph) -> int:
    """The most layers with weights on a path from an input to a main output.

    This is the depth that papers quote: convolutions and fully connected layers count
    (``Operator.weighted``), normalisation does not; training-only heads do not count.
    """
    return sum(node.op.weighted for node in longest_path(graph))


def longest_path(graph: Graph) -> list[Node]:
    """The path from an input to a main output with the most weighted layers, in order.

    ``graph.nodes`` stands in topological order already, so one sweep over it suffices, and `archc
    summary` need not spend a tenth of a second on importing networkx.
    """
    before: dict[Node, Node | None] = dict.fromkeys(graph.inputs.values())
    deep: dict[Node, int] = dict.fromkeys(graph.inputs.values(), 0)
    for node in graph.nodes.values():
        read = values_read(node)
        before[node] = best = read[0] if len(read) == 1 else max(read, key=deep.__getitem__)
        deep[node] = deep[best] + node.op.weighted
    ends = [output.node for output in graph.outputs if not output.training_only]
    step: Node | None = max(ends, key=deep.__getitem__, default=None)
    path: list[Node] = []
    while step is not None:
        path.append(step)
        step = before[step]
    return path[::-1]
