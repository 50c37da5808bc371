"""When nodes run, and after which of them a value is freed."""

from __future__ import annotations

from archc.analysis.estimate.names import held
from archc.graph.graph import Graph, Node


def scheduled(graph: Graph) -> list[Node]:
    """The nodes as they run: what only training needs, as soon as its inputs are there."""
    order = [node for node in graph.nodes.values() if not node.training_only]
    place = {node: index for index, node in enumerate(order)}
    late: dict[int, list[Node]] = {}
    for node in graph.nodes.values():
        if node.training_only:
            place[node] = max((place.get(source, -1) for source in node.inputs), default=-1)
            late.setdefault(place[node], []).append(node)
    found = late.get(-1, [])
    for index, node in enumerate(order):
        found += [node, *late.get(index, ())]
    return found


def freed(order: list[Node], graph: Graph, holder: dict[Node, Node]) -> dict[Node, list[Node]]:
    """For each node, the values that nothing holds any more after it.

    Inputs and outputs are held by whoever called the network.
    """
    place = {node: index for index, node in enumerate(order)}
    last = {holder[node]: place[node] for node in order}
    for node in order:
        for source in node.inputs:
            last[holder[source]] = place[node]
    for value, end in held(graph.root):
        if value in holder and end in place:
            owner = holder[value]
            last[owner] = max(last.get(owner, 0), place[end])
    kept = {holder[output.node] for output in graph.outputs if output.node in holder}
    found: dict[Node, list[Node]] = {}
    for value, index in last.items():
        if value not in kept and value in place:
            found.setdefault(order[index], []).append(value)
    return found
