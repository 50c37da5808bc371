"""What of a scene Graphviz must paint behind its nodes and edges to keep the order of painting.

Graphviz paints a graph's background, then all edges, then all nodes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise, product
from math import frexp
from typing import NamedTuple, TypeAlias, TypeVar

from archc.drawing.picture.lettering import text_width
from archc.drawing.picture.scene import Disc, Item, Label, Point, Polygon, Rect, Route

Shape: TypeAlias = Rect | Disc | Polygon
Size: TypeAlias = tuple[int, int]  # how often a square is doubled across and down
T = TypeVar("T")
CELL = 64.0  # points of the smallest square of the page, by which overlaps are found


class Area(NamedTuple):
    """A part of the page: left, top, right, low."""

    left: float
    top: float
    right: float
    low: float


def joins(route: Route, ends: set[str]) -> bool:
    """Whether a route is an edge between nodes of the scene."""
    names = route.about.name.split(" -> ") if route.about else []
    return len(names) == 2 and ends.issuperset(names)


def behind(items: tuple[Item, ...], ends: set[str]) -> dict[int, Item]:
    """What is painted in the background, in order, by its index; ``ends`` are the names of nodes.

    That is decoration, and every node or edge that something of the background lies upon.
    """
    below, edges = _Ground(), _Ground()
    found: dict[int, Item] = {}
    for index, item in reversed(tuple(enumerate(items))):
        areas = tuple(_areas(item))
        if isinstance(item, Route) and joins(item, ends):
            hidden = below.meets(areas)
            if not hidden:
                edges.add(areas)
        elif isinstance(item, Rect | Disc) and item.about:
            stacked = isinstance(item, Rect) and item.copies > 0
            hidden = stacked or below.meets(areas) or edges.meets(areas)
        else:
            hidden = True
        if hidden:
            found[index] = _wordless(item)
            below.add(areas)
    return dict(reversed(found.items()))


class _Ground:
    """Areas by the squares of the page that they touch, so that a large page is done quickly.

    A long area goes by long squares: each touches four at most, however large the page is.
    """

    def __init__(self) -> None:
        self.sizes: dict[Size, dict[int, dict[int, list[Area]]]] = {}  # by column, then row

    def add(self, areas: tuple[Area, ...]) -> None:
        for area in areas:
            size = _doublings(area.right - area.left), _doublings(area.low - area.top)
            taken = self.sizes.setdefault(size, {})
            for column, row in product(*_touched(area, size)):
                taken.setdefault(column, {}).setdefault(row, []).append(area)

    def meets(self, areas: tuple[Area, ...]) -> bool:
        return any(_overlap(area, other) for area in areas for other in self._near(area))

    def _near(self, area: Area) -> Iterator[Area]:
        """All that may overlap an area."""
        for size, taken in self.sizes.items():
            columns, rows = _touched(area, size)
            for column in _among(columns, taken):
                for row in _among(rows, taken[column]):
                    yield from taken[column][row]


def _among(wanted: range, taken: dict[int, T]) -> list[int]:
    """Which of the wanted columns or rows are taken, by way of the fewer."""
    if len(wanted) <= len(taken):
        return [index for index in wanted if index in taken]
    return [index for index in taken if index in wanted]


def _doublings(length: float) -> int:
    """How often a square's side must be doubled to be as long."""
    return max(0, frexp(length / CELL)[1])


def _touched(area: Area, size: Size) -> tuple[range, range]:
    """The columns and rows of the squares that an area touches."""
    width, height = CELL * 2 ** size[0], CELL * 2 ** size[1]
    return (
        range(int(area.left // width), int(area.right // width) + 1),
        range(int(area.top // height), int(area.low // height) + 1),
    )


def _overlap(a: Area, b: Area) -> bool:
    return a.left < b.right and b.left < a.right and a.top < b.low and b.top < a.low


def _areas(item: Item) -> Iterator[Area]:
    """What an item covers; boxes a little less, so that an edge may end at one's border."""
    match item:
        case Label(x=x, y=y, words=words):
            width = text_width(words.text, words.size, words.bold)
            left = x - {"start": 0.0, "middle": 0.5, "end": 1.0}[item.anchor] * width
            yield Area(left, y - words.size / 2, left + width, y + words.size / 2)
        case Rect(x=x, y=y):
            yield Area(x + 1, y + 1, x + item.width - 1, y + item.height - 1)
        case Disc(x=x, y=y, radius=r):
            yield Area(x - r + 1, y - r + 1, x + r - 1, y + r - 1)
        case Polygon(points=points):
            yield around(points)
        case Route(points=points):
            for start, end in pairwise(points):
                left, top, right, low = around((start, end))
                yield Area(left - 0.5, top - 0.5, right + 0.5, low + 0.5)


def around(points: tuple[Point, ...]) -> Area:
    """The smallest area that holds all points."""
    across, down = zip(*points, strict=True)
    return Area(min(across), min(down), max(across), max(down))


def _wordless(item: Item) -> Item:
    """What the background shows of an item: a node's words stay in the node."""
    if isinstance(item, Rect) and item.about:
        return replace(item, lines=())
    if isinstance(item, Disc) and item.about:
        return replace(item, sign=item.sign._replace(text=""))
    return item
