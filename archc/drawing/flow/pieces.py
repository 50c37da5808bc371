"""What a scope is laid out from: stacks of rows on an axis, forks of stacks, and meshes.

Each piece knows how far it reaches to the left and right of its axis and how high it is; then it is
placed with its axis at an x and its upper end at a y. All lengths are points.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from archc.drawing.flow.units import Link, Unit

GAP, COMPACT_GAP, LABEL_GAP = 14.0, 10.0, 21.0  # between rows; with a shape beside the edge
BUS = 7.0  # from a part's lower end to the line that its branches leave from
ARROW = 12.0  # from such a line to the part it leads to, with the arrowhead
BRANCH_GAP = 9.0
LANE = 11.0  # between the lines beside a trunk
HEAD = 10.0  # that a line from aside needs for its arrowhead
BESIDE = 13.0  # from a trunk to what stands beside it
TRACK = 5.0  # between lines that run across in a mesh


@dataclass(eq=False)
class Stack:
    """Rows from top to bottom, their axes one above the other."""

    rows: list[Piece]
    gaps: list[float] = field(default_factory=list)  # above each row but the first
    reach: list[float] = field(default_factory=list)  # of the words in each gap, from the axis
    left: float = 0
    right: float = 0
    height: float = 0
    axis_x: float = 0
    y: float = 0

    def measure(self) -> None:
        self.left = max((left_of(row) for row in self.rows), default=0)
        self.right = max((*map(right_of, self.rows), *self.reach), default=0)
        self.height = sum(height_of(row) for row in self.rows) + sum(self.gaps)

    def place(self, axis_x: float, y: float) -> None:
        self.axis_x, self.y = axis_x, y
        for i, row in enumerate(self.rows):
            y += self.gaps[i - 1] if i else 0
            place(row, axis_x, y)
            y += height_of(row)


@dataclass(eq=False)
class Fork:
    """Branches side by side, or a main branch on the axis with the others beside it."""

    branches: list[Stack]
    lanes: list[Link]
    main: Stack | None  # None: all are equal
    straight: bool = False  # the next part is as wide, so branches lead straight down to it
    outwards: float = 0  # that lanes are moved, for their arrowheads
    left: float = 0
    right: float = 0
    height: float = 0
    y: float = 0
    lane_x: dict[Link, float] = field(default_factory=dict)

    def measure(self) -> None:
        lanes = LANE * len(self.lanes)
        if self.main is None:
            gaps = BRANCH_GAP * (len(self.branches) - 1)
            width = sum(b.left + b.right for b in self.branches) + gaps + lanes
            self.left = self.right = width / 2
            inner = max(b.height for b in self.branches)
            self.height = ARROW + inner + (0 if self.straight else BUS)
            return
        others = [b for b in self.branches if b is not self.main]
        self.left = self.main.left
        beside = sum(BESIDE + b.left + b.right for b in others)
        lanes += BESIDE - LANE + self.outwards if self.lanes else 0
        self.right = self.main.right + beside + lanes
        self.height = max(b.height for b in self.branches)

    def clear(self, edge: float) -> None:
        """Move lanes outwards that would run along the next part, which reaches to an ``edge``."""
        if self.main is not None and self.lanes:
            free = self.right - LANE * (len(self.lanes) - 1) - edge
            if -0.01 < free < HEAD:
                self.outwards = HEAD - free
                self.measure()

    def place(self, axis_x: float, y: float) -> None:
        self.y = y
        if self.main is None:
            bottom = y + self.height - (0 if self.straight else BUS)
            x = axis_x - self.left
            for branch in self.branches:
                branch.place(x + branch.left, bottom - branch.height)
                x += branch.left + branch.right + BRANCH_GAP
            x += LANE / 2 - BRANCH_GAP
        else:
            self.main.place(axis_x, y + (self.height - self.main.height) / 2)
            x = axis_x + self.main.right + BESIDE
            for branch in self.branches:
                if branch is not self.main:
                    branch.place(x + branch.left, y + (self.height - branch.height) / 2)
                    x += branch.left + branch.right + BESIDE
        for lane in self.lanes:
            self.lane_x[lane] = x + self.outwards
            x += LANE


@dataclass(eq=False)
class Mesh:
    """Units in ranks, with channels between them for the lines that run across."""

    ranks: list[list[Unit]]
    links: list[Link]
    left: float = 0
    right: float = 0
    height: float = 0
    rank: dict[Unit, int] = field(default_factory=dict)
    channels: list[dict[Link, int]] = field(
        default_factory=list
    )  # tracks above each rank, and below
    channel_y: list[float] = field(default_factory=list)
    lane_x: dict[Link, float] = field(default_factory=dict)

    def measure(self) -> None:
        self.rank = {unit: r for r, rank in enumerate(self.ranks) for unit in rank}
        last = len(self.ranks)
        self.channels = [{} for _ in range(last + 1)]
        self.lane_x = {}
        for link in self.links:
            start, end = self.ends(link)
            self.channels[start + 1][link] = len(self.channels[start + 1])
            if end > start + 1:
                self.channels[end][link] = len(self.channels[end])
                self.lane_x[link] = 0
        width = max(sum(u.width for u in r) + BESIDE * (len(r) - 1) for r in self.ranks)
        self.left = width / 2
        self.right = width / 2 + (BESIDE + LANE * len(self.lane_x) if self.lane_x else 0)
        rows = sum(max(u.height for u in r) for r in self.ranks)
        self.height = rows + sum(map(self.channel, range(last + 1)))

    def ends(self, link: Link) -> tuple[int, int]:
        """The ranks that a link leads from and to; one before the first or after the last if outside."""
        return self.rank.get(link.source, -1), self.rank.get(link.target, len(self.ranks))

    def channel(self, index: int) -> float:
        return TRACK * max(0, len(self.channels[index]) - 1) + BUS + ARROW

    def place(self, axis_x: float, y: float) -> None:
        self.channel_y = []
        for r, rank in enumerate(self.ranks):
            self.channel_y.append(y + BUS)
            y += self.channel(r)
            x = axis_x - (sum(u.width for u in rank) + BESIDE * (len(rank) - 1)) / 2
            row = max(u.height for u in rank)
            for unit in rank:
                place(unit, x + unit.axis, y + (row - unit.height) / 2)
                x += unit.width + BESIDE
            y += row
        self.channel_y.append(y + BUS)
        x = axis_x + self.left + BESIDE
        for link in self.lane_x:
            self.lane_x[link] = x
            x += LANE


Piece: TypeAlias = Unit | Fork | Mesh


def left_of(piece: Piece) -> float:
    return piece.axis if isinstance(piece, Unit) else piece.left


def right_of(piece: Piece) -> float:
    return piece.width - piece.axis if isinstance(piece, Unit) else piece.right


def height_of(piece: Piece) -> float:
    return piece.height


def place(piece: Piece, axis_x: float, y: float) -> None:
    """Put a piece with its axis at ``axis_x`` and its upper end at ``y``."""
    if isinstance(piece, Unit):
        piece.x, piece.y = axis_x - piece.axis, y
    else:
        piece.place(axis_x, y)


def units_in(stack: Stack) -> Iterator[Unit]:
    """The units of a stack's rows, those in its branches too."""
    for row in stack.rows:
        if isinstance(row, Unit):
            yield row
        elif isinstance(row, Mesh):
            yield from row.rank
        else:
            for branch in row.branches:
                yield from units_in(branch)
