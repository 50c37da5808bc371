"""A U with its two legends: operations in the lower left corner, tensors in the lower right one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from archc.analysis.words import dimensions
from archc.drawing.palette import LEGEND, Colour, Theme
from archc.drawing.picture.lettering import text_width
from archc.drawing.picture.page import Body, Key
from archc.drawing.picture.scene import Item, Label, Rect, Route, Words, moved
from archc.drawing.volumes.arm_lines import copy_colour, painted
from archc.drawing.volumes.arms import ABOVE, BELOW, Piece, Row, every_piece, extent, largest
from archc.drawing.volumes.keys import Drawing
from archc.drawing.volumes.levels import Arms
from archc.drawing.volumes.operations import (
    RESULTS,
    Operation,
    copied,
    enlarged,
    look,
    operation,
    raised,
)

FACT = "above each tensor its channels, below it its height{width}"
TITLE, TEXT = 10.5, 9.5  # sizes of a legend's words
LINE, HEAD = 16.0, 18.0  # from one entry to the next; the title's height
SWATCH, BESIDE = 20.0, 8.0  # width of an entry's picture, and the gap to its words
CLEAR = 12.0  # between a legend and the U


class Legend(NamedTuple):
    title: str
    keys: tuple[Key, ...]

    @property
    def width(self) -> float:
        return SWATCH + BESIDE + max(text_width(key.words, TEXT) for key in self.keys)

    @property
    def height(self) -> float:
        return HEAD + LINE * len(self.keys)


def drawn_arms(arms: Arms, room: tuple[float, float], theme: Theme) -> Drawing:
    """The U, as large as fits a room (width, height in points).

    Where the corners have no room for the legends, they stand below, as the page's.
    """
    rows = largest(arms, room)
    left, right, low = extent(rows)
    square = all(len({*piece.tensor.sides}) == 1 for piece in every_piece(rows))
    fact = FACT.format(width=" = width" if square else " × width")
    both = (
        Legend("Operations", tuple(_operations(rows, theme))),
        Legend("Tensors", tuple(_tensors(rows, theme))),
    )
    more = _missing(rows, both)
    width = right - left + sum(more)
    if width > room[0]:
        items = moved(painted(rows, theme), -left, 0)
        return Drawing(Body(right - left, low, items), both[0].keys + both[1].keys, fact)
    items = moved(painted(rows, theme), more[0] - left, 0)
    for legend, x in zip(both, (0.0, width - both[1].width), strict=True):
        items += tuple(_written(legend, x, low - legend.height, theme))
    return Drawing(Body(width, low, items), (), fact)


def _missing(rows: Sequence[Row], both: tuple[Legend, Legend]) -> tuple[float, float]:
    """How much wider a drawing must be on both sides for its lower corners to hold the legends."""
    left, right, low = extent(rows)
    tops = [low - legend.height - CLEAR for legend in both]
    missing = [0.0, 0.0]
    for piece in every_piece(rows):
        bottom = piece.block.bottom + BELOW
        free = (
            min(piece.left, piece.heart - piece.half) - left,
            right - max(piece.block.right, piece.heart + piece.half),
        )
        for i in (0, 1):
            if bottom > tops[i]:
                missing[i] = max(missing[i], both[i].width + CLEAR - free[i])
    return missing[0], missing[1]


def _operations(rows: Sequence[Row], theme: Theme) -> Iterator[Key]:
    made: dict[Operation, None] = {}
    for row in rows:
        for line in (row.left, row.right):
            made.update(dict.fromkeys(operation(p.tensor, theme) for _, p in pairwise(line)))
    down = {operation(row.left[0].tensor, theme): None for row in rows[1:]}
    up = {raised(row.right[0].ups, theme): None for row in rows[:-1]}
    across = {copied(row.cut is not None, theme): None for row in rows[:-1]}
    for each in {**made, **down, **up, **across}:
        yield Key(each.words, "line", "none", each.color)


def _tensors(rows: Sequence[Row], theme: Theme) -> Iterator[Key]:
    lines = [row.left for row in rows] + [row.right for row in rows]
    pieces = [piece for line in lines for piece in line]
    first, last = pieces[0].tensor, rows[0].right[-1].tensor
    made: list[tuple[str, Colour]] = []
    for piece in pieces:
        if piece.tensor is not first and piece.tensor is not last:
            made += _kinds(piece, theme)
    ends = [
        (f"{word}, {dimensions(tensor.shape)}", theme.families[look(tensor)])
        for word, tensor in (("input", first), ("output", last))
    ]
    for words, colour in (ends[0], *dict.fromkeys(made), ends[1]):
        yield Key(words, "box", colour.fill, colour.stroke, colour.dashed)


def _kinds(piece: Piece, theme: Theme) -> Iterator[tuple[str, Colour]]:
    if piece.copy is not None:
        yield enlarged(piece.ups), theme.families["merge"]
        yield "copied", copy_colour(theme)
        return
    kind = look(piece.tensor)
    yield RESULTS.get(kind, LEGEND[kind]), theme.families[kind]


def _written(legend: Legend, x: float, y: float, theme: Theme) -> Iterator[Item]:
    title = Words(legend.title, TITLE, True, color=theme.ink)
    yield Label(x, y + ABOVE / 2, title, "start")
    y += HEAD + LINE / 2
    for key in legend.keys:
        if key.look == "line":
            yield Route(((x, y), (x + SWATCH, y)), key.stroke, 2)
        else:
            yield Rect(x, y - 5.5, SWATCH - 3, 11, key.fill, key.stroke, radius=3)
        label = Words(key.words, TEXT, color=theme.ink)
        yield Label(x + SWATCH + BESIDE, y, label, "start")
        y += LINE
