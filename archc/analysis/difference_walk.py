"""The walk of two graphs side by side, which finds what differs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from archc.analysis.difference import Change, Container, Finding, Follower, Mark, Place
from archc.analysis.matching import (
    Matching,
    item_label,
    match,
    part_kind,
    part_label,
    strayed,
)
from archc.graph.graph import Bypass, Graph, Item, Layer, Node, Part, Scope
from archc.ops.base import Operator
from archc.spec.document import NodeSpec
from archc.spec.expressions import Expression

Places = tuple[Place, ...]
Specs = tuple[NodeSpec | None, NodeSpec | None]


class Walk:
    """Collects findings, in the new graph's order."""

    def __init__(self, old: Graph, new: Graph) -> None:
        self.old, self.new = old, new
        self.findings: list[Finding] = []
        self.follows: list[Follower] = []
        self.members: Counter[Container] = Counter()
        self.old_marks: dict[str, Mark] = dict.fromkeys([*old.inputs, *old.nodes], "kept")
        self.new_marks: dict[str, Mark] = dict.fromkeys([*new.inputs, *new.nodes], "kept")
        self.counterparts: dict[str, str] = {}
        self.starts: set[str] = set()
        self.renamed: dict[str, str] = {}  # new paths of items by their old ones

    def run(self) -> None:
        for name, node in self.new.inputs.items():
            known = self.old.inputs.get(name)
            if known is None:
                self.new_marks[name] = "added"
            else:
                self._pair_nodes(known, node, changed=known.shape != node.shape)
        for name in self.old.inputs.keys() - self.new.inputs.keys():
            self.old_marks[name] = "removed"
        self._scopes(self.old.root, self.new.root, (), ())

    def _scopes(self, old: Scope, new: Scope, places: Places, args: tuple[str, ...]) -> None:
        """The written nodes of two scopes; ``args`` are those of the call that changed."""
        matching = match(old, new)
        for before, after in _in_order(matching):
            if before is not None and after is not None:
                self._items(matching, before, after, places, args)
            elif after is not None:
                self._whole_item(after, "added", after.path, places)
            elif before is not None:
                path = ".".join(filter(None, (new.path, before.spec.id)))
                self._whole_item(before, "removed", path, places)

    def _find(self, path: str, change: Change, places: Places, because: tuple[str, ...] = (),
              shapes: tuple[tuple[int, ...], ...] = ()) -> None:  # fmt: skip
        inside = tuple(
            place._replace(local=path.removeprefix(place.member).lstrip("."))
            for place in places
            if place.container.kind != "operator"
        )
        whole = tuple(place for place in places if place.container.kind == "operator")
        self.findings.append(Finding(path, change, (*whole, *inside[::-1]), because, shapes))

    def _whole_item(self, item: Item, mark: Mark, path: str, places: Places) -> None:
        """A written node that only one of the two has."""
        nodes = [node for part in item.parts for node in part.nodes]
        self._mark(nodes, mark)
        numbers = (len(nodes), sum(node.params for node in nodes))
        text = item_label(item)
        old, new = (None, text) if mark == "added" else (text, None)
        self._find(path, Change("node", mark, old, new, numbers=numbers), places)

    def _mark(self, nodes: list[Node], mark: Mark) -> None:
        marks = self.old_marks if mark == "removed" else self.new_marks
        marks.update(dict.fromkeys((node.name for node in nodes), mark))

    def _items(
        self, matching: Matching, old: Item, new: Item, places: Places, args: tuple[str, ...]
    ) -> None:
        """Two written nodes that match: what is said of them as a whole, then their instances."""
        self.renamed[old.path] = new.path
        whole = [*self._of_items(matching, old, new)]
        shapes = _shapes(old.parts[-1], new.parts[-1])
        for change in whole:
            self._find(new.path, change, places, shapes=shapes)
        if any(change.key in ("moved", "reads", "shares") for change in whole):
            for one, two in zip(old.parts, new.parts, strict=False):
                self._mark_changed(one.result, two.result)
        before, after = _instances(old), _instances(new)
        several = len(before.keys() & after.keys()) > 1
        for index in strayed(old.order, new.order):
            self._mark_changed(before[index].result, after[index].result)
        for index in [*after, *(index for index in before if index not in after)]:
            path = f"{new.path}.{index}" if old.repeated or new.repeated else new.path
            if index not in before or index not in after:
                part = before.get(index) or after[index]
                self._mark([*part.nodes], "removed" if index in before else "added")
                continue
            within = places
            if several:
                within = (*places, self._enter("instances", old.path, new.path, path))
            self._parts(before[index], after[index], (old.spec, new.spec), path, within, args)

    def _of_items(self, matching: Matching, old: Item, new: Item) -> Iterator[Change]:
        if old.spec.id != new.spec.id:
            yield Change("node", "renamed", old.spec.id, new.spec.id)
        if new.spec.id in matching.moved:
            ends = matching.old.place(old), matching.new.place(new)
            yield Change("node", "moved", *ends)
        elif matching.rewired(old, new):
            before, after = matching.old.read(old), matching.new.read(new)
            yield Change("node", "reads", tuple(map(str, before)), tuple(map(str, after)))
        one, two = (item.shares.path if item.shares is not None else None for item in (old, new))
        if self.renamed.get(one or "", one) != two:
            yield Change("node", "shares", one, two)
        if len(old.parts) != len(new.parts):
            yield Change("node", "instances", len(old.parts), len(new.parts))
        for index in strayed(old.order, new.order):
            name = f"{new.spec.id}.{index}"
            yield Change("node", "order", _runs_after(old, index), _runs_after(new, index), name)

    def _enter(self, kind: Any, old: str, new: str, member: str) -> Place:
        """One more member of a container."""
        container = Container(kind, old, new)
        self.members[container] += 1
        return Place(container, member, "")

    def _parts(
        self, old: Part, new: Part, specs: Specs, path: str, places: Places,
        args: tuple[str, ...],
    ) -> None:  # fmt: skip
        """Two instances that match."""
        if isinstance(old, Layer) and isinstance(new, Layer):
            self._layers(old, new, path, places, args)
        elif isinstance(old, Scope) and isinstance(new, Scope):
            self._calls(old, new, specs, path, places, args)
        elif isinstance(old, Bypass) and isinstance(new, Bypass):
            self._pair_nodes(old.node, new.node, changed=False)
        else:
            key = "bypassed" if isinstance(new, Bypass) else "replaced"
            key = "restored" if isinstance(old, Bypass) else key
            self._mark([*old.nodes], "removed")
            self._mark([*new.nodes], "added")
            change = Change("node", key, part_label(old), part_label(new))
            self._find(path, change, places, shapes=_shapes(old, new))

    def _calls(
        self, old: Scope, new: Scope, specs: Specs, path: str, places: Places,
        args: tuple[str, ...],
    ) -> None:  # fmt: skip
        names = part_kind(old)[1], part_kind(new)[1]
        places = (*places, self._enter("block", *names, path))
        shapes = _shapes(old, new)
        if names[0] != names[1]:
            self._find(path, Change("node", "block", *names), places, shapes=shapes)
        changed = [key for key in new.args if key in old.args and old.args[key] != new.args[key]]
        for key in changed:
            change = Change("arg", key, old.args[key], new.args[key])
            self._find(path, change, places, _reasons(specs, key, args), shapes)
        self._scopes(old, new, places, tuple(changed))

    def _layers(
        self, old: Layer, new: Layer, path: str, places: Places, args: tuple[str, ...]
    ) -> None:
        one, two = old.node, new.node
        if one.op.name == two.op.name:
            places = (*places, self._enter("operator", one.op.name, two.op.name, path))
        shapes = _shapes(old, new)
        found = [*self._of_layers(old, new)]
        for change in found:
            because = _reasons((one.spec, two.spec), change.key or change.about, args)
            self._find(path, change, places, because, shapes)
        written = any(change.about != "init" for change in found)
        self._pair_nodes(one, two, written)
        if found and not written:
            self.starts.add(two.name)
        if self.new_marks[two.name] == "kept" and _facts(one) != _facts(two):
            self.follows.append(Follower(path, one, two))

    def _of_layers(self, old: Layer, new: Layer) -> Iterator[Change]:
        one, two = old.node.op, new.node.op
        if one.name != two.name:
            yield Change("node", "operator", one.label(), two.label())
        else:
            yield from self._settings(one, two)
        yield from self._follower("norm", old.norm, new.norm)
        yield from self._follower("act", old.act, new.act)

    def _settings(self, old: Operator, new: Operator) -> Iterator[Change]:
        for key, one, two in _different(old, new):
            if key == new.reads and self._names_the_same(one, two):
                continue
            yield Change("init" if key == "init" else "setting", key, one, two)

    def _names_the_same(self, old: Any, new: Any) -> bool:
        """Whether two settings name the same node, which may have another name."""
        return any(
            one.rpartition(".")[2] == old and two.rpartition(".")[2] == new
            for one, two in self.renamed.items()
        )

    def _follower(self, role: Any, old: Node | None, new: Node | None) -> Iterator[Change]:
        """The norm or activation beside a layer."""
        if old is None or new is None:
            self._mark([node for node in (old,) if node is not None], "removed")
            self._mark([node for node in (new,) if node is not None], "added")
            if old is not new:
                one, two = (node.label if node is not None else None for node in (old, new))
                yield Change(role, "", one, two)
        elif old.op.name != new.op.name:
            self._pair_nodes(old, new, changed=True)
            yield Change(role, "", old.label, new.label)
        else:
            found = [Change(role, *change) for change in _different(old.op, new.op)]
            self._pair_nodes(old, new, changed=bool(found))
            yield from found

    def _pair_nodes(self, old: Node, new: Node, changed: bool) -> None:
        self.counterparts[new.name] = old.name
        if changed:
            self._mark_changed(old, new)

    def _mark_changed(self, old: Node, new: Node) -> None:
        """Mark both, and the layer whose norm or activation they are."""
        for marks, node in ((self.old_marks, old), (self.new_marks, new)):
            marks[node.name] = "changed"
            if node.owner is not None and marks[node.owner.name] == "kept":
                marks[node.owner.name] = "changed"


def _different(old: Operator, new: Operator) -> Iterator[tuple[str, Any, Any]]:
    """Settings with other values; one number for all axes is equal to as many equal ones."""
    if old == new:
        return
    for key in new.attributes():
        one, two = _setting(old, key), _setting(new, key)
        if one != two and _spread(one, two) != _spread(two, one):
            yield key, one, two


def _setting(op: Operator, key: str) -> Any:
    """The value of a setting; a pool's stride that is not given is its kernel."""
    value = getattr(op, key)
    return getattr(op, "kernel", None) if key == "stride" and value is None else value


def _spread(value: Any, like: Any) -> Any:
    """A whole number as the list that another setting is written as."""
    if isinstance(value, int) and not isinstance(value, bool) and isinstance(like, tuple):
        return (value,) * len(like)
    return value


def _reasons(specs: Specs, key: str, args: tuple[str, ...]) -> tuple[str, ...]:
    """The changed args by which both specs give a setting in the same way."""
    if not args:
        return ()
    old, new = (spec and spec.settings.get(key, getattr(spec, key, None)) for spec in specs)
    if isinstance(old, Expression) and isinstance(new, Expression) and old.text == new.text:
        return tuple(arg for arg in args if arg in new.names)
    return ()


def _instances(item: Item) -> dict[int, Part]:
    """Instances by index; an item that does not repeat is its own instance 0."""
    return dict(zip(item.order or [0], item.parts, strict=True))


def _in_order(matching: Matching) -> list[tuple[Item | None, Item | None]]:
    """Pairs and single nodes as they are told: in the new order, what was removed where it stood."""
    places = {item.spec.id: place for place, item in enumerate(matching.new.items.values())}
    pairs = {old.spec.id: new for old, new in matching.pairs}
    found: list[tuple[int, int, tuple[Item | None, Item | None]]] = []
    last = -1
    for item in matching.old.items.values():
        new = pairs.get(item.spec.id)
        if new is None:
            found.append((last, 1, (item, None)))
        else:
            last = places[new.spec.id]
            found.append((last, 0, (item, new)))
    found += [(places[item.spec.id], 0, (None, item)) for item in matching.added]
    return [pair for _, _, pair in sorted(found, key=lambda entry: entry[:2])]


def _runs_after(item: Item, index: int) -> str | None:
    place = item.order.index(index)
    return f"{item.spec.id}.{item.order[place - 1]}" if place else None


def _facts(node: Node) -> tuple[object, ...]:
    return node.shape, node.facts.weights


def _shapes(old: Part, new: Part) -> tuple[tuple[int, ...], ...]:
    shapes = old.result.shape, new.result.shape
    return shapes if shapes[0] != shapes[1] else ()
