"""The parts of a drawing in the order they run, with what each is called and its author's note."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from archc.drawing.flow.sheet import Drawing
from archc.drawing.picture.scene import Label, Route, Scene
from archc.drawing.view import Box, Entry, Fold, Group
from archc.graph.graph import Bypass, GraphOutput, Layer, Node
from archc.graph.graph import Scope as Call


class Note(NamedTuple):
    """What an author wrote beside a node: the node's name and the note, as written."""

    title: str
    text: str


class Part(NamedTuple):
    """One box of a drawing.

    ``around`` are the paths of the groups it stands in, outermost first. It answers to ``paths``, to
    ``names`` of blocks and written nodes, and to ``kinds``, operators and their families; ``inside``
    are the kinds in a folded box.
    """

    name: str  # as in its item's About, see :func:`numbered`
    around: tuple[str, ...] = ()
    paths: frozenset[str] = frozenset()
    names: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    inside: frozenset[str] = frozenset()
    notes: tuple[Note, ...] = ()
    head: bool = False  # that only training runs


class Shown(NamedTuple):
    """A finished scene of any style, and its parts."""

    scene: Scene
    parts: tuple[Part, ...]


def shown(drawing: Drawing | Shown) -> Shown:
    """A drawing of the graph style with its parts, heads that only training runs after the output."""
    if isinstance(drawing, Shown):
        return drawing
    there = set(keys(drawing.scene))
    parts = list(_of_view(drawing.view.top, ()))
    names = numbered([part.name for part in parts])
    found = [p._replace(name=n) for p, n in zip(parts, names, strict=True) if n in there]
    return Shown(drawing.scene, tuple(_heads_last(found)))


def keys(scene: Scene) -> list[str]:
    """For every item the part that it is; "" for lines, words and decoration."""
    boxes = (None if isinstance(item, Route | Label) else item.about for item in scene.items)
    return numbered([about.name if about else "" for about in boxes])


def numbered(names: Iterable[str]) -> list[str]:
    """The names, repeated ones with a number: an output may have the name of its node.

    >>> numbered(["conv1", "fc8", "fc8"])
    ['conv1', 'fc8', 'fc8#2']
    """
    seen: Counter[str] = Counter()
    made = []
    for name in names:
        seen[name] += 1
        made.append(f"{name}#{seen[name]}" if name and seen[name] > 1 else name)
    return made


def _heads_last(parts: Sequence[Part]) -> Iterator[Part]:
    """The parts, of those after the main path's last layer first the outputs, then the heads."""
    last = max((i for i, p in enumerate(parts) if not (p.head or "output" in p.kinds)), default=-1)
    yield from parts[: last + 1]
    yield from sorted(parts[last + 1 :], key=lambda part: part.head)


def prefixes(path: str) -> Iterator[str]:
    """The path, and those of all that it stands in.

    >>> list(prefixes("layer2.0.conv1"))
    ['layer2', 'layer2.0', 'layer2.0.conv1']
    """
    parts = path.split(".")
    return (".".join(parts[:end]) for end in range(1, len(parts) + 1))


def kinds_of(nodes: Iterable[Node]) -> frozenset[str]:
    """The nodes' operators and their families."""
    return frozenset(name for node in nodes for name in (node.op.name, node.op.family))


def _of_view(children: Iterable[Box | Group], groups: tuple[Group, ...]) -> Iterator[Part]:
    """The parts below some groups; a group's note stands with its first part."""
    first = tuple(_group_notes(groups))
    for child in children:
        below = (
            [_of_box(child, groups)]
            if isinstance(child, Box)
            else _of_view(child.children, (*groups, child))
        )
        for part in below:
            yield part._replace(notes=first + part.notes)
            first = ()


def _of_box(box: Box, groups: tuple[Group, ...]) -> Part:
    calls = [group.item.spec for group in groups] + ([box.item.spec] if box.item else [])
    names = {group.block for group in groups} | {spec.id for spec in calls}
    names |= {spec.label for spec in calls}
    kinds: frozenset[str] = frozenset()
    match box.subject:
        case Fold() as fold:
            names.add(fold.block)
        case GraphOutput():
            kinds = frozenset({"output"})
        case Layer(node=node) | Entry(node=node) | Bypass(node=node):
            kinds = kinds_of([node])
    around = tuple(group.path for group in groups)
    paths = {name for node in box.nodes for name in prefixes(node.name)} | {*prefixes(box.path)}
    return Part(
        box.path, around, frozenset(paths), frozenset(names) - {""}, kinds,
        kinds_of(box.nodes) - kinds, tuple(_box_notes(box, groups)),
        box.training_only,
    )  # fmt: skip


def _group_notes(groups: tuple[Group, ...]) -> Iterator[Note]:
    """The innermost group's note; of a repeated node's instances, the first has it."""
    if not groups:
        return
    *outer, group = groups
    item = group.item
    told = any(other.item is item for other in outer)
    path = group.path.partition(":")[0]  # of a group in several portions, the first has it
    begins = group.path in (path, f"{path}:1")
    first = isinstance(item.parts[0], Call) and path in (item.path, item.parts[0].path)
    if item.spec.note and first and begins and not told:
        yield Note(item.spec.label or item.path, item.spec.note)


def _box_notes(box: Box, groups: tuple[Group, ...]) -> Iterator[Note]:
    item = box.item
    if item is None or not item.spec.note or any(group.item is item for group in groups):
        return
    part = box.subject.parts[0] if isinstance(box.subject, Fold) else box.subject
    if part is item.parts[0]:
        yield Note(item.spec.label or box.path, item.spec.note)
