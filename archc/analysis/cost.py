"""What an architecture costs: trained numbers, kept numbers and multiply-accumulates."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from archc.graph.graph import Graph, Node


class Cost(NamedTuple):
    """Counts for one sample. One multiply-accumulate is one MAC; FLOPs are 2 MACs."""

    params: int = 0  # trained numbers; shared weights count once
    buffers: int = 0  # kept but not trained: running statistics, fixed codes
    macs: int = 0
    frozen: int = 0  # kept as they are by `freeze`, so not trained; not among the params


class Totals(NamedTuple):
    """The cost of a whole graph, and the part of it that only training pays (auxiliary heads)."""

    whole: Cost
    training_only: Cost

    @property
    def inference(self) -> Cost:
        """The cost without what only training pays."""
        return Cost(*(a - b for a, b in zip(self.whole, self.training_only, strict=True)))


def total(nodes: Iterable[Node]) -> Cost:
    """What these nodes cost together."""
    params = buffers = macs = frozen = 0
    for node in nodes:
        facts = node.facts
        macs += facts.macs
        if node.shared is not None:
            continue
        buffers += facts.kept
        if node.frozen:
            frozen += facts.params
        else:
            params += facts.params
    return Cost(params, buffers, macs, frozen)


def totals(graph: Graph) -> Totals:
    """The graph's cost, and how much of it belongs to nodes that only training runs."""
    nodes = graph.nodes.values()
    return Totals(total(nodes), total(node for node in nodes if node.training_only))
