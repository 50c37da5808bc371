"""What a name means: a node or input, a block call, or a chain of instances."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, TypeAlias

from archc.analysis.lecture.codes import code_page
from archc.errors import Mistake, SpecError, nearest
from archc.graph.graph import Bypass, Graph, Item, Node, Scope
from archc.spec.document import NodeSpec


class Instance(NamedTuple):
    """One call of a block, and the node of the spec that calls it."""

    scope: Scope
    spec: NodeSpec


Place: TypeAlias = Node | Instance | Item | Bypass


def places(graph: Graph) -> dict[str, Place]:
    """Everything that can be explained, by its path: inputs first, then in the order of the document."""
    found: dict[str, Place] = dict(graph.inputs)
    _collect(graph.root, found)
    return found


def _collect(scope: Scope, found: dict[str, Place]) -> None:
    for item in scope.items:
        if item.repeated or len(item.parts) != 1:
            found.setdefault(item.path, item)
        for place, part in enumerate(item.parts):
            path = f"{item.path}.{item.order[place]}" if item.repeated else item.path
            if isinstance(part, Scope):
                found.setdefault(path, Instance(part, item.spec))
                _collect(part, found)
            elif isinstance(part, Bypass):
                found.setdefault(path, part)
            else:
                found.update((node.name, node) for node in part.nodes)


def find(graph: Graph, name: str) -> Place:
    """What has this name.

    Raises:
        SpecError: nothing has.
    """
    known = places(graph)
    if name in known:
        return known[name]
    message = f"{graph.name} has no node '{name[:80]}'"
    raise SpecError([Mistake("A085", message, help=_help(graph, name, known))])


def _help(graph: Graph, name: str, known: Mapping[str, Place]) -> str:
    """What was probably meant by a name that is none."""
    if any(name == path or name.startswith(f"{path}.") for path in graph.left_out):
        return "it was left out where a patch named other outputs"
    several = name.replace(",", " ").split()
    if len(several) > 1 and all(each in known for each in several):
        return f"name each by itself: {' '.join(several)}"
    if code_page(name) is not None:
        return f"it is a message's code, and needs no spec: `archc explain {name}`"
    return nearest(name[:200], known) or f"`archc summary {graph.name}` lists the nodes"
