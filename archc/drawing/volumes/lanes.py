"""Lines above the rows, for values that are read by others than their neighbour."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from heapq import heapify, heappop, heappush
from typing import NamedTuple

from archc.drawing.palette import Theme
from archc.drawing.picture.scene import Item, Point, Route
from archc.drawing.volumes.chain import LANE, Column, Placed

GUTTER = 15.0  # beside the rows, for the way to the next one


class Bus(NamedTuple):
    """Edges that share a line: from one source, or to one target."""

    edges: tuple[tuple[Column, Column], ...]
    shared: Column


class Line(NamedTuple):
    """Where the lanes above a row begin, and where the row ends."""

    lanes: float
    bottom: float


def buses(every: Sequence[Column]) -> list[Bus]:
    """The edges between columns that are not neighbours, on as few lines as possible."""
    home = {tensor: column for column in every for tensor in column.run}
    place = {id(column): i for i, column in enumerate(every)}
    pairs: dict[tuple[int, int], None] = {}  # places; a column compares by all that it holds
    for i, column in enumerate(every):
        for tensor in column.run:
            sources = (place[id(home[source])] for source in tensor.reads)
            pairs.update(((source, i), None) for source in sources if i > source + 1)
    made = [
        Bus(tuple((every[a], every[b]) for a, b in taken), every[shared])
        for shared, taken in _gathered(list(pairs))
    ]
    return sorted(made, key=lambda bus: _span(bus, place))


def _gathered(edges: Sequence[tuple[int, int]]) -> Iterator[tuple[int, list[tuple[int, int]]]]:
    """Each time, the place where most of the edges left end, the first of equals, and those edges."""
    at: dict[int, dict[tuple[int, int], int]] = {}  # the edges left at a place, and their order
    for order, edge in enumerate(edges):
        for side, end in enumerate(edge):
            at.setdefault(end, {})[edge] = 2 * order + side
    queue = [_urgency(end, own) for end, own in at.items()]
    heapify(queue)
    while queue:
        entry = heappop(queue)
        end = entry[-1]
        if not at[end] or entry != _urgency(end, at[end]):
            continue  # some of its edges were taken since
        taken = list(at[end])
        yield end, taken
        at[end] = {}
        for edge in taken:
            other = edge[0] + edge[1] - end
            del at[other][edge]
            if at[other]:
                heappush(queue, _urgency(other, at[other]))


def _urgency(end: int, own: dict[tuple[int, int], int]) -> tuple[int, int, int]:
    return -len(own), next(iter(own.values())), end


def _span(bus: Bus, place: dict[int, int]) -> int:
    ends = [place[id(column)] for edge in bus.edges for column in edge]
    return max(ends) - min(ends)


def lines(skips: Sequence[Bus], row: Sequence[Column]) -> int:
    """How many lines run above a row."""
    here = {id(column) for column in row}
    return sum(_touches(bus, here) for bus in skips)


def _touches(bus: Bus, here: set[int]) -> bool:
    return any(id(column) in here for edge in bus.edges for column in edge)


def routed(
    rows: Sequence[Sequence[Placed]],
    made: Sequence[Line],
    skips: Sequence[Bus],
    width: float,
    theme: Theme,
) -> Iterator[Item]:
    """The lines of all buses, and the way from each row's end to the next row's start."""
    where = {id(each.column): (r, each) for r, row in enumerate(rows) for each in row}
    used = [0] * len(rows)
    for number, bus in enumerate(skips):
        touched = sorted({where[id(column)][0] for edge in bus.edges for column in edge})
        levels = {r: made[r].lanes - LANE * used[r] for r in touched}
        for r in touched:
            used[r] += 1
        gutter = width + GUTTER + LANE * number
        for edge in bus.edges:
            yield _skip(edge, bus, where, levels, gutter, theme)
    yield from _turns(rows, made, width, theme)


def _skip(  # an edge, its line, and where all stands
    edge: tuple[Column, Column],
    bus: Bus,
    where: dict[int, tuple[int, Placed]],
    levels: dict[int, float],
    gutter: float,
    theme: Theme,
) -> Route:
    (first, source), (second, target) = where[id(edge[0])], where[id(edge[1])]
    start, end = _top(source, -1), _top(target, 0)
    points = [start, (start[0], levels[first])]
    if first != second:
        points += [(gutter, levels[first]), (gutter, levels[second])]
    points += [(end[0], levels[second]), end]
    last = bus.shared is not edge[1] or edge is bus.edges[0]
    return Route(tuple(points), theme.shortcut, 1.4, arrow=last)


def _top(each: Placed, which: int) -> Point:
    """Where lines leave a block, on its upper face, and where they come, at its back."""
    block = each.solids[which]
    if which:
        return block.x + (block.width + block.dx) / 2 + 3, block.y - block.dy / 2
    return block.x + block.width / 2 + block.dx, block.top


def _turns(
    rows: Sequence[Sequence[Placed]], made: Sequence[Line], width: float, theme: Theme
) -> Iterator[Item]:
    for r in range(len(rows) - 1):
        source, target = rows[r][-1], rows[r + 1][0]
        if source.column.run[-1] not in target.column.run[0].reads:
            continue
        start, end = source.solids[-1], target.solids[0]
        right, left = width + GUTTER - 7, -GUTTER + 5
        between = made[r].bottom + 5
        goal = end.x - 3, end.middle
        points = (
            (start.right + 3, start.middle), (right, start.middle), (right, between),
            (left, between), (left, goal[1]), goal,
        )  # fmt: skip
        yield Route(points, theme.edge, 1.2)
