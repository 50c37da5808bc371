"""Whether weights fit: what is said where they do not, and what would allow it."""

from __future__ import annotations

from collections.abc import Iterator

from archc.analysis.words import counted
from archc.errors import Mistake, Span, SpecError, nearest
from archc.graph.graph import Graph
from archc.graph.patterns import heads
from archc.spec.layouts import OWN
from archc.weights.match import Match, own_paths
from archc.weights.report import enumeration, possessive, sizes

FEW = 3  # names that a line lists one by one


def require_fit(found: Match, graph: Graph, at: Span | None) -> None:
    """Every tensor must have found its place, and every exception must name something.

    Raises:
        SpecError: one did not; the message lists all.
    """
    if found.missing or found.unexpected or found.shapes:
        raise SpecError([_mistake(found, graph, at)])
    if found.idle:
        text = found.idle[0]
        known = {path for name in found.report.unexpected for path in heads(name)}
        known.update(path for name in found.values for path in own_paths(graph, name))
        message = f"nothing in {graph.name} or '{found.report.file}' is called '{text}'"
        help = (
            nearest(text, known)
            or "exceptions are names of nodes or tensors; `*` is text without a dot"
        )
        raise SpecError([Mistake("A096", message, at, help=help)])


def _mistake(found: Match, graph: Graph, at: Span | None) -> Mistake:
    fit = len(found.values)
    everything = counted(fit + len(found.missing) + len(found.shapes), "tensor")
    return Mistake(
        "A093",
        f"the weights in '{found.report.file}' do not fit {graph.name}",
        at,
        why=tuple(_why(found)),
        help=_help(found, graph),
        notes=(f"{fit:,} of {everything} fit, by {possessive(found.report.layout)} names",),
    )


def _why(found: Match) -> Iterator[str]:
    if found.missing:
        yield f"missing      {enumeration(found.missing)}"
    if found.unexpected:
        yield f"unexpected   {enumeration(found.unexpected)}"
    for change in found.shapes[:FEW]:
        there, here = sizes(change.found), sizes(change.shape)
        yield f"other shape  {change.name} is {there} in the file, {here} here"
    if len(found.shapes) > FEW:
        yield f"other shape  {enumeration([change.name for change in found.shapes[FEW:]])}"


def _help(found: Match, graph: Graph) -> str:
    """The exceptions that would do where they are few; otherwise the file is another's."""
    if found.better:
        return f"more would fit by {possessive(found.better)} names: --layout {found.better}"
    if not found.values and not found.shapes:
        known = ", ".join((OWN, *graph.document.layouts))
        return f"the names are of none of its layouts: {known}"
    patterns = exceptions(found, graph)
    if len(patterns) <= FEW:
        options = " ".join(f"--except {pattern}" for pattern in patterns)
        return f"if they are meant to differ, allow them by name: {options}"
    return "is it the file of another architecture? What may differ is allowed by name, --except PATTERN"


def exceptions(found: Match, graph: Graph) -> list[str]:
    """The fewest and highest names that cover all that does not fit, and nothing that does."""
    fitting = {path for name in found.taken for path in heads(name)}
    fitting.update(path for name in found.values for path in own_paths(graph, name))
    odd = [*found.missing, *(change.name for change in found.shapes), *found.unexpected]
    covers = (next((path for path in heads(name) if path not in fitting), name) for name in odd)
    return list(dict.fromkeys(covers))
