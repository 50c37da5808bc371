"""``freeze``: which nodes are not trained."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING

from archc.errors import Mistake, nearest
from archc.graph.graph import Bypass, Graph, Node, Scope
from archc.graph.patterns import Pattern
from archc.spec.document import Document

if TYPE_CHECKING:
    from archc.graph.calls import Calls

FOLLOWING = ("", "_norm", "_act")  # names beside that of a node


def mark(graph: Graph) -> None:
    """Mark the frozen nodes. Weights that are shared are frozen for all that use them."""
    patterns = [Pattern(entry) for entry in graph.document.freeze]
    if not patterns:
        return

    @cache
    def named(path: str) -> bool:
        return any(pattern.fits(path) for pattern in patterns)

    nodes = graph.nodes.values()
    frozen = {id(_holder(node)) for node in nodes if any(map(named, _paths(node)))}
    for node in nodes:
        node.frozen = id(_holder(node)) in frozen


def unmet(
    document: Document, calls: Calls, root: Scope, unseen: Iterable[str]
) -> Iterator[Mistake]:
    """A mistake for each entry that names no node.

    Anything may be named inside absent nodes, and inside the ``unseen``, which failed or are left out.
    """
    if not document.freeze:
        return
    known = {path for node in calls.nodes.values() for path in _paths(node)} | calls.paths
    hidden = [path + end for path in [*_absent(root), *unseen] for end in FOLLOWING]
    for index, entry in enumerate(document.freeze):
        pattern = Pattern(entry)
        if not any(map(pattern.fits, known)) and not any(map(pattern.leads_to, hidden)):
            at = document.marks["freeze"].span(index)
            help = _near(pattern, known) or "see the names with `archc summary --all`"
            yield Mistake(
                "A057", f"freeze names '{entry}', and there is no such node", at, help=help
            )


def _near(pattern: Pattern, known: Collection[str]) -> str:
    for place in range(1, len(pattern.parts)):  # the index of a repeated node, forgotten
        more = Pattern(".".join([*pattern.parts[:place], "*", *pattern.parts[place:]]))
        if any(map(more.fits, known)):
            return f"did you mean '{more.text}'?"
    depth = pattern.text.count(".")
    alike = {pattern.with_stars(path) for path in known if path.count(".") == depth}
    return nearest(pattern.text, alike) or nearest(pattern.text, known)


def _holder(node: Node) -> Node:
    """The node whose weights it uses."""
    return node.shared or node


def _paths(node: Node) -> Iterator[str]:
    """The names that cover a node: its own, its owner's, and those of all that they stand in."""
    for name in {node.name, (node.owner or node).name}:
        parts = name.split(".")
        yield from (".".join(parts[:count]) for count in range(1, len(parts) + 1))


def _absent(scope: Scope) -> Iterator[str]:
    """The paths of what is absent in a scope and those inside it, or was removed from a chain."""
    for item in scope.items:
        if not item.parts:
            yield item.path
        for part in item.parts:
            if isinstance(part, Scope):
                yield from _absent(part)
            elif isinstance(part, Bypass):
                yield part.path
