"""Where a line would cross what it does not belong to, so that its scope is laid out anew."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from archc.drawing.flow.units import Link, Scope, Unit
from archc.drawing.picture.scene import Point
from archc.drawing.view import Group

CELL = 200.0  # points: units are looked up by the squares that they touch
CLEAR = 1.0  # between a line and a foreign box


class Area(NamedTuple):
    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Area) -> bool:
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )

    def cells(self) -> Iterator[tuple[int, int]]:
        for i in range(int(self.left // CELL), int(self.right // CELL) + 1):
            for j in range(int(self.top // CELL), int(self.bottom // CELL) + 1):
                yield i, j

    def cut(self, frame: Area) -> Area:
        """The part of it within a frame that it meets."""
        return Area(
            max(self.left, frame.left),
            max(self.top, frame.top),
            min(self.right, frame.right),
            min(self.bottom, frame.bottom),
        )


class Standing(NamedTuple):
    """The units of a scope by the squares that they touch, and the smallest area around them."""

    squares: dict[tuple[int, int], list[tuple[Unit, Area]]]
    around: Area

    def near(self, line: Area) -> Iterator[tuple[Unit, Area]]:
        """The units that a line may meet. Most of a long line runs beside all units."""
        if line.meets(self.around):
            for cell in line.cut(self.around).cells():
                yield from self.squares.get(cell, ())


def clashing(scope: Scope, within: Area, name: str = "") -> Iterator[str]:
    """The paths of the groups, "" for the whole drawing, in which a line crosses a unit or leaves."""
    standing = _standing([unit for unit in scope.units if not unit.port])
    if any(_crosses(link, standing, within) for link in scope.links):
        yield name
    for unit in scope.units:
        if unit.inner is not None and isinstance(unit.subject, Group):
            yield from clashing(unit.inner, _area(unit), unit.subject.path)


def _standing(units: list[Unit]) -> Standing:
    squares: dict[tuple[int, int], list[tuple[Unit, Area]]] = {}
    areas = [_area(unit) for unit in units]
    for unit, area in zip(units, areas, strict=True):
        for cell in area.cells():
            squares.setdefault(cell, []).append((unit, area))
    around = Area(
        min((area.left for area in areas), default=0),
        min((area.top for area in areas), default=0),
        max((area.right for area in areas), default=0),
        max((area.bottom for area in areas), default=0),
    )
    return Standing(squares, around)


def _area(unit: Unit) -> Area:
    return Area(unit.x, unit.y, unit.x + unit.width, unit.y + unit.height)


def _crosses(link: Link, standing: Standing, within: Area) -> bool:
    own = (link.source, link.target)
    for start, end in pairwise(link.points):
        line = _line(start, end)
        if not _inside(line, within):
            return True
        if any(line.meets(area) and unit not in own for unit, area in standing.near(line)):
            return True
    return False


def _line(start: Point, end: Point) -> Area:
    (x, y), (u, v) = start, end
    return Area(min(x, u) - CLEAR, min(y, v) - CLEAR, max(x, u) + CLEAR, max(y, v) + CLEAR)


def _inside(line: Area, frame: Area) -> bool:
    by = 2 * CLEAR
    return (
        line.left > frame.left - by
        and line.top > frame.top - by
        and line.right < frame.right + by
        and line.bottom < frame.bottom + by
    )
