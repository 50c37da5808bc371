"""The least time that a network can take on a machine whose ceilings were measured.

A network has so many operations, and moves so many bytes if every layer reads its input and its weights
once and writes its result once. Norms, activations and dropout are then part of the layer before them, and
concatenations of the layers that write into them, so they move
nothing (the roofline of Williams, Waterman and Patterson, 2009).
"""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from typing import NamedTuple

from archc.graph.graph import Graph, Node

BYTES = 4  # of a float32
FREE = {
    "normalisation",
    "activation",
    "dropout",
    "input",
    "shape",
}  # families that can be fused away


class Work(NamedTuple):
    """Floating-point operations, bytes moved, and bytes that the largest layer reads and writes at once."""

    flops: int
    bytes: int
    largest: int

    def seconds(self, ceilings: Mapping[str, float]) -> float:
        """Whichever takes longer at the ceilings: FLOP/s and bytes/s."""
        return max(self.flops / ceilings["flops"], self.bytes / ceilings["bytes"])

    @property
    def intensity(self) -> float:
        """Operations for each byte."""
        return self.flops / self.bytes


def work(graph: Graph, batch: int, width: int = BYTES) -> Work:
    """What inference on a batch does and moves at least, with numbers of ``width`` bytes."""
    nodes = [node for node in graph.nodes.values() if not node.training_only]
    flops = 2 * batch * sum(node.macs for node in nodes)
    moved = sum(batch * values(node) + weights(node) for node in nodes if not free(node))
    largest = max(batch * values(node, held=True) for node in nodes if not free(node))
    return Work(flops, width * moved, width * largest)


def free(node: Node) -> bool:
    """Whether what a node does can be part of another layer's kernel."""
    return node.op.family in FREE or node.op.name == "concat"


def values(node: Node, held: bool = False) -> int:
    """Numbers that a node reads and writes for one sample; ``held``: but not the network's own input."""
    read = [each for each in node.inputs if not held or each.inputs]
    return prod(node.shape) + sum(prod(each.shape) for each in read)


def weights(node: Node) -> int:
    """Numbers that a node's weights have; shared ones are read again."""
    return node.facts.params
