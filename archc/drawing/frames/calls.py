"""The parts of a scene whose boxes are a graph's nodes, calls or repeated nodes, whatever its style."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from archc.drawing.frames.parts import Note, Part, Shown, keys, kinds_of, prefixes
from archc.drawing.picture.scene import Scene
from archc.graph.graph import Graph, Item, Layer, Node
from archc.graph.graph import Scope as Call

LAST = 10**9  # the place of what is no node


@dataclass
class _Known:
    """What a graph says about a name: its nodes, the calls it stands in, its blocks, its note."""

    nodes: dict[str, list[Node]] = field(default_factory=dict)
    around: dict[str, tuple[str, ...]] = field(default_factory=dict)
    names: dict[str, frozenset[str]] = field(default_factory=dict)
    notes: dict[str, Note] = field(default_factory=dict)
    place: dict[Node, int] = field(default_factory=dict)


def shown_in(scene: Scene, graphs: Sequence[Graph]) -> Shown:
    """A scene with its parts in the order of the graphs that it shows, one or several.

    A name in it is that of an input, a node, a call or a repeated node; before a ``/`` may stand which
    of several graphs it is of. Other names, as ``output fc8``, come last in their graph.
    """
    known = [_known(graph) for graph in graphs]
    found: list[tuple[int, int, Part]] = []
    for name in filter(None, keys(scene)):
        prefix, _, path = name.rpartition("/") if len(graphs) > 1 else ("", "", name)
        which = [k for k, graph in enumerate(graphs) if not prefix or _says(prefix, graph, k)]
        k = next((k for k in which if path in known[k].nodes), which[0] if which else len(graphs))
        if k < len(graphs) and path in known[k].nodes:
            first = min(known[k].place[node] for node in known[k].nodes[path])
            found.append((k, first, _part(name, path, known[k])))
        else:
            kinds = frozenset({"output"} if path.startswith("output") else ())
            part = Part(name, paths=frozenset({name, path}), kinds=kinds)
            found.append((k, LAST, part))
    ordered = sorted(found, key=lambda each: each[:2])
    return Shown(scene, tuple(part for *_, part in ordered))


def _says(prefix: str, graph: Graph, index: int) -> bool:
    """Whether a prefix is a graph's name, which has its number after it where two are alike."""
    return prefix in (graph.name, f"{graph.name} {index + 1}")


def _part(name: str, path: str, facts: _Known) -> Part:
    nodes = facts.nodes[path]
    own = [node for node in nodes if node.name == path]
    kinds = kinds_of(own)
    paths = {one for node in nodes for one in prefixes(node.name)} | {name}
    notes = (facts.notes[path],) if path in facts.notes else ()
    return Part(
        name, facts.around.get(path, ()), frozenset(paths), facts.names.get(path, frozenset()),
        kinds, kinds_of(nodes) - kinds, notes,
    )  # fmt: skip


def _known(graph: Graph) -> _Known:
    known = _Known()
    for node in (*graph.inputs.values(), *graph.nodes.values()):
        known.place[node] = len(known.place)
        names = [*prefixes(node.name)]
        if node.owner is not None:
            names.append(node.owner.name)
        for name in names:
            known.nodes.setdefault(name, []).append(node)
    _walk(graph.root, (), frozenset(), known)
    return known


def _walk(call: Call, around: tuple[str, ...], names: frozenset[str], known: _Known) -> None:
    for item in call.items:
        known.around[item.path] = around
        known.names[item.path] = names | {item.spec.id, item.spec.label} - {""}
        outer = (*around, item.path) if item.repeated else around
        for path, part in _instances(item):
            block = part.block.name if isinstance(part, Call) and part.block else ""
            own = (known.names[item.path] | {block}) - {""}
            known.names[path] = own
            if path != item.path:
                known.around[path] = outer
            else:
                known.names[item.path] = own
            if isinstance(part, Call):
                _walk(part, (*outer, path), own, known)
        if item.parts and item.spec.note:
            note = Note(item.spec.label or item.path, item.spec.note)
            first, _ = next(_instances(item))
            known.notes |= dict.fromkeys((item.path, first), note)


def _instances(item: Item) -> Iterator[tuple[str, object]]:
    for part in item.parts:
        yield part.node.name if isinstance(part, Layer) else part.path, part
