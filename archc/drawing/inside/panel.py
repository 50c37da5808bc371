"""One panel: a title, the drawing as large as its place allows, and the numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from archc.drawing.flow.arrange import Density
from archc.drawing.inside.diagram import Sketch, diagram
from archc.drawing.inside.find import Inside
from archc.drawing.inside.numbers import (
    NUMBER_HEIGHT,
    NUMBER_STEP,
    STRIP_HEIGHT,
    Columns,
    row,
    segments,
    strip,
)
from archc.drawing.inside.stretching import Growth
from archc.drawing.palette import Kind, Theme
from archc.drawing.picture.lettering import fitted, text_width
from archc.drawing.picture.page import Body
from archc.drawing.picture.scene import Item, Label, Rect, Words, moved
from archc.drawing.view import View

PAD, TITLE, GAP = 14.0, 34.0, 14.0  # points: around a panel's content; of its title; between panels
TITLE_SIZE, ARGS_SIZE, ARGS_GAP = 14.0, 10.0, 12.0
BELOW = 12.0  # from the drawing to what is below
NUMBERS_WIDTH, NUMBERS_GAP = 112.0, 16.0  # of numbers beside a drawing, and from it
COLUMN_HEIGHT = 3 * NUMBER_HEIGHT + 2 * NUMBER_STEP
LARGEST = 1.5  # how much a drawing is enlarged at most
FARTHEST = 56.0  # from a drawing to numbers beside it, more than NUMBERS_GAP
STRETCH = 1.4  # how much higher its lines may make it


@dataclass(frozen=True)
class Drawn:
    """A part's drawing at its natural size."""

    part: Inside
    view: View
    density: Density
    natural: Sketch

    @property
    def body(self) -> Body:
        return self.natural.body


class Plan(NamedTuple):
    """How all panels of a figure are divided: sizes in points, numbers below or beside."""

    width: float
    height: float
    beside: bool
    scale: float  # of the drawings
    strip: bool
    titled: bool
    across: int = 1  # panels side by side

    @property
    def room(self) -> tuple[float, float]:
        """What is left for a drawing."""
        width = self.width - 2 * PAD - (NUMBERS_WIDTH + NUMBERS_GAP if self.beside else 0)
        below = 0 if self.beside else NUMBER_HEIGHT + BELOW
        below += STRIP_HEIGHT + BELOW if self.strip else 0
        return width, self.height - self.top - below - PAD

    @property
    def top(self) -> float:
        return TITLE if self.titled else PAD


@dataclass(frozen=True)
class Figure:
    """What all panels have in common."""

    plan: Plan
    growth: Growth  # of the drawings, in their own points
    widest_body: float
    first: Inside  # that the others are compared with
    places: Columns
    most_channels: int  # channels of the longest strip
    told: Mapping[Kind, str]
    theme: Theme


def fitted_to(plan: Plan, drawn: Sequence[Drawn]) -> Plan:
    """The plan with the largest scale at which all drawings fit their places."""
    width, height = plan.room
    scales = [min(width / d.body.width, height / d.body.height) for d in drawn]
    return plan._replace(scale=min(*scales, LARGEST))


def growth(plan: Plan, drawn: Sequence[Drawn]) -> Growth:
    """How far all drawings are stretched, so that they fill their places and are equally high."""
    highest = max(d.body.height for d in drawn)
    height = min(plan.room[1] / plan.scale, STRETCH * highest)
    each = [(height - d.body.height) / d.natural.lines for d in drawn if d.natural.lines]
    return Growth(height, min(each, default=0))


def panel(drawn: Drawn, title: tuple[str, str], figure: Figure) -> Iterator[Item]:
    """The panel with its upper left corner at (0, 0), under a title and its quieter rest."""
    plan, theme = figure.plan, figure.theme
    yield Rect(0, 0, plan.width, plan.height, theme.tints[0], _edge(theme), radius=12)
    yield from _title(title, plan.width, theme)
    yield from _inside(drawn, figure)
    inner, low = plan.width - 2 * PAD, plan.height - PAD
    if not plan.beside:
        low -= NUMBER_HEIGHT
        yield from moved(row(drawn.part, figure.first, figure.places, theme), PAD, low)
    if plan.strip:
        low -= STRIP_HEIGHT
        if found := segments(drawn.part):
            yield from moved(strip(found, figure.most_channels, inner, theme), PAD, low)
    if plan.beside:
        x = plan.width - PAD - NUMBERS_WIDTH - _spare(figure) / 2
        numbers = row(drawn.part, figure.first, figure.places, theme)
        yield from moved(numbers, x, low - COLUMN_HEIGHT - (BELOW if plan.strip else 0))


def _inside(drawn: Drawn, figure: Figure) -> Iterator[Item]:
    """The drawing in the middle of its place."""
    plan, body = figure.plan, drawn.body
    if drawn.natural.lines:
        look = (figure.theme, figure.told, drawn.density)
        body = diagram(drawn.view, *look, figure.growth).body
    width, height = plan.room
    if plan.beside:
        width = figure.widest_body * plan.scale
    left = PAD + _spare(figure) / 2 + max(0.0, (width - body.width * plan.scale) / 2)
    top = plan.top + max(0.0, (height - body.height * plan.scale) / 2)
    yield from moved(body.items, left, top, plan.scale)


def _spare(figure: Figure) -> float:
    """What is free at both sides of drawings with numbers close beside them."""
    plan = figure.plan
    if not plan.beside:
        return 0
    return max(0.0, plan.room[0] - figure.widest_body * plan.scale - FARTHEST)


def _edge(theme: Theme) -> str:
    """Where the tint is the paper's own colour, a panel needs a frame."""
    return theme.frame if theme.tints[0] == theme.paper else "none"


def _title(words: tuple[str, str], width: float, theme: Theme) -> Iterator[Item]:
    room = width - 2 * PAD
    title = fitted(words[0], TITLE_SIZE, room, bold=True)
    if title:
        yield Label(PAD, TITLE / 2, Words(title, TITLE_SIZE, True, color=theme.ink), "start")
    at = PAD + text_width(title, TITLE_SIZE, True) + (ARGS_GAP if title else 0)
    args = _whole(words[1], PAD + room - at)
    if args:
        yield Label(at, TITLE / 2 + 1, Words(args, ARGS_SIZE, color=theme.quiet), "start")


def _whole(args: str, room: float) -> str:
    """As many whole arguments as fit."""
    kept, first = args, True
    while kept and text_width(kept + ("" if first else ", …"), ARGS_SIZE) > room:
        kept, first = kept.rpartition(", ")[0], False
    return kept if first or not kept else f"{kept}, …"
