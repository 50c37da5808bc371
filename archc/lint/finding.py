"""What a rule finds, and how findings become warnings that are told once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from archc.analysis.words import listed
from archc.errors import Fix, Label, Mistake, Span
from archc.lint.network import Call


@dataclass(frozen=True, eq=False)
class Finding:
    """Something allowed that is probably not meant. ``name`` is the node's."""

    message: str
    at: Span | None
    name: str = ""
    call: Call | None = None  # the call in which it was found
    labels: tuple[Label, ...] = ()
    help: str = ""
    why: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    fixes: tuple[Fix, ...] = ()


def warnings(code: str, findings: Iterable[Finding]) -> list[Mistake]:
    """A warning for each place; what holds there of other nodes or calls is a note of it."""
    places: dict[Span | None, list[Finding]] = {}
    for finding in findings:
        places.setdefault(finding.at, []).append(finding)
    return [_warning(code, *found) for found in places.values()]


def _warning(code: str, first: Finding, *others: Finding) -> Mistake:
    where = first.call.where if first.call else ""
    again = (*first.notes, _again(first, others)) if others else first.notes
    return Mistake(
        code, first.message, first.at, first.labels, where, first.why, first.help,
        tuple(filter(None, again)), warning=True, fixes=first.fixes,
    )  # fmt: skip


def _again(first: Finding, others: Iterable[Finding]) -> str:
    """``the same holds in layer1.1 (net.yaml:9:3) and 12 more; told once``"""
    calls = {
        f"{finding.call.scope.path} ({finding.call.at})": None
        for finding in others
        if finding.call and finding.call.at and finding.call is not first.call
    }
    if calls:
        return f"the same holds in {listed([*calls])}; told once"
    names = dict.fromkeys(finding.name for finding in others if finding.name != first.name)
    return f"the same holds for {listed([*names])}; told once" if names else ""
