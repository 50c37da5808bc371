"""A U of volumes, as in U-Net's Fig. 1: levels as rows, down on the left and up on the right."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import inf
from typing import NamedTuple

from archc.drawing.picture.lettering import text_width
from archc.drawing.volumes.labels import SMALL, size
from archc.drawing.volumes.levels import Arms, Level
from archc.drawing.volumes.project import Scales, Solid, solid
from archc.drawing.volumes.tensors import Tensor

CHANNELS = 9.5  # points of the numbers above
ABOVE, BELOW = 15.0, 15.0  # for the numbers above and below a level
DROP = 17.0  # between levels, for the arrows
SHORTEST = 46.0  # of a copy's arrow
APART = 5.0  # between numbers of neighbours
DEPTH = 0.5  # of the edges that recede
THINNEST = 2.5  # of a block
SIDES = (5.4, 0.92, 22)  # the largest scale, each next one, and how many are tried
SHARES = (0.48, 0.4, 0.32, 0.25)  # of a channel's scale in that of a side
GAPS = (34.0, 29.0, 25.0, 22.0)  # between blocks, for an arrow


@dataclass(eq=False)
class Piece:
    """A tensor in its place. A join has the copy in front of ``block``, which is what came up."""

    tensor: Tensor
    block: Solid
    number: str
    size: str
    copy: Solid | None = None
    ups: tuple[Tensor, ...] = ()

    @property
    def left(self) -> float:
        return self.copy.x if self.copy else self.block.x

    @property
    def top(self) -> float:
        return min(self.block.top, self.copy.top if self.copy else inf)

    @property
    def centre(self) -> float:
        """Of the front face: where lines from above and below meet it."""
        return self.block.x + self.block.width / 2

    @property
    def heart(self) -> float:
        """Of the whole front, copy included: where the number above stands."""
        return (self.left + self.block.x + self.block.width) / 2

    @property
    def half(self) -> float:
        """Half the width that the numbers need."""
        return max(text_width(self.number, CHANNELS, True), text_width(self.size, SMALL)) / 2

    def shift(self, dx: float) -> None:
        self.block = self.block._replace(x=self.block.x + dx)
        if self.copy:
            self.copy = self.copy._replace(x=self.copy.x + dx)


class Row(NamedTuple):
    """A level in its place; the bottom has no right arm."""

    left: list[Piece]
    right: list[Piece]
    middle: float
    cut: Tensor | None


@dataclass
class Placer:
    """Places a U in certain scales, the first tensor at the left."""

    scales: Scales
    gap: float
    rows: list[Row] = field(default_factory=list)

    def place(self, arms: Arms) -> list[Row]:
        y, before, lefts = 0.0, None, []
        for level in (*arms.levels, Level(arms.bottom, None, (), ())):
            tall = max(self._tall(tensor) for tensor in (*level.left, *level.right))
            middle = y + ABOVE + tall / 2
            pieces = self._line([self._piece(tensor, middle) for tensor in level.left])
            if before is not None:
                _shift(pieces, before.centre - pieces[0].centre)
            before = pieces[-1]
            lefts.append((pieces, middle))
            y += ABOVE + tall + BELOW + DROP
        self._rise(arms, lefts)
        return self.rows

    def _rise(self, arms: Arms, lefts: list[tuple[list[Piece], float]]) -> None:
        """The right arm, from the bottom up: each join stands over the end of the level below."""
        bottom, middle = lefts[-1]
        self.rows = [Row(bottom, [], middle, None)]
        below = bottom
        for level, (left, middle) in reversed(list(zip(arms.levels, lefts, strict=False))):
            right = [self._join(level, middle)]
            right += [self._piece(tensor, middle) for tensor in level.right[1:]]
            self._line(right)
            _shift(right, below[-1].centre - right[0].centre)
            missing = left[-1].block.right + SHORTEST - right[0].left
            if missing > 0:
                _shift(right, missing)
                if len(below) > 1 or below is not bottom:
                    _shift(below[-1:], missing)
            self.rows.insert(0, Row(left, right, middle, level.cut))
            below = right

    def _tall(self, tensor: Tensor) -> float:
        block = self._block(tensor, tensor.channels, 0)
        return block.bottom - block.top

    def _block(self, tensor: Tensor, channels: int, middle: float) -> Solid:
        block = solid(0, middle, (channels, *tensor.sides), self.scales)
        return block._replace(width=max(block.width, THINNEST))

    def _piece(self, tensor: Tensor, middle: float) -> Piece:
        block = self._block(tensor, tensor.channels, middle)
        many = f" × {tensor.times}" if tensor.times > 1 else ""
        return Piece(tensor, block, f"{tensor.channels}{many}", size(tensor))

    def _join(self, level: Level, middle: float) -> Piece:
        join = level.right[0]
        piece = self._piece(join, middle)
        piece.ups = level.ups
        copied = level.left[-1].channels
        if join.node.op.name == "concat" and copied < join.channels:
            rest = join.channels - copied
            piece.number = f"{copied} + {rest}"
            piece.copy = self._block(join, copied, middle)
            piece.block = self._block(join, rest, middle)._replace(x=piece.copy.width)
        return piece

    def _line(self, pieces: list[Piece]) -> list[Piece]:
        for before, piece in pairwise(pieces):
            x = before.block.right + self.gap
            words = before.heart + before.half + APART + piece.half
            _shift([piece], max(x, words - (piece.heart - piece.left)) - piece.left)
        return pieces


def largest(arms: Arms, room: tuple[float, float]) -> list[Row]:
    """The U as large as fits a room (width, height in points); where nothing fits, the smallest."""
    best, most, rows = None, 0.0, []
    start, factor, steps = SIDES
    for i in range(int(steps)):
        side = start * factor**i
        for share in SHARES:
            for gap in GAPS:
                rows = Placer(Scales(side, side * share, 0, DEPTH), gap).place(arms)
                score = side * share**0.4 * gap**0.2
                if score > most and _fits(rows, room):
                    best, most = rows, score
    return best or rows


def _fits(rows: Sequence[Row], room: tuple[float, float]) -> bool:
    left, right, low = extent(rows)
    return right - left <= room[0] and low <= room[1]


def extent(rows: Sequence[Row]) -> tuple[float, float, float]:
    """The left, right and lower ends of all blocks and numbers."""
    pieces = list(every_piece(rows))
    left = min(min(piece.left, piece.heart - piece.half) for piece in pieces)
    right = max(max(piece.block.right, piece.heart + piece.half) for piece in pieces)
    return left, right, max(piece.block.bottom for piece in pieces) + BELOW


def _shift(pieces: Sequence[Piece], dx: float) -> None:
    for piece in pieces:
        piece.shift(dx)


def every_piece(rows: Sequence[Row]) -> Iterator[Piece]:
    """All blocks, level by level."""
    for row in rows:
        yield from (*row.left, *row.right)
