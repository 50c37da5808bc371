"""Where an item is: the rectangles that it covers at most."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import NamedTuple

from archc.drawing.picture.lettering import text_width
from archc.drawing.picture.scene import Disc, Item, Label, Point, Polygon, Rect, Route
from archc.drawing.picture.svg import CARD

HEAD = 5.0  # points that an arrowhead is wider than its line, at most
LINE = 1.0  # height of a line of text, of its size


class Bounds(NamedTuple):
    """A rectangle from its upper left corner to its lower right one, in points."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def centre(self) -> Point:
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    def meets(self, other: Bounds) -> bool:
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom

    def holds(self, point: Point) -> bool:
        return self.left <= point[0] <= self.right and self.top <= point[1] <= self.bottom

    def distance(self, point: Point) -> float:
        dx = max(self.left - point[0], 0.0, point[0] - self.right)
        dy = max(self.top - point[1], 0.0, point[1] - self.bottom)
        return float((dx * dx + dy * dy) ** 0.5)


def around(points: Iterable[Point], by: float = 0) -> Bounds:
    """What holds all points, and ``by`` points more on each side."""
    xs, ys = zip(*points, strict=True)
    return Bounds(min(xs) - by, min(ys) - by, max(xs) + by, max(ys) + by)


def bounds(item: Item) -> Bounds:
    """What holds an item, its stack of cards and its arrowhead too."""
    match item:
        case Label():
            return _label(item)
        case Rect():
            behind = item.copies * CARD
            right, bottom = item.x + item.width + behind, item.y + item.height + behind
            return Bounds(item.x, item.y, right, bottom)
        case Disc():
            return around([(item.x, item.y)], item.radius)
        case Polygon():
            return around(item.points)
        case Route():
            return around(item.points, item.line_width / 2 + (HEAD if item.arrow else 0))


def covered(item: Item) -> Iterator[Bounds]:
    """The rectangles that an item covers; a line's pieces each."""
    if isinstance(item, Route):
        by = item.line_width / 2 + (HEAD if item.arrow else 0)
        yield from (around(pair, by) for pair in pairwise(item.points))
    else:
        yield bounds(item)


def _label(label: Label) -> Bounds:
    words = label.words
    width = text_width(words.text, words.size, words.bold)
    left = label.x - {"start": 0.0, "middle": width / 2, "end": width}[label.anchor]
    half = words.size * LINE / 2
    return Bounds(left, label.y - half, left + width, label.y + half)
