"""What a graph costs to run once: nodes, MACs, bytes moved and kernel launches, for one sample."""

from __future__ import annotations

from collections.abc import Iterable
from math import prod
from typing import NamedTuple

from archc.analysis.memory import BYTES
from archc.graph.graph import Graph, Node
from archc.ops.dropout import Dropout, DropPath
from archc.passes.operators import InPlace


class Work(NamedTuple):
    """Of one inference pass in float32. ``bytes`` are those of inputs, results and weights of each kernel.

    ``launches`` are calls that compute: a view is none, a layer padded before it runs is two.
    """

    nodes: int
    macs: int
    bytes: int
    launches: int


def work(graph: Graph) -> Work:
    """What one sample takes, training-only heads left out of all but the nodes."""
    return work_of(graph.nodes.values())


def work_of(nodes: Iterable[Node]) -> Work:
    found = list(nodes)
    run = [node for node in found if not node.training_only]
    macs, moved = sum(n.macs for n in run), sum(map(_bytes, run))
    return Work(len(found), macs, moved, sum(map(_launches, run)))


def _launches(node: Node) -> int:
    if isinstance(node.op, Dropout | DropPath) or (
        node.op.view and not isinstance(node.op, InPlace)
    ):
        return 0
    forward = node.op.lower(node.input_shapes, node.shape).forward
    return 1 + forward.startswith("{self}(F.pad(")


def _bytes(node: Node) -> int:
    launches = _launches(node)
    if not launches:
        return 0
    read = sum(map(prod, node.input_shapes))
    kept = sum(map(prod, (*node.facts.weights.values(), *node.facts.buffers.values())))
    return BYTES * (read + prod(node.shape) + kept)
