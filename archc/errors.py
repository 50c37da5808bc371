"""A mistake with its place, its reason and its remedy; and the one exception that carries many."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import NamedTuple

MOST_COMPARED = 200  # names that are compared with a word letter by letter
MOST_OF_MANY = 60  # of more names than that
MOST_NAMES = 3  # that a misspelt one may stand for

_BREAK = re.compile(r"(?<=\n)|(?<=\r)(?!\n)|(?<=[\x85\u2028\u2029])")  # where YAML begins a line


class Source:
    """The text of one file (or string), under the name that messages show for it."""

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.text = text
        self._lines: list[str] | None = None
        self._starts: list[int] | None = None

    @property
    def lines(self) -> list[str]:
        """Every line with what ends it. They end where YAML's do; Python's own end in more places."""
        if self._lines is None:
            self._lines = _BREAK.split(self.text)
        return self._lines

    def line(self, number: int) -> str:
        """The text of a line, counted from 1; empty beyond the end."""
        found = self.lines[number - 1] if 0 < number <= len(self.lines) else ""
        return found.rstrip("\r\n\x85\u2028\u2029")

    def start(self, number: int) -> int:
        """Where a line, counted from 1, begins in the text."""
        if self._starts is None:
            self._starts = [0, *accumulate(map(len, self.lines))]
        return self._starts[number - 1]

    def position(self, index: int) -> tuple[int, int]:
        """Line and column, from 1, of a place in the text."""
        before = _BREAK.split(self.text[:index])
        return len(before), len(before[-1]) + 1

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


class Edit(NamedTuple):
    """Other text in place of a span; a span without length is a place to write it in."""

    span: Span
    text: str


class Fix(NamedTuple):
    """A change of the text that should mend a mistake, and the sentence that says so."""

    words: str
    edits: tuple[Edit, ...]
    sum: str = ""  # the arithmetic that comes of it: "(28 + 2·1 − 3)/1 + 1 = 28"
    shown: bool = True  # whether the lines are shown before and after; one changed word says it all


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
    fixes: tuple[Fix, ...] = ()  # that may mend it, likeliest first; none has been tried
    fix: Fix | None = None  # the one of them that was tried and does


@dataclass
class SpecError(Exception):
    """Everything that is wrong with a spec, found in one run.

    ``str(error)`` is the full report, as ``archc check`` prints it without colours.
    """

    mistakes: list[Mistake] = field(default_factory=list)

    def __str__(self) -> str:
        from archc.report import render  # only a failing run pays for the renderer

        return "\n\n".join(render(mistake) for mistake in self.mistakes)


class Nearest(str):
    """``did you mean 'filters'?``, with the ``names`` that ``word`` may stand for, nearest first.

    ``otherwise`` is what to say where none of them will do.
    """

    word: str
    names: tuple[str, ...]
    otherwise: str


def nearest(
    word: str,
    known: Iterable[str],
    otherwise: str = "",
    foreign: Mapping[str, str] | None = None,
) -> str:
    """A :class:`Nearest`, or ``otherwise`` when nothing known is near.

    Near is, in this order: what other libraries call it (``foreign``, in lower case and without
    underscores), much the same letters, the same beginning, about the same letters.

    >>> nearest("filter", ["filters", "kernel"])
    "did you mean 'filters'?"
    >>> nearest("activation", ["dilation", "act"])
    "did you mean 'act'?"
    """
    import difflib  # only a failing run pays for it

    known = _few(word, known)
    names = {name.lower(): name for name in sorted(known, reverse=True)}
    low = word.lower()
    theirs = (foreign or {}).get(low.replace("_", ""), "").split()
    stems = [name for name in names if min(len(name), len(low)) > 2 and _begins(low, name)]
    alike = difflib.get_close_matches(low, names, n=MOST_NAMES, cutoff=0.6)
    close = [
        *(name for name in theirs if name in names),
        *(name for name in alike if difflib.SequenceMatcher(None, name, low).ratio() >= 0.75),
        *sorted(stems, key=len, reverse=True),
        *alike[:1],
    ]
    if not close:
        return otherwise
    found = Nearest(f"did you mean '{names[close[0]]}'?")
    found.word, found.otherwise = word, otherwise
    found.names = tuple(names[name] for name in dict.fromkeys(close))[:MOST_NAMES]
    return found


def _few(word: str, known: Iterable[str]) -> Sequence[str]:
    """Of very many names, those that begin or end most like the word: comparing letters takes long."""
    near = [*known]
    if len(near) <= MOST_COMPARED:
        return near
    fitting = [name for name in near if abs(len(name) - len(word)) < 3]
    alike: Counter[str] = Counter()  # the letters that a name shares at its beginning and its end
    near = fitting
    for length in range(1, len(word) + 1):
        near = [name for name in near if name.startswith(word[:length])]
        alike.update(near)
    near = fitting
    for length in range(1, len(word) + 1):
        near = [name for name in near if name.endswith(word[-length:])]
        alike.update(near)
    return [name for name, _ in alike.most_common(MOST_OF_MANY)]


def _begins(one: str, other: str) -> bool:
    return one.startswith(other) or other.startswith(one)
