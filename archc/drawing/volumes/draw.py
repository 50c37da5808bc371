"""The volume style: a graph in, a scene out."""

from __future__ import annotations

from archc.drawing.palette import Theme
from archc.drawing.picture.facts import facts
from archc.drawing.picture.page import SMALLEST, Heading, page, room
from archc.drawing.picture.scene import Scene
from archc.drawing.volumes.arm_draw import drawn_arms
from archc.drawing.volumes.levels import arms
from archc.drawing.volumes.rows import drawn_rows
from archc.drawing.volumes.sheets import drawn_sheets, few_maps
from archc.drawing.volumes.tensors import simple, tensors
from archc.drawing.words import title_of
from archc.graph.graph import Graph


def volumes(graph: Graph, *, theme: Theme, aspect: float | None) -> Scene:
    """The tensors as blocks: sheets where maps are few, a U where skips are nested, rows elsewhere.

    Block calls are folded to the tensor that they make, unless that would hide a U or a single
    layer. Heads that only training runs are left out, and the heading says so.
    """
    free = _room(aspect, 1)
    levels = arms(graph)
    found = tensors(graph, simple)
    if levels is not None:
        drawing = drawn_arms(levels, _room(aspect, 0), theme)
    elif few_maps(found):
        drawing = drawn_sheets(found, free, theme)
    else:
        drawing = drawn_rows(found, free, theme)
    heads = any(output.training_only for output in graph.outputs)
    told = (*facts(graph), drawing.fact, "side heads left out" if heads else "")
    heading = Heading(title_of(graph), told)
    return page(graph.name, heading, drawing.body, drawing.keys, theme, aspect)


def _room(aspect: float | None, keys: int) -> tuple[float, float]:
    """The body that a slide takes at its own size, with two lines of facts."""
    width, height = room(aspect, 2, keys)
    return width * SMALLEST, height * SMALLEST
