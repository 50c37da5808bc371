"""The stage: a graph in, a drawing out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from archc.drawing.dot import digraph
from archc.drawing.view import View, deepest, foldable, look
from archc.errors import Mistake, SpecError, nearest
from archc.graph.graph import Graph

if TYPE_CHECKING:
    from graphviz import Digraph

READABLE = 40  # boxes; left alone, a drawing is folded until it has no more
MOST_BOXES = 500
MOST_SPAN = 15_000  # rows that all edges together pass; above it, dot would take minutes
CURVED_SPAN = 1_500  # above it, routing curves would take minutes, so edges are straight


def draw(
    graph: Graph, *, depth: int | None = None, collapse: Sequence[str] = (), title: bool = True
) -> Digraph:
    """The graph as DOT, for :func:`archc.drawing.render`.

    ``depth`` is the most dots that a name in the drawing has; what lies deeper is folded into one
    box. At 0, block calls and repeated nodes are single boxes; at 1, a repeated block shows its
    instances and other calls are open. ``collapse`` folds by name: a block (each of its calls), a
    call, or a repeated node (one box that says ``× 6``). Without either, the drawing is opened as
    far as it stays readable: the greatest depth with at most 40 boxes, or depth 0. Shapes are
    written (C, H, W), without the batch.

    Raises:
        SpecError: ``collapse`` names nothing that can be folded, or the drawing would be too large.
    """
    _check(graph, depth, collapse)
    view = _readable(graph) if depth is None and not collapse else None
    view = view or look(graph, depth, frozenset(collapse))
    span = view.span
    if len(view.boxes) > MOST_BOXES or span > MOST_SPAN:
        raise SpecError([_too_large(view, span)])
    return digraph(view, graph, titled=title, curved=span <= CURVED_SPAN)


def _readable(graph: Graph) -> View:
    depth = deepest(graph.root)
    view = look(graph, depth, frozenset())
    while depth > 0 and len(view.boxes) > READABLE:
        depth -= 1
        view = look(graph, depth, frozenset())
    return view


def _check(graph: Graph, depth: int | None, collapse: Sequence[str]) -> None:
    mistakes = []
    if depth is not None and depth < 0:
        help = "depth 0 shows the names without a dot, and nothing below them"
        mistakes.append(Mistake("A080", f"depth must be 0 or more, not {depth}", help=help))
    names = foldable(graph.root) if collapse else set()
    for name in collapse:
        if name not in names:
            known = ", ".join(sorted(n for n in names if "." not in n)[:12])
            help = nearest(name, names) or (f"these can: {known}" if known else "nothing here can")
            mistakes.append(Mistake("A080", f"nothing called '{name}' can be folded", help=help))
    if mistakes:
        raise SpecError(mistakes)


def _too_large(view: View, span: int) -> Mistake:
    if len(view.boxes) > MOST_BOXES:
        message = f"the drawing would have {len(view.boxes):,} boxes, more than {MOST_BOXES}"
    else:
        message = f"the drawing's {len(view.edges):,} edges are too long and too many to lay out"
    why = (f"together they pass {span:,} rows of boxes; the most is {MOST_SPAN:,}",)
    help = "give a smaller depth, or fold blocks and repeated nodes by name"
    return Mistake("A081", message, why=why if span > MOST_SPAN else (), help=help)
