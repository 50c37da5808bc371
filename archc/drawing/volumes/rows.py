"""A network as rows of volumes, with lines above for what skips neighbours."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from archc.drawing.palette import Theme
from archc.drawing.picture.page import Body
from archc.drawing.picture.scene import Item, Label, Words, moved
from archc.drawing.volumes.chain import (
    ABOVE,
    BELOW,
    LANE,
    ROW_GAP,
    Placed,
    Plan,
    columns,
    placed,
    plan,
    row_width,
)
from archc.drawing.volumes.connect import connected, kernel_of, split
from archc.drawing.volumes.keys import KERNEL, Drawing, keys
from archc.drawing.volumes.labels import SMALL, about, heights, whole_height, written
from archc.drawing.volumes.lanes import GUTTER, Line, buses, lines, routed
from archc.drawing.volumes.project import faces
from archc.drawing.volumes.split import groups_of
from archc.drawing.volumes.tensors import Tensor

FACT = "edges are drawn by the square root of their size"


def drawn_rows(found: Sequence[Tensor], room: tuple[float, float], theme: Theme) -> Drawing:
    """The tensors in as many rows as show them largest in a room (width, height in points)."""
    skips = buses(columns(found, theme))
    space = room[0] - GUTTER * 2 if len(skips) else room[0], room[1]
    chosen = plan(found, space, len(skips), theme)
    body = _body(chosen, groups_of(found), theme)
    kernels = KERNEL if any(kernel_of(t) for t in found if not t.flat) else ""
    return Drawing(body, tuple(keys(found, theme, kernels)), FACT)


def _body(chosen: Plan, shares: dict[Tensor, int], theme: Theme) -> Body:
    every = [column for row in chosen.rows for column in row]
    skips = buses(every)
    rows: list[list[Placed]] = []
    made: list[Line] = []
    items: list[Item] = []
    y = 0.0
    for row in chosen.rows:
        line = placed(row, 0, chosen.scales)
        blocks = [block for each in line for block in each.solids]
        lanes = lines(skips, row)
        low = y + lanes * LANE
        y = low + ABOVE - min(block.top for block in blocks)
        line = placed(row, y, chosen.scales)
        bottom = max(block.bottom for each in line for block in each.solids) + BELOW
        slots = heights([column.caption for column in row])
        items += _row(line, shares, chosen, theme)
        for each in line:
            items += written(each.column.caption, each.centre, bottom, slots)
        rows.append(line)
        made.append(Line(low, bottom + whole_height(slots)))
        y = made[-1].bottom + ROW_GAP
    width = max(map(row_width, rows))
    items += routed(rows, made, skips, width, theme)
    left, right = _margins(chosen, len(skips))
    return Body(left + width + right, made[-1].bottom, moved(items, left, 0))


def _margins(chosen: Plan, skips: int) -> tuple[float, float]:
    if len(chosen.rows) == 1:
        return 0, 0
    return GUTTER, GUTTER + (LANE * skips if skips else 0)


def _row(
    line: Sequence[Placed], shares: dict[Tensor, int], chosen: Plan, theme: Theme
) -> Iterator[Item]:
    for each in line:
        for tensor, block in zip(each.column.shown, each.solids, strict=True):
            colour = theme.families[tensor.kind]
            yield from faces(block, colour, theme, about(tensor))
            yield from split(block, shares.get(tensor, 1), colour.stroke)
    for before, after in pairwise(line):
        if before.column.run[-1] in after.column.run[0].reads:
            yield from connected(before, after, chosen.scales, theme)
    for i, each in enumerate(line):
        if each.column.flat:
            yield _units(each, line[max(0, i - 1) : i], line[i + 1 : i + 2], theme)
        else:
            yield from _numbers(each, theme)


def _units(each: Placed, left: Sequence[Placed], right: Sequence[Placed], theme: Theme) -> Label:
    """The number over a bar, out of the way of lines to a higher neighbour."""
    block = each.solids[0]
    number = Words(each.column.number, SMALL, color=theme.quiet)
    y = block.top - 7
    if any(other.solids[-1].top < block.top for other in left):
        return Label(block.x + 1, y, number, "start")
    if any(other.solids[0].top < block.top for other in right):
        return Label(block.right - 1, y, number, "end")
    return Label(block.x + (block.width + block.dx) / 2, y, number)


def _numbers(each: Placed, theme: Theme) -> Iterator[Item]:
    """The channels below a block, and its height and width beside the edge that recedes."""
    first, last = each.solids[0], each.solids[-1]
    number = Words(each.column.number, SMALL, color=theme.quiet)
    yield Label((first.x + last.x + last.width) / 2, last.bottom + 8, number)
    side = Words(each.column.side, SMALL, color=theme.quiet)
    yield Label(first.x + first.dx / 2 - 3, (first.y + first.top) / 2 - 4, side, "end")
