"""The figure: subjects in, a scene out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from math import ceil

from archc.drawing.flow.legend import keys
from archc.drawing.inside.boxes import told_of
from archc.drawing.inside.choice import Size, opened, planned
from archc.drawing.inside.find import Inside, inside
from archc.drawing.inside.numbers import STRIP_HEIGHT, columns, segments
from archc.drawing.inside.panel import (
    BELOW,
    GAP,
    NUMBERS_WIDTH,
    PAD,
    TITLE,
    Drawn,
    Figure,
    growth,
    panel,
)
from archc.drawing.inside.titles import call_of, heading, panel_title
from archc.drawing.palette import LEGEND, Kind, Theme
from archc.drawing.picture.lettering import text_width
from archc.drawing.picture.page import (
    FACT_SIZE,
    KEY_GAP,
    KEY_SIZE,
    SEPARATOR,
    SMALLEST,
    SWATCH_WIDTH,
    Body,
    Heading,
    Key,
    page,
    room,
)
from archc.drawing.picture.scene import Item, Label, Scene, moved
from archc.drawing.view import View
from archc.graph.graph import Graph

FREE = 1.7  # how much more room a page without an aspect has
CAREFUL = 0.985  # of the room, as pages are tried in steps
MANY = 4  # panels that may stand in two rows


def panels(subjects: Sequence[tuple[Graph, str]], *, theme: Theme, aspect: float | None) -> Scene:
    """The insides of nodes side by side, each subject a graph and a path in it ("" for all of it).

    Each panel has the drawing, the channels of a concatenated result, and what the node costs, with
    the ratio to the first. ``aspect`` is the page's width over its height; None: as large as needed.

    Raises:
        SpecError: a graph has no such node, or the drawing would be too large.
    """
    parts = [inside(graph, path) for graph, path in subjects]
    told = told_of(p for part in parts for item in part.graph.root.items for p in item.parts)
    head = heading(parts)
    name = "_".join(f"{graph.name}_{path}" if path else graph.name for graph, path in subjects)
    best: Scene | None = None
    for across in _grids(len(parts)):
        space = _page_room(head, (), aspect)
        drawn = [
            opened(p, _place(space, p, across, len(parts), free=aspect is None), told, theme)
            for p in parts
        ]
        legend = tuple(_keys([d.view for d in drawn], told, theme))
        left = None if aspect is None else _page_room(head, legend, aspect)
        body = _body(drawn, across, left, told, theme)
        scene = page(name, head, body, legend, theme, aspect)
        if best is None or scene.width < best.width:
            best = scene
    assert best is not None
    return best


def _grids(count: int) -> list[int]:
    """How many panels may stand side by side."""
    return [count] if count < MANY else [count, ceil(count / 2)]


def _body(
    drawn: Sequence[Drawn], across: int, space: Size | None, told: Mapping[Kind, str], theme: Theme
) -> Body:
    titles = [_titles(d.part, alone=len(drawn) == 1) for d in drawn]
    strips = [sum(s.channels for s in segments(d.part)) for d in drawn]
    plan = planned(drawn, across, space, strip=any(strips), titled=any(map(any, titles)))
    parts = [d.part for d in drawn]
    inner = NUMBERS_WIDTH if plan.beside else plan.width - 2 * PAD
    places = columns(parts, inner, beside=plan.beside)
    widest = max(d.body.width for d in drawn)
    grown = growth(plan, drawn)
    figure = Figure(plan, grown, widest, parts[0], places, max(1, *strips), told, theme)
    items: list[Item] = []
    for number, (each, title) in enumerate(zip(drawn, titles, strict=True)):
        row, column = divmod(number, across)
        x, y = column * (plan.width + GAP), row * (plan.height + GAP)
        shown = moved(panel(each, title, figure), x, y)
        items += shown if len(drawn) == 1 else _numbered(shown, f"{number + 1}/")
    rows = ceil(len(drawn) / across)
    size = across * (plan.width + GAP) - GAP, rows * (plan.height + GAP) - GAP
    return Body(*size, tuple(items))


def _titles(part: Inside, *, alone: bool) -> tuple[str, str]:
    """A panel's title and its quieter rest; the page's title is not said again."""
    block, args = call_of(part)
    if alone:
        return block, args
    return panel_title(part), f"{block}: {args}" if block and args else block


def _numbered(items: Sequence[Item], prefix: str) -> Iterator[Item]:
    """The items with the panel's number before the names of what they stand for."""
    for item in items:
        if isinstance(item, Label) or item.about is None:
            yield item
            continue
        name = prefix + item.about.name.replace(" -> ", f" -> {prefix}")
        yield replace(item, about=item.about._replace(name=name))


def _page_room(head: Heading, legend: Sequence[Key], aspect: float | None) -> Size:
    """What heading and legend leave of a page, in points."""
    width = room(aspect, 1, 1)[0] * SMALLEST
    facts = sum(text_width(fact + SEPARATOR, FACT_SIZE) for fact in head.facts)
    words = sum(SWATCH_WIDTH + 6 + KEY_GAP + text_width(key.words, KEY_SIZE) for key in legend)
    lines = (int(facts / width) + 1, int(words / width) + 1)
    return width, room(aspect, *lines)[1] * SMALLEST


def _place(space: Size, part: Inside, across: int, count: int, *, free: bool) -> Size:
    """About what a panel has for its drawing and its numbers at the smallest scale."""
    rows = ceil(count / across)
    width, height = (side * CAREFUL / SMALLEST * (FREE if free else 1) for side in space)
    strip = STRIP_HEIGHT + BELOW if segments(part) else 0
    return (
        (width - GAP * (across - 1)) / across - 2 * PAD,
        (height - GAP * (rows - 1)) / rows - TITLE - PAD - strip,
    )


def _keys(views: Sequence[View], told: Mapping[Kind, str], theme: Theme) -> Iterator[Key]:
    """The legend of all panels; what follows every layer of a kind is said there."""
    boxes = [box for view in views for box in view.boxes]
    edges = [edge for view in views for edge in view.edges]
    after = {LEGEND[kind]: words for kind, words in told.items()}
    for key in keys(View([], boxes, edges), theme):
        words = "input" if key.words == LEGEND["input"] else key.words
        yield key._replace(words=f"{words} + {after[words]}" if words in after else words)
