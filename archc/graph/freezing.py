"""``freeze``: which nodes are not trained."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING

from archc.budgets import check_time, current
from archc.errors import Mistake, nearest
from archc.graph.graph import Bypass, Graph, Node, Scope
from archc.graph.patterns import Pattern, covering, heads
from archc.spec.collect import stopped
from archc.spec.document import Document

if TYPE_CHECKING:
    from archc.graph.calls import Calls

FOLLOWING = ("", "_norm", "_act")  # names beside that of a node
MAX_HINTS = 12  # wrong entries for which a near name is looked for, among all names


def mark(graph: Graph) -> None:
    """Mark the frozen nodes. Weights that are shared are frozen for all that use them."""
    patterns = [*map(Pattern, dict.fromkeys(graph.document.freeze))]
    if not patterns:
        return
    texts = {pattern.text for pattern in patterns if pattern.literal}
    others = [pattern for pattern in patterns if not pattern.literal]

    @cache
    def named(path: str) -> bool:
        if others:
            check_time("looking for the nodes that freeze names")
        return path in texts or any(pattern.fits(path) for pattern in others)

    nodes = graph.nodes.values()
    frozen = {id(_holder(node)) for node in nodes if any(map(named, covering(node)))}
    for node in nodes:
        node.frozen = id(_holder(node)) in frozen


def unmet(
    document: Document, calls: Calls, root: Scope, unseen: Iterable[str]
) -> Iterator[Mistake]:
    """A mistake for each entry that names no node, up to the usual number of mistakes.

    Anything may be named inside absent nodes, and inside the ``unseen``, which failed or are left out.
    """
    if not document.freeze:
        return
    known = {path for node in calls.nodes.values() for path in covering(node)}
    # a call may hold no node at all
    known |= {head for path in calls.paths for head in heads(path)}
    hidden = {path + end for path in [*_absent(root), *unseen] for end in FOLLOWING}
    patterns = enumerate(map(Pattern, document.freeze))
    wrong = ((index, pattern) for index, pattern in patterns if not _names(pattern, known, hidden))
    most = current().mistakes
    for number, (index, pattern) in enumerate(islice(wrong, most), 1):
        message = f"freeze names '{pattern.text}', and there is no such node"
        help = _near(pattern, known) if number <= MAX_HINTS else ""
        yield Mistake(
            "A057",
            message,
            document.marks["freeze"].span(index),
            help=help or "see the names with `archc summary --all`",
            notes=(stopped(most),) if number == most else (),
        )


def _names(pattern: Pattern, known: Collection[str], hidden: Collection[str]) -> bool:
    """Whether it names something known, or may name something hidden; cheap for plain names."""
    check_time("looking for the nodes that freeze names")
    if pattern.literal:
        return pattern.text in known or any(head in hidden for head in heads(pattern.text))
    return any(map(pattern.fits, known)) or any(map(pattern.leads_to, hidden))


def _near(pattern: Pattern, known: Collection[str]) -> str:
    depth = pattern.text.count(".")
    deeper = [path for path in known if path.count(".") == depth + 1]
    places = range(1, len(pattern.parts)) if deeper else ()
    for place in places:  # the index of a repeated node, forgotten
        more = Pattern(".".join([*pattern.parts[:place], "*", *pattern.parts[place:]]))
        if any(map(more.fits, deeper)):
            return f"did you mean '{more.text}'?"
    alike = {pattern.with_stars(path) for path in known if path.count(".") == depth}
    return nearest(pattern.text, alike) or nearest(pattern.text, known)


def _holder(node: Node) -> Node:
    """The node whose weights it uses."""
    return node.shared or node


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
