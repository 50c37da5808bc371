"""The inside of a block on one trunk, stretched to the height that its neighbours have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

from archc.analysis.words import dimensions
from archc.drawing.flow.arrange import LABEL_X, Density, merges, shape_label
from archc.drawing.flow.columns import Column
from archc.drawing.flow.looks import SMALL, result_of
from archc.drawing.flow.paint import painted
from archc.drawing.flow.pieces import BRANCH_GAP, LABEL_GAP, Fork, Stack
from archc.drawing.flow.routes import hang, place_inside, route
from archc.drawing.flow.units import Link, Unit, scopes
from archc.drawing.inside.boxes import QUIET, PanelArranger
from archc.drawing.inside.remarks import remarks
from archc.drawing.inside.stretching import Growth, lines, mains, stretch
from archc.drawing.palette import Kind, Theme
from archc.drawing.picture.lettering import text_width
from archc.drawing.picture.page import Body
from archc.drawing.picture.scene import Item, Label, Route, Words, moved
from archc.drawing.view import Box, Entry, Group, View
from archc.graph.graph import GraphOutput, Layer

BEND = 16.0  # radius of a shortcut's corners
LEAVE = 20.0  # length of the line that leaves the drawing
CLOSEST = 3.0  # from a shape to the next branch
NONE = Growth()


class Sketch(NamedTuple):
    """A drawing, and how many lines of it lie one above the other; 0 if it cannot be stretched."""

    body: Body
    lines: int = 0


def diagram(
    view: View,
    theme: Theme,
    told: Mapping[Kind, str],
    density: Density,
    growth: Growth = NONE,
) -> Sketch:
    """The view on one trunk, stretched. ``told`` need not be said in the boxes."""
    arranger = PanelArranger(theme, density, bars=True, told=told)
    root, routes = scopes(view)
    laid = arranger.scope(root)
    said = _said(laid.stack, root.links) if density == "full" else {}
    if density == "full":
        _widened(laid.stack, said, root.links)
    count = lines(laid.stack)
    end = _end(laid.stack, view)
    below = LEAVE if end else 0
    stretch(laid.stack, growth._replace(height=growth.height - below))
    column = Column(laid.stack, laid.sides, [])
    column.stack.place(column.left, 0)
    hang(laid, column.left + laid.stack.right, 0, column.height)
    place_inside(root, arranger)
    route(root, arranger)
    items = [*painted(root, routes, theme, density)]
    items += [_beside(link, text, theme) for link, text in said.items()]
    labels = [*remarks(laid, theme)]
    if end:
        line, label = _leaving(end, theme)
        items.append(line)
        labels.append(label)
    size = column.width, column.low + below
    return Sketch(_bordered(size, [_rounded(item) for item in items], labels), count)


def _said(stack: Stack, links: Sequence[Link]) -> dict[Link, str]:
    """The shapes beside a trunk's lines that did not change, which are said here even so."""
    between: dict[tuple[object, object], Link] = {
        (link.source, link.target): link for link in links
    }
    said: dict[Link, str] = {}
    for before, after in pairwise(stack.rows):
        link = between.get((before, after))
        if link is not None and not shape_label(link, links) and (shape := _shape(link)):
            said[link] = shape
    for main in mains(stack):
        said |= _said(main, links)
    return said


def _shape(link: Link) -> str:
    box, target = link.source.subject, link.target.subject
    if not isinstance(box, Box) or not isinstance(target, Box) or merges(box):
        return ""
    if not isinstance(box.subject, Layer) or box.subject.node.op.family in QUIET:
        return ""
    result = result_of(box)
    return dimensions(result.shape) if result is not None else ""


def _widened(stack: Stack, said: Mapping[Link, str], links: Sequence[Link]) -> None:
    """Room for what is said beside the lines: on the trunk between rows, in branches beside them."""
    texts: dict[tuple[object, object], str] = {
        (link.source, link.target): said.get(link, "") for link in links
    }
    for i, pair in enumerate(pairwise(stack.rows)):
        if text := texts.get(pair):
            stack.gaps[i] = max(stack.gaps[i], LABEL_GAP)
            stack.reach[i] = max(stack.reach[i], LABEL_X + text_width(text, SMALL))
    shapes: dict[tuple[object, object], str] = {
        (link.source, link.target): shape_label(link, links) for link in links
    }
    for row in stack.rows:
        if isinstance(row, Fork):
            for branch in row.branches:
                _widened(branch, said, links)
                if row.main is None:
                    _reaching(branch, shapes)
            row.measure()
    _bars(stack)
    stack.measure()


def _reaching(branch: Stack, shapes: Mapping[tuple[object, object], str]) -> None:
    """Shapes beside a branch's lines, which are drawn where stretching leaves them room."""
    for i, pair in enumerate(pairwise(branch.rows)):
        if text := shapes.get(pair):
            reach = LABEL_X + text_width(text, SMALL) - BRANCH_GAP + CLOSEST
            branch.reach[i] = max(branch.reach[i], reach)
    branch.measure()


def _bars(stack: Stack) -> None:
    """Bars as wide as the branches that they meet."""
    for pair in pairwise(stack.rows):
        for bar, fork in (pair, pair[::-1]):
            if isinstance(bar, Unit) and bar.bar and isinstance(fork, Fork):
                bar.width = max(bar.width, fork.left + fork.right)
                bar.axis = bar.width / 2


def _beside(link: Link, text: str, theme: Theme) -> Item:
    (x, y), (_, end) = link.points[0], link.points[-1]
    words = Words(text, SMALL, color=theme.quiet)
    return Label(x + LABEL_X, (y + end) / 2 - 1, words, "start")


def _rounded(item: Item) -> Item:
    """A shortcut in wide bends, since little else is near."""
    return replace(item, radius=BEND) if isinstance(item, Route) and item.line_width > 1.5 else item


def _end(stack: Stack, view: View) -> Unit | None:
    """What the result leaves from, unless its box says all of it."""
    unit, box = stack.rows[-1], view.boxes[-1]
    if not isinstance(unit, Unit) or isinstance(box.subject, GraphOutput | Entry):
        return None
    return None if unit.look is not None and merges(box) and not unit.look.sign else unit


def _leaving(unit: Unit, theme: Theme) -> tuple[Route, Label]:
    """The line out of the drawing, with the result's shape."""
    box = unit.subject
    while isinstance(box, Group):
        box = box.children[-1]
    result = result_of(box) if box is not None else None
    x, y = unit.x + unit.axis, unit.y + unit.height
    words = Words(dimensions(result.shape) if result else "", SMALL, color=theme.quiet)
    line = Route(((x, y), (x, y + LEAVE)), theme.edge)
    return line, Label(x + LABEL_X, y + LEAVE / 2 + 1, words, "start")


def _bordered(size: tuple[float, float], items: list[Item], labels: list[Label]) -> Body:
    """The drawing with what is written at its sides within its borders."""
    lefts = [b.x - text_width(b.words.text, b.words.size) for b in labels if b.anchor == "end"]
    rights = [b.x + text_width(b.words.text, b.words.size) for b in labels if b.anchor == "start"]
    left = max(0.0, *(-x for x in lefts), 0.0)
    width = max(size[0], *rights, 0.0) + left
    return Body(width, size[1], moved([*items, *labels], left, 0))
