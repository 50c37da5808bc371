"""What one architecture has otherwise than another: what is written, and what follows from it.

Two graphs are walked side by side. Written nodes are matched scope by scope (:mod:`archc.analysis.matching`);
what differs between two that match is a finding. A node without a finding whose shape or weights differ
only follows from others.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, NamedTuple, TypeAlias

from archc.analysis.summary import Summary, summarise
from archc.collector import paused_collector
from archc.graph.graph import Graph, Node

About: TypeAlias = Literal[
    "node",  # as a whole: added, removed, replaced, renamed, moved, reads, instances, order, shares, …
    "setting", "norm", "act", "init", "arg",  # key: the setting's or arg's name; "" for the operator
    "document",  # input, output, freeze, weights, arg
]  # fmt: skip
Mark: TypeAlias = Literal["added", "removed", "changed", "kept"]

WHOLE: dict[str, Mark] = {
    "added": "added",
    "restored": "added",  # had been bypassed
    "removed": "removed",
    "bypassed": "removed",  # an instance whose name is kept, while the signal passes by
}


class Change(NamedTuple):
    """One difference. A value that is not there is None."""

    about: About
    key: str
    old: Any = None
    new: Any = None
    name: str = ""  # of an input, output or arg of the document, or of an instance
    numbers: tuple[int, int] = (0, 0)  # nodes and parameters that come or go

    @property
    def mark(self) -> Mark:
        """How a node that has it is marked."""
        return WHOLE.get(self.key, "changed") if self.about == "node" else "changed"


class Container(NamedTuple):
    """What nodes have in common: calls of a block, instances of a repeated node, or an operator."""

    kind: Literal["block", "instances", "operator"]
    old: str
    new: str


class Place(NamedTuple):
    """A node's place in one of the things that contain it."""

    container: Container
    member: str  # the call's or the instance's path
    local: str  # the node's path inside it; "" for the whole


@dataclass(frozen=True)
class Finding:
    """A change of the node at a path, which is the new one's where both have it.

    ``places`` lists what it stands in, from the inside out. ``because`` are args of the enclosing call that
    changed and by which the setting is given: it follows from what is told of the call.
    """

    path: str
    change: Change
    places: tuple[Place, ...] = ()
    because: tuple[str, ...] = ()
    shapes: tuple[tuple[int, ...], ...] = ()  # its result's before and after, where they differ


class Follower(NamedTuple):
    """A node of the new graph that is as it was, but for its shape or its weights'."""

    path: str
    old: Node
    new: Node


@dataclass(frozen=True)
class Difference:
    """Everything that differs.

    ``old_marks`` and ``new_marks`` mark every node and input of each graph by what is written; nodes that
    only have another name are kept, as are those whose weights only start otherwise (``starts``, new
    names). ``counterparts`` has the old name for every new one that has any.
    """

    old: Graph
    new: Graph
    findings: tuple[Finding, ...]
    document: tuple[Change, ...]
    follows: tuple[Follower, ...]
    members: Counter[Container]  # how many matched members each container has
    old_marks: dict[str, Mark]
    new_marks: dict[str, Mark]
    counterparts: dict[str, str]
    starts: frozenset[str]
    summaries: tuple[Summary, Summary] = field(compare=False)

    def __bool__(self) -> bool:
        """Whether there is any difference; names of specs are none."""
        return bool(self.findings or self.document)

    @cached_property
    def layers(self) -> Counter[Mark]:
        """How many layers were added, removed, changed and kept.

        Norms and activations belong to their layers, and what stands for a bypassed instance is none.
        """
        new = (self.new_marks[name] for name, node in self.new.nodes.items() if _is_layer(node))
        old = (self.old_marks[name] for name, node in self.old.nodes.items() if _is_layer(node))
        return Counter([*new, *(mark for mark in old if mark == "removed")])


def _is_layer(node: Node) -> bool:
    return not node.role and node.op.name != "identity"


@paused_collector()
def difference(old: Graph, new: Graph) -> Difference:
    """Compare two architectures."""
    from archc.analysis.difference_document import document_changes
    from archc.analysis.difference_walk import Walk

    walk = Walk(old, new)
    walk.run()
    document = document_changes(old, new, walk.counterparts)
    return Difference(
        old,
        new,
        tuple(walk.findings),
        tuple(document),
        tuple(walk.follows),
        walk.members,
        walk.old_marks,
        walk.new_marks,
        walk.counterparts,
        frozenset(walk.starts),
        (summarise(old), summarise(new)),
    )
