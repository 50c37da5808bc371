"""Blocks in oblique perspective: height and channels lie in the page, width recedes to the upper right."""

from __future__ import annotations

from collections.abc import Iterator
from math import sqrt
from typing import NamedTuple

from archc.drawing.palette import Colour, Theme, contrast, mixed
from archc.drawing.picture.scene import About, Item, Point, Polygon

RIGHT, UP = 0.27, 0.25  # how far a side that recedes goes, as parts of its length
LIGHTER, DARKER = 0.45, 0.28  # of the upper face and of the right one


class Scales(NamedTuple):
    """Points for the square root of a height or width, of a number of channels, and of units.

    ``depth`` makes the edges that recede shorter, all alike.
    """

    side: float
    channel: float
    unit: float
    depth: float = 1


class Solid(NamedTuple):
    """A block by its front face, and how far its depth goes to the right and up."""

    x: float
    y: float
    width: float
    height: float
    dx: float
    dy: float

    @property
    def right(self) -> float:
        return self.x + self.width + self.dx

    @property
    def top(self) -> float:
        return self.y - self.dy

    @property
    def bottom(self) -> float:
        return self.y + self.height

    @property
    def middle(self) -> float:
        """The middle of all that is drawn, from the back's upper end to the front's lower one."""
        return (self.top + self.bottom) / 2

    def front(self) -> tuple[Point, ...]:
        x, y = self.x, self.y
        return ((x, y), (x + self.width, y), (x + self.width, self.bottom), (x, self.bottom))

    def upper(self) -> tuple[Point, ...]:
        x, y, end = self.x, self.y, self.x + self.width
        return ((x, y), (x + self.dx, self.top), (self.right, self.top), (end, y))

    def side(self) -> tuple[Point, ...]:
        end = self.x + self.width
        back = (self.right, self.top), (self.right, self.bottom - self.dy)
        return ((end, self.y), *back, (end, self.bottom))


def solid(x: float, middle: float, shape: tuple[int, int, int], scales: Scales) -> Solid:
    """The block of a tensor of channels, height and width, its left end at ``x``."""
    channels, height, width = shape
    tall = scales.side * sqrt(height)
    dx, dy = receding(width, scales)
    return Solid(x, middle - (tall + dy) / 2 + dy, scales.channel * sqrt(channels), tall, dx, dy)


def receding(width: int, scales: Scales) -> tuple[float, float]:
    """How far an edge that recedes goes to the right and up."""
    deep = scales.side * sqrt(width) * scales.depth
    return deep * RIGHT, deep * UP


def bar(x: float, middle: float, units: int, scales: Scales, width: float = 11) -> Solid:
    """The thin tall block of a vector."""
    tall = max(6.0, scales.unit * sqrt(units))
    return Solid(x, middle - tall / 2 + 1.5, width, tall, 4.0, 3.0)


def faces(block: Solid, colour: Colour, theme: Theme, about: About | None = None) -> Iterator[Item]:
    """The three faces that are seen; the front one says what it is about."""
    dark, bright = sorted((theme.paper, theme.ink), key=_light)
    shade = colour.stroke if _light(colour.stroke) < _light(colour.fill) else dark
    upper, side = mixed(colour.fill, bright, LIGHTER), mixed(colour.fill, shade, DARKER)
    yield Polygon(block.upper(), upper, colour.stroke, 0.9)
    yield Polygon(block.side(), side, colour.stroke, 0.9)
    yield Polygon(block.front(), colour.fill, colour.stroke, 0.9, about=about)


def _light(colour: str) -> float:
    return contrast(colour, "#000000")
