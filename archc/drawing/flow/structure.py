"""The shape that networks have: a chain of parts, between some of which the signal splits.

A scope's parts are numbered in the order they run. A part that no edge passes by is on the chain;
what lies between two such parts is a split, whose branches are chains again. What cannot be taken
apart like this, where branches read from each other, is a tangle: parts in ranks.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple, TypeAlias


class Edge(NamedTuple):
    """An edge between two parts, ``number`` in the scope's list of edges."""

    number: int
    source: int
    target: int


@dataclass(frozen=True)
class Chain:
    """Parts and splits, one after the other."""

    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Split:
    """Branches between two parts of a chain; ``passing`` are the edges that pass by all of them."""

    branches: tuple[Chain, ...]
    passing: tuple[int, ...] = ()


@dataclass(frozen=True)
class Tangle:
    """Parts in ranks: every edge leads to a later rank."""

    ranks: tuple[tuple[int, ...], ...]


Row: TypeAlias = int | Split | Tangle
DEEPEST = 24  # splits within splits; what is deeper is drawn as a tangle


def chain(parts: Sequence[int], edges: Iterable[Edge], level: int = 0) -> Chain:
    """Take a graph apart. Edges of which one end lies outside ``parts`` come from above or go below.

    ``level``: how many splits it lies in.

    >>> chain([0, 1, 2, 3], [Edge(0, 0, 1), Edge(1, 0, 2), Edge(2, 1, 3), Edge(3, 2, 3)])
    Chain(rows=(0, Split(branches=(Chain(rows=(1,)), Chain(rows=(2,))), passing=()), 3))
    """
    if level > DEEPEST:
        return Chain((tangle(parts, edges),))
    end = len(parts)
    place = {part: i for i, part in enumerate(parts)}
    spans = [
        (edge, place.get(edge.source, -1), place.get(edge.target, end))
        for edge in edges
        if edge.source in place or edge.target in place
    ]
    cuts = _cuts(end, [(a, b) for _, a, b in spans])
    passing: dict[tuple[int, int], list[int]] = {}
    inside: dict[int, list[Edge]] = {}  # edges by the cut before what they touch
    before = _before(end, cuts)
    for edge, a, b in spans:
        if (a in cuts or a == -1) and (b in cuts or b == end):
            passing.setdefault((a, b), []).append(edge.number)
        else:
            inside.setdefault(before[a if a not in cuts and a != -1 else b], []).append(edge)
    rows: list[Row] = []
    bounds = [-1, *sorted(cuts), end]
    for low, high in pairwise(bounds):
        between = parts[low + 1 : high]
        if between:
            beside = tuple(passing.get((low, high), ()))
            whole = len(between) == end
            rows += _between(between, inside.get(low, []), beside, level, whole)
        if high < end:
            rows.append(parts[high])
    return Chain(tuple(rows))


def _cuts(end: int, spans: list[tuple[int, int]]) -> set[int]:
    """The places that no edge passes by. What nothing leads to, or leads nowhere, is an end too."""
    starts, stops = {a for a, _ in spans}, {b for _, b in spans}
    spans = [
        *spans,
        *((-1, i) for i in range(end) if i not in stops),
        *((i, end) for i in range(end) if i not in starts),
    ]
    change = [0] * (end + 2)
    for a, b in spans:
        change[a + 1] += 1
        change[b] -= 1
    cuts, over = set(), 0
    for i in range(end):
        over += change[i]
        if over == 0:
            cuts.add(i)
    return cuts


def _before(end: int, cuts: set[int]) -> list[int]:
    """For every place, the last cut before it, or -1."""
    last, before = -1, []
    for i in range(end):
        before.append(last)
        if i in cuts:
            last = i
    return before


def _between(
    parts: Sequence[int], edges: list[Edge], passing: tuple[int, ...], level: int, whole: bool
) -> list[Row]:
    groups = _connected(parts, edges)
    if len(groups) == 1 and not passing:
        return [tangle(parts, edges)] if whole else list(chain(parts, edges, level + 1).rows)
    return [Split(tuple(chain(group, inner, level + 1) for group, inner in groups), passing)]


def _connected(parts: Sequence[int], edges: list[Edge]) -> list[tuple[list[int], list[Edge]]]:
    """The parts that hang together, in order of their first, with the edges that touch them."""
    root = {part: part for part in parts}

    def find(part: int) -> int:
        while root[part] != part:
            root[part] = root[root[part]]
            part = root[part]
        return part

    for edge in edges:
        if edge.source in root and edge.target in root:
            a, b = find(edge.source), find(edge.target)
            root[max(a, b)] = min(a, b)
    groups: dict[int, tuple[list[int], list[Edge]]] = {}
    for part in parts:
        groups.setdefault(find(part), ([], []))[0].append(part)
    for edge in edges:
        groups[find(edge.source if edge.source in root else edge.target)][1].append(edge)
    return list(groups.values())


def tangle(parts: Sequence[int], edges: Iterable[Edge]) -> Tangle:
    """Every part in the first rank after all that it reads."""
    rank = dict.fromkeys(parts, 0)
    for edge in sorted(edges, key=lambda edge: (edge.source, edge.target)):
        if edge.source in rank and edge.target in rank:
            rank[edge.target] = max(rank[edge.target], rank[edge.source] + 1)
    ranks: list[list[int]] = [[] for _ in range(max(rank.values()) + 1)]
    for part in parts:
        ranks[rank[part]].append(part)
    return Tangle(tuple(map(tuple, ranks)))
