"""Items as xdot, the operations by which Graphviz paints behind the nodes of a graph.

https://graphviz.org/docs/attr-types/xdot/. All is painted as :mod:`archc.drawing.picture.svg`
paints it, rounded corners, dashes and baselines included.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from math import hypot

from archc.drawing.picture.curves import Drawn, drawn
from archc.drawing.picture.lettering import FONTS
from archc.drawing.picture.scene import (
    Disc,
    Item,
    Label,
    Point,
    Polygon,
    Rect,
    Route,
    Words,
)  # fmt: skip
from archc.drawing.picture.svg import BASELINE, CARD, DASHES, text_rows

FONT_NAMES = FONTS.replace(", ", ",")
ROUND = 0.5523  # how far a bezier's inner points reach, of a quarter circle's radius
GRAPHVIZ_DROP = 0.05  # of the size: how far above the given baseline Graphviz sets text
ALIGN = {"start": -1, "middle": 0, "end": 1}
BACKSLASH, LIKE_BACKSLASH = "\\", "\u2216"  # xdot's parser counts a backslash as no character
STEPS = 8  # straight pieces of a bezier that is cut into dashes
CLEAR = "transparent"


def clean(text: str) -> str:
    """Text as a T operation may carry it: printable, and without backslashes.

    >>> clean("a\\n\\\\N")
    'a ∖N'
    """
    kept = "".join(c if c.isprintable() else " " for c in text)
    return kept.replace(BACKSLASH, LIKE_BACKSLASH)


@dataclass(frozen=True)
class Paint:
    """Paints on a page ``height`` points high, y turned upwards, each point so many ``unit`` long."""

    height: float
    unit: float = 1

    def items(self, items: Iterable[Item]) -> Iterator[str]:
        """The operations of each item, in their order."""
        return (" ".join(self.item(item)) for item in items)

    def item(self, item: Item) -> Iterator[str]:
        match item:
            case Label():
                yield from self._text(item.x, item.y, item.words, item.anchor)
            case Rect():
                yield from self._rect(item)
            case Disc():
                yield from self._disc(item)
            case Polygon():
                yield from self._polygon(item)
            case Route():
                yield from self._route(item)

    def pair(self, point: Point) -> str:
        return f"{number(point[0] * self.unit)} {number((self.height - point[1]) * self.unit)}"

    def cards(self, rect: Rect) -> Iterator[str]:
        """The cards that look out from behind a rectangle."""
        for card in range(rect.copies, 0, -1):
            yield from self._box(rect, card * CARD, rect.fill)

    def _rect(self, rect: Rect) -> Iterator[str]:
        yield from self.cards(rect)
        yield from self._box(rect, 0, rect.fill)
        if rect.header:
            low = rect.y + rect.header_height
            upper = rect.x, rect.y, rect.x + rect.width, low
            yield from self._fill("b", _rounded(*upper, rect.radius, 0), rect.header)
            yield from self._box(rect, 0, "none")
        for y, words in text_rows(rect):
            yield from self._text(rect.x + rect.width / 2, y, words, "middle")

    def _box(self, rect: Rect, shift: float, fill: str) -> Iterator[str]:
        left, top = rect.x + shift, rect.y + shift
        radius = min(rect.radius, rect.width / 2, rect.height / 2)
        outline = _rounded(left, top, left + rect.width, top + rect.height, radius, radius)
        yield from self._shape(outline, fill, rect)

    def _disc(self, disc: Disc) -> Iterator[str]:
        size = number(disc.radius * self.unit)
        yield from _pens(disc.fill, disc.stroke)
        yield from self._width(1)
        yield f"E {self.pair((disc.x, disc.y))} {size} {size}"
        yield from self._text(disc.x, disc.y, disc.sign, "middle")

    def _polygon(self, polygon: Polygon) -> Iterator[str]:
        outline = tuple(_straight((*polygon.points, polygon.points[0])))
        yield from self._shape(outline, polygon.fill, polygon)

    def _route(self, route: Route) -> Iterator[str]:
        path = drawn(route)
        yield from self._stroke(beziers(path), route.color, route.line_width, route.dashed)
        if path.head:
            yield from self._fill("P", path.head, route.color)

    def _shape(self, outline: tuple[Point, ...], fill: str, look: Rect | Polygon) -> Iterator[str]:
        if "none" in (fill, look.stroke) or look.dashed:
            yield from self._fill("b", outline, fill)
            yield from self._stroke(outline, look.stroke, look.line_width, look.dashed)
        else:
            yield from _pens(fill, look.stroke)
            yield from self._width(look.line_width)
            yield self._points("b", outline)

    def _fill(self, operation: str, points: tuple[Point, ...], fill: str) -> Iterator[str]:
        if fill != "none":
            yield from _pens(fill, CLEAR)
            yield self._points(operation, points)

    def _stroke(
        self, curve: tuple[Point, ...], color: str, width: float, dashed: bool
    ) -> Iterator[str]:
        """A bezier's line; dashes are cut here, since Graphviz would scale its own with the page."""
        if color == "none" or len(curve) < 4:
            return
        yield from _pens(CLEAR, color)
        yield from self._width(width)
        if dashed:
            yield from (self._points("L", dash) for dash in _dashes(list(_flat(curve))))
        else:
            yield self._points("B", curve)

    def _width(self, width: float) -> Iterator[str]:
        style = f"setlinewidth({number(width * self.unit)})"
        yield f"S {len(style)} -{style}"

    def _text(self, x: float, y: float, words: Words, anchor: str) -> Iterator[str]:
        text = clean(words.text)
        if not text:
            return  # Graphviz drops all that follows an empty text
        foot = y + (BASELINE + GRAPHVIZ_DROP) * words.size
        yield f"F {number(words.size * self.unit)} {len(FONT_NAMES)} -{FONT_NAMES}"
        yield f"t {words.bold + 2 * words.italic}"
        yield from _pens(CLEAR, words.color or "#000000")
        yield f"T {self.pair((x, foot))} {ALIGN[anchor]} 0 {len(text.encode())} -{text}"

    def _points(self, operation: str, points: tuple[Point, ...]) -> str:
        return f"{operation} {len(points)} {' '.join(map(self.pair, points))}"


def number(value: float) -> str:
    """At most three digits after the point."""
    text = f"{value:.3f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def beziers(path: Drawn) -> tuple[Point, ...]:
    """A route as cubic beziers: its first point, then three for each piece."""
    points = [path.first]
    for corner in path.corners:
        points += _line(points[-1], corner.start)
        points += [_between(corner.start, corner.at), _between(corner.end, corner.at), corner.end]
    return tuple(points + _line(points[-1], path.last))


def _between(a: Point, b: Point) -> Point:
    """Two thirds of the way, which makes a cubic of a quadratic curve."""
    return a[0] + (b[0] - a[0]) * 2 / 3, a[1] + (b[1] - a[1]) * 2 / 3


def _line(start: Point, end: Point) -> list[Point]:
    return [start, end, end]


def _straight(points: tuple[Point, ...]) -> Iterator[Point]:
    yield points[0]
    for start, end in pairwise(points):
        yield from _line(start, end)


def _rounded(
    left: float, top: float, right: float, low: float, upper: float, lower: float
) -> tuple[Point, ...]:
    """A rectangle as closed beziers, with one radius for its upper corners and one for its lower."""
    points: list[Point] = [(left + upper, top)]
    for x, y, dx, dy, r in (
        (right, top, 1, 0, upper),
        (right, low, 0, 1, lower),
        (left, low, -1, 0, lower),
        (left, top, 0, -1, upper),
    ):
        start = x - dx * r, y - dy * r
        end = x - dy * r, y + dx * r
        points += _line(points[-1], start)
        k = ROUND * r
        points += [(start[0] + dx * k, start[1] + dy * k), (end[0] + dy * k, end[1] - dx * k), end]
    return tuple(points)


def _flat(curve: tuple[Point, ...]) -> Iterator[Point]:
    """Points along a bezier, close enough to be joined by straight lines."""
    yield curve[0]
    for i in range(0, len(curve) - 1, 3):
        a, b, c, d = curve[i : i + 4]
        steps = 1 if (a, c) == (b, d) else STEPS
        for step in range(1, steps + 1):
            t = step / steps
            weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
            yield (
                sum(w * p[0] for w, p in zip(weights, (a, b, c, d), strict=True)),
                sum(w * p[1] for w, p in zip(weights, (a, b, c, d), strict=True)),
            )


def _dashes(points: list[Point]) -> Iterator[tuple[Point, ...]]:
    """The painted pieces of a dashed line."""
    lengths = [float(length) for length in DASHES.split()]
    painted, left = True, lengths[0]
    piece = [points[0]]
    for start, end in pairwise(points):
        whole = hypot(end[0] - start[0], end[1] - start[1])
        at = 0.0
        while whole - at > left:
            at += left
            share = at / whole
            cut = start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share
            if painted:
                yield (*piece, cut)
            painted, piece = not painted, [cut]
            left = lengths[0 if painted else 1]
        left -= whole - at
        piece.append(end)
    if painted and len(piece) > 1:
        yield tuple(piece)


def _pens(fill: str, stroke: str) -> Iterator[str]:
    # text is painted in the stroke's colour
    for letter, color in (("C", fill), ("c", stroke)):
        shown = CLEAR if color == "none" else color
        yield f"{letter} {len(shown)} -{shown}"
