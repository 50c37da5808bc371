"""Where an architecture's costs lie: its layers, added up within the parts that its author named."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from archc.analysis.cost import total
from archc.analysis.memory import stored_bytes
from archc.graph.graph import Graph, Item, Node, Scope
from archc.ops.base import Family

MOST_STAGES = 18  # where there are more, neighbours of one resolution are added up


class Stage(NamedTuple):
    """A part of a network and what it costs for one sample.

    ``family`` is that of the layers which hold most of its weights. Training-only heads are left out.
    """

    name: str
    family: Family
    params: int
    macs: int
    activation_bytes: int  # of all values that it computes


class Part(NamedTuple):
    """A stage while it is put together."""

    name: str
    nodes: list[Node]


def stages(graph: Graph) -> list[Stage]:
    """The top-level nodes of the spec that hold layers with weights, in order.

    A block call, or a node that repeats, is one stage. What has no weights (pooling, norms written
    as nodes of their own) counts with the stage before it, so that the stages add up to the
    network. A spec that is one block call is opened.
    """
    parts = _with_weights(_opened(graph.root.items))
    if len(parts) > MOST_STAGES:
        parts = _by_resolution(parts)
    return [_stage(part) for part in parts]


def _opened(items: Sequence[Item]) -> list[Item]:
    """The items, where a single one holds all weights with those inside it in its place."""
    opened = list(items)
    while True:
        weighted = [item for item in opened if _weighted(_nodes(item))]
        parts = weighted[0].parts if len(weighted) == 1 else []
        if len(parts) != 1 or not isinstance(parts[0], Scope):
            return opened
        place = opened.index(weighted[0])
        opened[place : place + 1] = parts[0].items


def _with_weights(items: Iterable[Item]) -> list[Part]:
    """A part for each item with weights, or for each item where none has any."""
    named = [Part(item.spec.id, list(_nodes(item))) for item in items]
    named = [part for part in named if part.nodes]
    if not any(_weighted(part.nodes) for part in named):
        return named
    parts: list[Part] = []
    early: list[Node] = []  # what comes before any weights
    for part in named:
        if _weighted(part.nodes):
            parts.append(Part(part.name, early + part.nodes))
            early = []
        elif parts:
            parts[-1].nodes.extend(part.nodes)
        else:
            early += part.nodes
    return parts


def _nodes(item: Item) -> Iterator[Node]:
    return (node for part in item.parts for node in part.nodes if not node.training_only)


def _weighted(nodes: Iterable[Node]) -> bool:
    return any(node.op.weighted for node in nodes)


def _by_resolution(parts: Iterable[Part]) -> list[Part]:
    """Neighbours whose layers give maps of one size become one part; fully connected ones stay."""
    merged: list[Part] = []
    for size, group in groupby(parts, key=_resolution):
        alike = list(group)
        if not size or len(alike) == 1:
            merged += alike
        else:
            name = f"{alike[0].name} … {alike[-1].name}"
            merged.append(Part(name, [node for part in alike for node in part.nodes]))
    return merged


def _resolution(part: Part) -> tuple[int, ...]:
    """Of the last layer with weights; what follows it may be the pooling to the next size."""
    return [node.shape[1:] for node in part.nodes if node.op.weighted][-1]


def _stage(part: Part) -> Stage:
    cost = total(part.nodes)
    heaviest = max(part.nodes, key=lambda node: (node.op.weighted, node.facts.params))
    stored = stored_bytes(part.nodes)
    return Stage(part.name, heaviest.op.family, cost.params, cost.macs, stored)
