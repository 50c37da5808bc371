"""Tensors in one or more rows, as large as a room allows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, product
from math import sqrt
from typing import NamedTuple

from archc.drawing.palette import Theme
from archc.drawing.picture.lettering import text_width
from archc.drawing.volumes.labels import SMALL, Caption, caption, heights, size, whole_height
from archc.drawing.volumes.project import UP, Scales, Solid, bar, solid
from archc.drawing.volumes.split import groups_of
from archc.drawing.volumes.tensors import Tensor

GAP, CLOSE, TIGHT = 20.0, 14.0, 15.0  # before a block, before a pooled one, and in long rows
LONG = 15  # columns
SLAB = 2.5  # between equal neighbours
BESIDE = 9.0  # between captions
MOST_SLABS = 6  # more equal neighbours are one block and a number
ABOVE, BELOW = 15.0, 17.0  # for the numbers over and under the blocks
ROW_GAP = 20.0
LANE = 9.0  # between the lines that run above a row
STEEPEST, FLATTEST, STEPS = 19.0, 2.6, 7  # of the scales, and how often their range is halved
DEPTHS = (1.0, 0.75, 0.55)  # of the edges that recede
SLACK = 60.0  # points that a row may be longer as a part of all than alone
NARROWEST = 22.0  # of a block with its gap, points
SHARES = (0.4, 0.32, 0.26, 0.2, 0.15, 0.11)  # of a channel's scale in that of a side
# what one row is worth to several: more from a scale in which it is well seen
ONE_ROW, CLEAR_ROW, CLEAR_SIDE = 1.1, 1.6, 4.0
# the tallest bar as a part of the tallest block, in one row and in several
BARS, LOW_BARS = 0.9, 0.5
TALL = 16.0  # of what stands for a block where there is none


class Column(NamedTuple):
    """A tensor, or equal neighbours that stand close together, with the words below."""

    run: tuple[Tensor, ...]
    caption: Caption
    number: str  # of channels, below the block, or of units, above the bar
    side: str  # height and width, beside the receding edge
    words: float  # the width of the words below, and of the two numbers
    side_width: float

    @property
    def flat(self) -> bool:
        return self.run[0].flat

    @property
    def shown(self) -> tuple[Tensor, ...]:
        return self.run if len(self.run) <= MOST_SLABS else self.run[-1:]


class Placed(NamedTuple):
    """A column with its blocks in their places; ``centre`` is that of its words."""

    column: Column
    solids: tuple[Solid, ...]
    centre: float

    @property
    def right(self) -> float:
        return self.solids[-1].right


@dataclass(frozen=True)
class Plan:
    """The rows of columns, and the scales they are drawn in."""

    rows: tuple[tuple[Column, ...], ...]
    scales: Scales
    score: float


def columns(found: Sequence[Tensor], theme: Theme, compact: bool = False) -> list[Column]:
    """The tensors with equal neighbours of one written node taken together.

    ``compact`` words below them take fewer lines.
    """
    runs: list[list[Tensor]] = []
    for tensor in found:
        if runs and _alike(runs[-1][-1], tensor):
            runs[-1].append(tensor)
        else:
            runs.append([tensor])
    shares = groups_of(found)
    return [_column(tuple(run), theme, shares.get(run[-1], 1), compact) for run in runs]


def _column(run: tuple[Tensor, ...], theme: Theme, shares: int, compact: bool) -> Column:
    tensor = run[-1]
    number = f"{shares} × {tensor.channels // shares}" if shares > 1 else str(tensor.channels)
    words = caption(run, theme, compact)
    side = "" if tensor.flat else size(tensor)
    widest = max(words.width, text_width(number, SMALL))
    return Column(run, words, number, side, widest, text_width(side, SMALL))


def _alike(before: Tensor, tensor: Tensor) -> bool:
    return (
        before.item == tensor.item
        and before.shape == tensor.shape
        and not tensor.flat
        and tensor.reads == (before,)
        and before.kind == tensor.kind != "folded"
    )


def placed(row: Sequence[Column], middle: float, scales: Scales) -> list[Placed]:
    """A row of columns around a height, as close as their blocks and words allow."""
    done: list[Placed] = []
    for column in row:
        here = _blocks(column, 0, middle, scales)
        reach = _reach(column, here[0])
        centre = _centre(here)
        words = column.words
        x = max(reach, words / 2 - centre)
        if done:
            before = done[-1]
            gap = GAP if len(row) <= LONG else TIGHT
            if column.run[0].kind == "pooling" and not column.flat:
                gap = CLOSE
            apart = (before.column.words + words) / 2 + BESIDE
            x = max(before.right + max(gap, reach + 4), before.centre + apart - centre)
        blocks = _blocks(column, x, middle, scales)
        done.append(Placed(column, blocks, x + centre))
    return done


def row_width(row: Sequence[Placed]) -> float:
    return max(max(each.right, each.centre + each.column.words / 2) for each in row)


def plan(found: Sequence[Tensor], room: tuple[float, float], lanes: int, theme: Theme) -> Plan:
    """The rows and scales that show the tensors largest; where nothing fits, the smallest."""
    for counts in ((1, 2), (3, 4)):
        plans = [_best(columns(found, theme, n > 1), n, room, lanes) for n in counts]
        fitting = [each for each in plans if each is not None]
        if fitting:
            return max(fitting, key=lambda each: each.score)
    return _smallest(columns(found, theme, True), room)


def _smallest(every: Sequence[Column], room: tuple[float, float]) -> Plan:
    """In small scales, as many rows as come nearest to the room's proportions."""
    scales = _scales(every, FLATTEST + 1, SHARES[-2], 2)
    rows: tuple[tuple[Column, ...], ...] = (tuple(every),)
    for count in range(2, len(every) + 1):
        width, height = _extent(rows, scales)
        if width / room[0] <= height / room[1]:
            break
        rows = tuple(_rows(every, count, scales))
    return Plan(rows, scales, 0)


def _best(
    every: Sequence[Column], count: int, room: tuple[float, float], lanes: int
) -> Plan | None:
    best: Plan | None = None
    if len(every) * NARROWEST > count * room[0]:
        return None
    for share, depth in product(SHARES, DEPTHS):
        low, high = FLATTEST, STEEPEST  # the larger the scale, the more room it takes
        for _ in range(STEPS):
            side = (low + high) / 2
            scales = _scales(every, side, share, count)._replace(depth=depth)
            rows = _fitting(every, count, scales, (room[0], room[1] - lanes * LANE))
            low, high = (side, high) if rows else (low, side)
            if rows and (best is None or _worth(scales, count) > best.score):
                best = Plan(rows, scales, _worth(scales, count))
    return best


def _fitting(
    every: Sequence[Column], count: int, scales: Scales, room: tuple[float, float]
) -> tuple[tuple[Column, ...], ...] | None:
    """The columns in as many rows, if those fit the room."""
    if row_width(placed(every, 0, scales)) > count * (room[0] + SLACK):
        return None
    rows = tuple(_rows(every, count, scales))
    width, height = _extent(rows, scales)
    return rows if len(rows) == count and width <= room[0] and height <= room[1] else None


def _worth(scales: Scales, count: int) -> float:
    """How good a drawing in these scales looks: large, and with depth."""
    share = scales.channel / scales.side
    worth: float = scales.side * share**0.5 * scales.depth**0.4
    if count > 1:
        return worth
    return worth * (CLEAR_ROW if scales.side >= CLEAR_SIDE else ONE_ROW)


def _extent(rows: Sequence[Sequence[Column]], scales: Scales) -> tuple[float, float]:
    """The width and height of rows, without what runs above them."""
    width, height = 0.0, ROW_GAP * (len(rows) - 1)
    for row in rows:
        line = placed(row, 0, scales)
        width = max(width, row_width(line))
        blocks = [block for each in line for block in each.solids]
        height += max(b.bottom for b in blocks) - min(b.top for b in blocks)
        height += ABOVE + BELOW + whole_height(heights([column.caption for column in row]))
    return width, height


def _scales(every: Sequence[Column], side: float, share: float, count: int) -> Scales:
    units = max((column.run[0].channels for column in every if column.flat), default=1)
    solids = [column.run[0].sides for column in every if not column.flat]
    tallest = side * max((sqrt(h) + UP * sqrt(w) for h, w in solids), default=TALL)
    bars = BARS if count == 1 else LOW_BARS
    return Scales(side, side * share, min(STEEPEST, bars * tallest / sqrt(units)))


def _rows(every: Sequence[Column], count: int, scales: Scales) -> Iterator[tuple[Column, ...]]:
    """The columns in as many rows, the widest of them as narrow as can be."""
    line = placed(every, 0, scales)
    low, high = 0.0, row_width(line)
    for _ in range(9 if count > 1 else 0):
        middle = (low + high) / 2
        if len(_starts(line, middle)) <= count:
            high = middle
        else:
            low = middle
    bounds = [*_starts(line, high), len(every)]
    yield from (tuple(every[a:b]) for a, b in pairwise(bounds))


def _starts(line: Sequence[Placed], width: float) -> list[int]:
    """Where rows start that have as many columns as a width takes, one at least."""
    starts, left = [0], 0.0
    for i, each in enumerate(line):
        half = each.column.words / 2
        if max(each.right, each.centre + half) - left > width and i > starts[-1]:
            starts.append(i)
            block = each.solids[0]
            left = min(block.x - _reach(each.column, block), each.centre - half)
    return starts


def _blocks(column: Column, x: float, middle: float, scales: Scales) -> tuple[Solid, ...]:
    made: list[Solid] = []
    for tensor in column.shown:
        if tensor.flat:
            made.append(bar(x, middle, tensor.channels, scales))
        else:
            made.append(solid(x, middle, (tensor.channels, *tensor.sides), scales))
        x += made[-1].width + SLAB
    return tuple(made)


def _centre(blocks: Sequence[Solid]) -> float:
    last = blocks[-1]
    return (blocks[0].x + last.x + last.width) / 2 + 0.3 * last.dx


def _reach(column: Column, block: Solid) -> float:
    """How far the number beside the receding edge stands out to the left of the block."""
    if not column.side:
        return 0
    return max(0, column.side_width - block.dx / 2 + 3)
