"""Operators that move whole channels: shuffled among groups, or into positions."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from archc.ops.base import (
    AxisField,
    Example,
    Operator,
    Shape,
    ShapeError,
    Shapes,
    Window,
    attr,
)
from archc.ops.conv import group_mistake
from archc.ops.formula import Formula, ratio, times
from archc.ops.kinds import POSITIVE
from archc.ops.lowering import Lowered


@dataclass(frozen=True)
class ChannelShuffle(Operator, name="channel_shuffle", family="shape"):
    """Channel shuffle: the first channel of each group, then the second of each, and so on."""

    groups: int = attr(POSITIVE, "number of groups the channels come in")

    rank = (2, 4)
    keeps = ""
    source = "Zhang et al., ShuffleNet, 2018"
    examples = (
        Example({"groups": 2}, ((116, 28, 28),), (116, 28, 28)),
        Example({"groups": 3}, ((6, 9),), (6, 9)),
        Example({"groups": 2}, ((4, 2, 3, 3),), (4, 2, 3, 3)),
    )

    def infer(self, inputs: Shapes) -> Shape:
        if inputs[0][0] % self.groups:
            raise group_mistake(self.groups, inputs[0][0])
        return inputs[0]

    def lower(self, inputs: Shapes, output: Shape) -> Lowered:
        return Lowered("F.channel_shuffle({0}, {groups})", values={"groups": self.groups})


@dataclass(frozen=True)
class PixelShuffle(Operator, name="pixel_shuffle", family="shape"):
    """Sub-pixel upsampling: factor² channels become factor × factor positions of one channel."""

    factor: int = attr(POSITIVE, "how many times higher and wider the result is")

    rank = (3, 3)
    keeps = ""
    source = "Shi et al., Real-time single image and video super-resolution, 2016"
    examples = (
        Example({"factor": 2}, ((64, 8, 9),), (16, 16, 18)),
        Example({"factor": 3}, ((9, 4, 4),), (1, 12, 12)),
    )

    def infer(self, inputs: Shapes) -> Shape:
        channels, height, width = inputs[0]
        square = self.factor * self.factor
        if channels % square:
            raise ShapeError(
                f"{channels} channels cannot be divided by factor² = {square}",
                f"give the conv before it a multiple of {square} filters",
                code="A063",
                setting="factor",
            )
        return (channels // square, height * self.factor, width * self.factor)

    def field(self, inputs: Shapes, output: Shape) -> tuple[tuple[AxisField, ...], ...]:
        factor = self.factor
        return ((Window(Fraction(1, factor), Fraction(1 - factor, factor), Fraction(0)),) * 2,)

    def sizes(self, inputs: Shapes, output: Shape) -> tuple[Formula | None, ...]:
        channels, *positions = inputs[0]
        fewer = Formula(ratio(channels, times(self.factor, self.factor)))
        return (fewer, *(Formula(times(size, self.factor)) for size in positions))

    def label(self, axes: int = 2) -> str:
        return f"pixel shuffle, ×{self.factor}"

    def lower(self, inputs: Shapes, output: Shape) -> Lowered:
        return Lowered("F.pixel_shuffle({0}, {factor})", values={"factor": self.factor})
