"""Placed units and routed links as the items of a scene."""

from __future__ import annotations

from collections.abc import Iterator

from archc.analysis.words import counted, dimensions, plain, short
from archc.drawing.flow.arrange import (
    LABEL_X,
    PAD,
    TITLE,
    TITLE_SIZE,
    Density,
    group_title,
    shape_label,
)
from archc.drawing.flow.looks import RADIUS, SIGN_GAP, SMALL, cost_of, result_of
from archc.drawing.flow.pieces import LABEL_GAP
from archc.drawing.flow.units import Link, Scope, Unit
from archc.drawing.palette import Theme
from archc.drawing.picture.scene import About, Disc, Item, Label, Point, Rect, Route, Words
from archc.drawing.view import Box, Edge, Group
from archc.drawing.words import after_layer
from archc.graph.graph import Layer

FRAME_RADIUS = 10.0
BELOW = 7.5  # from a box's lower end to the middle of a shape below it
LATEST = 60  # lines from the same box that a line is compared with
JUNCTION = 2.4  # radius of the dot where a shortcut leaves a trunk


def painted(
    root: Scope, routes: dict[Edge, list[Link]], theme: Theme, density: Density
) -> Iterator[Item]:
    """Frames first, then edges, then boxes and words."""
    yield from _frames(root, theme, 0)
    drawn: set[tuple[Box, Box]] = set()
    prefixes: dict[Box, list[list[Point]]] = {}
    for edge, links in routes.items():
        if (edge.source, edge.target) not in drawn:
            drawn.add((edge.source, edge.target))
            yield from _edge(edge, links, prefixes.setdefault(edge.source, []), theme)
    yield from _boxes(root, theme)
    if density == "full":
        yield from _shapes(root, theme)


def _frames(scope: Scope, theme: Theme, level: int) -> Iterator[Item]:
    for unit in scope.units:
        group = unit.subject
        if unit.inner is None or not isinstance(group, Group):
            continue
        yield Rect(
            unit.x, unit.y, unit.width, unit.height,
            theme.tints[level % 2] if not level % 2 else theme.card, theme.frame,
            radius=FRAME_RADIUS, line_width=1, dashed=group.training_only,
            copies=min(group.times - 1, 2), about=About(group.path, tuple(_group_tip(group))),
        )  # fmt: skip
        title = Words(group_title(group), TITLE_SIZE, True, color=theme.ink)
        yield Label(unit.x + PAD, unit.y + TITLE / 2 + 1, title, "start")
        cost = Words(unit.caption, SMALL, color=theme.quiet)
        if cost.text:
            yield Label(unit.x + unit.width - PAD, unit.y + TITLE / 2 + 1, cost, "end")
        yield from _frames(unit.inner, theme, level + 1)


def _group_tip(group: Group) -> Iterator[str]:
    yield group.path + (f" × {group.times}" if group.times > 1 else "")
    cost = cost_of(group)
    yield f"{counted(cost.params, 'parameter')}, {short(cost.macs)} MACs"
    if note := plain(group.item.spec.note):
        yield note


def _boxes(scope: Scope, theme: Theme) -> Iterator[Item]:
    for unit in scope.units:
        if unit.inner is not None:
            yield from _boxes(unit.inner, theme)
        elif not unit.port:
            yield from _box(unit, theme)


def _box(unit: Unit, theme: Theme) -> Iterator[Item]:
    box, look = unit.box, unit.look
    assert look is not None
    colour = theme.families[look.kind]
    about = About(box.path, tuple(tip(box)))
    if look.sign:
        x, y = unit.x + unit.axis, unit.y + unit.height / 2
        yield Disc(x, y, RADIUS, colour.fill, colour.stroke, look.lines[0], about)
        if look.lines[1].text:
            yield Label(x - RADIUS - SIGN_GAP, y, look.lines[1], "end")
        return
    yield Rect(
        unit.x, unit.y, unit.width, unit.height, colour.fill, colour.stroke, look.lines,
        dashed=colour.dashed or box.training_only, header=colour.header if look.header else "",
        header_height=look.header, copies=min(box.times - 1, 2), about=about,
    )  # fmt: skip


def tip(box: Box) -> Iterator[str]:
    """What a pointer over a box is told."""
    yield box.path
    if isinstance(box.subject, Layer):
        after = after_layer(box.subject)
        yield plain(box.subject.node.label) + (f", {after}" if after else "")
    node = result_of(box)
    if node is not None:
        yield dimensions(node.shape)
    cost = cost_of(box)
    if cost.params or cost.macs:
        yield f"{counted(cost.params, 'parameter')}, {short(cost.macs)} MACs"
    if box.item is not None and (note := plain(box.item.spec.note)):
        yield note


def _edge(edge: Edge, links: list[Link], before: list[list[Point]], theme: Theme) -> Iterator[Item]:
    """The edge's line, without what an earlier edge from the same box has drawn already."""
    points = [point for link in links for point in link.points]
    rest = min((own_part(points, other) for other in before[-LATEST:]), key=len, default=points)
    before.append(points)
    aside = edge.source.training_only or edge.target.training_only
    shortcut = edge.shortcut or any(link.skip for link in links)
    color = theme.shortcut if shortcut else theme.edge
    about = About(f"{edge.source.path} -> {edge.target.path}")
    if edge.shortcut and rest is not points:
        yield Disc(*rest[0], JUNCTION, theme.edge, theme.edge, Words(""))
    elif rest is not points:
        rest = _joined(points, rest)
    yield Route(
        tuple(rest), color, 2 if shortcut else 1.2,
        dashed=aside or edge.shortcut == "projection", about=about,
    )  # fmt: skip


def _joined(points: list[Point], rest: list[Point]) -> list[Point]:
    """The rest of a line with the piece before it, so that its corner leaves the other smoothly."""
    cut = len(points) - len(rest)
    before = cut - 1 if _same(rest[0], points[cut]) else cut
    return [points[before], *rest] if before >= 0 else rest


def own_part(points: list[Point], other: list[Point]) -> list[Point]:
    """A line from where it leaves another that starts at the same point."""
    count = 0
    while count < min(len(points), len(other)) - 1 and _same(points[count], other[count]):
        count += 1
    if not count:
        return points
    at, own, theirs = points[count - 1], points[count], other[count]
    if _same(own, theirs):
        return points[count - 1 :]
    for axis in (0, 1):
        across = 1 - axis
        a, b = own[axis] - at[axis], theirs[axis] - at[axis]
        if abs(own[across] - at[across]) + abs(theirs[across] - at[across]) < 0.01 and a * b > 0:
            return points[count:] if abs(a) <= abs(b) else [theirs, *points[count:]]
    return points[count - 1 :]


def _same(a: Point, b: Point) -> bool:
    return abs(a[0] - b[0]) + abs(a[1] - b[1]) < 0.01


def _shapes(scope: Scope, theme: Theme) -> Iterator[Item]:
    """Shapes beside lines, and below a column's last box, whose line leaves to the next column."""
    for link in scope.links:
        words = Words(shape_label(link, scope.links), SMALL, color=theme.quiet)
        (x, y), (end_x, end_y), unit = link.points[0], link.points[-1], link.source
        if not words.text:
            continue
        if len(link.points) == 2 and x == end_x and end_y - y > LABEL_GAP - 1:
            yield Label(x + LABEL_X, (y + end_y) / 2 - 1, words, "start")
        elif len(link.points) > 2 and x == unit.x + unit.width:
            yield Label(unit.x + unit.axis, unit.y + unit.height + BELOW, words)
    for unit in scope.units:
        if unit.inner is not None:
            yield from _shapes(unit.inner, theme)
