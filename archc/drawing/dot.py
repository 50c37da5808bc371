"""A view as DOT, laid out by Graphviz's ``dot``: one node a box, one cluster a group."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from archc.analysis.words import dimensions
from archc.drawing.frame import legend, title
from archc.drawing.labels import GAP, SMALL, box_label, group_label, html, kind, plain, span
from archc.drawing.palette import EDGE, PALETTE, PAPER, QUIET, SHORTCUT, TINT_STROKE, TINTS, TITLE
from archc.drawing.view import Box, Edge, Fold, Group, View
from archc.graph.graph import Graph, GraphOutput, Layer

if TYPE_CHECKING:
    from graphviz import Digraph

FONTS = "Arial,Liberation Sans,Helvetica,sans-serif"
FOLD_HEIGHT = 52  # points; a folded box's header takes the upper HEADER of it
HEADER = 0.44


QUICK = {"splines": "line", "nslimit": "1", "nslimit1": "1", "mclimit": "0.1"}


def digraph(view: View, graph: Graph, *, titled: bool, curved: bool) -> Digraph:
    """The view as a ``graphviz.Digraph``; equal graphs give equal text.

    ``curved`` edges keep clear of the boxes; straight ones are laid out much faster.
    """
    out = _Writer(view).write(graph, titled)
    if not curved:
        out.attr("graph", **QUICK)
    return out


class _Writer:
    """Writes one view. Identifiers in DOT hold only letters, digits, dots and underscores."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.taken: set[str] = set()
        self.ids: dict[Box, str] = {}
        self.leaving: dict[Box, list[Edge]] = {box: [] for box in view.boxes}
        for edge in view.edges:
            self.leaving[edge.source].append(edge)

    def write(self, graph: Graph, titled: bool) -> Digraph:
        import graphviz  # only a drawing needs it

        out = graphviz.Digraph(_safe(graph.name))
        out.attr(
            "graph", charset="UTF-8", bgcolor=PAPER, fontname=FONTS, nodesep="0.3", ranksep="0.32",
            pad="0.33", labelloc="t", labeljust="l", label=title(graph) if titled else "",
        )  # fmt: skip
        out.attr("node", shape="box", fontname=FONTS, fontsize="11", margin="0.14,0.07")
        out.attr(
            "edge", fontname=FONTS, fontsize=str(SMALL), color=EDGE, fontcolor=QUIET,
            penwidth="1.2", arrowsize="0.7",
        )  # fmt: skip
        # The outermost cluster has no frame: its label, at the foot, is the legend.
        with out.subgraph(name="cluster") as body:
            body.attr(
                "graph", label=legend(self.view), labelloc="b", labeljust="l", peripheries="0",
                margin="10",
            )  # fmt: skip
            for child in self.view.top:
                self.child(body, child, 0)
        for edge in self.view.edges:
            self.edge(out, edge)
        return out

    def identifier(self, path: str) -> str:
        """A name for DOT that no other box or group has: the path itself wherever that is safe."""
        base = name = _safe(path)
        count = 1
        while name in self.taken:
            count += 1
            name = f"{base}_{count}"
        self.taken.add(name)
        return name

    def child(self, out: Digraph, child: Box | Group, level: int) -> None:
        if isinstance(child, Box):
            self.box(out, child)
        else:
            self.group(out, child, level)

    def group(self, out: Digraph, group: Group, level: int) -> None:
        dashed = group.training_only
        with out.subgraph(name=f"cluster_{self.identifier(group.path)}") as inner:
            inner.attr(
                "graph", label=group_label(group), labelloc="t", labeljust="l", margin="10",
                style="rounded,filled" + ",dashed" * dashed, fillcolor=TINTS[level % len(TINTS)],
                color=QUIET if dashed else TINT_STROKE, fontcolor=TITLE, peripheries="1",
                tooltip=_literal(group.path),
            )  # fmt: skip
            for child in group.children:
                self.child(inner, child, level + 1)

    def box(self, out: Digraph, box: Box) -> None:
        colour = PALETTE[kind(box)]
        self.ids[box] = self.identifier(box.path)
        fill, more = colour.fill, {}
        if isinstance(box.subject, Fold):
            fill = f"{colour.header};{HEADER}:{colour.fill}"
            more = {"gradientangle": "270", "height": f"{FOLD_HEIGHT / 72:.3f}", "margin": "0.14,0"}
        if note := plain(box.item.spec.note) if box.item else "":
            more["tooltip"] = _literal(note)
        out.node(
            self.ids[box], label=self.label(box), fillcolor=fill, color=colour.stroke,
            style="rounded,filled" + ",dashed" * (colour.dashed or box.training_only),
            fontcolor=colour.text, width="1.5", **more,
        )  # fmt: skip

    def label(self, box: Box) -> str:
        """The box's words, with its shape where several edges would have to repeat it."""
        text = box_label(box)
        if self.reshapes(box) and len(self.leaving[box]) > 1:
            return f"{text[:-1]}<br/>{span(dimensions(_result(box)), SMALL)}>"
        return text

    def reshapes(self, box: Box) -> bool:
        """Whether the box is a layer that changes its first input's shape."""
        return isinstance(box.subject, Layer) and _result(box) != box.subject.node.input_shapes[0]

    def edge(self, out: Digraph, edge: Edge) -> None:
        more = {}
        if edge.shortcut:
            more = {"color": SHORTCUT, "penwidth": "2"}
        side = edge.source.training_only or edge.target.training_only
        if side or edge.shortcut == "projection":
            more["style"] = "dashed"
        if not side and not edge.shortcut:
            more["weight"] = "4"  # keeps the trunk straight
        alone = len(self.leaving[edge.source]) == 1
        if (
            self.reshapes(edge.source)
            and alone
            and not isinstance(edge.target.subject, GraphOutput)
        ):
            more["label"] = html([f"{GAP}{span(dimensions(edge.value.shape))}"])
        out.edge(self.ids[edge.source], self.ids[edge.target], **more)


def _safe(path: str) -> str:
    return re.sub(r"[^A-Za-z0-9_.]", "_", path)


def _result(box: Box) -> tuple[int, ...]:
    return box.subject.result.shape if isinstance(box.subject, Layer) else ()


def _literal(text: str) -> str:
    """Plain text as an attribute: neither markup nor an escape sequence."""
    import graphviz

    escaped: str = graphviz.escape(plain(text))
    return escaped
