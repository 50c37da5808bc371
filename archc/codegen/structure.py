"""Which calls of a block can be one class: those whose parts become the same PyTorch calls."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field

from archc.graph.graph import Bypass, Graph, Item, Layer, Node, Scope
from archc.ops.lowering import Lowered


@dataclass(eq=False)
class Group:
    """Calls of one block that share a class. ``shape`` tells each node's structure, as far as it occurs."""

    scopes: list[Scope]
    shape: dict[str, Hashable] = field(default_factory=dict)

    @property
    def block_name(self) -> str:
        block = self.scopes[0].block
        return block.name if block is not None else ""


class Structure:
    """The groups of a graph, callees before callers, and the lowering of every node."""

    def __init__(self, graph: Graph) -> None:
        self.groups: list[Group] = []
        self.group_of: dict[int, Group] = {}
        self._lowered: dict[tuple[int, object], Lowered] = {}
        for scope in _post_order(graph.root):
            self._add(scope)

    def lower(self, node: Node) -> Lowered:
        """What the node becomes; worked out once for equal nodes."""
        key = (id(node.op), node.input_shapes)
        if key not in self._lowered:
            self._lowered[key] = node.op.lower(node.input_shapes, node.shape)
        return self._lowered[key]

    def _add(self, scope: Scope) -> None:
        named = _instances_named(scope)
        shape = {
            item.spec.id: self._item(item, item.spec.id in named)
            for item in scope.items
            if item.parts
        }
        group = self._fitting(scope, shape)
        if group is None:
            group = Group([])
            self.groups.append(group)
        group.scopes.append(scope)
        group.shape.update(shape)
        self.group_of[id(scope)] = group

    def _fitting(self, scope: Scope, shape: dict[str, Hashable]) -> Group | None:
        if scope.patched or scope.block is None:
            return None
        for group in self.groups:
            first = group.scopes[0]
            if first.block is scope.block and not first.patched:
                known = group.shape
                same = [item.spec.id for item in first.items] == [i.spec.id for i in scope.items]
                if same and all(known.get(key, value) == value for key, value in shape.items()):
                    return group
        return None

    def _item(self, item: Item, named: bool) -> Hashable:
        shares = item.shares.spec.id if item.shares is not None else None
        parts = tuple(map(self._part, item.parts))
        if shares is None and not named and self.counted(item):
            return (item.reads, "any number", parts[0])
        return (item.reads, item.repeated, tuple(item.order), shares, parts)

    def counted(self, item: Item) -> bool:
        """Whether a repeated node is one instance and then n - 1 equal ones, so that n may be an argument."""
        if not item.repeated or item.order != sorted(item.order):
            return False
        first, *rest = item.parts
        if isinstance(first, Bypass) or (isinstance(first, Scope) and len(first.outputs) > 1):
            return False
        if any(self._part(part) != self._part(first) for part in rest):
            return False
        return all(_equal(part, rest[0]) for part in rest) and all(
            self._fixed(part) == self._fixed(first) for part in rest
        )

    def _fixed(self, part: Layer | Scope | Bypass) -> object:
        """What a loop over the instances cannot vary: numbers in the forward, and how weights start."""
        if not isinstance(part, Layer):
            return None
        lowered = [self.lower(node) for node in part.nodes]
        return [(dict(one.values), one.init) for one in lowered]

    def _part(self, part: Layer | Scope | Bypass) -> Hashable:
        if isinstance(part, Scope):
            group = self.group_of.get(id(part))  # none for a shared call
            return id(group) if group is not None else "shared"
        if isinstance(part, Bypass):
            return "bypass"
        roles = ((node.role, self.lower(node)) for node in part.nodes)
        return tuple((role, _skeleton(lowered)) for role, lowered in roles)


def _instances_named(scope: Scope) -> set[str]:
    """Repeated nodes of which a single instance is read: ``conv5.2``."""
    block = scope.block
    reads = [reference for item in scope.items for reference in item.reads]
    pairs = [read.split(".") for read in (*reads, *(block.outputs.values() if block else ()))]
    return {pair[0] for pair in pairs if len(pair) > 1 and pair[1].isdecimal()}


def _equal(part: Layer | Scope | Bypass, other: Layer | Scope | Bypass) -> bool:
    """Whether two instances are made with the same arguments."""
    if isinstance(part, Scope) and isinstance(other, Scope):
        shapes = [[node.shape for node in scope.inputs.values()] for scope in (part, other)]
        return part.args == other.args and shapes[0] == shapes[1]
    if isinstance(part, Layer) and isinstance(other, Layer):
        pairs = zip(part.nodes, other.nodes, strict=True)
        return all(a.op == b.op and a.input_shapes == b.input_shapes for a, b in pairs)
    return False


def _skeleton(lowered: Lowered) -> Hashable:
    """A lowering without its numbers."""
    module = lowered.module
    call = (module.function, tuple(arg.name for arg in module.args)) if module else None
    init = tuple((i.function, i.tensor, tuple(i.settings)) for i in lowered.init)
    forward = (lowered.forward, lowered.in_place)
    return (forward, call, tuple(lowered.values), lowered.support, init)


def _post_order(scope: Scope) -> Iterator[Scope]:
    for item in scope.items:
        for part in item.parts:
            if isinstance(part, Scope) and item.shares is None:  # else the class is its target's
                yield from _post_order(part)
    yield scope
