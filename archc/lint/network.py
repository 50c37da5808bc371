"""What the rules ask about a graph: who reads a value, and where a node was written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from archc.errors import Span
from archc.graph.graph import Graph, Item, Node, Scope
from archc.spec.document import Lexical

# these keep every number and only name, drop or arrange them
PASSING = frozenset(
    {"identity", "flatten", "reshape", "permute", "channel_shuffle", "dropout", "drop_path"}
)


@dataclass(frozen=True, eq=False)
class Call:
    """One call of a block, or with no ``item`` the document itself."""

    scope: Scope
    item: Item | None = None  # the node that calls
    within: Call | None = None  # the call that it stands in

    @property
    def at(self) -> Span | None:
        """Where the call is written."""
        return self.item.spec.marks.span() if self.item else None

    @property
    def where(self) -> str:
        """``in block unit, called as layer1.0 at net.yaml:19:3``"""
        block = self.scope.block
        return f"in block {block.name}, called as {self.scope.path} at {self.at}" if block else ""


class Network:
    """A graph with what is looked up in it often."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.nodes = list(graph.nodes.values())

    @cached_property
    def order(self) -> dict[Node, int]:
        """The place of each node in the order in which they run."""
        return {node: place for place, node in enumerate(self.nodes)}

    @cached_property
    def calls(self) -> list[Call]:
        """The document and all calls of blocks, outer ones first."""
        return list(_calls(Call(self.graph.root)))

    @cached_property
    def call_of(self) -> dict[Node, Call]:
        """The call in which each node stands."""
        return {
            node: call
            for call in self.calls
            for item in call.scope.items
            for part in item.parts
            if not isinstance(part, Scope)
            for node in part.nodes
        }

    @cached_property
    def readers(self) -> dict[Node, list[Node]]:
        """The nodes that read each value."""
        found: dict[Node, list[Node]] = {}
        for node in self.nodes:
            for source in dict.fromkeys(node.inputs):
                found.setdefault(source, []).append(node)
        return found

    @cached_property
    def results(self) -> set[Node]:
        """The nodes that are outputs."""
        return {output.node for output in self.graph.outputs}

    @cached_property
    def sharers(self) -> dict[Node, list[Node]]:
        """For each node whose weights others use, those others."""
        found: dict[Node, list[Node]] = {}
        for node in self.nodes:
            if node.shared is not None:
                found.setdefault(node.shared, []).append(node)
        return found

    def lexical(self, node: Node) -> Lexical:
        """The args and defaults of the file in which a node is written."""
        block = self.call_of[node].scope.block
        return block.lexical if block else self.graph.document.lexical

    def users(self, node: Node) -> list[Node]:
        """The node, and all others that use its weights or whose weights it uses."""
        first = node.shared or node
        return [first, *self.sharers.get(first, ())]

    def only_reader(self, node: Node) -> Node | None:
        """The node that alone reads this one's result, if there is just one and it is no output."""
        readers = self.readers.get(node, [])
        return readers[0] if len(readers) == 1 and node not in self.results else None


def _calls(call: Call) -> Iterator[Call]:
    yield call
    for item in call.scope.items:
        for part in item.parts:
            if isinstance(part, Scope):
                yield from _calls(Call(part, item, call))


def span(node: Node) -> Span | None:
    """Where a node is written; its norm or activation where that is, if it is written apart."""
    if node.spec is None:
        return None
    marks = node.spec.marks
    return marks.span(node.role if node.role in marks.marks else None)


def source(node: Node) -> Node:
    """The value that a node reads first, past those that only pass it on."""
    node = node.inputs[0]
    while node.inputs and node.op.name in PASSING:
        node = node.inputs[0]
    return node
