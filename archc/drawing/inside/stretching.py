"""Longer lines between rows, so that drawings side by side are equally high."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from archc.drawing.flow.pieces import Fork, Stack


class Growth(NamedTuple):
    """To what height in points a drawing is stretched, and by how much each of its lines."""

    height: float = 0
    each: float = 0


def stretch(stack: Stack, growth: Growth) -> None:
    """Make lines longer; what is missing then is added above equal branches, or to all lines."""
    _grow(stack, growth.each)
    missing = growth.height - stack.height
    forks = [row for row in stack.rows if isinstance(row, Fork) and row.main is None]
    if missing <= 0:
        return
    if not forks:
        _grow(stack, missing / max(1, lines(stack)))
    for fork in forks:
        fork.height += missing / len(forks)
    stack.measure()


def mains(stack: Stack) -> Iterator[Stack]:
    """The parts of the trunk that something passes by."""
    for row in stack.rows:
        if isinstance(row, Fork) and row.main is not None:
            yield row.main


def lines(stack: Stack) -> int:
    """How many lines lie one above the other."""
    count = len(stack.gaps)
    for row in stack.rows:
        if isinstance(row, Fork):
            branches = [row.main] if row.main is not None else row.branches
            count += max(map(lines, branches))
    return count


def _grow(stack: Stack, each: float) -> None:
    stack.gaps = [gap + each for gap in stack.gaps]
    for row in stack.rows:
        if isinstance(row, Fork):
            for branch in [row.main] if row.main is not None else row.branches:
                _grow(branch, each)
            row.measure()
    stack.measure()
