"""The lines between units that have their places: straight down, or round corners in free lanes.

No line crosses a unit: branches leave from and meet in lines across the gap above and below them,
and what passes by runs in a lane beside.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from archc.drawing.flow.arrange import Arranger, Laid, Side
from archc.drawing.flow.pieces import ARROW, BUS, TRACK, Fork, Mesh, Stack, units_in
from archc.drawing.flow.units import Link, Scope, Unit
from archc.drawing.picture.scene import Point

ASIDE = 8.0  # between a trunk and what hangs beside it, and the arrow's length


def route(scope: Scope, arranger: Arranger) -> None:
    """Give every link of a scope, and of those inside it, its points."""
    laid = arranger.laid[scope]
    nest = _Nest()
    nest.stack(laid.stack, ())
    for side in laid.sides:
        nest.stack(side.stack, ())
    hung = {unit: side for side in laid.sides for unit in units_in(side.stack)}
    for link in scope.links:
        if not link.points:
            link.points = list(_points(link, nest, hung))
    for unit in scope.units:
        if unit.inner is not None:
            route(unit.inner, arranger)


class _Nest:
    """In which branches of which forks each unit stands, and what runs in lanes and meshes."""

    def __init__(self) -> None:
        self.path: dict[Unit, tuple[Stack, ...]] = {}
        self.lane: dict[Link, Fork] = {}
        self.mesh: dict[Link, Mesh] = {}
        self.beside: set[Unit] = set()
        self.passed: set[Unit] = set()  # what lines that pass other rows enter at the right side

    def stack(self, stack: Stack, path: tuple[Stack, ...], beside: bool = False) -> None:
        self.passed |= set(entered_aside(stack))
        for row in stack.rows:
            if isinstance(row, Unit):
                self.path[row] = path
                if beside:
                    self.beside.add(row)
            elif isinstance(row, Mesh):
                self.path |= dict.fromkeys(row.rank, path)
                self.mesh |= dict.fromkeys(row.links, row)
            else:
                self.lane |= dict.fromkeys(row.lanes, row)
                for branch in row.branches:
                    aside = row.main is not None and branch is not row.main
                    self.stack(branch, (*path, branch), aside)


def start(link: Link) -> Point:
    """Where a link leaves its source: at the lower end, on its axis or at the value's port."""
    unit = link.source
    if unit.port:
        return unit.x, unit.y
    if unit.inner is not None:
        ports = [
            unit.inner.outs[edge.source] for edge in link.edges if edge.source in unit.inner.outs
        ]
        if ports:
            return ports[0].x, unit.y + unit.height
    return unit.x + unit.axis, unit.y + unit.height


def end(link: Link, from_x: float) -> Point:
    """Where a link meets its target: at the upper end; straight down where that is a bar."""
    unit = link.target
    if unit.port:
        return unit.x, unit.y + unit.height
    if unit.inner is not None:
        ports = [
            unit.inner.ins[edge.source] for edge in link.edges if edge.source in unit.inner.ins
        ]
        if ports:
            return ports[0].x, unit.y
    inside = unit.x + 6 <= from_x <= unit.x + unit.width - 6
    if unit.bar and inside:
        return from_x, unit.y
    return unit.x + unit.axis, unit.y


def side_of(unit: Unit) -> Point | None:
    """The middle of a box's right side; None where only the upper end may be entered."""
    if unit.look is None:
        return None
    return unit.x + unit.width, unit.y + unit.height / 2


def entered_aside(stack: Stack) -> Iterator[Unit]:
    """The units below a fork, which lines beside its trunk enter at the right side."""
    for above, unit in pairwise(stack.rows):
        if isinstance(above, Fork) and above.main is not None and isinstance(unit, Unit):
            yield unit


def _points(link: Link, nest: _Nest, hung: dict[Unit, Side]) -> Iterator[Point]:
    if link in nest.mesh:
        yield from _through_mesh(link, nest.mesh[link])
    elif link in nest.lane:
        yield from _by_lane(link, nest.lane[link].lane_x[link])
    elif link.target in hung and link.source not in hung:
        yield from _aside(link, hung[link.target].lane, link.source in nest.passed)
    else:
        yield from _down(link, nest)


def _down(link: Link, nest: _Nest) -> Iterator[Point]:
    x, y = start(link)
    tx, ty = end(link, x)
    source, target = link.source, link.target
    x = _spread(source, x, tx)
    yield x, y
    side = side_of(target) if source in nest.beside and target not in nest.beside else None
    if side is not None and x > side[0]:
        yield x, side[1]
        yield side
        return
    if abs(x - tx) > 0.01:
        if len(nest.path[target]) > len(nest.path[source]):  # outwards, to a branch
            bus = source.y + source.height + BUS
        else:
            bus = target.y if target.port else target.y - ARROW
        yield x, bus
        yield tx, bus
    yield tx, ty


def _spread(unit: Unit, x: float, to_x: float) -> float:
    """Where a line to ``to_x`` leaves: straight above it, where the unit is a bar as wide."""
    inside = unit.x < to_x < unit.x + unit.width
    return to_x if unit.spread and inside else x


def _by_lane(link: Link, lane: float) -> Iterator[Point]:
    x, y = start(link)
    x = _spread(link.source, x, lane)
    yield x, y
    leave = link.source.y + link.source.height + BUS
    yield x, leave
    yield lane, leave
    side = side_of(link.target)
    if side is not None and not link.target.bar and lane > side[0]:
        yield lane, side[1]
        yield side
        return
    tx, ty = end(link, lane)
    if abs(tx - lane) > 0.01:
        across = link.target.y if link.target.port else ty - ARROW
        yield lane, across
        yield tx, across
    yield tx, ty


def _through_mesh(link: Link, mesh: Mesh) -> Iterator[Point]:
    """By the tracks between ranks; to and from what is outside by the line below or above that."""
    first, last = mesh.ends(link)
    x, y = start(link)
    tx, ty = end(link, x)
    above = link.target.y if link.target.port else ty - ARROW
    leave = (
        _track(link, mesh, first + 1) if first >= 0 else link.source.y + link.source.height + BUS
    )
    arrive = _track(link, mesh, last) if last < len(mesh.ranks) else above
    yield x, y
    if link in mesh.lane_x:
        lane = mesh.lane_x[link]
        yield x, leave
        yield lane, leave
        yield lane, arrive
        yield tx, arrive
    elif abs(x - tx) > 0.01:
        across = arrive if last == len(mesh.ranks) else leave
        yield x, across
        yield tx, across
    yield tx, ty


def _track(link: Link, mesh: Mesh, channel: int) -> float:
    return mesh.channel_y[channel] + TRACK * mesh.channels[channel][link]


def _aside(link: Link, lane: float, passed: bool) -> Iterator[Point]:
    """To what hangs beside the trunk, by the lane between: from a box's free side, else from below it."""
    side = None if passed else side_of(link.source)
    target = link.target
    if side is not None:
        yield side
        yield lane, side[1]
    else:
        x, y = start(link)
        below = -2 if link.source.port else BUS  # next to nothing is free below a port
        leave = link.source.y + link.source.height + below
        yield x, y
        yield x, leave
        yield lane, leave
    if target.look is not None and not target.look.sign:
        middle = target.y + target.height / 2
        yield lane, middle
        yield target.x, middle
        return
    tx, ty = end(link, lane)
    yield lane, ty - ARROW
    yield tx, ty - ARROW
    yield tx, ty


def place_inside(scope: Scope, arranger: Arranger) -> None:
    """Place what stands in the groups of a scope whose own units have their places."""
    from archc.drawing.flow.arrange import PAD, TITLE

    for unit in scope.units:
        if unit.inner is None:
            continue
        laid = arranger.laid[unit.inner]
        top = unit.y + (0 if unit.inner.ins else TITLE)
        laid.stack.place(unit.x + unit.axis, top)
        _level_ports(unit, unit.inner)
        right, low = unit.x + unit.axis + laid.stack.right, unit.y + unit.height - PAD
        hang(laid, right, unit.y + TITLE, low)
        place_inside(unit.inner, arranger)


def _level_ports(unit: Unit, inner: Scope) -> None:
    """Ports stand in the frame, wherever their branches begin and end."""
    for port in inner.ins.values():
        port.y = unit.y
    for port in inner.outs.values():
        port.y = unit.y + unit.height - port.height


def hang(laid: Laid, x: float, top: float, bottom: float) -> None:
    """Place what hangs to the side from ``x`` on: beside its source, and above ``bottom`` if it can."""
    left, free = x + ARROW + ASIDE, top - ARROW
    low = bottom - sum(side.room for side in laid.sides)
    for side in laid.sides:
        stack, source = side.stack, side.source
        beside = source.y + source.height / 2 - stack.height / 2
        y = max(free, min(beside - side.above, low)) + side.above
        low += side.room
        side.lane = x + ASIDE
        stack.place(left + stack.left, y)
        free = y + stack.height
