"""What can be changed in a graph; each edit belongs to one scope and finds its nodes by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

from archc.graph.graph import Bypass, Item, Layer, Node
from archc.graph.rewriting.tree import Tree, facts
from archc.ops.arrange import Identity, Slice
from archc.ops.base import Operator


@dataclass(frozen=True)
class SetOp:
    """Another operator for a node: ``how`` makes it of the one that is there."""

    scope: str
    node: str
    how: Callable[[Operator], Operator]

    def apply(self, tree: Tree) -> None:
        node = tree.node(self.node)
        tree.set_op(node, self.how(node.op))


@dataclass(frozen=True)
class Drop:
    """A node goes; what read it reads its first input."""

    scope: str
    node: str

    def apply(self, tree: Tree) -> None:
        node, (_, item, index) = tree.node(self.node), tree.place(self.node)
        part = item.parts[index]
        if isinstance(part, Layer) and part.node is not node:
            if part.norm is node:
                part.norm = None
            else:
                part.act = None
            if isinstance(part.node.op, Identity) and part.result is part.node:
                tree.replace(node, node.inputs[0])
                self._leave_out(tree, item, part.node)
                return
        elif isinstance(part, Layer) and part.result is not node:
            tree.set_op(node, Identity())  # its activation stays under its owner's name
            node.inputs = node.inputs[:1]
            return
        elif item.repeated:
            tree.set_op(node, Identity())
            node.inputs = node.inputs[:1]
            item.parts[index] = Bypass(node.name, node)
            return
        else:
            self._leave_out(tree, item, node)
            return
        tree.replace(node, node.inputs[0])

    def _leave_out(self, tree: Tree, item: Item, node: Node) -> None:
        """The item's only node goes: its name means what it read."""
        if item.repeated:
            return
        item.parts = []
        item.reads, item.sources = item.reads[:1], [item.sources[0][:1]]
        tree.replace(node, node.inputs[0])


@dataclass(frozen=True)
class Remove:
    """A written node goes with all that it holds; nothing that stays reads it."""

    scope: str
    id: str

    def apply(self, tree: Tree) -> None:
        tree.root.items = [item for item in tree.root.items if item.spec.id != self.id]


@dataclass(frozen=True)
class DropOutput:
    """An output of the network goes; its node may stay."""

    scope: str
    name: str

    def apply(self, tree: Tree) -> None:
        tree.gone_outputs.add(self.name)


@dataclass(frozen=True)
class Merge:
    """Layers that read one value become one, named ``into``, of which each is then a slice of channels.

    ``how`` makes the operator of theirs.
    """

    scope: str
    nodes: tuple[str, ...]
    into: str
    how: Callable[[list[Operator]], Operator]

    def apply(self, tree: Tree) -> None:
        places = [tree.place(name) for name in self.nodes]
        scope, first = places[0].scope, places[0].item
        prefix = f"{scope.path}." if scope.path else ""
        layers = [place.layer for place in places]
        nodes = [layer.node for layer in layers]
        made = _node(f"{prefix}{self.into}", self.how([n.op for n in nodes]), nodes[0].inputs)
        layer = Layer(made)
        if layers[0].act is not None:
            layer.act = _node(f"{prefix}{self.into}_act", layers[0].act.op, (made,))
            layer.act.role, layer.act.owner = "act", made
        spec = replace(first.spec, id=self.into, settings={}, label="", note="")
        item = Item(spec, made.name, [layer], [made.inputs], first.reads, False, [0])
        scope.items.insert(scope.items.index(first), item)
        tree.index(scope, item)
        start = 0
        for place, old in zip(places, layers, strict=True):
            stop = start + old.node.shape[0]
            part = _node(old.node.name, Slice(channels=(start, stop)), (layer.result,))
            part.facts = part.facts._replace(
                shape=old.node.shape
            )  # its number of its own, not a difference
            for gone in old.nodes:
                tree.replace(gone, part)
            place.item.parts, place.item.reads = [Layer(part)], (self.into,)
            place.item.sources = [part.inputs]
            tree.index(scope, place.item)
            start = stop


@dataclass(frozen=True)
class Gather:
    """A node takes over what a later merge does with its result: it moves there and reads the rest too."""

    scope: str
    node: str
    merge: str

    def apply(self, tree: Tree) -> None:
        node, merge = tree.node(self.node), tree.node(self.merge)
        scope, item, _ = tree.place(self.node)
        end = tree.place(self.merge).item
        sources = [tree.now(source) for source in merge.inputs]
        own = sources.index(tree.now(tree.place(self.node).layer.result))
        node.inputs = (*node.inputs, *(s for k, s in enumerate(sources) if k != own))
        item.reads = (*item.reads, *(r for k, r in enumerate(end.reads) if k != own))
        item.sources = [node.inputs]
        scope.items.remove(item)
        scope.items.insert(scope.items.index(end), item)
        end.parts, end.reads, end.sources = [], (item.spec.id,), [(node,)]
        tree.replace(merge, node)


@dataclass(frozen=True)
class Insert:
    """A new node ``id`` behind an input of the document; what read the input reads it."""

    scope: str
    input: str
    id: str
    op: Operator

    def apply(self, tree: Tree) -> None:
        root = tree.root
        source = root.inputs[self.input]
        first = root.items[0]
        node = _node(self.id, self.op, (source,))
        tree.redirect(source, node)
        for item in root.items:
            item.reads = tuple(self.id if read == self.input else read for read in item.reads)
        spec = replace(first.spec, id=self.id, settings={}, label="", note="")
        item = Item(spec, self.id, [Layer(node)], [(source,)], (self.input,), False, [0])
        root.items.insert(0, item)
        tree.index(root, item)


@dataclass(frozen=True)
class TakeSlices:
    """The network takes a large batch in slices of so many samples."""

    scope: str
    samples: int

    def apply(self, tree: Tree) -> None:
        tree.slice = self.samples


Edit: TypeAlias = SetOp | Drop | Remove | DropOutput | Merge | Gather | Insert | TakeSlices


def _node(name: str, op: Operator, inputs: tuple[Node, ...]) -> Node:
    return Node(name, op, inputs, facts(op, inputs))
