"""The whole graph open in one column, with room in each group for the box that it folds to.

The page never lays anything out: it only takes strips away that no longer hold anything. So what
hangs beside a trunk hangs lower here than on a slide: below its source, wherever that ends.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from archc.drawing.flow.arrange import PAD, TITLE_GAP, TITLE_SIZE, Arranger, Laid, Side, group_title
from archc.drawing.flow.looks import Look, look_of
from archc.drawing.flow.pieces import ARROW, BUS
from archc.drawing.flow.routes import ASIDE, place_inside, route
from archc.drawing.flow.units import Scope, Unit, scopes
from archc.drawing.palette import Theme
from archc.drawing.picture.lettering import text_width
from archc.drawing.view import Box, Fold, Group, View

SIGN = 14.0  # points before a title for the sign that folds its group


class Column(NamedTuple):
    """Every unit in its place; ``folded``: how a group's unit looks as one box; sizes in points."""

    root: Scope
    folded: dict[Unit, Look]
    width: float
    height: float


@dataclass(eq=False)
class _Roomy(Arranger):
    """Makes each frame at least as large as its folded box, on both sides of its trunk."""

    boxes: dict[Group, Box] = field(default_factory=dict)
    folded: dict[Unit, Look] = field(default_factory=dict)

    def frame(self, unit: Unit, inner: Scope) -> None:
        super().frame(unit, inner)
        assert isinstance(unit.subject, Group)
        look = _with_sign(look_of(self.boxes[unit.subject], self.theme, compact=False))
        self.folded[unit] = look
        right = max(unit.width - unit.axis, look.width / 2)
        title = text_width(group_title(unit.subject), TITLE_SIZE, True)
        unit.axis = max(unit.axis, look.width / 2, PAD + SIGN + title + TITLE_GAP)
        unit.width = unit.axis + right
        unit.height = max(unit.height, look.height)


def one_column(view: View, boxes: dict[Group, Box], theme: Theme) -> Column:
    """The view laid out; ``boxes`` are those that its groups fold to."""
    arranger = _Roomy(theme, "full", boxes=boxes)
    root, _ = scopes(view)
    laid = arranger.scope(root)
    laid.stack.place(laid.stack.left, 0)
    width, height = _hang(laid)
    place_inside(root, arranger)
    route(root, arranger)
    return Column(root, arranger.folded, width, height)


def _with_sign(look: Look) -> Look:
    """A folded box with room for the sign that unfolds it, and as much on the other side."""
    header = look.lines[0]
    needed = text_width(header.text, header.size, header.bold) + 2 * (PAD + SIGN)
    return look._replace(width=max(look.width, needed))


def folded_boxes(children: list[Box | Group], title: str = "") -> Iterator[tuple[Group, Box]]:
    """For each group the box that stands for it when it is folded."""
    for child in children:
        if isinstance(child, Group):
            item = child.item
            whole = item.repeated and child.path == item.path
            place = next((i for i, part in enumerate(item.parts) if _path(part) == child.path), 0)
            parts = tuple(item.parts if whole else item.parts[place : place + 1])
            inside = title and not (item.repeated and not whole)
            local = child.path.removeprefix(f"{title}.") if inside else child.path
            yield child, Box(child.path, Fold(item, parts), child.nodes, item, local)
            yield from folded_boxes(child.children, "" if whole else child.path)


def _path(part: object) -> str:
    return str(getattr(part, "path", ""))


def _hang(laid: Laid) -> tuple[float, float]:
    """Place what hangs to the side; the size of it all."""
    stack = laid.stack
    width = stack.left + stack.right
    left, free = width + ARROW + ASIDE, 0.0
    for side in laid.sides:
        side.lane = stack.left + stack.right + ASIDE
        side.stack.place(left + side.stack.left, max(_beside(side), free))
        free = side.stack.y + side.stack.height + ARROW
        width = max(width, left + side.stack.left + side.stack.right)
    return width, max(stack.height, free - ARROW)


def _beside(side: Side) -> float:
    """The upper end: beside a box, or below a group, which ends higher once it is folded."""
    source, first = side.source, side.stack.rows[0]
    if source.look is not None and isinstance(first, Unit) and first.look is not None:
        return max(0.0, source.y + source.height / 2 - first.height / 2)
    return source.y + source.height + BUS + ARROW
