"""A drawing with every place decided: shapes, words and routes on a page.

All lengths are points (1/72 inch); x grows to the right, y downwards, as in SVG. Items are painted
in their order. What stands for a part of the network says which part it is *about*; the rest is
decoration.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple, TypeAlias

Point: TypeAlias = tuple[float, float]


class About(NamedTuple):
    """The part of the network that an item stands for.

    ``name`` is its path, alone of its kind in a scene; ``tip`` what a pointer over it is told, a
    line each; ``line`` where the part is written, as ``file:line``, or "".
    """

    name: str
    tip: tuple[str, ...] = ()
    line: str = ""


class Words(NamedTuple):
    """One line of text. Sizes are points; the text is plain, without control characters."""

    text: str
    size: float = 9
    bold: bool = False
    italic: bool = False
    color: str = "#1B1F24"


@dataclass(frozen=True, slots=True)
class Label:
    """Text on its own. ``y`` is the middle of its height; ``x`` its start, middle or end."""

    x: float
    y: float
    words: Words
    anchor: str = "middle"  # start, middle or end


@dataclass(frozen=True, slots=True)
class Rect:
    """A rectangle, ``x`` and ``y`` its upper left corner, with centred lines of text.

    With a ``header``, the first line stands on a ground of that colour, ``header_height`` high.
    ``copies`` more of the same look out from behind it, as a stack of cards.
    """

    x: float
    y: float
    width: float
    height: float
    fill: str
    stroke: str = "none"
    lines: tuple[Words, ...] = ()
    radius: float = 6
    line_width: float = 1.2
    dashed: bool = False
    header: str = ""
    header_height: float = 0
    copies: int = 0
    about: About | None = None


@dataclass(frozen=True, slots=True)
class Disc:
    """A circle around ``x`` and ``y`` with a sign in it."""

    x: float
    y: float
    radius: float
    fill: str
    stroke: str
    sign: Words
    about: About | None = None


@dataclass(frozen=True, slots=True)
class Polygon:
    """A closed area."""

    points: tuple[Point, ...]
    fill: str
    stroke: str
    line_width: float = 1
    dashed: bool = False
    about: About | None = None


@dataclass(frozen=True, slots=True)
class Route:
    """A line through points, its corners rounded; ``about`` names its ends as ``source -> target``."""

    points: tuple[Point, ...]
    color: str
    line_width: float = 1.2
    dashed: bool = False
    arrow: bool = True
    radius: float = 7
    about: About | None = None


Item: TypeAlias = Label | Rect | Disc | Polygon | Route


@dataclass(frozen=True)
class Scene:
    """A page: its size, its ground, and what is painted on it."""

    name: str
    title: str
    width: float
    height: float
    paper: str
    ink: str  # the colour of what has none of its own
    items: tuple[Item, ...]
    around: tuple[int, int] = (0, 0)  # how many items, first and last, are heading and legend

    def _repr_svg_(self) -> str:
        """A notebook shows the picture."""
        from archc.drawing.picture.svg import as_svg  # which writes scenes

        return as_svg(self)


def moved(items: Iterable[Item], dx: float, dy: float, scale: float = 1) -> tuple[Item, ...]:
    """The items scaled about the origin, then moved."""
    return tuple(_moved(item, dx, dy, scale) for item in items)


def _moved(item: Item, dx: float, dy: float, k: float) -> Item:
    match item:
        case Label():
            words = item.words._replace(size=item.words.size * k)
            return replace(item, x=item.x * k + dx, y=item.y * k + dy, words=words)
        case Rect():
            return replace(
                item, x=item.x * k + dx, y=item.y * k + dy, width=item.width * k,
                height=item.height * k, lines=tuple(w._replace(size=w.size * k) for w in item.lines),
                radius=item.radius * k, line_width=item.line_width * k,
                header_height=item.header_height * k,
            )  # fmt: skip
        case Disc():
            sign = item.sign._replace(size=item.sign.size * k)
            return replace(
                item, x=item.x * k + dx, y=item.y * k + dy, radius=item.radius * k, sign=sign
            )
        case Polygon():
            return replace(
                item, points=_points(item.points, dx, dy, k), line_width=item.line_width * k
            )
        case Route():
            return replace(
                item, points=_points(item.points, dx, dy, k), line_width=item.line_width * k,
                radius=item.radius * k,
            )  # fmt: skip


def _points(points: tuple[Point, ...], dx: float, dy: float, k: float) -> tuple[Point, ...]:
    return tuple((x * k + dx, y * k + dy) for x, y in points)
