"""A remedy as messages show it: what to do, the lines before and after, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from archc.errors import Edit, Fix, Mistake, Source

LONGEST_LINE = 100  # columns; longer lines are not shown rewritten


class Line(NamedTuple):
    """One line of a text before and after; ``marks`` are the columns of what is new, from 0.

    A line without marks is a new one, or one that only shows where a new one stands: then both are the same.
    """

    source: Source
    number: int
    old: str  # empty for a new line
    new: str
    marks: tuple[tuple[int, int], ...] = ()


def advice(fix: Fix, mistake: Mistake, outcome: str) -> str:
    """What to do, over several lines; the report paints them."""
    if not fix.shown:
        return fix.words
    tried = f"{fix.sum}; {outcome}" if fix.sum else outcome
    return "\n".join([fix.words, *_shown(fix, mistake), f"       tried: {tried}"])


def _shown(fix: Fix, mistake: Mistake) -> Iterator[str]:
    lines = list(rewritten(fix.edits))
    if any(max(len(line.old), len(line.new)) > LONGEST_LINE for line in lines):
        return
    numbers = [label.span.line for label in mistake.labels]
    gutter = max(4, len(str(max(numbers, default=1))) + 2)  # as that of the excerpt above
    here = mistake.at.source.name if mistake.at is not None else ""
    for line in lines:
        if line.source.name != here:
            here = line.source.name
            yield f"{' ' * (gutter - 2)}──▶ {here}:{line.number}"
        if line.old == line.new:
            yield f"{line.number:>{gutter}} │ {line.old}"
            continue
        if line.old:
            yield f"{line.number:>{gutter}} │-{line.old}"
        yield f"{line.number:>{gutter}} │+{line.new}"
        if line.old:
            marks = ""
            for start, end in line.marks:
                marks = marks.ljust(start) + "~" * (end - start)
            yield f"{'':>{gutter}} │ {marks}"


def rewritten(edits: tuple[Edit, ...]) -> Iterator[Line]:
    """The lines that edits change or add, from top to bottom."""
    places: dict[tuple[str, int], list[Edit]] = {}
    for edit in edits:
        places.setdefault((edit.span.source.name, edit.span.line), []).append(edit)
    shift = 0
    for (_, number), group in sorted(places.items(), key=lambda place: place[0]):
        for line in _rewritten(number + shift, sorted(group, key=lambda edit: edit.span.column)):
            shift += not line.old
            yield line


def _rewritten(number: int, edits: list[Edit]) -> Iterator[Line]:
    """The lines that come of one; new ones stand above it or below it."""
    source = edits[0].span.source
    old, new, end = source.line(edits[0].span.line), "", 0
    marks: list[tuple[int, int]] = []
    above, below = [], []
    for span, text in edits:
        if text.endswith("\n"):
            above += text[:-1].split("\n")
        elif text.startswith("\n"):
            below += text[1:].split("\n")
        else:
            new += old[end : span.column - 1] + text
            blank = len(text) - len(text.lstrip(", "))
            marks.append((len(new) - len(text) + blank, len(new)))
            end = span.end - 1
    for line in above:
        yield Line(source, number, "", line)
        number += 1
    if marks or below:
        yield Line(source, number, old, new + old[end:], tuple(marks))
    for index, line in enumerate(below, number + 1):
        yield Line(source, index, "", line)
