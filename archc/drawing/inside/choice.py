"""How far each subject is opened, and how the page is divided."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import ceil

from archc.drawing.flow.arrange import chain_of
from archc.drawing.flow.draw import READABLE, foldings
from archc.drawing.flow.layout import laid_out
from archc.drawing.flow.sheet import DENSITIES, checked
from archc.drawing.flow.structure import Split
from archc.drawing.flow.units import scopes
from archc.drawing.inside.diagram import Sketch, diagram
from archc.drawing.inside.find import Inside
from archc.drawing.inside.numbers import NUMBER_HEIGHT
from archc.drawing.inside.panel import (
    BELOW,
    GAP,
    NUMBERS_GAP,
    NUMBERS_WIDTH,
    PAD,
    Drawn,
    Plan,
    fitted_to,
)
from archc.drawing.inside.view import view_from
from archc.drawing.palette import Kind, Theme
from archc.drawing.picture.page import Body
from archc.drawing.view import View

Size = tuple[float, float]

FREE_SCALE = 1.25  # of drawings on a page as large as they need
NARROWEST = 380.0  # points of a panel on such a page
STEP, MOST_STEPS = 1.02, 150  # by how much larger pages are tried, and how often
# of the scale with numbers beside a drawing, what makes numbers below it preferred: with a strip
# there, and without
STRIP_WORTH, BELOW_WORTH = 0.85, 0.95
MOST_TRIED = 150  # boxes of a view that may still fit a panel


def opened(part: Inside, space: Size, told: Mapping[Kind, str], theme: Theme) -> Drawn:
    """The most open drawing that fits a space in points, best on one trunk.

    The one that comes nearest if none does.
    """
    best: tuple[float, Drawn] | None = None
    for folding in foldings(part.graph, "auto"):
        view = view_from(part, folding)
        if len(view.boxes) > READABLE and folding.depth:
            continue
        for drawn in _looks(part, checked(view), space, told, theme):
            if _fits(drawn.natural, space):
                return drawn
            scale = _scale(drawn.body, space)
            if best is None or scale > best[0]:
                best = scale, drawn
    assert best is not None
    return best[1]


def _looks(
    part: Inside, view: View, space: Size, told: Mapping[Kind, str], theme: Theme
) -> Iterator[Drawn]:
    """The view on one trunk with less and less in it, then so in columns."""
    few = DENSITIES if len(view.boxes) <= MOST_TRIED else DENSITIES[:1]
    for density in few:
        yield Drawn(part, view, density, diagram(view, theme, told, density))
    if _breaks(part, view):
        room = space[0], space[1] - NUMBER_HEIGHT - BELOW
        for density in few:
            body = laid_out(view, theme, room=room, density=density).body
            yield Drawn(part, view, density, Sketch(body))


def _breaks(part: Inside, view: View) -> bool:
    """Whether columns suit a view: a whole network, or a chain that no shortcut passes by."""
    root, _ = scopes(view)
    rows = chain_of(root.units, root.links).rows
    return not part.path or all(
        isinstance(row, int) or (isinstance(row, Split) and len(row.branches) > 1) for row in rows
    )


def _scale(body: Body, space: Size) -> float:
    return min(space[0] / body.width, space[1] / body.height)


def _fits(sketch: Sketch, space: Size) -> bool:
    """Whether there is room for the numbers too, below or beside."""
    (width, height), body = space, sketch.body
    below = body.width <= width and body.height <= height - NUMBER_HEIGHT - BELOW
    beside = body.width <= width - NUMBERS_WIDTH - NUMBERS_GAP and body.height <= height
    return below or (beside and sketch.lines > 0)


def planned(
    drawn: Sequence[Drawn], across: int, space: Size | None, *, strip: bool, titled: bool
) -> Plan:
    """The panels' size on a page that leaves a space in points; as large as needed if that is None.

    ``across`` of them stand side by side.
    """
    if space is None:
        width = max(NARROWEST, *(d.body.width * FREE_SCALE + 2 * PAD for d in drawn))
        plan = Plan(width, 0, False, FREE_SCALE, strip, titled, across)
        highest = max(d.body.height for d in drawn)
        return plan._replace(height=highest * FREE_SCALE - plan.room[1])
    plan = _planned(drawn, across, space, strip, titled)
    for _ in range(MOST_STEPS):
        if plan.scale >= 1:
            break
        space = space[0] * STEP, space[1] * STEP
        plan = _planned(drawn, across, space, strip, titled)
    return plan


def _planned(drawn: Sequence[Drawn], across: int, space: Size, strip: bool, titled: bool) -> Plan:
    """The numbers below, unless the drawings are much larger with these beside them."""
    rows = ceil(len(drawn) / across)
    width, height = (
        (side - GAP * (n - 1)) / n for side, n in zip(space, (across, rows), strict=True)
    )
    below, beside = (
        fitted_to(Plan(width, height, where, 0, strip, titled, across), drawn)
        for where in (False, True)
    )
    worth = STRIP_WORTH if strip else BELOW_WORTH
    return beside if below.scale < worth * beside.scale else below
