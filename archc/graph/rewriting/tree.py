"""A tree of block calls while it is changed.

The same edits run on a copy of the whole graph and, when a block's class is written, on one call of the
block that was expanded again (:mod:`archc.codegen.tracing`). So they name nodes and hold none.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from archc.graph.graph import Bypass, Facts, Item, Layer, Node, Scope
from archc.ops.base import Operator


class Place(NamedTuple):
    """Where a node stands: a part of an item of a scope, as its operator, norm or activation."""

    scope: Scope
    item: Item
    number: int

    @property
    def layer(self) -> Layer:
        part = self.item.parts[self.number]
        if not isinstance(part, Layer):
            raise TypeError(f"{self.item.path} is no layer")
        return part


class Tree:
    """The scopes from ``root`` on; only the items of ``root`` itself if not ``deep``."""

    def __init__(self, root: Scope, deep: bool) -> None:
        self.root, self._deep = root, deep
        self.gone_outputs: set[str] = set()
        self.slice = 0
        self._instead: dict[Node, Node] = {}  # of nodes that are gone
        self._changed: set[Node] = set()
        self._nodes: dict[str, Node] = {}
        self._places: dict[str, Place] = {}
        for scope in self._scopes(root):
            for item in scope.items:
                self.index(scope, item)

    def _scopes(self, scope: Scope) -> Iterator[Scope]:
        yield scope
        if self._deep:
            for item in scope.items:
                for part in item.parts:
                    if isinstance(part, Scope):
                        yield from self._scopes(part)

    def index(self, scope: Scope, item: Item) -> None:
        """Know an item's nodes by their names."""
        for k, part in enumerate(item.parts):
            if not isinstance(part, Scope):
                for node in part.nodes:
                    self._nodes[node.name] = node
                    self._places[node.name] = Place(scope, item, k)

    def node(self, name: str) -> Node:
        return self._nodes[name]

    def place(self, name: str) -> Place:
        return self._places[name]

    def now(self, node: Node) -> Node:
        """The node that stands for this one since the edits so far."""
        while node in self._instead:
            node = self._instead[node]
        return node

    def replace(self, node: Node, by: Node) -> None:
        """Whatever reads ``node`` reads ``by`` from now on."""
        self._instead[node] = by

    def redirect(self, source: Node, node: Node) -> None:
        """What reads ``source`` so far reads ``node``, which itself may go on reading it."""
        swap = {source: node}
        for scope in self._scopes(self.root):
            if scope is not self.root:
                scope.inputs = {k: swap.get(v, v) for k, v in scope.inputs.items()}
            scope.outputs = {k: swap.get(v, v) for k, v in scope.outputs.items()}
            for item in scope.items:
                item.sources = [tuple(swap.get(v, v) for v in vs) for vs in item.sources]
        for reader in self.root.nodes:
            reader.inputs = tuple(swap.get(v, v) for v in reader.inputs)

    def set_op(self, node: Node, op: Operator) -> None:
        node.op = op
        self._changed.add(node)

    def resolve(self) -> None:
        """Let every reference name nodes that are there, and work shapes and counts out anew."""
        reshaped: set[Node] = set()
        for scope in self._scopes(self.root):
            scope.inputs = {name: self.now(node) for name, node in scope.inputs.items()}
            scope.outputs = {name: self.now(node) for name, node in scope.outputs.items()}
            for item in scope.items:
                item.sources = [tuple(map(self.now, sources)) for sources in item.sources]
        for node in self.root.nodes if self._deep else self._own_nodes():
            node.inputs = tuple(map(self.now, node.inputs))
            if node in self._changed or not reshaped.isdisjoint(node.inputs):
                before, node.facts = node.shape, facts(node.op, node.inputs)
                if node.shape != before:
                    reshaped.add(node)

    def _own_nodes(self) -> Iterator[Node]:
        for item in self.root.items:
            for part in item.parts:
                if isinstance(part, Layer | Bypass):
                    yield from part.nodes


def facts(op: Operator, inputs: tuple[Node, ...]) -> Facts:
    """What follows from an operator and the shapes it reads."""
    shapes = tuple(node.shape for node in inputs)
    shape = op.infer(shapes)
    return Facts(shape, op.weights(shapes), op.buffers(shapes), op.macs(shapes, shape))
