"""Items in other colours: faded towards the paper, or with an outline that draws the eye."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from archc.drawing.palette import Theme, mixed
from archc.drawing.picture.scene import Disc, Item, Label, Polygon, Rect, Route, Words

FADED = 0.8  # how far towards the paper
FADED_LINE = 0.5  # the same of a line, which is thin
FAINT = 0.28  # words, from the ink towards the paper: a contrast of 4.5 on every faded ground
OUTLINE, LINE = 2.6, 1.8  # points of the outline of what is new, and of a line to it
RING = 2.0  # points that a ring is wider than its circle


def faded(item: Item, theme: Theme) -> Item:
    """The item with its colours near the paper's; words in the ink's, so that all stay readable."""

    def fade(colour: str) -> str:
        return mixed(colour, theme.paper, FADED) if colour.startswith("#") else colour

    def faint(words: Words) -> Words:
        return words._replace(color=mixed(theme.ink, theme.paper, FAINT))

    match item:
        case Label():
            return replace(item, words=faint(item.words))
        case Rect():
            return replace(
                item, fill=fade(item.fill), stroke=fade(item.stroke), header=fade(item.header),
                lines=tuple(map(faint, item.lines)),
            )  # fmt: skip
        case Disc():
            return replace(
                item, fill=fade(item.fill), stroke=fade(item.stroke), sign=faint(item.sign)
            )
        case Polygon():
            return replace(item, fill=fade(item.fill), stroke=fade(item.stroke))
        case Route():
            return replace(item, color=mixed(item.color, theme.paper, FADED_LINE))


def outlined(item: Item, theme: Theme) -> Iterator[Item]:
    """The item as one that is new: a strong outline, a ring around a circle, a strong line."""
    match item:
        case Rect() | Polygon():
            width = max(OUTLINE, item.line_width)
            yield replace(item, stroke=theme.ink, line_width=width)
        case Disc():
            yield Disc(item.x, item.y, item.radius + RING, theme.ink, theme.ink, Words(""))
            yield item
        case Route():
            yield replace(item, line_width=max(LINE, item.line_width))
        case Label():
            yield item
