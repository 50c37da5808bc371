"""Labels beside discs, placed so that they overlap as little as possible. Lengths are in points.

Each label has the same few dozen places to choose from: inside its disc, beside it, or farther away
at the end of a line. In turns every label takes the place that is best while the others stay, until
none moves. Nothing is drawn by lot, so the same discs have the same labels.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations
from math import cos, hypot, pi, sin
from typing import NamedTuple, TypeAlias

RINGS = (2.0, 9.0, 18.0, 30.0, 44.0, 60.0, 80.0, 104.0)  # from the disc's edge
TURNS = 16  # directions in each ring, from the right and counter-clockwise
SHORT = 10.0  # up to this distance no line is needed
ROUNDS, FEW = 12, 60  # of moving; labels, of which more are placed with less care
LABELS, DISCS, OUTSIDE, CROSSING, DISTANCE = 6.0, 1.5, 50.0, 90.0, 0.7  # what is to be avoided
TOUCHING, COVERING = 40.0, 10.0  # a label, a disc; beside the area that overlaps
AIR = 1.5  # around a label
NEAR = 80.0


Point: TypeAlias = tuple[float, float]
Line: TypeAlias = tuple[Point, Point]


class Disc(NamedTuple):
    """What a label belongs to, or what it should not cover."""

    x: float
    y: float
    radius: float


class Box(NamedTuple):
    """A rectangle."""

    left: float
    bottom: float
    right: float
    top: float


class Place(NamedTuple):
    """Where a label stands, and what that costs while no other label is there."""

    x: float  # of its middle
    y: float
    box: Box
    line: Line | None  # from the disc's middle to the label
    cost: float
    reach: Box  # that holds both label and line


def placed(
    discs: Sequence[Disc],
    sizes: Sequence[tuple[float, float]],
    area: Box,
    obstacles: Sequence[Disc] = (),
) -> list[Place]:
    """A place for the label of every disc, within an area; ``sizes`` are widths and heights."""
    others = [*discs, *obstacles]
    choices = []
    for disc, size in zip(discs, sizes, strict=True):
        near = [other for other in others if _within_reach(disc, size, other)]
        choices.append([_judged(place, disc, near, area) for place in _places(disc, size)])
    for places in choices:
        places.sort(key=_cost)
    orders = [_by_crowd(discs)]
    if len(discs) <= FEW:
        orders += (sorted(range(len(discs)), key=key) for key in _sides(discs))
    return min((_settled(choices, order) for order in orders), key=_total)


def _within_reach(disc: Disc, size: tuple[float, float], other: Disc) -> bool:
    """Whether a place of a disc's label may touch another disc."""
    most = disc.radius + RINGS[-1] + other.radius + AIR
    return abs(disc.x - other.x) < most + size[0] and abs(disc.y - other.y) < most + size[1]


def _by_crowd(discs: Sequence[Disc]) -> list[int]:
    """Those first that have the most neighbours within reach of a label."""
    near = [sum(hypot(a.x - b.x, a.y - b.y) < NEAR for b in discs) for a in discs]
    return sorted(range(len(discs)), key=lambda index: -near[index])


def _sides(discs: Sequence[Disc]) -> tuple[Callable[[int], float], ...]:
    """From the left, the right, the bottom and the top."""
    return (
        lambda index: discs[index].x,
        lambda index: -discs[index].x,
        lambda index: discs[index].y,
        lambda index: -discs[index].y,
    )


def _settled(choices: Sequence[list[Place]], order: Sequence[int]) -> list[Place]:
    """Labels placed one after the other, and then moved in turns while that helps."""
    chosen: dict[int, Place] = {}
    for index in order:
        chosen[index] = _best(choices[index], [*chosen.values()])
    for _ in range(ROUNDS if len(order) <= FEW else 2):
        before = dict(chosen)
        for index in order:
            rest = [place for other, place in chosen.items() if other != index]
            chosen[index] = _best(choices[index], rest)
        if chosen == before:
            break
    return [chosen[index] for index in range(len(choices))]


def _total(places: Sequence[Place]) -> float:
    pairs = combinations(places, 2)
    return sum(map(_cost, places)) + sum(_conflict(one, other) for one, other in pairs)


def _cost(place: Place) -> float:
    return place.cost


def _best(places: list[Place], rest: list[Place]) -> Place:
    """The cheapest of sorted places; what costs more by itself need not be held against the rest."""
    best, lowest = places[0], float("inf")
    for place in places:
        if place.cost >= lowest:
            break
        cost = place.cost
        for other in rest:
            cost += _conflict(place, other)
            if cost >= lowest:
                break
        if cost < lowest:
            best, lowest = place, cost
    return best


def _places(disc: Disc, size: tuple[float, float]) -> Iterator[Place]:
    width, height = size
    if hypot(width, height) / 2 <= disc.radius - 1:
        yield _place(disc, size, (disc.x, disc.y), False, 0.0)
    for ring in RINGS:
        for turn in range(TURNS):
            across, up = cos(2 * pi * turn / TURNS), sin(2 * pi * turn / TURNS)
            edge = disc.radius + ring
            x = disc.x + across * (edge + width / 2)
            y = disc.y + up * (edge + height / 2)
            slant = 2.0 * min(abs(across), abs(up)) + 1.5 * (abs(up) > abs(across))
            far = ring > SHORT
            yield _place(disc, size, (x, y), far, 1 + slant + DISTANCE * ring + 6 * far)


def _place(disc: Disc, size: tuple[float, float], middle: Point, far: bool, cost: float) -> Place:
    (x, y), width, height = middle, size[0] / 2 + AIR, size[1] / 2 + AIR / 2
    box = Box(x - width, y - height, x + width, y + height)
    line = ((disc.x, disc.y), _nearest(box, disc)) if far else None
    reach = box
    if line is not None:
        reach = Box(
            min(box.left, disc.x), min(box.bottom, disc.y),
            max(box.right, disc.x), max(box.top, disc.y),
        )  # fmt: skip
    return Place(x, y, box, line, cost, reach)


def _nearest(box: Box, disc: Disc) -> Point:
    """The point of a box nearest to a disc."""
    return (
        min(max(disc.x, box.left + AIR), box.right - AIR),
        min(max(disc.y, box.bottom), box.top),
    )


def _judged(place: Place, own: Disc, discs: Sequence[Disc], area: Box) -> Place:
    """The place with what it costs to cover discs and to leave the area."""
    box, inside = place.box, place.x == own.x and place.y == own.y
    out = max(area.left - box.left, box.right - area.right, 0.0)
    out += max(area.bottom - box.bottom, box.top - area.top, 0.0)
    cost = place.cost + OUTSIDE * out
    for disc in discs:
        if _touches(box, disc) and not (inside and disc is own):
            cost += DISCS * _overlap(box, _square(disc)) + COVERING
    return place._replace(cost=cost)


def _square(disc: Disc) -> Box:
    """As large as the disc, about."""
    half = 0.9 * disc.radius
    return Box(disc.x - half, disc.y - half, disc.x + half, disc.y + half)


def _touches(box: Box, disc: Disc) -> bool:
    x = min(max(disc.x, box.left), box.right)
    y = min(max(disc.y, box.bottom), box.top)
    return (x - disc.x) ** 2 + (y - disc.y) ** 2 < disc.radius**2


def _conflict(one: Place, other: Place) -> float:
    """What it costs that two labels stand where they do."""
    a, b = one.reach, other.reach
    if a.right <= b.left or b.right <= a.left or a.top <= b.bottom or b.top <= a.bottom:
        return 0.0
    shared = _overlap(one.box, other.box)
    cost = LABELS * shared + TOUCHING if shared else 0.0
    for line, box in ((one.line, other.box), (other.line, one.box)):
        if line is not None and _hits(line, box):
            cost += CROSSING
    if one.line is not None and other.line is not None and _cross(one.line, other.line):
        cost += CROSSING
    return cost


def _overlap(one: Box, other: Box) -> float:
    width = min(one.right, other.right) - max(one.left, other.left)
    height = min(one.top, other.top) - max(one.bottom, other.bottom)
    return width * height if width > 0 and height > 0 else 0.0


def _hits(line: Line, box: Box) -> bool:
    """Whether a line runs through a box (Liang and Barsky, 1984)."""
    (x0, y0), (x1, y1) = line
    begin, end = 0.0, 1.0
    for start, step, low, high in (
        (x0, x1 - x0, box.left, box.right),
        (y0, y1 - y0, box.bottom, box.top),
    ):
        if step == 0:
            if not low <= start <= high:
                return False
            continue
        first, last = sorted(((low - start) / step, (high - start) / step))
        begin, end = max(begin, first), min(end, last)
    return begin < end


def _cross(one: Line, other: Line) -> bool:
    (a, b), (c, d) = one, other
    return _side(a, b, c) * _side(a, b, d) < 0 and _side(c, d, a) * _side(c, d, b) < 0


def _side(a: Point, b: Point, p: Point) -> float:
    return (b[0] - a[0]) * (p[1] - a[1]) - (b[1] - a[1]) * (p[0] - a[0])
