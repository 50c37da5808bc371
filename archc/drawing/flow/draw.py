"""The graph style: a graph in, a drawing out, opened as far as is asked or as fits a slide."""

from __future__ import annotations

from collections.abc import Iterator

from archc.drawing import Repeats
from archc.drawing.flow.sheet import DENSITIES, Drawing, Sheet
from archc.drawing.folding import deepest, view_of
from archc.drawing.view import Box, Fold, Folding, View, repeated
from archc.graph.graph import Graph

READABLE = 48  # boxes of a drawing that is folded by itself
SLIDE = 16 / 9


def fitting(
    sheet: Sheet, repeats: Repeats = "auto", collapse: frozenset[str] = frozenset()
) -> Drawing:
    """The most open of the drawings that fit a slide, best one without lines past whole columns.

    The most folded one if none fits. Of the blocks that are still folded, the first of each kind is
    opened if there is room. What ``collapse`` names stays folded.

    Raises:
        SpecError: the drawing would be too large.
    """
    slide = sheet._replace(aspect=sheet.aspect or SLIDE)
    best = _most_open(slide, repeats, collapse)
    if best.fits and not best.crossings:
        best = _with_one_of_each(slide, best, repeats)
    return best if sheet.aspect else sheet.drawing(best.folding, chosen=True)


def _most_open(sheet: Sheet, repeats: Repeats, collapse: frozenset[str]) -> Drawing:
    fits: Drawing | None = None
    last: Drawing | None = None
    for folding in foldings(sheet.graph, repeats):
        view = view_of(sheet.graph, folding)
        if folding.depth and len(view.boxes) > READABLE:
            continue
        if last is not None and folding.once and repeats == "auto" and not repeated(view):
            continue  # what was drawn last
        last = sheet.drawing(folding._replace(collapse=collapse), chosen=True)
        if last.fits and not last.crossings:
            return last
        if last.fits:
            fits = fits or last
    best = fits or last
    assert best is not None, "depth 0 is always tried"
    return best


def foldings(graph: Graph, repeats: Repeats) -> Iterator[Folding]:
    """From all open to all folded."""
    for depth in range(deepest(graph.root), -1, -1):
        for once in (False, True):
            if repeats == "auto" or once == (repeats == "once"):
                yield Folding(depth, once=once)


def _with_one_of_each(sheet: Sheet, drawing: Drawing, repeats: Repeats) -> Drawing:
    """With the first block of each kind open; equal ones drawn once if that makes the room."""
    best = _opened(sheet, drawing)
    if repeats == "auto" and not drawing.folding.once:
        other = _opened(sheet, sheet.drawing(drawing.folding._replace(once=True), chosen=True))
        more = len(other.folding.expand) - len(best.folding.expand)
        as_full = DENSITIES.index(other.density) <= DENSITIES.index(best.density)
        worth = more > 0 or (more == 0 and as_full and bool(other.folding.expand))
        if other.fits and repeated(other.view) and worth:
            return other
    return best


def _opened(sheet: Sheet, drawing: Drawing) -> Drawing:
    for path in _first_of_each_kind(drawing.view, drawing.folding.collapse):
        more = drawing.folding._replace(expand=drawing.folding.expand | {path})
        wider = sheet.drawing(more, chosen=True)
        if wider.fits and not wider.crossings and len(wider.view.boxes) <= READABLE:
            drawing = wider
    return drawing


def _first_of_each_kind(view: View, kept: frozenset[str]) -> Iterator[str]:
    """The path of the first folded call of each block, calls with more or fewer nodes apart."""
    seen: set[tuple[str, int]] = set()
    for box in view.boxes:
        if not isinstance(box.subject, Fold) or not box.subject.block or box.training_only:
            continue
        kind = box.subject.block, len(box.nodes) // len(box.subject.parts)
        if kind not in seen and kept.isdisjoint({box.path, box.subject.block}):
            seen.add(kind)
            yield _first(box, box.subject)


def _first(box: Box, fold: Fold) -> str:
    """The path of a call, or of the first instance of a folded repetition."""
    return f"{fold.item.path}.{fold.item.order[0]}" if len(fold.parts) > 1 else box.path
