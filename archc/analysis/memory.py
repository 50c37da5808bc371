"""How much memory a forward pass takes, in bytes of float32 for one sample."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from archc.graph.graph import Graph, Node

BYTES = 4  # of one float32


class Peak(NamedTuple):
    """The most memory that values hold at once, and the node that runs at that moment."""

    bytes: int
    node: str


def activation_bytes(graph: Graph) -> int:
    """Bytes of every value that a forward pass materialises, training-only heads left out.

    Inputs are not counted, nor results that share their input's memory (``Operator.view``).
    """
    return stored_bytes(node for node in graph.nodes.values() if not node.training_only)


def activation_bytes_in_training(graph: Graph) -> int:
    """:func:`activation_bytes` with the training-only heads: what a training step keeps for the
    backward pass, to first order.
    """
    return stored_bytes(graph.nodes.values())


def stored_bytes(nodes: Iterable[Node]) -> int:
    """Bytes of the results of these nodes, but for those that share their input's memory."""
    return BYTES * sum(node.facts.size for node in nodes if not node.op.view)


def peak_activation_bytes(graph: Graph) -> Peak:
    """The peak of live values in an inference pass that runs the nodes in the graph's order.

    While a node runs, its inputs and its result are live. A value is freed after its last reader;
    views keep their producer's memory alive; the graph's outputs are live until the end, its inputs
    from the beginning until their last reader. Training-only nodes do not run. No operator works
    in place.
    """
    order = [node for node in graph.nodes.values() if not node.training_only]
    holder = _holders(graph, order)
    dies = _deaths(graph, order, holder)
    freed: dict[Node, int] = {}  # numbers that nothing reads after a node
    for value, last in dies.items():
        freed[last] = freed.get(last, 0) + value.facts.size

    live = BYTES * sum(node.facts.size for node in graph.inputs.values())
    peak = Peak(live, next(iter(graph.inputs), ""))
    for node in order:
        if holder[node] is node:
            live += BYTES * node.facts.size
        if live > peak.bytes:
            peak = Peak(live, node.name)
        live -= BYTES * freed.get(node, 0)
    return peak


def _holders(graph: Graph, order: list[Node]) -> dict[Node, Node]:
    """For each value, the node whose memory it lies in: itself, or the producer that it views."""
    holder = {node: node for node in graph.inputs.values()}
    for node in order:
        holder[node] = holder[node.inputs[0]] if node.op.view else node
    return holder


def _deaths(graph: Graph, order: list[Node], holder: dict[Node, Node]) -> dict[Node, Node]:
    """For each value that holds memory, the node after which nothing reads it any more.

    A value that nobody reads dies at once; outputs do not die.
    """
    last = {holder[node]: node for node in order}
    for node in order:
        for source in node.inputs:
            last[holder[source]] = node
    for output in graph.outputs:
        if not output.training_only:
            last.pop(holder[output.node], None)
    return last
