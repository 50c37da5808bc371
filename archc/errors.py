"""A mistake with its place, its reason and its remedy; and the one exception that carries many."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple


class Source:
    """The text of one file (or string), under the name that messages show for it."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.text = text
        self._lines: list[str] | None = None

    def line(self, number: int) -> str:
        """The text of a line, counted from 1; empty beyond the end."""
        if self._lines is None:
            self._lines = self.text.splitlines()
        return self._lines[number - 1] if 0 < number <= len(self._lines) else ""

    def __repr__(self) -> str:
        return f"Source({self.name!r})"


class Span(NamedTuple):
    """A stretch of one line of a source; lines and columns count from 1, ``end`` is exclusive."""

    source: Source
    line: int
    column: int
    end: int

    def __str__(self) -> str:
        return f"{self.source.name}:{self.line}:{self.column}"


class Label(NamedTuple):
    """A span that takes part in a mistake, and the few words to show beside its carets."""

    span: Span
    text: str = ""


@dataclass(frozen=True)
class Mistake:
    """One mistake (or warning) of a spec: what is wrong, where, why, and what to do."""

    code: str  # "A031"; the table of codes stands in docs/errors.md
    message: str  # what is wrong, one line without a full stop
    at: Span | None = None  # where; None only when there is no text (a missing file)
    labels: tuple[Label, ...] = ()  # carets under other parts that take part
    where: str = ""  # "in block inception, called as inception_3a at net.yaml:19:3"
    why: tuple[str, ...] = ()  # how the shapes came about, one line each
    help: str = ""  # what to do
    notes: tuple[str, ...] = ()
    warning: bool = False


@dataclass
class SpecError(Exception):
    """Everything that is wrong with a spec, found in one run.

    ``str(error)`` is the full report, as ``archc check`` prints it without colours.
    """

    mistakes: list[Mistake] = field(default_factory=list)

    def __str__(self) -> str:
        from archc.report import render  # only a failing run pays for the renderer

        return "\n\n".join(render(mistake) for mistake in self.mistakes)


def nearest(word: str, known: Iterable[str]) -> str:
    """``did you mean 'filters'?``, or an empty string when nothing known is near.

    Near is, in this order: much the same letters, the same beginning, about the same letters.

    >>> nearest("filter", ["filters", "kernel"])
    "did you mean 'filters'?"
    >>> nearest("activation", ["dilation", "act"])
    "did you mean 'act'?"
    """
    import difflib  # only a failing run pays for it

    names = {name.lower(): name for name in sorted(known, reverse=True)}
    low = word.lower()
    stems = [name for name in names if min(len(name), len(low)) > 2 and _begins(low, name)]
    close = (
        difflib.get_close_matches(low, names, n=1, cutoff=0.75)
        or sorted(stems, key=len, reverse=True)
        or difflib.get_close_matches(low, names, n=1, cutoff=0.6)
    )
    return f"did you mean '{names[close[0]]}'?" if close else ""


def _begins(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)
