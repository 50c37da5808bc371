"""The graph style's drawings, as tests ask for them."""

from __future__ import annotations

from archc.drawing.flow.draw import fitting
from archc.drawing.flow.sheet import Drawing, Sheet
from archc.drawing.palette import Theme
from archc.drawing.view import Folding
from archc.graph.graph import Graph


def flow(graph: Graph, folding: Folding | None, theme: Theme, aspect: float | None) -> Drawing:
    """The graph opened as a folding says, or as far as fits a slide."""
    sheet = Sheet(graph, theme, aspect)
    return fitting(sheet) if folding is None else sheet.drawing(folding)
