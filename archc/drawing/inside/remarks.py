"""What is written beside a residual block: ``F(x)``, ``identity`` and ``F(x) + x``."""

from __future__ import annotations

from collections.abc import Iterator

from archc.drawing.flow.arrange import Laid
from archc.drawing.flow.pieces import Fork
from archc.drawing.flow.units import Link, Unit
from archc.drawing.palette import Theme
from archc.drawing.picture.scene import Label, Words
from archc.drawing.view import Box, Entry
from archc.graph.graph import Layer

SIZE = 10.0
ASIDE = 9.0  # from what the words stand beside


def remarks(laid: Laid, theme: Theme) -> Iterator[Label]:
    """The words beside a sum's identity shortcut; where it is the whole block, the formula too."""
    found = [pair for row in laid.stack.rows for pair in _identity(row)]
    for fork, link in found:
        x = fork.lane_x[link] + ASIDE
        y = fork.y + fork.height / 2
        yield Label(x, y, Words("identity", SIZE, italic=True, color=theme.shortcut), "start")
        if len(found) == 1 and _enters(link.source) and fork.main is not None:
            x = fork.main.axis_x - fork.main.left - ASIDE
            yield Label(x, y, Words("F(x)", SIZE, italic=True, color=theme.quiet), "end")
            unit = link.target
            formula = Words("F(x) + x", SIZE, italic=True, color=theme.quiet)
            yield Label(unit.x - ASIDE, unit.y + unit.height / 2, formula, "end")


def _identity(row: object) -> Iterator[tuple[Fork, Link]]:
    if not isinstance(row, Fork) or row.main is None or len(row.lanes) != 1:
        return
    link = row.lanes[0]
    alone = len(row.branches) == 1 and _adds(link.target)
    if alone and any(edge.shortcut == "identity" for edge in link.edges):
        yield row, link


def _adds(unit: Unit) -> bool:
    box = unit.subject
    if not isinstance(box, Box) or not isinstance(box.subject, Layer):
        return False
    node = box.subject.node
    return node.op.name == "add" and len(node.inputs) == 2


def _enters(unit: Unit) -> bool:
    return isinstance(unit.subject, Box) and isinstance(unit.subject.subject, Entry)
