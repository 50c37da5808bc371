"""A placed U as the items of a scene: blocks, numbers, and arrows in the colours of operations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from archc.drawing.palette import Colour, Theme
from archc.drawing.picture.lettering import text_width
from archc.drawing.picture.scene import About, Item, Label, Point, Route, Words
from archc.drawing.volumes.arms import ABOVE, BELOW, CHANNELS, Piece, Row, every_piece
from archc.drawing.volumes.labels import SMALL, about
from archc.drawing.volumes.operations import copied, look, operation, raised
from archc.drawing.volumes.project import faces

CLEAR = 4.0  # between an arrow and what it leads from or to
STEP, ACROSS = 1.7, 3.2  # widths of the arrows between neighbours, and of the copies'


def painted(rows: Sequence[Row], theme: Theme) -> Iterator[Item]:
    """Blocks with their numbers, then the arrows."""
    for piece in every_piece(rows):
        yield from _blocks(piece, theme)
        yield from _numbers(piece, theme)
    for row in rows:
        for line in (row.left, row.right):
            for before, after in pairwise(line):
                color = operation(after.tensor, theme).color
                yield _arrow((before.block.right, row.middle), (after.left, row.middle), color)
        if row.right:
            yield from _copy(row, theme)
    for upper, lower in pairwise(rows):
        yield _down(upper.left[-1], lower.left[0], theme)
        yield _up(lower, upper.right[0], theme)


def _blocks(piece: Piece, theme: Theme) -> Iterator[Item]:
    tensor = piece.tensor
    if piece.copy is None:
        yield from faces(piece.block, theme.families[look(tensor)], theme, about(tensor))
        return
    yield from faces(piece.copy, copy_colour(theme), theme, about(tensor))
    raised_to = about(piece.ups[0]) if piece.ups else None
    yield from faces(piece.block, theme.families["merge"], theme, raised_to)


def copy_colour(theme: Theme) -> Colour:
    return theme.families["shape"]


def _numbers(piece: Piece, theme: Theme) -> Iterator[Item]:
    channels = Words(piece.number, CHANNELS, True, color=theme.ink)
    depth = piece.block.dx / 2 if piece.copy is None else 0
    yield Label(piece.heart + depth, piece.top - ABOVE / 2, channels)
    below = Words(piece.size, SMALL, color=theme.quiet)
    if piece.ups:
        yield Label(piece.centre - 7, piece.block.bottom + BELOW / 2 + 1, below, "end")
    else:
        yield Label(piece.centre, piece.block.bottom + BELOW / 2 + 1, below)


def _arrow(start: Point, end: Point, color: str) -> Route:
    ends = (start[0] + CLEAR, start[1]), (end[0] - CLEAR, end[1])
    return Route(ends, color, STEP)


def _copy(row: Row, theme: Theme) -> Iterator[Item]:
    source, join = row.left[-1], row.right[0]
    look_of = copied(row.cut is not None, theme)
    start, end = source.block.right + 2 * CLEAR, join.left - CLEAR
    name = row.cut.name if row.cut else f"{source.tensor.name} -> {join.tensor.name}"
    line = Route(((start, row.middle), (end, row.middle)), look_of.color, ACROSS, about=About(name))
    yield line
    sizes = f"\xa0\xa0{source.size} → {join.size}" if row.cut else ""
    words = Words(look_of.words + sizes, SMALL, color=theme.quiet)
    if text_width(words.text, SMALL) < end - start - 16:
        yield Label((start + end) / 2, row.middle - 9, words)


def _down(source: Piece, target: Piece, theme: Theme) -> Route:
    x = source.centre
    top = source.block.bottom + BELOW + 1
    ends = (x, top), (x, target.top - ABOVE - 1)
    return Route(ends, operation(target.tensor, theme).color, STEP)


def _up(lower: Row, join: Piece, theme: Theme) -> Route:
    """From the end of the level below, straight up or round a corner."""
    source = (lower.right or lower.left)[-1]
    goal = (join.centre, join.block.bottom + 2)
    color = raised(join.ups, theme).color
    if abs(source.centre - join.centre) < 1:
        return Route(((goal[0], source.top - ABOVE - 1), goal), color, STEP)
    start = (source.block.right + CLEAR, lower.middle)
    return Route((start, (goal[0], lower.middle), goal), color, STEP)
