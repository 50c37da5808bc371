"""Questions about the paths through a graph."""

from __future__ import annotations

from archc.graph.graph import Graph, Node


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
        before[node] = best = max(node.inputs, key=deep.__getitem__)
        deep[node] = deep[best] + node.op.weighted
    ends = [output.node for output in graph.outputs if not output.training_only]
    step: Node | None = max(ends, key=deep.__getitem__, default=None)
    path: list[Node] = []
    while step is not None:
        path.append(step)
        step = before[step]
    return path[::-1]
