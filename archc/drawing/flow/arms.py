"""An encoder and a decoder as the U that their paper draws: a row for every level, skips across.

On the way down each level begins under the last part of the one above; on the way up each begins
over the last part of the one below.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from archc.drawing.flow.arrange import Arranger
from archc.drawing.flow.looks import look_of
from archc.drawing.flow.pieces import Fork, Piece, Stack
from archc.drawing.flow.units import Link, Scope, Unit
from archc.drawing.picture.scene import Point

ACROSS, DOWN = 17.0, 26.0  # between parts of a level, and between levels
FEWEST = 2  # levels with a skip


class Level(NamedTuple):
    """The parts before and after a skip, which leaves the last of the former for the latter's first."""

    left: list[Unit]
    right: list[Unit]


@dataclass(eq=False)
class Arms:
    """The levels from the top, and what lies below the last skip."""

    levels: list[Level]
    bottom: list[Unit]

    def rows(self) -> Iterator[list[tuple[int, Unit]]]:
        """Every level's parts with their columns."""
        begin = 0
        lefts = []
        for level in self.levels:
            lefts.append(begin)
            begin += len(level.left) - 1
        at = begin + len(self.bottom) - 1
        rights = []
        for level, left in zip(reversed(self.levels), reversed(lefts), strict=True):
            at = max(at, left + len(level.left))
            rights.append(at)
            at += len(level.right) - 1
        for level, left, right in zip(self.levels, lefts, reversed(rights), strict=True):
            yield [*enumerate(level.left, left), *enumerate(level.right, right)]
        yield list(enumerate(self.bottom, begin))

    def place(self) -> tuple[float, float]:
        """Give every part its place; the size of it all, in points."""
        rows = list(self.rows())
        count = 1 + max(column for row in rows for column, _ in row)
        widths = [0.0] * count
        for row in rows:
            for column, unit in row:
                widths[column] = max(widths[column], unit.width)
        middles, x = [], 0.0
        for width in widths:
            middles.append(x + width / 2)
            x += width + ACROSS
        y = 0.0
        for row in rows:
            height = max(unit.height for _, unit in row)
            for column, unit in row:
                unit.x = middles[column] - unit.axis
                unit.y = y + (height - unit.height) / 2
            y += height + DOWN
        return x - ACROSS, y - DOWN

    def route(self, links: list[Link]) -> None:
        """Give every link its points: across, down the left arm, up the right one."""
        skips = {(level.left[-1], level.right[0]) for level in self.levels}
        for link in links:
            link.points = list(_points(link))
            link.skip = (link.source, link.target) in skips


def arms(stack: Stack, scope: Scope, arranger: Arranger) -> Arms | None:
    """The trunk as two arms, if it has nested skips and all its parts are boxes."""
    found = _levels(stack)
    if found is None or len(found.levels) < FEWEST:
        return None
    units = [unit for row in found.rows() for _, unit in row]
    if len(units) != len(scope.units) or any(unit.look is None for unit in units):
        return None
    for unit in units:
        unit.look = look_of(unit.box, arranger.theme, compact=False, narrow=True)
        unit.width, unit.height = unit.look.width, unit.look.height
        unit.axis = unit.width / 2
    return found


def _levels(stack: Stack) -> Arms | None:
    levels: list[Level] = []
    while True:
        forks = [row for row in stack.rows if not isinstance(row, Unit)]
        if not forks:
            return Arms(levels, [row for row in stack.rows if isinstance(row, Unit)])
        fork = forks[0]
        if len(forks) > 1 or not isinstance(fork, Fork) or fork.main is None:
            return None
        at = stack.rows.index(fork)
        left, right = _only_units(stack.rows[:at]), _only_units(stack.rows[at + 1 :])
        if not left or not right or len(fork.branches) > 1 or not _skips(fork, left, right):
            return None
        levels.append(Level(left, right))
        stack = fork.main


def _only_units(rows: list[Piece]) -> list[Unit]:
    return [row for row in rows if isinstance(row, Unit)]


def _skips(fork: Fork, left: list[Unit], right: list[Unit]) -> bool:
    return [(k.source, k.target) for k in fork.lanes] == [(left[-1], right[0])]


def _points(link: Link) -> Iterator[Point]:
    source, target = link.source, link.target
    sx, tx = source.x + source.axis, target.x + target.axis
    sy, ty = source.y + source.height / 2, target.y + target.height / 2
    if abs(sy - ty) < 0.01:
        yield source.x + source.width, sy
        yield target.x, ty
    elif sy < ty:
        yield sx, source.y + source.height
        yield sx, target.y
    elif abs(sx - tx) < 0.01:
        yield sx, source.y
        yield tx, target.y + target.height
    else:
        yield source.x + source.width, sy
        yield tx, sy
        yield tx, target.y + target.height
