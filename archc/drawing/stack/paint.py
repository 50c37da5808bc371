"""Columns as the items of a scene."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from archc.analysis.words import counted, dimensions, short
from archc.drawing.palette import Colour, Theme, contrast, mixed
from archc.drawing.picture.lettering import text_width
from archc.drawing.picture.page import Body
from archc.drawing.picture.scene import About, Item, Label, Rect, Route, Words
from archc.drawing.stack.bars import Bar
from archc.drawing.stack.columns import (
    BETWEEN,
    GAP,
    PAD,
    TITLE,
    Column,
    Side,
    Sizes,
    head,
    pitch,
    side_width,
    title_of,
    total_width,
    words_of,
)

THINNEST = 0.8  # points of a share that is not nothing
THICKNESS = 0.75  # of the bars for shares, of the way between rows
ROW_GAP = 0.14  # of the way from one row to the next
LIGHTER = 0.45  # how far the bars for MACs are towards the paper
LINE = 1.0  # points around a box


class Place(NamedTuple):
    """Where a column stands: its left end, its boxes' sides, its right end, its first row's top."""

    left: float
    box: float
    box_end: float
    right: float
    top: float
    pitch: float


def share_colours(theme: Theme) -> tuple[str, str]:
    """The grounds of the bars for parameters and for MACs."""
    strong = theme.families["folded"].stroke
    return strong, mixed(strong, theme.paper, LIGHTER)


def on(ground: str, theme: Theme) -> str:
    """The colour of text that is read best on a ground."""
    return max((theme.ink, theme.paper), key=lambda colour: contrast(colour, ground))


def painted(columns: Sequence[Column], prefixes: Sequence[str], sizes: Sizes, theme: Theme) -> Body:
    """All columns side by side, their inputs on one line at the foot.

    ``prefixes`` make the bars' names one network's own.
    """
    items: list[Item] = []
    steps = [pitch(columns, column, sizes) for column in columns]
    top = head(len(columns), sizes.label)
    foot = max(top + len(c.bars) * step for c, step in zip(columns, steps, strict=True))
    gap, x = BETWEEN * sizes.label, 0.0
    for column, prefix, box, step in zip(columns, prefixes, sizes.boxes, steps, strict=True):
        if x:
            ends = ((x + gap / 2, 0.0), (x + gap / 2, foot))
            items.append(Route(ends, theme.frame, 1, arrow=False))
            x += gap
        place = _place(column, box, sizes, (x, foot), step)
        painter = _Painter(column, prefix, place, sizes, theme, THICKNESS * min(steps))
        items += painter.head(named=len(columns) > 1)
        for row in range(len(column.bars)):
            items += painter.row(row)
        x = place.right
    return Body(x, foot, tuple(items))


def _place(
    column: Column, box: float, sizes: Sizes, corner: tuple[float, float], step: float
) -> Place:
    """``corner`` is the lower left one; a column's totals may be wider than its rows."""
    left, foot = corner
    whole = total_width(column, box, sizes)
    before, after = (side_width(side, sizes) for side in (column.params, column.macs))
    start = left + before + (whole - before - box - after) / 2
    return Place(left, start, start + box, left + whole, foot - step * len(column.bars), step)


@dataclass(frozen=True)
class _Painter:
    column: Column
    prefix: str
    place: Place
    sizes: Sizes
    theme: Theme
    thickness: float  # of the bars for shares, on the whole page

    def head(self, *, named: bool) -> Iterator[Label]:
        """The network's name above its totals, each total on its side."""
        size, place = self.sizes.label, self.place
        y = place.top - 0.95 * size
        if named:
            title = title_of(self.column, size)
            half = text_width(title, TITLE * size, bold=True) / 2
            middle = (place.box + place.box_end) / 2
            x = min(max(middle, place.left + half), place.right - half)
            name = Words(title, TITLE * size, True, color=self.theme.ink)
            yield Label(x, y - 1.75 * size, name)
        params, macs = self.column.params.header, self.column.macs.header
        end = max(place.box - GAP * size, place.left + text_width(params, size, bold=True))
        start = min(place.box_end + GAP * size, place.right - text_width(macs, size, bold=True))
        yield Label(end, y, Words(params, size, True, color=self.theme.ink), "end")
        yield Label(start, y, Words(macs, size, True, color=self.theme.ink), "start")

    def row(self, row: int) -> Iterator[Item]:
        """A layer's box with its words, and its two shares."""
        place, bar = self.place, self.column.bars[row]
        y = place.top + (len(self.column.bars) - row - 0.5) * place.pitch
        height = place.pitch * (1 - ROW_GAP)
        colour = self.theme.families[bar.kind]
        yield Rect(
            place.box, y - height / 2, place.box_end - place.box, height, colour.fill,
            colour.stroke, radius=3, line_width=LINE, dashed=colour.dashed,
            about=About(self.prefix + bar.name, tuple(_tip(bar))),
        )  # fmt: skip
        yield from self._words(row, y, colour)
        params, macs = share_colours(self.theme)
        yield from self._share(self.column.params, row, y, params)
        yield from self._share(self.column.macs, row, y, macs)

    def _words(self, row: int, y: float, colour: Colour) -> Iterator[Label]:
        """The layer in the middle; to the left where shapes stand at the right."""
        size, place = self.sizes.label, self.place
        text, note = words_of(self.column, row, size)
        bold = self.column.bars[row].bold
        width = text_width(text, size, bold)
        free = place.box_end - place.box - width - text_width(note, size)
        x = place.box + (PAD * size if any(self.column.shapes) else free / 2)
        yield Label(x, y, Words(text, size, bold, color=colour.text), "start")
        if note:
            yield Label(x + width, y, Words(note, size, color=colour.quiet), "start")
        if shape := self.column.shapes[row]:
            words = Words(shape, self.sizes.small, color=colour.quiet)
            yield Label(place.box_end - PAD * size, y, words, "end")

    def _share(self, side: Side, row: int, y: float, ground: str) -> Iterator[Item]:
        """A bar away from the box, the percentage in it where that fits, the count at its end."""
        if not side.counts[row]:
            return
        gap, small = GAP * self.sizes.label, self.sizes.small
        length = max(THINNEST, side.share(row) * self.sizes.unit)
        left = side is self.column.params
        start = self.place.box - gap - length if left else self.place.box_end + gap
        yield Rect(start, y - self.thickness / 2, length, self.thickness, ground, radius=0)
        percent = f"{100 * side.share(row):.0f} %"
        if text_width(percent, small, bold=True) + gap <= length:
            words = Words(percent, small, True, color=on(ground, self.theme))
            yield Label(start + length / 2, y, words)
        count = Words(short(side.counts[row]), small, color=self.theme.ink)
        end = start - gap if left else start + length + gap
        yield Label(end, y, count, "end" if left else "start")


def _tip(bar: Bar) -> Iterator[str]:
    """What a pointer over a bar is told."""
    yield bar.name
    after = "".join(f", {words}" for words in bar.after)
    yield bar.label + after + (f" × {bar.times}" if bar.times > 1 else "")
    yield dimensions(bar.shape)
    if bar.cost.params or bar.cost.macs:
        yield f"{counted(bar.cost.params, 'parameter')}, {short(bar.cost.macs)} MACs"
