"""Trying remedies: the changed text is compiled, and only what then holds is offered.

Of mistakes, the first change is offered with which the whole spec passes, or else one that at least mends the
mistake. Of warnings, only a change that takes it away and brings nothing new.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import IntEnum
from typing import NamedTuple, TypeAlias

from archc.budgets import current, limits, timed
from archc.errors import Edit, Fix, Mistake, Nearest, Source
from archc.graph.remedies.words import advice
from archc.spec.edits import applied

MOST_TRIALS = 50  # of one spec
LONGEST = 200_000  # characters of a text for which remedies are tried
MOST_NODES = 20_000  # of a spec; trying on a larger one would keep its author waiting
MOST_SECONDS = 1.5  # for all trials
OF_TEXTS = ("A001", "A002", "A003", "A004")  # no change may leave broken YAML behind

Finder: TypeAlias = Callable[[Mapping[str, str]], Sequence[Mistake]]


class Trials:
    """Tries remedies for the mistakes or warnings of one spec; a bounded number of them.

    ``find`` finds those of the spec with other texts in its files.
    """

    def __init__(self, find: Finder, mistakes: Sequence[Mistake]) -> None:
        self._find = find
        self._mistakes = mistakes
        self._known = set(_keys(mistakes, ()))
        self._left = MOST_TRIALS

    def mended(self) -> list[Mistake]:
        """The mistakes, each with a remedy that works, if one was found."""
        held = current()
        with limits(nodes=min(held.nodes, MOST_NODES), time=min(held.time, MOST_SECONDS)), timed():
            return [self._mended(mistake) for mistake in self._mistakes]

    def _mended(self, mistake: Mistake) -> Mistake:
        fixes = [*mistake.fixes, *_by_name(mistake)]
        best: tuple[Rank, Fix, str] | None = None
        for fix in fixes:
            if self._left <= 0 or not fix.edits or _too_long(fix):
                break
            self._left -= 1
            rank, outcome = self._outcome(mistake, fix)
            if rank and (best is None or rank > best[0]):
                best = rank, fix, outcome
            if rank is Rank.PASSES:
                break
        if best is not None:
            _, fix, outcome = best
            help = fix.words if mistake.warning else advice(fix, mistake, outcome)
            return dataclasses.replace(mistake, help=help, fix=fix)
        if isinstance(mistake.help, Nearest) and fixes:
            return dataclasses.replace(mistake, help=mistake.help.otherwise)
        return mistake

    def _outcome(self, mistake: Mistake, fix: Fix) -> tuple[Rank, str]:
        """How good a fix is, and what to say of it."""
        sources = {edit.span.source.name: edit.span.source for edit in fix.edits}
        texts = {name: applied(source, fix.edits) for name, source in sources.items()}
        found = self._find(texts)
        if any(one.code == "A058" for one in found):
            self._left = 0
            return Rank.STAYS, ""
        left = set(_keys(found, fix.edits))
        if not left:
            return Rank.PASSES, "with this change the whole spec passes"
        (own,) = _keys([mistake], ())
        new = left - self._known
        again = any(key.where == own.where and key[:3] == own[:3] for key in new)
        if own in left or again or any(key.code in OF_TEXTS for key in new):
            return Rank.STAYS, ""
        if new and mistake.warning:
            return Rank.STAYS, ""
        others = f"{len(left)} other{'s are' if len(left) > 1 else ' is'} left"
        rank = Rank.REPLACED if new else Rank.GONE
        return rank, f"with this change this mistake is gone; {others}"


class Rank(IntEnum):
    """How good a fix is, the better the higher."""

    STAYS = 0  # what is wrong is still wrong
    REPLACED = 1  # it is gone, and shows what it had hidden
    GONE = 2
    PASSES = 3  # the whole spec does


class Key(NamedTuple):
    """What tells mistakes apart."""

    code: str
    file: str
    line: int  # before the edits
    message: str
    where: str


def _keys(mistakes: Iterable[Mistake], edits: tuple[Edit, ...]) -> Iterator[Key]:
    for mistake in mistakes:
        # what a warning counts may change with the change
        message = "" if mistake.warning else mistake.message
        name, line = ("", 0) if mistake.at is None else (mistake.at.source.name, mistake.at.line)
        added = [e for e in edits if "\n" in e.text and e.span.source.name == name]
        for edit in sorted(added, key=lambda edit: edit.span.line):
            if line > edit.span.line or (line == edit.span.line and edit.text.endswith("\n")):
                line -= edit.text.count("\n")
        where = mistake.where.partition(" at ")[0]  # the call's line may have moved
        yield Key(mistake.code, name, line, message, where)


def _by_name(mistake: Mistake) -> Iterator[Fix]:
    """The nearest names in place of the misspelt word."""
    near, at = mistake.help, mistake.at
    if not isinstance(near, Nearest) or at is None:
        return
    text = at.source.line(at.line)[at.column - 1 : at.end - 1]
    found = re.search(rf"(?<![\w-]){re.escape(near.word)}(?![\w-])", text)
    if found is None:
        return
    start = at.column + found.start()
    span = at._replace(column=start, end=start + len(near.word))
    for name in near.names:
        yield Fix(f"did you mean '{name}'?", (Edit(span, name),), shown=False)


def _too_long(fix: Fix) -> bool:
    sources: dict[str, Source] = {edit.span.source.name: edit.span.source for edit in fix.edits}
    return any(len(source.text) > LONGEST for source in sources.values())
