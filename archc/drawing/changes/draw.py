"""Two networks side by side: the old one with what goes, the new one with what comes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from archc.analysis.difference import Difference, Mark
from archc.analysis.difference_page import page as words_of
from archc.drawing.changes.marks import annotate, marked, marks_of, outlines, phrases
from archc.drawing.flow.draw import foldings
from archc.drawing.flow.layout import laid_out
from archc.drawing.flow.sheet import DENSITIES, MOST_TRIED, checked
from archc.drawing.folding import view_of
from archc.drawing.palette import Theme
from archc.drawing.picture.facts import paper
from archc.drawing.picture.lettering import fitted
from archc.drawing.picture.page import SMALLEST, Body, Heading, Key, page, room
from archc.drawing.picture.scene import Item, Label, Rect, Scene, Words, moved
from archc.drawing.words import title_of
from archc.graph.graph import Graph

MOST = 60  # boxes of one of the two
PANEL_GAP, PAD, TITLE = 14.0, 14.0, 40.0  # between the panels; inside one, around and above
TITLE_SIZE, FACT_SIZE = 13.0, 10.0
LARGEST, SPARE = 1.25, 12.0
MARKS: tuple[Mark, ...] = ("added", "removed", "changed")


class Half(NamedTuple):
    """One network's drawing, with its marks."""

    graph: Graph
    body: Body
    marks: dict[str, Mark]


def changes(
    difference: Difference, theme: Theme, aspect: float, *, optimised: bool = False
) -> Scene:
    """The page; both networks are opened as far as fits, and what is kept is faded.

    ``optimised``: the new network is what passes made of the old one, and is told of as that.
    """
    width, height = room(aspect, 2, 1)
    space = ((width - PANEL_GAP) / 2 - 2 * PAD, height - TITLE - PAD - SPARE)
    told = phrases(difference, optimised)
    halves = [
        _half(difference.old, difference.old_marks, {}, theme, space),
        _half(difference.new, difference.new_marks, told, theme, space),
    ]
    inner = (
        max(space[0] * SMALLEST, *(half.body.width for half in halves)),
        max(space[1] * SMALLEST, *(half.body.height for half in halves)),
    )
    items: list[Item] = []
    for number, half in enumerate(halves):
        x = number * (inner[0] + 2 * PAD + PANEL_GAP)
        items += _renamed(_panel(half, x, inner, theme), ("old:", "new:")[number])
    whole = Body(2 * (inner[0] + 2 * PAD) + PANEL_GAP, inner[1] + TITLE + PAD, tuple(items))
    words = words_of(difference)
    title = _before_and_after(difference) if optimised else words.heading
    heading = Heading(title, tuple(part.strip() for part in words.summary.split(";")))
    found = {mark for half in halves for mark in half.marks.values()}
    return page(difference.new.name, heading, whole, list(_keys(found, theme)), theme, aspect)


def _before_and_after(difference: Difference) -> str:
    return f"{title_of(difference.old)}, optimized: before and after"


def _half(
    graph: Graph,
    given: Mapping[str, Mark],
    told: Mapping[str, Sequence[str]],
    theme: Theme,
    space: tuple[float, float],
) -> Half:
    """The most open drawing that fits; the most folded one if none does."""
    best: Half | None = None
    for folding in foldings(graph, "each"):  # equal blocks may be marked otherwise
        view = checked(view_of(graph, folding))
        if len(view.boxes) > MOST and folding.depth:
            continue
        marks = marks_of(view, given)
        annotate(view, told)
        for density in DENSITIES if len(view.boxes) <= MOST_TRIED else DENSITIES[:1]:
            body = laid_out(view, theme, room=space, density=density).body
            best = Half(graph, body, marks)
            if body.width <= space[0] and body.height <= space[1]:
                return best
    assert best is not None
    return best


def _panel(half: Half, x: float, inner: tuple[float, float], theme: Theme) -> Iterator[Item]:
    graph, body = half.graph, half.body
    width, height = inner[0] + 2 * PAD, inner[1] + TITLE + PAD
    yield Rect(x, 0, width, height, theme.tints[0], radius=12)
    title = fitted(title_of(graph), TITLE_SIZE, inner[0], bold=True)
    yield Label(x + PAD, 15, Words(title, TITLE_SIZE, True, color=theme.ink), "start")
    if words := fitted(paper(graph), FACT_SIZE, inner[0]):
        yield Label(x + PAD, 30, Words(words, FACT_SIZE, color=theme.quiet), "start")
    scale = min(inner[0] / body.width, inner[1] / body.height, LARGEST)
    left = x + PAD + (inner[0] - body.width * scale) / 2
    yield from moved(marked(body.items, half.marks, theme), left, TITLE, scale)


def _renamed(items: Iterable[Item], prefix: str) -> Iterator[Item]:
    """The items, each about something of its own name: both networks have a ``conv1``."""
    for item in items:
        if isinstance(item, Label) or item.about is None:
            yield item
        else:
            ends = item.about.name.split(" -> ")
            name = " -> ".join(f"{prefix}{end}" for end in ends)
            yield replace(item, about=item.about._replace(name=name))


def _keys(found: set[Mark], theme: Theme) -> Iterator[Key]:
    colours = outlines(theme)
    for mark in MARKS:
        if mark in found:
            yield Key(mark, "box", theme.paper, colours[mark], dashed=mark == "removed")
    yield Key("kept, faded", "box", theme.paper, theme.frame)
