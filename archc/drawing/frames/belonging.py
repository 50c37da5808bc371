"""Which parts of the network each item of a scene belongs to, its words and decorations too.

Boxes and lines say what they are about. What they do not say is found by place: a label belongs to
what its anchor is nearest to, a line without a name to what its ends touch.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from math import floor
from typing import NamedTuple

from archc.drawing.frames.bounds import Bounds, around, bounds
from archc.drawing.frames.parts import keys
from archc.drawing.picture.scene import (
    Disc,
    Item,
    Label,
    Point,
    Polygon,
    Rect,
    Route,
    Scene,
)  # fmt: skip

CELL = 64.0  # points: places are looked up in squares this wide
NEAR = 30.0  # points from a line's end to the box that it leads to
PARAGRAPH = 4.0  # sizes from one line of centred words to the next of the same paragraph
SAME = 0.05  # points


class Belonging(NamedTuple):
    """The parts that an item belongs to; none: it is of the whole page.

    A ``frame`` stands around its parts, other items need all of theirs.
    """

    names: frozenset[str] = frozenset()
    frame: bool = False

    def shown(self, parts: Collection[str]) -> bool:
        """Whether the item appears where these parts do: a frame with its first."""
        if not self.names:
            return True
        meets = (name in parts for name in self.names)
        return any(meets) if self.frame else all(meets)


ALL = Belonging()


def belongings(scene: Scene, parts: Collection[str]) -> list[Belonging]:
    """For every item of the scene, in order, what it belongs to."""
    first, last = scene.around
    body = scene.items[first : len(scene.items) - last]
    names = keys(scene)[first : len(scene.items) - last]
    return [ALL] * first + _Finder(body, names, parts).all() + [ALL] * last


@dataclass
class _Grid:
    """Rectangles with what they belong to, by the squares that they lie in."""

    cells: dict[tuple[int, int], list[tuple[Bounds, Belonging]]] = field(default_factory=dict)

    def add(self, place: Bounds, belonging: Belonging) -> None:
        for i in range(floor(place.left / CELL), floor(place.right / CELL) + 1):
            for j in range(floor(place.top / CELL), floor(place.bottom / CELL) + 1):
                self.cells.setdefault((i, j), []).append((place, belonging))

    def nearest(self, point: Point) -> tuple[float, Belonging]:
        """How far the nearest is, and what it belongs to; infinitely far where there is none."""
        column, row = floor(point[0] / CELL), floor(point[1] / CELL)
        best: tuple[float, Belonging] = (float("inf"), ALL)
        for ring in range(2 + max((max(abs(i), abs(j)) for i, j in self.cells), default=0) * 2):
            if best[0] <= (ring - 1) * CELL:
                break
            for i in range(column - ring, column + ring + 1):
                step = 1 if abs(i - column) == ring else 2 * ring or 1
                for j in range(row - ring, row + ring + 1, step):
                    for place, belonging in self.cells.get((i, j), ()):
                        distance = place.distance(point)
                        if distance < best[0]:
                            best = distance, belonging
        return best


class _Finder:
    def __init__(self, body: Sequence[Item], names: list[str], parts: Collection[str]) -> None:
        self.body, self.parts = body, parts
        self.names = {id(item): name for item, name in zip(body, names, strict=True)}
        self.boxes, self.near = _Grid(), _Grid()
        self.corners: dict[Point, Belonging] = {}  # of polygons, and the ends of lines
        centres: list[tuple[Point, str]] = []
        for item, name in zip(body, names, strict=True):
            if name in parts:
                belonging = Belonging(frozenset({name}))
                place = bounds(item)
                centres.append((place.centre, name))
                self.boxes.add(place, belonging)
                self.near.add(place, belonging)
                if isinstance(item, Polygon):
                    self.corners |= dict.fromkeys(map(_rounded, item.points), belonging)
        self.centres = centres
        self.lines = {id(item): self._line(item) for item in body if isinstance(item, Route)}
        for item in body:
            if isinstance(item, Route):
                self._keep(item)

    def all(self) -> list[Belonging]:
        found: list[Belonging] = []
        bars = False  # plain rectangles and the words after them belong to the box before
        begun = False  # words before anything else are of the whole page
        for i, item in enumerate(self.body):
            begun = begun or not isinstance(item, Label)
            bars = i > 0 and (_plain(item) or (bars and isinstance(item, Label)))
            before = (self.body[i - 1], found[i - 1]) if i else None
            own = found[-1] if bars else self._of(item, before) if begun else ALL
            found.append(own)
        for i in range(len(self.body) - 2, -1, -1):
            if _leads(self.body[i], self.body[i + 1]):
                found[i] = found[i + 1]
        return found

    def _of(self, item: Item, before: tuple[Item, Belonging] | None) -> Belonging:
        match item:
            case Label():
                return self._label(item, before)
            case Route():
                return self.lines[id(item)]
            case Rect() | Disc() | Polygon() if item.about is not None:
                name = self.names[id(item)]
                return Belonging(frozenset({name})) if name in self.parts else self._frame(item)
            case Polygon():
                touching = (self.corners.get(_rounded(point)) for point in item.points)
                return next(filter(None, touching), None) or self._nearest(bounds(item).centre)
            case Disc():
                centre = (item.x, item.y)
                return self.corners.get(_rounded(centre)) or self._nearest(centre)
            case _:
                return self._nearest(bounds(item).centre)

    def _label(self, label: Label, before: tuple[Item, Belonging] | None) -> Belonging:
        """Titles come after frames and blocks; centred lines below each other are one paragraph."""
        if before is not None:
            item, belonging = before
            if belonging.frame or (isinstance(item, Polygon) and item.about):
                return belonging
            if isinstance(item, Label) and item.anchor == label.anchor == "middle":
                down = label.y - item.y
                if abs(item.x - label.x) < SAME and 0 < down <= PARAGRAPH * label.words.size:
                    return belonging
        return self._nearest((label.x, label.y))

    def _frame(self, item: Item) -> Belonging:
        place = bounds(item)
        inside = (name for centre, name in self.centres if place.holds(centre))
        return Belonging(frozenset(inside), frame=True)

    def _line(self, route: Route) -> Belonging:
        if route.about is not None:
            source, _, target = route.about.name.partition(" -> ")
            alone = not any(f"{name}#2" in self.parts for name in (source, target))
            if alone and source in self.parts and target in self.parts:
                return Belonging(frozenset({source, target}))
        names: frozenset[str] = frozenset()
        for end in (route.points[0], route.points[-1]):
            distance, belonging = self.boxes.nearest(end)
            if distance > NEAR:
                return ALL
            names |= belonging.names
        return Belonging(names)

    def _keep(self, route: Route) -> None:
        """Its pieces for words beside it, its ends for dots and windows."""
        belonging = self.lines[id(route)]
        for end in (route.points[0], route.points[-1]):
            self.corners.setdefault(_rounded(end), belonging)
        if route.about is not None:
            for a, b in pairwise(route.points):
                if min(abs(a[0] - b[0]), abs(a[1] - b[1])) < SAME:
                    self.near.add(around((a, b)), belonging)

    def _nearest(self, point: Point) -> Belonging:
        return self.near.nearest(point)[1]


def _plain(item: Item) -> bool:
    return isinstance(item, Rect) and item.about is None


def _leads(item: Item, after: Item) -> bool:
    """Whether an item is part of the next: a dot where a line begins, a face or a sheet behind."""
    if isinstance(item, Disc) and item.about is None and isinstance(after, Route):
        return _rounded((item.x, item.y)) == _rounded(after.points[0])
    if isinstance(item, Polygon) and item.about is None and isinstance(after, Polygon):
        return around(item.points, SAME).meets(around(after.points))
    return False


def _rounded(point: Point) -> Point:
    return round(point[0], 1), round(point[1], 1)


def complete(routes: Iterable[tuple[Route, bool]]) -> list[Route]:
    """The routes that are wanted (True), where they are drawn only from where they leave another.

    What one shares with an earlier route from the same source is drawn by that one; if that is not
    wanted, a wanted one gets it.
    """
    made: list[Route] = []
    earlier: dict[str, list[tuple[tuple[Point, ...], bool]]] = {}  # whole ways by their source
    for route, wanted in routes:
        before = earlier.setdefault(
            route.about.name.partition(" -> ")[0] if route.about else "", []
        )
        starts = ((_up_to(way, route.points[0]), drawn) for way, drawn in before)
        shared, drawn = next(((s, d) for s, d in starts if s is not None), ((), False))
        way = (*shared, *route.points)
        before.append((way, wanted))
        if wanted:
            made.append(route if drawn else replace(route, points=way))
    return made


def _up_to(points: tuple[Point, ...], end: Point) -> tuple[Point, ...] | None:
    for i, (a, b) in enumerate(pairwise(points)):
        if around((a, b)).distance(end) < SAME and min(abs(a[0] - b[0]), abs(a[1] - b[1])) < SAME:
            return points[: i + 1]
    return None
