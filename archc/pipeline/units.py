"""A network as the sequence of its layers, and the tensors that are alive between them.

A unit is what is never cut: a layer with its norm and activation, an instance that a patch removed, or a
call that uses another's weights. A place to cut is the index of the unit that would begin a stage.
"""

from __future__ import annotations

from math import prod
from typing import NamedTuple

from archc.analysis.memory import BYTES
from archc.graph.graph import Graph, Item, Node, Part, Scope


class Unit(NamedTuple):
    """``trail`` holds the written nodes from the root to the unit, each with the instance."""

    part: Part
    trail: tuple[tuple[Item, int], ...]

    @property
    def nodes(self) -> tuple[Node, ...]:
        return tuple(self.part.nodes)

    def depth(self, after: Unit) -> int:
        """How many block calls a cut before this unit goes through."""
        pairs = zip(self.trail, after.trail, strict=False)
        return sum(1 for one, other in pairs if one[0] is other[0] and one[1] == other[1])


class Life(NamedTuple):
    """A value, the unit that makes it (-1 for an input) and the last one that reads it.

    What the network hands out is read behind the last unit.
    """

    node: Node
    made: int
    read: int


class Sequence(NamedTuple):
    """A network in the order in which it runs."""

    units: list[Unit]
    lives: list[Life]  # in the order in which the values are made

    def alive(self, place: int) -> list[Node]:
        """The values that a stage beginning at ``place`` is given."""
        return [life.node for life in self.lives if life.made < place <= life.read]

    def sent(self) -> list[int]:
        """For each place, the bytes of the values alive there, for one sample."""
        change = [0] * (len(self.units) + 2)
        for life in self.lives:
            if life.read > life.made:
                size = BYTES * prod(life.node.shape)
                change[life.made + 1] += size
                change[life.read + 1] -= size
        found, total = [], 0
        for step in change[:-1]:
            total += step
            found.append(total)
        return found

    def joined(self) -> list[Joined]:
        """Nodes with the weights of another, in the order in which they run."""
        first: dict[int, int] = {}
        found: dict[int, Joined] = {}
        for index, unit in enumerate(self.units):
            for item, _ in unit.trail:
                first.setdefault(id(item), index)
                if item.shares is not None:
                    start = first.get(id(item.shares), index)
                    found[id(item)] = Joined(item, item.shares, start, index)
        return list(found.values())


class Joined(NamedTuple):
    """A node that uses another's weights, and the units from the first of one to the last of the other."""

    item: Item
    owner: Item
    start: int
    end: int


def sequence(graph: Graph) -> Sequence:
    """The units of a graph and the lives of its values."""
    units: list[Unit] = []
    read: dict[Node, int] = {}
    _collect(graph.root, (), units, read)
    made = {node: -1 for node in graph.inputs.values()}
    for index, unit in enumerate(units):
        for node in unit.part.nodes:
            made[node] = index
            for source in node.inputs:
                read[source] = max(index, read.get(source, 0))
    for output in graph.outputs:
        read[output.node] = len(units)
    return Sequence(units, [Life(node, at, read.get(node, at)) for node, at in made.items()])


def _collect(
    scope: Scope, trail: tuple[tuple[Item, int], ...], units: list[Unit], read: dict[Node, int]
) -> None:
    """Add the units of a scope. A call is given all that it names, even what its block ignores."""
    for item in scope.items:
        for index, part in enumerate(item.parts):
            for source in item.sources[index]:
                read[source] = max(len(units), read.get(source, 0))
            here = (*trail, (item, index))
            if is_open(item, part):
                _collect(part, here, units, read)  # type: ignore[arg-type]
            else:
                units.append(Unit(part, here))


def is_open(item: Item, part: Part) -> bool:
    """Whether an instance may be cut inside: a call of a block that has its own weights."""
    return isinstance(part, Scope) and item.shares is None


def size(item: Item, part: Part) -> int:
    """How many units an instance has."""
    if not isinstance(part, Scope) or item.shares is not None:
        return 1
    return sum(size(inner, each) for inner in part.items for each in inner.parts)


def results(part: Part) -> dict[str, Node]:
    """What a part hands out, by name; a layer has no name for it."""
    return part.outputs if isinstance(part, Scope) else {"": part.result}
