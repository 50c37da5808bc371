"""Blocks too high for a column, drawn in several frames."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from math import ceil, sqrt

from archc.drawing.flow.arrange import Arranger
from archc.drawing.flow.pieces import Stack, units_in
from archc.drawing.flow.units import Unit
from archc.drawing.view import Box, Group, View
from archc.graph.graph import Item

HIGHEST, PORTION = 1.05, 0.5  # of a column: the highest block kept whole, and a portion of another
SPREAD = 1.3  # columns are not filled to the last point


def portioned(
    view: View, trunk: Stack, arranger: Arranger, room: tuple[float, float]
) -> View | None:
    """The view with its high blocks broken into portions; None where there are none.

    A block is broken only where a single value leads on.
    """
    units = {unit.subject: unit for unit in units_in(trunk)}
    area = sum(unit.width * unit.height for unit in units.values())
    column = max(room[1], sqrt(area * SPREAD * room[1] / room[0]))
    top: list[Box | Group] = []
    for child in view.top:
        unit = units.get(child)
        if isinstance(child, Group) and unit is not None and unit.height > HIGHEST * column:
            count = ceil(unit.height / (PORTION * column))
            top += _broken(child, _ends(unit, child, arranger, count))
        else:
            top.append(child)
    return replace(view, top=top) if len(top) > len(view.top) else None


def _ends(unit: Unit, group: Group, arranger: Arranger, count: int) -> list[int]:
    """After which of the group's children its portions end, evenly as far as may be."""
    assert unit.inner is not None
    alone = {row.subject for row in arranger.laid[unit.inner].stack.rows if isinstance(row, Unit)}
    size = len(group.children)
    allowed = [i + 1 for i, child in enumerate(group.children[:-1]) if child in alone]
    wanted = [i * size / count for i in range(1, count)]
    chosen = {min(allowed, key=lambda end: abs(end - each)) for each in wanted if allowed}
    return [*sorted(chosen), size]


def _broken(group: Group, ends: list[int]) -> Iterator[Group]:
    begin = 0
    for number, end in enumerate(ends, 1):
        yield _portion(group, group.children[begin:end], number, len(ends))
        begin = end


def _portion(group: Group, children: list[Box | Group], number: int, count: int) -> Group:
    whole = group.path.partition(":")[0]
    if count == 1:
        return replace(group, path=whole, children=children, portion="")
    portion = f"{number} of {count}"
    return replace(group, path=f"{whole}:{number}", children=children, portion=portion)


def rejoined(view: View, columns: Sequence[Collection[object]]) -> View:
    """The view with portions of a block that came to stand in one column in one frame again."""
    home = {subject: i for i, column in enumerate(columns) for subject in column}
    top: list[Box | Group] = []
    for child in view.top:
        last = top[-1] if top else None
        if _one_frame(last, child) and home[last] == home[child]:
            assert isinstance(last, Group) and isinstance(child, Group)
            top[-1] = replace(last, children=[*last.children, *child.children])
            home[top[-1]] = home[child]
        else:
            top.append(child)
    count: Counter[Item] = Counter(c.item for c in top if isinstance(c, Group) and c.portion)
    number: Counter[Item] = Counter()
    for i, child in enumerate(top):
        if isinstance(child, Group) and child.portion:
            number[child.item] += 1
            top[i] = _portion(child, child.children, number[child.item], count[child.item])
    return replace(view, top=top)


def _one_frame(last: Box | Group | None, child: Box | Group) -> bool:
    """Whether two neighbours are portions of one block."""
    if not isinstance(last, Group) or not isinstance(child, Group):
        return False
    return bool(last.portion and child.portion) and last.item is child.item
