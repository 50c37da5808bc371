"""What the page needs to know of a graph, as JSON: parts with places, lines between them, texts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from archc.analysis.receptive import Field, receptive_fields
from archc.drawing.flow.arrange import LABEL_X, TITLE_SIZE, group_title, shape_label
from archc.drawing.flow.draw import fitting
from archc.drawing.flow.legend import keys
from archc.drawing.flow.looks import RADIUS, SIGN_GAP, SMALL, Look
from archc.drawing.flow.paint import own_part
from archc.drawing.flow.pieces import LABEL_GAP
from archc.drawing.flow.sheet import Sheet
from archc.drawing.flow.units import Link, Scope, Unit
from archc.drawing.folding import deepest, view_of
from archc.drawing.html.about import rows
from archc.drawing.html.column import Column, folded_boxes, one_column
from archc.drawing.html.source import MOST, Lines, Sources, sources
from archc.drawing.palette import Theme
from archc.drawing.picture.lettering import text_width
from archc.drawing.picture.scene import Point, Words
from archc.drawing.view import Box, Edge, Entry, Fold, Folding, Group, View
from archc.graph.graph import Graph, GraphOutput

MOST_BOXES = 1_500  # that a page can open
PORT_ROOM = 10.0  # points from a line to the side of a folded box that it enters

Json: TypeAlias = dict[str, Any]


def described(graph: Graph, theme: Theme, folding: Folding | None) -> Json:
    """The page's data. A ``folding`` says what is open at first; None: what a slide would show.

    Raises:
        SpecError: even all folded, the drawing would be too large.
    """
    view = opened(graph)
    boxes = dict(folded_boxes(view.top))
    column = one_column(view, boxes, theme)
    folding = folding or fitting(Sheet(graph, theme, 16 / 9), "each").folding
    first = view_of(graph, folding._replace(once=False))
    closed = {box.path for box in first.boxes if isinstance(box.subject, Fold)}
    closed |= set(_deeper(view.top, closed, folding.depth))
    writer = _Writer(graph, column, boxes, closed, receptive_fields(graph), sources(graph))
    writer.scope(column.root, -1)
    folded = [key for key in keys(view_of(graph, Folding(0)), theme) if key.header]
    return {
        "parts": writer.parts,
        "links": writer.links,
        "edges": [[writer.place[e.source], writer.place[e.target]] for e in writer.edges],
        "styles": [list(style) for style in writer.styles],
        "spans": [list(map(list, spans)) for spans in writer.spans],
        "files": [{"name": f.name, "text": f.text[:MOST]} for f in writer.written.files],
        "home": writer.written.home[0].first,
        "legend": [key._asdict() for key in dict.fromkeys([*keys(view, theme), *folded])],
        "colours": {kind: colour._asdict() for kind, colour in theme.families.items()},
        "depth": max((part["level"] for part in writer.parts if part["group"]), default=-1) + 1,
    }


def _deeper(children: list[Box | Group], closed: set[str], depth: int | None) -> Iterator[str]:
    """The groups below a depth inside those that are closed, so that a block opens step by step."""
    for child in children:
        if isinstance(child, Group):
            if depth is not None and level(child) >= depth and closed & {*_around(child.path)}:
                yield child.path
            yield from _deeper(child.children, closed, depth)


def _around(path: str) -> Iterator[str]:
    """The names of the blocks around a part: ``layer2`` and ``layer2.0`` for ``layer2.0.conv1``."""
    parts = path.split(".")
    return (".".join(parts[:end]) for end in range(1, len(parts)))


def level(group: Group) -> int:
    """How many dots a group's name has."""
    return group.path.count(".")


def opened(graph: Graph) -> View:
    """The graph as far open as a page can be."""
    view = view_of(graph, Folding(None))
    depth = deepest(graph.root)
    while len(view.boxes) > MOST_BOXES and depth >= 0:
        view = view_of(graph, Folding(depth))
        depth -= 1
    return view


@dataclass
class _Writer:
    """Turns units into parts, and numbers what they refer to."""

    graph: Graph
    column: Column
    boxes: dict[Group, Box]
    closed: set[str]  # the paths of what is folded at first
    fields: dict[str, Field]
    written: Sources
    parts: list[Json] = field(default_factory=list)
    links: list[Json] = field(default_factory=list)
    place: dict[object, int] = field(default_factory=dict)  # of a box's or unit's part
    edges: dict[Edge, int] = field(default_factory=dict)
    styles: dict[tuple[object, ...], int] = field(default_factory=dict)
    spans: dict[tuple[Lines, ...], int] = field(default_factory=dict)

    def scope(self, scope: Scope, up: int) -> None:
        """The parts of a scope, each group before what is in it, then the scope's links."""
        for unit in scope.units:
            if unit.port:
                continue
            self.place[unit] = self.place[unit.subject] = len(self.parts)
            if unit.inner is not None:
                self.parts.append(self.group(unit, scope, up))
                self.scope(unit.inner, self.place[unit])
            else:
                self.parts.append(self.box(unit, up))
        drawn: dict[Unit, list[list[Point]]] = {}
        for link in sorted(scope.links, key=lambda link: bool(_shortcut(link))):
            self.links.append(self.link(link, scope, up, drawn.setdefault(link.source, [])))

    def box(self, unit: Unit, up: int) -> Json:
        box, look = unit.box, unit.look
        assert look is not None
        part = self.part(box, unit, up) | self.look(look) | {"dashed": box.training_only}
        if look.sign:
            after = look.lines[1].text
            part["rect"][0] = _round(unit.x + unit.axis - RADIUS)
            part["rect"][2] = 2 * RADIUS
            part["lines"] = part["lines"][:1]
            part["after"] = [after, _round(text_width(after, SMALL) + SIGN_GAP if after else 0)]
        return part

    def group(self, unit: Unit, scope: Scope, up: int) -> Json:
        group = unit.subject
        assert isinstance(group, Group)
        look, box = self.column.folded[unit], self.boxes[group]
        x, axis = unit.x, unit.x + unit.axis
        ends = [k.points[0][0] for k in scope.links if k.source is unit]
        ends += [k.points[-1][0] for k in scope.links if k.target is unit]
        left = max(x, min([axis - look.width / 2, *(end - PORT_ROOM for end in ends)]))
        right = max([axis + look.width / 2, *(end + PORT_ROOM for end in ends)])
        title = group_title(group)
        return self.part(box, unit, up) | self.look(look) | {
            "group": True,
            "level": level(group),
            "folded": group.path in self.closed,
            "fold": [_round(left), _round(min(right, x + unit.width) - left), _round(look.height)],
            "title": [title, _round(text_width(title, TITLE_SIZE, True))],
            "caption": [unit.caption, _round(text_width(unit.caption, SMALL))],
            "dashed": group.training_only,
        }  # fmt: skip

    def part(self, box: Box, unit: Unit, up: int) -> Json:
        """What boxes and groups have in common."""
        return {
            "path": box.path,
            "up": up,
            "group": False,
            "rect": [_round(each) for each in (unit.x, unit.y, unit.width, unit.height)],
            "rows": [list(row) for row in rows(box, self.graph, self.fields)],
            "span": self.spans.setdefault(self.lines(box), len(self.spans)),
        }

    def lines(self, box: Box) -> tuple[Lines, ...]:
        if isinstance(box.subject, Entry | GraphOutput):
            return self.written.inputs if isinstance(box.subject, Entry) else self.written.outputs
        return self.written.written.get(box.item.spec, ()) if box.item else ()

    def look(self, look: Look) -> Json:
        lines = [[words.text, self.style(words)] for words in look.lines]
        return {"kind": look.kind, "lines": lines, "header": look.header, "sign": bool(look.sign)}

    def style(self, words: Words) -> int:
        style = words.size, words.bold, words.italic, words.color
        return self.styles.setdefault(style, len(self.styles))

    def link(self, link: Link, scope: Scope, up: int, before: list[list[Point]]) -> Json:
        """A line, without what an earlier one from the same place has drawn already."""
        points, shortcut = link.points, _shortcut(link)
        rest = min((own_part(points, other) for other in before), key=len, default=points)
        before.append(points)
        aside = all(e.source.training_only or e.target.training_only for e in link.edges)
        return {
            "up": up,
            "from": self.place.get(link.source, -1),
            "to": self.place.get(link.target, -1),
            "edges": [self.edges.setdefault(edge, len(self.edges)) for edge in link.edges],
            "points": [[_round(x), _round(y)] for x, y in rest],
            "begins": rest[0] == points[0],
            "shortcut": bool(shortcut),
            "dashed": aside or shortcut == "projection",
            "label": list(_label(link, scope)),
        }


def _shortcut(link: Link) -> str:
    """What kind of shortcut a line is; "" if it carries a value of another kind too."""
    kinds = {edge.shortcut for edge in link.edges}
    return "" if "" in kinds else max(kinds)


def _label(link: Link, scope: Scope) -> Iterator[object]:
    """The shape beside a line, its place and its width."""
    label = shape_label(link, scope.links) if len(link.points) == 2 else ""
    (x, y), (_, end) = link.points[0], link.points[-1]
    if label and end - y > LABEL_GAP - 1:
        yield label
        yield from map(_round, (x + LABEL_X, (y + end) / 2 - 1, text_width(label, SMALL)))


def _round(number: float) -> float:
    return round(number, 2)
