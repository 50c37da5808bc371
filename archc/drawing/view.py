"""What a drawing shows: boxes, the groups around them, and the edges between them.

A *level* is the number of dots in a name: ``conv1`` is at level 0, ``layer2.0.conv1`` at level 2.
Folding at ``depth`` 1 keeps names up to level 1, so ``layer2.0`` becomes one box.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, TypeAlias

from archc.graph.graph import Bypass, GraphOutput, Item, Layer, Node, Part, Scope


class Folding(NamedTuple):
    """How far a drawing is opened.

    Names with more dots than ``depth`` are folded (None: none is), and what ``collapse`` names.
    What ``expand`` names is open even so, with all that it stands in. ``once``: equal neighbours
    of a repeated node are drawn as one, ``× 6``.
    """

    depth: int | None = None
    collapse: frozenset[str] = frozenset()
    expand: frozenset[str] = frozenset()
    once: bool = False


class Fold(NamedTuple):
    """One block call, or a repeated node with all its instances, drawn as one box."""

    item: Item
    parts: tuple[Part, ...]

    @property
    def block(self) -> str:
        """The name of the block that is called; empty for a repeated operator."""
        return block_name(self.parts[0])

    @property
    def result(self) -> Node:
        return self.parts[-1].result


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
    times: int = 1  # equal neighbours that it stands for
    remark: str = ""  # said in place of the author's note

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
    nodes: tuple[Node, ...] = ()  # of the one instance that is shown
    times: int = 1
    portion: str = ""  # where it is drawn in several frames: ``2 of 3``

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


def repeated(view: View) -> bool:
    """Whether a box or group stands for several equal ones."""
    todo = list(view.top)
    while todo:
        child = todo.pop()
        if child.times > 1:
            return True
        if isinstance(child, Group):
            todo += child.children
    return False


def boxes_in(child: Box | Group) -> Iterator[Box]:
    if isinstance(child, Box):
        yield child
    else:
        for inner in child.children:
            yield from boxes_in(inner)


def block_name(part: Part) -> str:
    return part.block.name if isinstance(part, Scope) and part.block is not None else ""
