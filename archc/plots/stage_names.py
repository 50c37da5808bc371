"""The names under a row of bars: beside each other if they fit, else upright, else none."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

from archc.plots.slide import SMALL, fitted, text_width

FLAT, FAMILY = 16.0, 13.0  # points below the bars of a line of names, and of one of shared prefixes
SHORTEST, LONGEST = 24.0, 62.0  # points of names that stand upright
FEWEST = 3  # neighbours with one prefix, to write it but once


class Shared(NamedTuple):
    """A prefix of neighbouring names, written below them."""

    prefix: str
    first: int
    last: int


class Names(NamedTuple):
    """What stands under the bars."""

    words: list[str]
    upright: bool
    shared: list[Shared]

    @property
    def height(self) -> float:
        """Points that the names take."""
        longest = max((text_width(word, SMALL) for word in self.words), default=0)
        own = 6 + longest if self.upright else FLAT if longest else 4
        return own + (FAMILY if self.shared else 0)


def arranged(names: Sequence[str], slot: float, room: float) -> Names:
    """How to write names under bars that are ``slot`` points apart, with ``room`` below them."""
    if all(text_width(name, SMALL) <= slot - 1.5 for name in names):
        return Names(list(names), False, [])
    shared, words = _shared(names)
    room -= FAMILY if shared else 0
    if all(text_width(word, SMALL) <= slot - 1.5 for word in words) and room >= FLAT:
        return Names(words, False, shared)
    if room < SHORTEST:
        return Names([""] * len(names), False, [])
    longest = min(LONGEST, room - 6)
    return Names([fitted(word, SMALL, longest) for word in words], True, shared)


def _shared(names: Sequence[str]) -> tuple[list[Shared], list[str]]:
    """Prefixes up to the first ``_`` that several neighbours have, and the names without them."""
    found: list[Shared] = []
    words: list[str] = []
    for prefix, group in groupby(names, key=lambda name: name.partition("_")[0]):
        alike = list(group)
        if len(alike) >= FEWEST and all("_" in name for name in alike):
            found.append(Shared(prefix, len(words), len(words) + len(alike) - 1))
            words += [name.partition("_")[2] for name in alike]
        else:
            words += alike
    return found, words
