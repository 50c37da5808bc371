"""Findings folded for people: what all calls of a block, or all layers of a kind, have is told once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from archc.analysis.difference import Change, Container, Difference, Finding, Place
from archc.ops.base import Shape

FEWEST_LAYERS, FEWEST_CALLS = 3, 2  # that are told of as one
WHOLE = ("added", "removed", "operator", "replaced")  # their labels are told as one

Key: TypeAlias = tuple[Any, ...]


@dataclass(frozen=True)
class Told:
    """One change as it is told; ``pairs`` has the distinct values before and after, in order."""

    change: Change
    pairs: tuple[tuple[Any, Any], ...]


@dataclass
class Line:
    """What changes at one place of a container. ``members`` are the calls that have it, if not all."""

    local: str
    members: tuple[str, ...] = ()
    told: list[Told] = field(default_factory=list)
    shapes: tuple[Shape, ...] = ()


@dataclass
class Section:
    """Lines of what is inside a container with so many members; of the whole graph where that is None."""

    container: Container | None
    total: int
    lines: dict[Key, Line] = field(default_factory=dict)

    def in_order(self) -> list[Line]:
        """The lines; those of one place follow each other."""
        places = {local: place for place, (local, _) in reversed([*enumerate(self.lines)])}
        return sorted(self.lines.values(), key=lambda line: places[line.local])


def fold(difference: Difference, findings: Sequence[Finding]) -> list[Section]:
    """The findings by what they are told of: kinds of layers, then blocks, then nodes."""
    buckets = _Buckets(difference, findings)
    groups: dict[Key, tuple[Place | None, list[Finding]]] = {}
    for finding in findings:
        chosen = buckets.best(finding)
        key = _key(chosen, finding.change) if chosen is not None else (len(groups),)
        groups.setdefault(key, (chosen, []))[1].append(finding)
    sections: dict[Container | None, Section] = {}
    for place, together in groups.values():
        _tell(sections, difference, place, together)
    order = {"operator": 0, "block": 1}
    return sorted(sections.values(), key=lambda s: order[s.container.kind] if s.container else 2)


class _Buckets:
    """Findings that have all but their places in common, by everything that they could be told of."""

    def __init__(self, difference: Difference, findings: Sequence[Finding]) -> None:
        self.members = difference.members
        self.found: dict[Key, list[Finding]] = defaultdict(list)
        for finding in findings:
            for place in finding.places:
                self.found[_key(place, finding.change)].append(finding)
        self.alike: dict[Key, bool] = {}

    def best(self, finding: Finding) -> Place | None:
        """Of what the finding should be told: of whatever has the most findings like it."""
        sizes = {
            place: len(self.found[_key(place, finding.change)])
            for place in finding.places
            if self._as_one(place, _key(place, finding.change))
        }
        return max(sizes, key=sizes.__getitem__, default=None)

    def _as_one(self, place: Place, key: Key) -> bool:
        """Whether they are those of all members of something, or of some calls of a block."""
        found, kind = self.found[key], place.container.kind
        if len(found) < (FEWEST_LAYERS if kind == "operator" else FEWEST_CALLS):
            return False
        if len(found) == self.members[place.container]:
            return True
        if key not in self.alike:
            self.alike[key] = kind == "block" and _alike(found)
        return self.alike[key]


def _key(place: Place, change: Change) -> Key:
    """What findings have in common that may be told as one; of layers of a kind, the values too."""
    values: Key = ()
    if place.container.kind == "operator":
        values = (repr(change.old), repr(change.new))
    return (place.container, place.local, change.about, change.key, change.name, *values)


def _alike(findings: list[Finding]) -> bool:
    """Whether some calls' findings are told as one: nodes that come or go, or changes alike."""
    first = findings[0].change
    whole = first.about == "node" and first.key in WHOLE
    pairs = [finding.change[2:4] for finding in findings]
    return whole or all(pair == first[2:4] for pair in pairs) or common_ratio(pairs) is not None


def _tell(
    sections: dict[Container | None, Section],
    difference: Difference,
    place: Place | None,
    findings: list[Finding],
) -> None:
    """Put findings of one kind at one place into the line where they belong."""
    container, total, local = None, 0, findings[0].path
    members: tuple[str, ...] = ()
    if place is not None and place.container.kind == "instances":
        local = ".".join(filter(None, (place.container.new, "*", place.local)))
    elif place is not None:
        container, local = place.container, place.local
        total = difference.members[container]
        if len(findings) < total:
            members = tuple(_member(finding, place.container) for finding in findings)
    section = sections.setdefault(container, Section(container, total))
    line = section.lines.setdefault((local, members), Line(local, members))
    pairs = {repr(f.change[2:4]): f.change[2:4] for f in findings}
    line.told.append(Told(findings[0].change, tuple(pairs.values())))
    shapes = {finding.shapes for finding in findings}
    line.shapes = shapes.pop() if place is None else ()


def _member(finding: Finding, container: Container) -> str:
    return next(place.member for place in finding.places if place.container == container)


def common_ratio(pairs: Sequence[tuple[Any, Any]]) -> float | None:
    """The factor from every value to the one after it."""
    whole = all(type(number) is int and number > 0 for pair in pairs for number in pair)
    ratios = {new / old for old, new in pairs} if whole else set()
    return ratios.pop() if len(ratios) == 1 else None
