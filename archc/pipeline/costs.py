"""What stages cost: the work of their layers, and what they receive and send."""

from __future__ import annotations

from itertools import pairwise
from math import prod
from typing import NamedTuple

from archc.analysis.memory import BYTES
from archc.graph.graph import Node
from archc.pipeline.units import Sequence

MOVED = 10  # operations in the time of one byte to or from memory: 10 TFLOP/s by 1 TB/s
SENT = 100  # operations in the time of one byte between devices: 10 TFLOP/s by 100 GB/s


class Stage(NamedTuple):
    """A run of units, and what it costs for one sample; ``received`` and ``sent`` are bytes."""

    first: int  # unit
    end: int  # the unit behind the last
    macs: int
    params: int
    received: int
    sent: int
    time: float  # in floating-point operations


class Costs:
    """Sums over the units are kept, so that a stage's time takes one subtraction.

    A stage's time counts in floating-point operations of one sample's forward pass::

        2 · MACs  +  MOVED · bytes its layers read and write  +  SENT · bytes it receives and sends

    A training step takes about three times the first and twice the others, in every stage alike.
    """

    def __init__(self, layers: Sequence) -> None:
        self.layers = layers
        self.sent = layers.sent()
        self.sent[0] = self.sent[-1] = 0  # the network's own inputs and outputs
        self.work = [0.0]
        for unit in layers.units:
            self.work.append(self.work[-1] + sum(map(_work, unit.nodes)))
        self.depth = [0, *(after.depth(before) for before, after in pairwise(layers.units)), 0]

    def time(self, first: int, end: int) -> float:
        """The time of the units from ``first`` until before ``end``."""
        return self.work[end] - self.work[first] + SENT * (self.sent[first] + self.sent[end])

    def stage(self, first: int, end: int) -> Stage:
        """The same units with all that they cost."""
        nodes = [node for unit in self.layers.units[first:end] for node in unit.nodes]
        macs = sum(node.macs for node in nodes)
        params = sum(node.params + node.frozen_params for node in nodes)
        sent = self.sent
        return Stage(first, end, macs, params, sent[first], sent[end], self.time(first, end))


def _work(node: Node) -> float:
    if node.op.view:
        return 0.0
    moved = prod(node.shape) + sum(map(prod, node.input_shapes))
    return 2.0 * node.macs + MOVED * BYTES * moved
