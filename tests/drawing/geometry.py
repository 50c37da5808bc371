"""Whether a scene can be read: what its items cover, and what covers what."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, pairwise
from math import dist
from typing import NamedTuple

from archc.drawing.picture.lettering import text_width
from archc.drawing.picture.scene import Disc, Label, Point, Rect, Route, Scene, Words
from archc.drawing.picture.svg import text_rows

SHORTEST = 2.0  # points of the last piece of a line


class Area(NamedTuple):
    """A rectangle, and what it belongs to."""

    name: str
    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Area, by: float = 0.5) -> bool:
        return (
            self.left < other.right - by
            and other.left < self.right - by
            and self.top < other.bottom - by
            and other.top < self.bottom - by
        )

    def within(self, other: Area) -> bool:
        return (
            self.left >= other.left - 0.5
            and self.right <= other.right + 0.5
            and self.top >= other.top - 0.5
            and self.bottom <= other.bottom + 0.5
        )


def texts(scene: Scene) -> Iterator[Area]:
    """Every line of text, from its capitals' upper to its lower ends."""
    for item in scene.items:
        if isinstance(item, Label):
            width = text_width(item.words.text, item.words.size, item.words.bold)
            start = {"start": 0.0, "middle": width / 2, "end": width}[item.anchor]
            yield _text(item.words, item.x - start, item.y, width)
        elif isinstance(item, Rect):
            for y, words in text_rows(item):
                width = text_width(words.text, words.size, words.bold)
                yield _text(words, item.x + item.width / 2 - width / 2, y, width)


def _text(words: Words, x: float, y: float, width: float) -> Area:
    return Area(words.text, x, y - 0.4 * words.size, x + width, y + 0.4 * words.size)


def boxes(scene: Scene) -> list[Area]:
    """What stands for a part of the network, frames left out: those hold other boxes."""
    found = []
    for item in scene.items:
        if isinstance(item, Rect) and item.about and (item.lines or item.header):
            right, bottom = item.x + item.width, item.y + item.height
            found.append(Area(item.about.name, item.x, item.y, right, bottom))
        elif isinstance(item, Disc) and item.about:
            r = item.radius
            found.append(Area(item.about.name, item.x - r, item.y - r, item.x + r, item.y + r))
    return found


def routes(scene: Scene) -> Iterator[tuple[str, str, tuple[Point, ...]]]:
    """Every line between two boxes: their names, and its points."""
    for item in scene.items:
        if isinstance(item, Route) and item.about:
            source, _, target = item.about.name.partition(" -> ")
            yield source, target, item.points


def faults(scene: Scene, smallest: float = 8) -> list[str]:
    """What a reader would stumble over. ``smallest``: points of text on a slide 960 wide."""
    page = Area("page", 0, 0, scene.width, scene.height)
    found = [f"text off the page: {text.name}" for text in texts(scene) if not text.within(page)]
    found += [
        f"text over text: {a.name} / {b.name}"
        for a, b in combinations(texts(scene), 2)
        if a.meets(b)
    ]
    all_boxes = boxes(scene)
    found += [
        f"box over box: {a.name} / {b.name}" for a, b in combinations(all_boxes, 2) if a.meets(b)
    ]
    for source, target, points in routes(scene):
        for (x, y), (u, v) in pairwise(points):
            line = Area("", min(x, u), min(y, v), max(x, u), max(y, v))
            line = line._replace(
                left=line.left - 0.6,
                top=line.top - 0.6,
                right=line.right + 0.6,
                bottom=line.bottom + 0.6,
            )
            found += [
                f"line {source} -> {target} through {box.name}"
                for box in all_boxes
                if box.name not in (source, target) and box.meets(line)
            ]
    arriving = {(target, _rounded(points[-1])) for _, target, points in routes(scene)}
    found += [
        f"line {source} -> {target} leaves where another arrives"
        for source, target, points in routes(scene)
        if (source, _rounded(points[0])) in arriving
    ]
    found += [
        f"line {source} -> {target} has no room for its arrowhead"
        for source, target, points in routes(scene)
        if dist(*points[-2:]) < SHORTEST
    ]
    sizes = [item.words.size for item in scene.items if isinstance(item, Label)]
    sizes += [w.size for item in scene.items if isinstance(item, Rect) for w in item.lines]
    least = min(sizes, default=9) * 960 / max(scene.width, scene.height * 16 / 9)
    if least < smallest - 0.01:
        found.append(f"text of {least:.1f} points")
    return found


def _rounded(point: Point) -> Point:
    return round(point[0], 1), round(point[1], 1)
