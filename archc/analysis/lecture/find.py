"""What a name means: a node or input, a block call, or a chain of instances."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from shlex import quote
from typing import NamedTuple, TypeAlias

from archc.analysis.lecture.codes import code_page
from archc.analysis.words import listed, plain
from archc.budgets import current
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


def find(graph: Graph, names: Iterable[str], spec: str = "") -> list[Place]:
    """What has each name; ``spec`` is what the command line calls the network.

    Raises:
        SpecError: nothing has; all such names are told.
    """
    known = places(graph)
    found = {name: known.get(name) for name in names}
    mistakes = [
        Mistake(
            "A085",
            f"{graph.name} has no node '{name[:80]}'",
            help=_help(graph, name, known, spec or graph.name),
        )
        for name, place in found.items()
        if place is None
    ]
    if mistakes:
        raise SpecError(mistakes[: current().mistakes])
    return [known[name] for name in names]


def _help(graph: Graph, name: str, known: Mapping[str, Place], spec: str) -> str:
    """What was probably meant by a name that is none."""
    if any(name == path or name.startswith(f"{path}.") for path in graph.left_out):
        return "it was left out where a patch named other outputs"
    several = name.replace(",", " ").split()
    if len(several) > 1 and all(each in known for each in several):
        return f"name each by itself: {' '.join(several)}"
    if code_page(name) is not None:
        return f"it is a message's code, and needs no spec: `archc explain {name}`"
    lists = f"`archc summary --all {quote(plain(spec, 300))}` lists the nodes"
    return _instances(name, known) or nearest(name[:200], known) or lists


def _instances(name: str, known: Mapping[str, Place]) -> str:
    """Which instances a chain has, where the name is of another: ``layer1 has 0 to 2``."""
    chain, _, last = name[:200].rpartition(".")
    while chain not in known and chain:
        chain, _, last = chain.rpartition(".")
    place = known.get(chain)
    if not isinstance(place, Item) or not place.repeated or not last.isdecimal():
        return ""
    numbers = [*map(str, place.order)]
    if numbers == [str(number) for number in range(len(numbers))] and len(numbers) > 1:
        return f"{chain} has 0 to {len(numbers) - 1}"
    return f"{chain} has {listed(numbers)}" if numbers else ""
