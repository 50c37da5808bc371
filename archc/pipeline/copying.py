"""Copies of the layers of one stage, which read each other and the stage's inputs.

A block call whose layers are all in the stage stays a call of that block. Of one that the cut goes
through, the stage has a part: a block of its own, which is given what the call's layers before it make.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import NamedTuple, TypeAlias

from archc.graph.graph import Bypass, Item, Layer, Node, Part, Scope
from archc.ops.base import Operator
from archc.pipeline.names import variable
from archc.pipeline.units import Sequence, is_open, results, size
from archc.spec.document import Block


class Run(NamedTuple):
    """The units from ``first`` until before ``end``; ``paths`` name the values between units."""

    layers: Sequence
    paths: dict[Node, str]
    first: int
    end: int

    def has(self, begin: int, end: int) -> bool:
        """Whether it has all of these units."""
        return self.first <= begin and end <= self.end

    def meets(self, begin: int, end: int) -> bool:
        """Whether it has any of these units."""
        return max(begin, self.first) < min(end, self.end)


class References(dict[Node, str]):
    """What values are called within a scope; one that is not there yet becomes an input of it."""

    def __init__(self, known: dict[Node, str], input: Callable[[Node], str] | None = None) -> None:
        super().__init__(known)
        self._input = input

    def __missing__(self, node: Node) -> str:
        if self._input is None:
            raise KeyError(node)
        self[node] = self._input(node)
        return self[node]


class Kept(NamedTuple):
    """An instance in the stage: its copy, what it reads, and its results by name (first the bare call's)."""

    part: Part
    sources: tuple[Node, ...]
    results: dict[str, Node]


Opened: TypeAlias = tuple[Scope, References]


class Copier:
    """``made`` has the copy of each node, and the node that stands for each of the stage's inputs."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.made: dict[Node, Node] = {}
        self._items: dict[int, Item] = {}
        self._read = {life.node: life.read for life in run.layers.lives}

    def root(self, scope: Scope, given: dict[Node, str]) -> Opened:
        """The stage's own scope, and what each value is called in it."""
        references = References(given)
        items = self._run_of(scope, 0, references)
        inputs = {name: self.made[node] for node, name in given.items()}
        return Scope("", None, scope.args, inputs, items), references

    def _run_of(self, scope: Scope, at: int, references: References) -> list[Item]:
        """Copies of the items that the stage has; ``at`` is the scope's first unit."""
        items = []
        for item in scope.items:
            places = []
            for index, part in enumerate(item.parts):
                begin, at = at, at + size(item, part)
                if self.run.meets(begin, at):
                    places.append((index, begin))
            if places:
                items.append(self._some(item, places, references))
        return items

    def _some(self, item: Item, places: list[tuple[int, int]], references: References) -> Item:
        """An item with those of its instances that the stage has, each with its first unit."""
        order = [item.order[index] for index, _ in places] if item.order else []
        kept, calls = [], []
        for place, (index, begin) in enumerate(places):
            one = self._kept(item, index, begin, references)
            calls.append(tuple(references[node] for node in one.sources))
            name = item.spec.id if place == len(places) - 1 else f"{item.spec.id}.{order[place]}"
            for result, node in one.results.items():
                references.setdefault(node, f"{name}.{result}" if len(one.results) > 1 else name)
            kept.append(one)
        sources = [tuple(self.made[node] for node in one.sources) for one in kept]
        copy = self._item(item, [one.part for one in kept], sources, calls[0], order)
        if len(kept) > 1 and any(isinstance(one.part, Scope) and one.part.part for one in kept):
            outside = (
                read for reads in calls for read in reads if read.split(".")[0] != item.spec.id
            )
            copy.reads, copy.calls = tuple(dict.fromkeys(outside)), calls
        return copy

    def _item(self, item: Item, parts: list[Part], sources: list[tuple[Node, ...]],
              reads: tuple[str, ...], order: list[int]) -> Item:  # fmt: skip
        shares = self._items.get(id(item.shares))
        copy = Item(item.spec, item.path, parts, sources, reads, item.repeated, order, shares)
        self._items[id(item)] = copy
        return copy

    def _kept(self, item: Item, index: int, begin: int, references: References) -> Kept:
        part = item.parts[index]
        end = begin + size(item, part)
        if isinstance(part, Scope) and is_open(item, part) and not self.run.has(begin, end):
            return self._opened(part, begin, end)
        copy = self._part(part)
        if isinstance(part, Layer) and isinstance(copy, Layer):
            copy.node.op = _renamed(part.node, references)
        return Kept(copy, item.sources[index][: len(item.reads)], results(part))

    def _part(self, part: Part) -> Part:
        if isinstance(part, Layer):
            norm, act = part.norm, part.act
            return Layer(self._node(part.node), norm and self._node(norm), act and self._node(act))
        if isinstance(part, Bypass):
            return Bypass(part.path, self._node(part.node))
        return self._scope(part)

    def _scope(self, scope: Scope) -> Scope:
        """A whole call."""
        inputs = {name: self.made[node] for name, node in scope.inputs.items()}
        items = [
            self._item(
                item,
                [self._part(part) for part in item.parts],
                [tuple(self.made[node] for node in sources) for sources in item.sources],
                item.reads,
                list(item.order),
            )
            for item in scope.items
        ]
        outputs = {name: self.made[node] for name, node in scope.outputs.items()}
        return replace(scope, inputs=inputs, items=items, outputs=outputs)

    def _node(self, node: Node) -> Node:
        owner, shared = (
            None if other is None else self.made[other] for other in (node.owner, node.shared)
        )
        inputs = tuple(self.made[source] for source in node.inputs)
        self.made[node] = replace(node, inputs=inputs, owner=owner, shared=shared)
        return self.made[node]

    def _opened(self, scope: Scope, begin: int, end: int) -> Kept:
        """The part of a call that the stage has."""
        named = {node: name for name, node in scope.inputs.items()}
        taken = {*scope.inputs, *self._ids(scope, begin)}
        given: dict[Node, str] = {}

        def input(node: Node) -> str:
            given[node] = named.get(node) or self._variable(node, scope, taken)
            taken.add(given[node])
            return given[node]

        references = References({}, input)
        items = self._run_of(scope, begin, references)
        inside = [node for node in references if node not in given]
        read = [node for node in inside if self._read[node] >= min(end, self.run.end)]
        results = self._results(scope, read or inside[-1:])
        inputs = {name: self.made[node] for node, name in given.items()}
        outputs = {name: self.made[node] for name, node in results.items()}
        block = _part_of(scope, inputs, {name: references[node] for name, node in results.items()})
        copy = Scope(scope.path, block, {}, inputs, items, outputs, patched=True, part=True)
        return Kept(copy, tuple(given), results)

    def _ids(self, scope: Scope, at: int) -> Iterator[str]:
        """The written nodes of a call that the stage has, at least in part."""
        for item in scope.items:
            begin, at = at, at + sum(size(item, part) for part in item.parts)
            if self.run.meets(begin, at):
                yield item.spec.id

    def _results(self, scope: Scope, nodes: list[Node]) -> dict[str, Node]:
        """Results of a part of a call by name: the call's own names for them, where it has some."""
        named = {node: name for name, node in scope.outputs.items()}
        found: dict[str, Node] = {}
        for node in nodes:
            found[named.get(node) or self._variable(node, scope, {*scope.outputs, *found})] = node
        return found

    def _variable(self, node: Node, scope: Scope, taken: set[str]) -> str:
        return variable(self.run.paths[node].removeprefix(f"{scope.path}."), taken)


def _part_of(scope: Scope, inputs: dict[str, Node], outputs: dict[str, str]) -> Block | None:
    """The block of a call's part: it is never expanded again, so it needs no nodes."""
    if scope.block is None:
        return None
    return replace(
        scope.block,
        name=f"{scope.block.name}_part",
        args={},
        inputs=tuple(inputs),
        nodes={},
        outputs=outputs,
        named_outputs=True,
    )


def _renamed(node: Node, references: References) -> Operator:
    """The operator, with the node that it names (crop's `like`) as it is called here."""
    key = node.op.reads
    if not key or getattr(node.op, key) is None:
        return node.op
    return replace(node.op, **{key: references[node.inputs[-1]]})
