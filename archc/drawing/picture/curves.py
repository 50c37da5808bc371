"""Lines as they are painted: corners rounded, and arrowheads at their ends."""

from __future__ import annotations

from math import hypot
from typing import NamedTuple

from archc.drawing.picture.scene import Point, Route

HEAD_LENGTH, HEAD_WIDTH = 4.5, 2.2  # of an arrowhead, half its width: + so many line widths each
PER_WIDTH, HALF_PER_WIDTH = 2.0, 0.9


class Corner(NamedTuple):
    """The line runs straight to ``start``, then bends round ``at`` to ``end``."""

    start: Point
    at: Point
    end: Point


class Drawn(NamedTuple):
    """A route ready to paint: straight pieces between corners, and the arrowhead's outline."""

    first: Point
    corners: tuple[Corner, ...]
    last: Point
    head: tuple[Point, ...]


def drawn(route: Route) -> Drawn:
    """The route with its corners rounded; the line ends inside its arrowhead."""
    points = _distinct(route.points)
    if len(points) < 2:
        return Drawn(route.points[0], (), route.points[-1], ())
    head: tuple[Point, ...] = ()
    if route.arrow:
        head, points[-1] = _head(points[-2], points[-1], route.line_width)
    corners = tuple(
        _corner(before, at, after, route.radius)
        for before, at, after in zip(points, points[1:], points[2:], strict=False)
    )
    return Drawn(points[0], corners, points[-1], head)


def _distinct(points: tuple[Point, ...]) -> list[Point]:
    """Without repetitions, and without points that lie on the way straight on."""
    kept: list[Point] = []
    for point in points:
        if kept and _close(kept[-1], point):
            continue
        if len(kept) > 1 and _straight(kept[-2], kept[-1], point):
            kept.pop()
        kept.append(point)
    return kept


def _close(a: Point, b: Point) -> bool:
    return abs(a[0] - b[0]) < 0.01 and abs(a[1] - b[1]) < 0.01


def _straight(a: Point, b: Point, c: Point) -> bool:
    (ux, uy), (vx, vy) = (b[0] - a[0], b[1] - a[1]), (c[0] - b[0], c[1] - b[1])
    return abs(ux * vy - uy * vx) < 1e-6 * hypot(ux, uy) * hypot(vx, vy) and ux * vx + uy * vy > 0


def _towards(start: Point, end: Point, distance: float) -> Point:
    length = hypot(end[0] - start[0], end[1] - start[1])
    share = distance / length
    return start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share


def _corner(before: Point, at: Point, after: Point, radius: float) -> Corner:
    room = min(hypot(at[0] - p[0], at[1] - p[1]) for p in (before, after)) / 2
    reach = min(radius, room)
    return Corner(_towards(at, before, reach), at, _towards(at, after, reach))


def _head(before: Point, tip: Point, width: float) -> tuple[tuple[Point, ...], Point]:
    """The arrowhead's outline and where the line ends, a little inside it."""
    length = min(HEAD_LENGTH + PER_WIDTH * width, hypot(tip[0] - before[0], tip[1] - before[1]))
    half = HEAD_WIDTH + HALF_PER_WIDTH * width
    back = _towards(tip, before, length)
    across = (back[1] - tip[1]) / length * half, (tip[0] - back[0]) / length * half
    sides = (
        (back[0] + across[0], back[1] + across[1]),
        (back[0] - across[0], back[1] - across[1]),
    )
    return (tip, *sides), _towards(tip, before, length * 0.8)
