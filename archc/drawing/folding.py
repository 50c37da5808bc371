"""From a graph and a folding to what is drawn: its tree of calls as boxes and groups."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from archc.drawing.edges import all_edges
from archc.drawing.view import (
    Box,
    Entry,
    Fold,
    Folding,
    Group,
    View,
    block_name,
    boxes_in,
)  # fmt: skip
from archc.graph.graph import Bypass, Graph, Item, Layer, Node, Part, Scope


def view_of(graph: Graph, folding: Folding) -> View:
    """What is drawn of the graph."""
    folder = _Folder(folding)
    top: list[Box | Group] = [
        Box(name, Entry(name, node), (node,), local=name) for name, node in graph.inputs.items()
    ]
    top += folder.scope(graph.root, 0, "")
    taken = set(_paths(top))
    top += _outputs(graph, taken)
    boxes = [box for child in top for box in boxes_in(child)]
    home = {node: box for box in boxes for node in box.nodes}
    for node in folder.twins:
        like = node
        while like not in home:
            like = folder.twins[like]  # which may itself be one of several equal ones
        home[node] = home[like]
    return View(top, boxes, all_edges(boxes, home))


def _outputs(graph: Graph, taken: set[str]) -> Iterator[Box]:
    """A box for each output but those of heads for training, which say so themselves."""
    shown = [output for output in graph.outputs if not output.training_only]
    for output in shown:
        path = f"output:{output.name}" if output.name in taken else output.name
        yield Box(path, output, (), local=output.name if len(shown) > 1 else "output")


def deepest(scope: Scope) -> int:
    """The level of the deepest name inside."""
    level = 0
    for item in scope.items:
        inner = [1 + deepest(part) for part in item.parts if isinstance(part, Scope)]
        level = max([level, *(k + item.repeated for k in inner), int(item.repeated)])
    return level


def foldable(scope: Scope) -> set[str]:
    """Every name that ``collapse`` may say: calls and repeated nodes (path or id), and blocks."""
    names: set[str] = set()
    for item in scope.items:
        if item.parts and (item.repeated or isinstance(item.parts[0], Scope)):
            names |= {item.path, item.spec.id}
        for part in item.parts:
            if isinstance(part, Scope):
                names |= {part.path, block_name(part), *foldable(part)}
    return names - {""}


@dataclass
class _Folder:
    """Folds the tree of calls. ``twins``: nodes of instances that are not drawn, and their like."""

    folding: Folding
    twins: dict[Node, Node] = field(default_factory=dict)

    def scope(self, scope: Scope, level: int, title: str) -> Iterator[Box | Group]:
        for item in scope.items:
            if item.parts:
                yield from self._item(item, level, title)

    def _item(self, item: Item, level: int, title: str) -> Iterator[Box | Group]:
        blocks = any(isinstance(part, Scope) for part in item.parts)
        if item.repeated and self._folded(level, item.path, item.spec.id):
            yield self._fold(item, item.path, tuple(item.parts), title)
            return
        shown = list(self._instances(item, level + item.repeated, "" if blocks else title))
        if item.repeated and blocks and len(shown) > 1:
            nodes = tuple(node for part in item.parts for node in part.nodes)
            yield Group(item.path, item, block_name(item.parts[0]), shown, nodes)
        else:
            yield from shown

    def _instances(self, item: Item, level: int, title: str) -> Iterator[Box | Group]:
        for run in _runs(item.parts) if self.folding.once else [[part] for part in item.parts]:
            first = list(run[0].nodes)
            for other in run[1:]:
                self.twins |= dict(zip(other.nodes, first, strict=True))
            for shown in self._part(item, run[0], level, title):
                shown.times = len(run)
                yield shown

    def _part(self, item: Item, part: Part, level: int, title: str) -> Iterator[Box | Group]:
        if isinstance(part, Layer):
            name = part.node.name
            yield Box(name, part, tuple(part.nodes), item, _local(name, title))
        elif isinstance(part, Bypass):
            yield Box(part.path, part, (part.node,), item, _local(part.path, title))
        elif self._folded(level, part.path, item.spec.id, block_name(part)):
            yield self._fold(item, part.path, (part,), title)
        else:
            children = list(self.scope(part, level + 1, part.path))
            if children:
                nodes = tuple(part.nodes)
                yield Group(part.path, item, block_name(part), children, nodes)

    def _fold(self, item: Item, path: str, parts: tuple[Part, ...], title: str) -> Box:
        nodes = tuple(node for part in parts for node in part.nodes)
        return Box(path, Fold(item, parts), nodes, item, _local(path, title))

    def _folded(self, level: int, path: str, *names: str) -> bool:
        """Whether a call is folded: named to be, or too deep and neither named open nor around that."""
        opened = self.folding.expand
        if not opened.isdisjoint({path, *names}) or any(o.startswith(f"{path}.") for o in opened):
            return False
        deep = self.folding.depth is not None and level >= self.folding.depth
        return deep or not self.folding.collapse.isdisjoint({path, *names})


def _runs(parts: Sequence[Part]) -> Iterator[list[Part]]:
    """Neighbours that do the same: equal operations on equal shapes, each after the one before."""
    run: list[Part] = []
    looks: object = None
    for part in parts:
        like = _likeness(part)
        if run and like == looks and _follows(run[-1], part):
            run.append(part)
            continue
        if run:
            yield run
        run, looks = [part], like
    if run:
        yield run


def _likeness(part: Part) -> object:
    nodes = list(part.nodes)
    place = {node: i for i, node in enumerate(nodes)}
    return [
        (n.op, n.shape, n.frozen, n.shared is None, tuple(place.get(i, -1) for i in n.inputs))
        for n in nodes
    ]


def _follows(before: Part, part: Part) -> bool:
    """Whether what an instance reads from outside is the last one's result, or what that one read."""
    outside = [[i for n in p.nodes for i in n.inputs] for p in (before, part)]
    own = [set(p.nodes) for p in (before, part)]
    pairs = zip(*outside, strict=True)
    return all(b in own[1] or a is b or b is before.result for a, b in pairs)


def _local(path: str, title: str) -> str:
    """The path as it reads below a title: ``conv1`` below ``layer2.0``."""
    return path.removeprefix(f"{title}.") if title else path


def _paths(children: Sequence[Box | Group]) -> Iterator[str]:
    for child in children:
        yield child.path
        if isinstance(child, Group):
            yield from _paths(child.children)
