"""A view with everything in its place: the drawing of the graph style, without its page."""

from __future__ import annotations

from typing import NamedTuple

from archc.drawing.flow.arms import arms
from archc.drawing.flow.arrange import Arranger, Density, Laid
from archc.drawing.flow.clashes import Area, clashing
from archc.drawing.flow.columns import GUTTER, TURN, Column, columns
from archc.drawing.flow.paint import painted
from archc.drawing.flow.pieces import ARROW, TRACK, units_in
from archc.drawing.flow.portions import portioned, rejoined
from archc.drawing.flow.routes import hang, place_inside, route
from archc.drawing.flow.turns import crossings, turn
from archc.drawing.flow.units import Link, Scope, scopes
from archc.drawing.palette import Theme
from archc.drawing.picture.page import Body
from archc.drawing.view import Edge, View

FOOT = 12.0  # below the columns: for lines that turn there, and shapes


class Layout(NamedTuple):
    """A drawing within its borders.

    ``crossings`` of its lines lead past whole columns; ``skips``: it has lines from arm to arm.
    """

    body: Body
    crossings: int = 0
    skips: bool = False


def laid_out(
    view: View, theme: Theme, *, room: tuple[float, float] | None, density: Density = "full"
) -> Layout:
    """The view in columns that fit a room of a width and height in points best.

    A scope in which a line would cross a box is laid out anew, in ranks.
    """
    tangled: set[str] = set()
    while True:
        arranger = Arranger(theme, density, tangled=frozenset(tangled))
        placed = _placed(view, arranger, room)
        clashes = set(clashing(placed.root, placed.page))
        if clashes <= tangled:
            items = tuple(painted(placed.root, placed.routes, theme, density))
            body = Body(placed.width, placed.height, items)
            return Layout(body, placed.crossings, placed.skips)
        tangled |= clashes


class _Placed(NamedTuple):
    root: Scope
    routes: dict[Edge, list[Link]]
    width: float
    height: float
    crossings: int = 0
    skips: bool = False

    @property
    def page(self) -> Area:
        """Where lines may run: a little beyond what stands there."""
        return Area(-ARROW, -ARROW, self.width + ARROW, self.height + ARROW)


def _placed(view: View, arranger: Arranger, room: tuple[float, float] | None) -> _Placed:
    root, routes = scopes(view)
    laid = arranger.scope(root)
    if room is not None and (shape := arms(laid.stack, root, arranger)):
        width, height = shape.place()
        shape.route(root.links)
        return _Placed(root, routes, width, height, skips=True)
    if room is not None and (broken := portioned(view, laid.stack, arranger, room)):
        laid = arranger.scope(scopes(broken)[0])
        held = [{u.subject for u in units_in(c.stack)} for c in columns(laid, room)]
        root, routes = scopes(rejoined(broken, held))
        laid = arranger.scope(root)
    made = columns(laid, room)
    far = crossings(made, root)
    width, height = _place(made, TURN + TRACK * far if len(made) > 1 else 0)
    place_inside(root, arranger)
    turn(made, root)
    route(root, arranger)
    return _Placed(root, routes, width, height, far)


def _place(made: list[Column], above: float) -> tuple[float, float]:
    """Put the columns beside each other, with room ``above`` for lines; the size of it all."""
    x, top = 0.0, above
    height = 0.0
    for column in made:
        column.stack.place(x + column.left, top)
        right = x + column.stack.left + column.stack.right
        hang(Laid(column.stack, column.sides), right, top, top + column.height)
        height = max(height, column.low)
        x += column.width + GUTTER
    return x - GUTTER, height + (FOOT if len(made) > 1 else 0)
