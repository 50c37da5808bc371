"""Which written nodes of two scopes are the same: by name; where names differ, by what and where they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property
from itertools import pairwise
from typing import Any, NamedTuple

from archc.graph.graph import Bypass, Item, Layer, Node, Part, Scope

MOST_ALIGNED = 250_000  # pairs of nodes that are compared to find new names; beyond it none are


class Reference(NamedTuple):
    """A value as its scope calls it: an input, or a written node's result.

    ``instance`` is the name of an inner value (``2``, ``skip``) where it is not the bare node's.
    """

    name: str
    instance: str = ""

    def __str__(self) -> str:
        return f"{self.name}.{self.instance}" if self.instance else self.name


@dataclass(frozen=True)
class Side:
    """One of the two scopes: its present nodes by id, and what its values are called."""

    scope: Scope
    items: dict[str, Item]
    names: dict[int, Reference]  # by the identity of a graph's node

    def read(self, item: Item) -> tuple[Reference, ...]:
        """What a written node reads; of a repeated one, what its first instance does."""
        return tuple(map(self.called, item.sources[0]))

    def called(self, node: Node) -> Reference:
        return self.names.get(id(node)) or Reference(node.name)

    def place(self, item: Item) -> str:
        """What a node stands behind."""
        return str(self.read(item)[0])


@dataclass(frozen=True)
class Matching:
    """Pairs of written nodes in the new order, and those without a counterpart.

    ``new_names`` has the new name of every old value; ``moved`` holds new ids.
    """

    old: Side
    new: Side
    pairs: list[tuple[Item, Item]]
    removed: list[Item]
    added: list[Item]
    moved: frozenset[str]
    new_names: dict[str, str]

    @cached_property
    def _passed(self) -> tuple[set[str], set[str]]:
        """Nodes that went or moved, by old names, and those that came or moved, by new ones."""
        went = {item.spec.id for item in self.removed}
        went |= {old.spec.id for old, new in self.pairs if new.spec.id in self.moved}
        return went, {item.spec.id for item in self.added} | self.moved

    @cached_property
    def _known(self) -> tuple[dict[str, Reference], dict[str, Reference]]:
        return {}, {}

    def rewired(self, before: Item, after: Item) -> bool:
        """Whether a node reads other values, and not just since nodes between came, went or moved."""
        (went, came), (old, new) = self._passed, self._known
        reads = (_beyond(ref, self.old, went, old) for ref in self.old.read(before))
        renamed = [ref._replace(name=self.new_names.get(ref.name, "")) for ref in reads]
        return renamed != [_beyond(ref, self.new, came, new) for ref in self.new.read(after)]


def match(old: Scope, new: Scope) -> Matching:
    """Match the written nodes of two scopes."""
    one, two = _side(old), _side(new)
    named = [(one.items[name], item) for name, item in two.items.items() if name in one.items]
    places = {name: place for place, name in enumerate(one.items)}
    in_order = set(
        longest_rise([places[a.spec.id] for a, _ in named], [_firmness(b) for _, b in named])
    )
    anchors = [pair for place, pair in enumerate(named) if place in in_order]
    renamed = [*_renamed(one, two, anchors)]
    order = {name: place for place, name in enumerate(two.items)}
    pairs = sorted([*named, *renamed], key=lambda pair: order[pair[1].spec.id])
    kept_old, kept_new = {a.spec.id for a, _ in pairs}, {b.spec.id for _, b in pairs}
    new_names = _inputs(old, new) | {a.spec.id: b.spec.id for a, b in pairs}
    strayed = (pair for place, pair in enumerate(named) if place not in in_order)
    return Matching(
        one,
        two,
        pairs,
        [item for name, item in one.items.items() if name not in kept_old],
        [item for name, item in two.items.items() if name not in kept_new],
        frozenset(b.spec.id for a, b in strayed if _elsewhere(one, two, a, b, new_names)),
        new_names,
    )


def _elsewhere(one: Side, two: Side, old: Item, new: Item, names: dict[str, str]) -> bool:
    """Whether a node that is written elsewhere also reads otherwise; else its place says nothing."""
    reads = [ref._replace(name=names.get(ref.name, "")) for ref in one.read(old)]
    return reads != [*two.read(new)]


def _side(scope: Scope) -> Side:
    items = {item.spec.id: item for item in scope.items if item.parts}
    names = {id(node): Reference(name) for name, node in scope.inputs.items()}
    for name, item in items.items():
        names.setdefault(id(item.parts[-1].result), Reference(name))
        for part, index in zip(item.parts, item.order or [0], strict=True):
            prefix = f"{index}" if item.repeated else ""
            names.setdefault(id(part.result), Reference(name, prefix))
            for output, node in part.outputs.items() if isinstance(part, Scope) else ():
                inner = ".".join(filter(None, (prefix, output)))
                names.setdefault(id(node), Reference(name, inner))
    return Side(scope, items, names)


def _inputs(old: Scope, new: Scope) -> dict[str, str]:
    """The new name of every input of the scope: its own, or else that of the one in its place."""
    pairs = dict(zip(old.inputs, new.inputs, strict=False))
    return {name: name if name in new.inputs else pairs.get(name, "") for name in old.inputs}


def _beyond(
    reference: Reference, side: Side, passed: set[str], known: dict[str, Reference]
) -> Reference:
    """The value that is read if the signal passes these nodes by; ``known`` is for the next search."""
    trail: list[str] = []
    while reference.name in passed:
        trail.append(reference.name)
        reference = known.get(reference.name) or side.read(side.items[reference.name])[0]
    known.update(dict.fromkeys(trail, reference))
    return reference


def _renamed(
    one: Side, two: Side, anchors: Sequence[tuple[Item, Item]]
) -> Iterator[tuple[Item, Item]]:
    """Nodes of other names that stand between the same neighbours and are the same otherwise."""
    old, new = [*one.items.values()], [*two.items.values()]
    old_places = {item.spec.id: place for place, item in enumerate(old)}
    new_places = {item.spec.id: place for place, item in enumerate(new)}
    ends = [(old_places[a.spec.id], new_places[b.spec.id]) for a, b in anchors]
    low, high = 0, 0
    for left, right in [*ends, (len(old), len(new))]:
        some = [item for item in old[low:left] if item.spec.id not in two.items]
        more = [item for item in new[high:right] if item.spec.id not in one.items]
        if some and more and len(some) * len(more) <= MOST_ALIGNED:
            yield from _aligned(some, more)
        low, high = left + 1, right + 1


def _aligned(old: list[Item], new: list[Item]) -> Iterator[tuple[Item, Item]]:
    """Equal nodes; and between those, nodes of the same kinds in the same order."""
    matcher = SequenceMatcher(None, [*map(_whole, old)], [*map(_whole, new)], autojunk=False)
    for tag, a, b, c, d in matcher.get_opcodes():
        some, more = old[a:b], new[c:d]
        if tag == "equal" or (tag == "replace" and [*map(kind, some)] == [*map(kind, more)]):
            yield from zip(some, more, strict=True)


def kind(item: Item) -> tuple[str, str]:
    """What a written node is, whatever its settings: an operator or a block by name."""
    return part_kind(item.parts[0])


def part_kind(part: Part) -> tuple[str, str]:
    if isinstance(part, Scope):
        return "block", part.block.name if part.block is not None else ""
    return ("bypass", "") if isinstance(part, Bypass) else ("operator", part.node.op.name)


def _whole(item: Item) -> str:
    """Everything about a written node but its name and what it reads."""
    first = item.parts[0]
    settings: Any = first.args if isinstance(first, Scope) else None
    if isinstance(first, Layer):
        settings = [(node.role, node.op) for node in first.nodes]
    return repr((kind(item), settings, len(item.parts)))


def _firmness(item: Item) -> int:
    """How unlikely it is that a node was moved, where it or its neighbour may have been."""
    part = item.parts[0]
    if isinstance(part, Layer):
        return 4 if part.node.op.weighted else 2 if part.node.op.family == "pooling" else 1
    return 4


def longest_rise(values: Sequence[int], weights: Sequence[int]) -> list[int]:
    """The places of a rising subsequence of distinct values with the greatest weight."""
    if all(a < b for a, b in pairwise(values)):
        return [*range(len(values))]
    best: list[tuple[int, int]] = [(0, -1)] * (max(values) + 2)  # Fenwick's tree of prefix maxima
    before = [-1] * len(values)
    for place, (value, weight) in enumerate(zip(values, weights, strict=True)):
        found, before[place] = max(best[k] for k in _down(value))
        for k in _up(value + 1, len(best)):
            best[k] = max(best[k], (found + weight, place))
    place = max(best[k] for k in _down(len(best) - 1))[1]
    rise: list[int] = []
    while place >= 0:
        rise.append(place)
        place = before[place]
    return rise[::-1]


def _down(end: int) -> Iterator[int]:
    """The cells of the tree that hold the prefix of this length; cell 0 is empty."""
    while end > 0:
        yield end
        end &= end - 1
    yield 0


def _up(cell: int, size: int) -> Iterator[int]:
    while cell < size:
        yield cell
        cell += cell & -cell


def strayed(old: Sequence[int], new: Sequence[int]) -> list[int]:
    """The instances of a chain that run at another place among those in both.

    >>> strayed([0, 1, 2, 3], [0, 3, 1, 2])
    [3]
    """
    places = {index: place for place, index in enumerate(old)}
    common = [index for index in new if index in places]
    kept = {*longest_rise([places[index] for index in common], [1] * len(common))}
    return [index for place, index in enumerate(common) if place not in kept]


def item_label(item: Item) -> str:
    """What a written node is, for a line of text."""
    times = f"{len(item.parts)} × " if len(item.parts) > 1 else ""
    return times + part_label(item.parts[0])


def part_label(part: Part) -> str:
    """What an instance is, for a line of text: ``3×3 conv, 64, batch norm, ReLU``."""
    if isinstance(part, Layer):
        return ", ".join(node.label for node in part.nodes)
    return "bypassed" if isinstance(part, Bypass) else part_kind(part)[1]
