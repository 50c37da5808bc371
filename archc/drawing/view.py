"""What a drawing shows: the graph's tree of calls, folded to boxes and groups, and its edges.

A *level* is the number of dots in a name: ``conv1`` is at level 0, ``layer2.0.conv1`` at level 2.
Folding at ``depth`` 1 keeps names up to level 1, so ``layer2.0`` becomes one box.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, TypeAlias

from archc.analysis.paths import values_read
from archc.graph.graph import Bypass, Graph, GraphOutput, Item, Layer, Node, Scope


class Fold(NamedTuple):
    """One block call, or a repeated node with all its instances, drawn as one box."""

    item: Item
    parts: tuple[Layer | Scope | Bypass, ...]

    @property
    def block(self) -> str:
        """The name of the block that is called; empty for a repeated operator."""
        return _block_name(self.parts[0])

    @property
    def result(self) -> Node:
        last = self.parts[-1]
        return last.node if isinstance(last, Bypass) else last.result


class Entry(NamedTuple):
    """An input of the document."""

    name: str
    node: Node


Subject: TypeAlias = Layer | Bypass | Fold | Entry | GraphOutput


@dataclass(eq=False)
class Box:
    """One box: what it stands for, its name's path, and the graph's nodes inside it."""

    path: str
    subject: Subject
    nodes: tuple[Node, ...]
    item: Item | None = None
    local: str = ""  # the name without what the title of an enclosing group already says

    @property
    def training_only(self) -> bool:
        if isinstance(self.subject, GraphOutput):
            return self.subject.training_only
        return bool(self.nodes) and all(node.training_only for node in self.nodes)


@dataclass(eq=False)
class Group:
    """A titled frame around the boxes of one block call or of one repeated block."""

    path: str
    item: Item
    block: str
    children: list[Box | Group] = field(default_factory=list)

    @property
    def training_only(self) -> bool:
        return all(child.training_only for child in self.children)


class Edge(NamedTuple):
    """A value that goes from one box to another.

    Into a merge it may be a ``shortcut``, which skips what another way passes. ``identity``:
    another way starts at this edge's source. ``projection``: the source is one layer beside a
    longer way that starts where that layer does (He et al. 2016, options A and B); the edge to
    that layer is marked too.
    """

    source: Box
    target: Box
    value: Node
    shortcut: Literal["", "identity", "projection"] = ""


@dataclass(eq=False)
class View:
    """All that is drawn. ``boxes`` are in the order of the document, inputs first, outputs last."""

    top: list[Box | Group]
    boxes: list[Box]
    edges: list[Edge]

    @property
    def span(self) -> int:
        """The rows that all edges together pass; the time of a layout grows with it."""
        row = dict.fromkeys(self.boxes, 0)
        for edge in self.edges:
            row[edge.target] = max(row[edge.target], row[edge.source] + 1)
        return sum(row[edge.target] - row[edge.source] for edge in self.edges)


def look(graph: Graph, depth: int | None, names: frozenset[str]) -> View:
    """The graph, folded below level ``depth`` (None: nowhere) and at what ``names`` names."""
    top: list[Box | Group] = [
        Box(name, Entry(name, node), (node,), local=name) for name, node in graph.inputs.items()
    ]
    top += _Folder(depth, names).scope(graph.root, 0, "")
    named = graph.document.named_outputs or len(graph.outputs) > 1
    top += [Box(o.name, o, (), local=o.name if named else "output") for o in graph.outputs]
    boxes = [box for child in top for box in _boxes(child)]
    home = {node: box for box in boxes for node in box.nodes}
    return View(top, boxes, _whole(list(_edges(boxes, home))))


def deepest(scope: Scope) -> int:
    """The level of the deepest name inside."""
    level = 0
    for item in scope.items:
        inner = [1 + deepest(part) for part in item.parts if isinstance(part, Scope)]
        level = max([level, *(k + item.repeated for k in inner), int(item.repeated)])
    return level


def foldable(scope: Scope) -> set[str]:
    """Every name that ``collapse`` may say: calls and repeated nodes (path or id), and blocks."""
    names: set[str] = set()
    for item in scope.items:
        if item.parts and (item.repeated or isinstance(item.parts[0], Scope)):
            names |= {item.path, item.spec.id}
        for part in item.parts:
            if isinstance(part, Scope):
                names |= {part.path, _block_name(part), *foldable(part)}
    return names - {""}


@dataclass(frozen=True)
class _Folder:
    depth: int | None
    names: frozenset[str]

    def scope(self, scope: Scope, level: int, title: str) -> Iterator[Box | Group]:
        for item in scope.items:
            if not item.parts:
                continue
            if item.repeated and (self._named(item.path, item.spec.id) or self._deep(level)):
                yield self._fold(item, item.path, tuple(item.parts), title)
            elif item.repeated and any(isinstance(part, Scope) for part in item.parts):
                group = Group(item.path, item, _block_name(item.parts[0]))
                for part in item.parts:
                    group.children += self._part(item, part, level + 1, "")
                yield group
            else:
                for part in item.parts:
                    yield from self._part(item, part, level + item.repeated, title)

    def _part(
        self, item: Item, part: Layer | Scope | Bypass, level: int, title: str
    ) -> Iterator[Box | Group]:
        if isinstance(part, Layer):
            name = part.node.name
            yield Box(name, part, tuple(part.nodes), item, _local(name, title))
        elif isinstance(part, Bypass):
            yield Box(part.path, part, (part.node,), item, _local(part.path, title))
        elif self._deep(level) or self._named(part.path, item.spec.id, _block_name(part)):
            yield self._fold(item, part.path, (part,), title)
        else:
            children = list(self.scope(part, level + 1, part.path))
            if children:
                yield Group(part.path, item, _block_name(part), children)

    def _fold(
        self, item: Item, path: str, parts: tuple[Layer | Scope | Bypass, ...], title: str
    ) -> Box:
        nodes = tuple(node for part in parts for node in _nodes(part))
        return Box(path, Fold(item, parts), nodes, item, _local(path, title))

    def _deep(self, level: int) -> bool:
        return self.depth is not None and level >= self.depth

    def _named(self, *names: str) -> bool:
        return not self.names.isdisjoint(names)


def _local(path: str, title: str) -> str:
    """The path as it reads below a title: ``conv1`` below ``layer2.0``."""
    return path.removeprefix(f"{title}.") if title else path


def _block_name(part: Layer | Scope | Bypass) -> str:
    return part.block.name if isinstance(part, Scope) and part.block is not None else ""


def _nodes(part: Layer | Scope | Bypass) -> Iterator[Node]:
    if isinstance(part, Layer):
        yield from part.nodes
    elif isinstance(part, Bypass):
        yield part.node
    else:
        for item in part.items:
            for inner in item.parts:
                yield from _nodes(inner)


def _boxes(child: Box | Group) -> Iterator[Box]:
    if isinstance(child, Box):
        yield child
    else:
        for inner in child.children:
            yield from _boxes(inner)


def _edges(boxes: list[Box], home: dict[Node, Box]) -> Iterator[Edge]:
    """Edges in document order; a value that enters a folded box many times is drawn once."""
    sources: dict[Box, list[Box]] = {}
    before: dict[Box, int] = {}  # a bit for each box that leads to this one
    bit = {box: 1 << index for index, box in enumerate(boxes)}

    def longer_from(start: Box, end: Box) -> bool:
        return any(box is not start and before[box] & bit[start] for box in sources[end])

    def shortcut(source: Box, others: list[Box]) -> Literal["", "identity", "projection"]:
        if any(before[other] & bit[source] for other in others):
            return "identity"
        starts = sources[source] if _passes(source, box) else []
        if len(starts) == 1 and any(longer_from(starts[0], other) for other in others):
            return "projection"
        return ""

    for box in boxes:
        values = _read(box, home)
        sources[box] = [home[value] for value in values]
        before[box] = 0
        for source in sources[box]:
            before[box] |= before[source] | bit[source]
        merges = isinstance(box.subject, Layer) and box.subject.node.op.family == "merge"
        for value in values:
            source = home[value]
            others = [other for other in sources[box] if other is not source]
            yield Edge(source, box, value, shortcut(source, others) if merges else "")


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
    values = [value for node in box.nodes for value in values_read(node) if home[value] is not box]
    return list(dict.fromkeys(values)) if isinstance(box.subject, Fold) else values
