"""The edges of a drawing, and which of them are shortcuts."""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce
from operator import or_
from typing import Literal

from archc.analysis.paths import values_read
from archc.drawing.view import Box, Edge, Entry, Fold
from archc.graph.graph import GraphOutput, Layer, Node


def all_edges(boxes: list[Box], home: dict[Node, Box]) -> list[Edge]:
    """The edges between boxes; ``home`` has the box of every value."""
    return _whole(list(_edges(boxes, home)))


def _edges(boxes: list[Box], home: dict[Node, Box]) -> Iterator[Edge]:
    """Edges in document order; a value that enters a folded box many times is drawn once."""
    sources: dict[Box, list[Box]] = {}
    before: dict[Box, int] = {}  # a bit for each box that leads to this one
    further: dict[Box, int] = {}  # for each that does so by at least one other
    bit = {box: 1 << index for index, box in enumerate(boxes)}
    for box in boxes:
        values = _read(box, home)
        sources[box] = [home[value] for value in values]
        further[box] = reduce(or_, (before[s] for s in sources[box] if s is not box), 0)
        before[box] = further[box] | reduce(or_, (bit[s] for s in sources[box]), 0)
        merges = isinstance(box.subject, Layer) and box.subject.node.op.family == "merge"
        longer = reduce(or_, (further[s] for s in sources[box] if s is not box), 0)
        for value in values:
            source = home[value]
            if source is box:
                continue  # from one of equal neighbours to the next
            kind: Literal["", "identity", "projection"] = ""
            if merges and further[box] & bit[source]:
                kind = "identity"
            elif merges and len(sources[source]) == 1 and longer & bit[sources[source][0]]:
                kind = "projection" if _passes(source, box) else ""
            yield Edge(source, box, value, kind)


def _passes(source: Box, merge: Box) -> bool:
    """Whether a layer before a merge may be a projection: beside a sum, or a crop before a concat.

    Elsewhere (in an inception module) a short branch is a branch like the others.
    """
    layer, into = source.subject, merge.subject
    if not isinstance(layer, Layer) or not isinstance(into, Layer):
        return False
    return layer.node.op.family == "shape" or set(into.node.input_shapes) == {into.node.shape}


def _whole(edges: list[Edge]) -> list[Edge]:
    """The edges, with a projection's way in marked like its way out."""
    beside = {edge.source for edge in edges if edge.shortcut == "projection"}
    return [e._replace(shortcut="projection") if e.target in beside else e for e in edges]


def _read(box: Box, home: dict[Node, Box]) -> list[Node]:
    if isinstance(box.subject, GraphOutput):
        return [box.subject.node]
    if isinstance(box.subject, Entry):
        return []  # what it comes from lies outside
    values = [value for node in box.nodes for value in values_read(node) if home[value] is not box]
    return list(dict.fromkeys(values)) if isinstance(box.subject, Fold) else values
