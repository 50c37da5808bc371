"""The lines between columns: through the gutter to the next, and above all others to a later one."""

from __future__ import annotations

from collections.abc import Iterator

from archc.drawing.flow.columns import GUTTER, TURN, Column
from archc.drawing.flow.pieces import ARROW, BUS, LANE, TRACK, units_in
from archc.drawing.flow.routes import end, entered_aside, side_of, start
from archc.drawing.flow.units import Link, Scope, Unit
from archc.drawing.picture.scene import Point


def crossings(made: list[Column], root: Scope) -> int:
    """How many lines lead past a whole column."""
    return sum(1 for _ in _far(root, _homes(made)))


def turn(made: list[Column], root: Scope) -> None:
    """Give the links between columns, and those beside a column's rows, their points."""
    homes = _homes(made)
    for column in made:
        x = column.stack.axis_x - column.left + column.width - LANE / 2
        for lane in column.lanes:
            lane.points = list(_beside(lane, x))
            x -= LANE
    near = [link for link in root.links if _columns_on(link, homes) == 1]
    far = list(_far(root, homes))
    slots = _slots(made, near, far, homes)
    for link in near:
        link.points = list(_next(link, made, homes[link.source], slots))
    for number, link in enumerate(far):
        link.points = list(_over(link, made, homes, slots, number))


def _slots(
    made: list[Column], near: list[Link], far: list[Link], homes: dict[Unit, int]
) -> dict[tuple[Link, int], float]:
    """The x of every line in every gutter that it runs down or up in: side by side."""
    running: dict[int, list[Link]] = {}
    for link in far:
        running.setdefault(homes[link.source], []).append(link)
    for link in near:
        running.setdefault(homes[link.source], []).append(link)
    for link in far:
        running.setdefault(homes[link.target] - 1, []).append(link)
    slots: dict[tuple[Link, int], float] = {}
    for gutter, links in running.items():
        step = min(TRACK, (GUTTER - ARROW) / max(len(links) - 1, 1))
        x = _gutter(made, gutter) - step * (len(links) - 1) / 2
        for link in links:
            slots[link, gutter] = x
            x += step
    return slots


def _homes(made: list[Column]) -> dict[Unit, int]:
    return {unit: i for i, column in enumerate(made) for unit in units_in(column.stack)}


def _columns_on(link: Link, homes: dict[Unit, int]) -> int:
    """How many columns a line leads on."""
    known = link.source in homes and link.target in homes
    return homes[link.target] - homes[link.source] if known else 0


def _far(root: Scope, homes: dict[Unit, int]) -> Iterator[Link]:
    """The links that lead past a whole column."""
    return (link for link in root.links if _columns_on(link, homes) > 1)


def _gutter(made: list[Column], index: int) -> float:
    column = made[index]
    return column.stack.axis_x - column.left + column.width + GUTTER / 2


def _leave(link: Link, column: Column, gutter: float) -> Iterator[Point]:
    """From a unit to the gutter at its right: from its side where nothing stands beside it."""
    unit = link.source
    side = side_of(unit)
    last = column.stack.rows[-1] is unit
    if side is not None and last and not column.sides and not _entered_there(unit, column):
        yield side
        yield gutter, side[1]
        return
    x, y = start(link)
    low = column.low + TURN if last else unit.y + unit.height + BUS
    yield x, y
    yield x, low
    yield gutter, low


def _entered_there(unit: Unit, column: Column) -> bool:
    """Whether a line that passed the rows above comes in at a unit's right side."""
    beside = unit in entered_aside(column.stack)
    return beside or any(lane.target is unit for lane in column.lanes)


def _arrive(link: Link, column: Column, gutter: float) -> Iterator[Point]:
    """From the gutter at a unit's left into it: into its side where nothing stands before it."""
    unit = link.target
    first = column.stack.rows[0] is unit
    if _from_left(unit):
        middle = unit.y + unit.height / 2
        if not first:
            middle += ARROW / 2  # below the line that comes in above
        yield gutter, middle
        yield unit.x, middle
        return
    tx, ty = end(link, gutter)
    yield gutter, ty - ARROW + 2
    yield tx, ty - ARROW + 2
    yield tx, ty


def _from_left(unit: Unit) -> bool:
    """Whether a line may enter at the left side: of a box, but not of a frame or a sum."""
    return unit.look is not None and not unit.look.sign


def _next(
    link: Link, made: list[Column], index: int, slots: dict[tuple[Link, int], float]
) -> Iterator[Point]:
    gutter = slots[link, index]
    yield from _leave(link, made[index], gutter)
    yield from _arrive(link, made[index + 1], gutter)


def _over(
    link: Link,
    made: list[Column],
    homes: dict[Unit, int],
    slots: dict[tuple[Link, int], float],
    number: int,
) -> Iterator[Point]:
    """Up the gutter after the source, above all columns, and down the one before the target."""
    here, there = homes[link.source], homes[link.target]
    leave, arrive = slots[link, here], slots[link, there - 1]
    above = made[0].stack.y - TURN - TRACK * (1 + number)
    yield from _leave(link, made[here], leave)
    yield leave, above
    if made[there].stack.rows[0] is link.target and not _from_left(link.target):
        tx, ty = end(link, arrive)
        yield tx, above
        yield tx, ty
        return
    yield arrive, above
    yield from _arrive(link, made[there], arrive)


def _beside(link: Link, x: float) -> Iterator[Point]:
    sx, sy = start(link)
    leave = link.source.y + link.source.height + BUS
    yield sx, sy
    yield sx, leave
    yield x, leave
    side = side_of(link.target)
    if side is not None:
        yield x, side[1]
        yield side
        return
    tx, ty = end(link, x)
    yield x, ty - ARROW
    yield tx, ty - ARROW
    yield tx, ty
