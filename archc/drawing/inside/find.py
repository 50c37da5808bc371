"""A part of a network by its path, as a graph of its own."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import NamedTuple

from archc.analysis.paths import values_read
from archc.analysis.words import plain
from archc.drawing.flow.looks import SIGNS
from archc.errors import Mistake, SpecError, nearest
from archc.graph.graph import Graph, GraphOutput, Item, Layer, Node, Part, Scope

PREVIOUS = "previous layer"  # what a block's only input is called


class Inside(NamedTuple):
    """A part of a network: as a graph, and where it stands in ``network``, at ``path``.

    ``scope`` is the block call, or None for a layer or a node that repeats.
    """

    network: Graph
    path: str
    graph: Graph
    scope: Scope | None

    @property
    def result(self) -> Node:
        """What it gives; of several outputs, the first."""
        return self.graph.outputs[0].node


def inside(graph: Graph, path: str) -> Inside:
    """The part at a path: a block call, a layer, or all instances of a node that repeats.

    "" is the whole network.

    Raises:
        SpecError: the network has no such part.
    """
    if not path:
        return Inside(graph, path, replace(graph, root=_apart(graph.root)), graph.root)
    item, part = _found(graph, path)
    if isinstance(part, Scope):
        called = {name: node for name, node in part.inputs.items()}
        return Inside(graph, path, _graph(graph, _apart(part), called, part.outputs), part)
    single = item if part is None else replace(item, parts=[part], repeated=False)
    root = _apart(Scope(path, None, {}, {}, [single]))
    last = item.parts[-1] if part is None else part
    return Inside(graph, path, _graph(graph, root, {}, {"output": last.result}), None)


def paths(graph: Graph) -> list[str]:
    """The paths of all parts: layers, block calls, and nodes that repeat."""
    return list(dict.fromkeys(_path(item, part) for item, part in _parts(graph.root)))


def _graph(whole: Graph, root: Scope, called: dict[str, Node], outputs: dict[str, Node]) -> Graph:
    nodes = {node.name: node for node in root.nodes}
    inputs = _inputs(whole, nodes.values(), called)
    ends = [GraphOutput(name, node, node.training_only) for name, node in outputs.items()]
    return replace(whole, root=root, inputs=inputs, nodes=nodes, outputs=ends)


def _inputs(graph: Graph, nodes: Collection[Node], called: dict[str, Node]) -> dict[str, Node]:
    """What the nodes read from outside, by the block's names for it."""
    own = set(nodes)
    read = dict.fromkeys(v for node in nodes for v in values_read(node) if v not in own)
    if not read:  # a block that only passes on
        read = dict.fromkeys(called.values())
    own_inputs = {node: name for name, node in graph.inputs.items()}
    if len(read) == 1:
        (node,) = read
        return {own_inputs.get(node, PREVIOUS): node}
    names = {node: [name for name, value in called.items() if value is node] for node in read}
    return {", ".join(names[node]) or own_inputs.get(node, node.name): node for node in read}


def _apart(scope: Scope) -> Scope:
    """The scope with what follows a sum in the same node as a layer of its own.

    A sum is drawn as a circle, which has no room for an activation.
    """
    items = [
        item if item.repeated else replace(item, parts=[p for q in item.parts for p in _halves(q)])
        for item in scope.items
    ]
    return replace(scope, items=items)


def _halves(part: Part) -> Iterator[Part]:
    if not isinstance(part, Layer) or part.node.op.name not in SIGNS:
        yield part
    else:
        for node in part.nodes:
            yield Layer(node)


def _found(graph: Graph, path: str) -> tuple[Item, Part | None]:
    """The item at a path, and which of its instances is meant; None: all of them."""
    for item, part in _parts(graph.root):
        if _path(item, part) == path:
            return item, part
    owner = next((n for n in graph.nodes.values() if n.name == path), None)
    if owner is not None and owner.owner is not None:
        return _found(graph, owner.owner.name)
    shown, known = plain(path), paths(graph)
    message = f"{graph.name} has no node '{shown}' to draw the inside of"
    help = nearest(shown, known) or f"these are some: {', '.join(known[:8])}"
    raise SpecError([Mistake("A080", message, help=help)])


def _parts(scope: Scope) -> Iterator[tuple[Item, Part | None]]:
    """Every item that repeats, and every instance, in order."""
    for item in scope.items:
        if item.repeated and item.parts:
            yield item, None
        for part in item.parts:
            yield item, part
            if isinstance(part, Scope):
                yield from _parts(part)


def _path(item: Item, part: Part | None) -> str:
    if part is None:
        return item.path
    return part.node.name if isinstance(part, Layer) else part.path
