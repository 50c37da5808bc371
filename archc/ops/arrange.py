"""Operators that rearrange numbers without changing them."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import prod

from archc.ops.activation import anywhere
from archc.ops.base import (
    POINT,
    AttributeMistake,
    AxisField,
    Example,
    Kind,
    Operator,
    Shape,
    ShapeError,
    Shapes,
    Whole,
    Window,
    attr,
)
from archc.ops.conv import group_mistake
from archc.ops.kinds import POSITIVE, RANGE, numbers, table
from archc.ops.lowering import Lowered
from archc.ops.merge import text
from archc.ops.numbers import divisors_near

SPATIAL = ("depth", "height", "width")
ORDER = numbers("a list of axes, counted from 0, the channels", 0, fewest=1)
RANGES = table("[start, stop] for each spatial axis", RANGE)


def _check_shape(value: object) -> tuple[int, ...]:
    expected = "a list of whole numbers of at least 1, of which one may be -1 (what is left)"
    if isinstance(value, list | tuple) and sum(item == -1 for item in value) <= 1:
        SHAPE_POSITIVE.check([1 if item == -1 else item for item in value])
        return tuple(value)
    raise ValueError(expected)


SHAPE_POSITIVE = numbers("a list of whole numbers of at least 1, or -1 once", 1)
SHAPE = Kind(
    "list of int, one may be -1",
    {"type": "array", "items": {"type": "integer", "minimum": -1}, "minItems": 1},
    _check_shape,
)


@dataclass(frozen=True)
class Identity(Operator, name="identity", family="shape"):
    """The input itself."""

    view = True
    source = "He et al., Identity mappings in deep residual networks, 2016"
    examples = anywhere()

    def lower(self, inputs: Shapes, output: Shape) -> Lowered:
        return Lowered("{0}")


@dataclass(frozen=True)
class Flatten(Operator, name="flatten", family="shape"):
    """All numbers in one vector, channel by channel."""

    view = True
    source = "https://docs.pytorch.org/docs/stable/generated/torch.flatten.html"
    examples = (
        Example({}, ((256, 6, 6),), (9216,)),
        Example({}, ((10,),), (10,)),
        Example({}, ((2, 9),), (18,)),
        Example({}, ((2, 2, 3, 3),), (36,)),
    )

    def infer(self, inputs: Shapes) -> Shape:
        return (prod(inputs[0]),)

    def field(self, inputs: Shapes, output: Shape) -> tuple[tuple[AxisField, ...], ...]:
        return ((Whole(),) * (len(inputs[0]) - 1),)

    def lower(self, inputs: Shapes, output: Shape) -> Lowered:
        return Lowered("torch.flatten({0}, 1)")


@dataclass(frozen=True)
class Reshape(Operator, name="reshape", family="shape"):
    """The same numbers, in the same order, in another shape."""

    shape: tuple[int, ...] = attr(SHAPE, "the new shape, without the batch; -1 for what is left")

    view = True
    source = "https://docs.pytorch.org/docs/stable/generated/torch.reshape.html"
    examples = (
        Example({"shape": [128, 7, 7]}, ((6272,),), (128, 7, 7)),
        Example({"shape": [4, -1]}, ((2, 4, 4),), (4, 8)),
        Example({"shape": [2, 2, 2, 2]}, ((4, 4),), (2, 2, 2, 2)),
        Example({"shape": [-1]}, ((2, 2, 3, 3),), (36,)),
    )

    def infer(self, inputs: Shapes) -> Shape:
        total = prod(inputs[0])
        known = prod(size for size in self.shape if size != -1)
        if known != total and (-1 not in self.shape or total % known):
            raise ShapeError(
                f"{text(inputs[0])} = {total} numbers cannot take the shape {list(self.shape)}",
                f"the sizes must multiply to {total}; {divisors_near(total, self.shape[0])}",
                code="A066",
            )
        return tuple(total // known if size == -1 else size for size in self.shape)

    def field(self, inputs: Shapes, output: Shape) -> tuple[tuple[AxisField, ...], ...]:
        axis = POINT if inputs[0] == output else Whole()
        return ((axis,) * (len(inputs[0]) - 1),)

    def label(self, axes: int = 2) -> str:
        return f"reshape {'×'.join(map(str, self.shape))}"

    def lower(self, inputs: Shapes, output: Shape) -> Lowered:
        sizes = zip(self.shape, output, strict=True)
        shape = tuple(full if size == -1 else size for size, full in sizes)
        return Lowered("{0}.reshape({shape})", values={"shape": (-1, *shape)})


@dataclass(frozen=True)
class Permute(Operator, name="permute", family="shape"):
    """The same numbers with the axes in another order."""

    order: tuple[int, ...] = attr(ORDER, "the input's axes in their new order; 0 is the channels")

    view = True
    source = "https://docs.pytorch.org/docs/stable/generated/torch.permute.html"
    examples = (
        Example({"order": [1, 2, 0]}, ((3, 8, 9),), (8, 9, 3)),
        Example({"order": [1, 0]}, ((4, 7),), (7, 4)),
        Example({"order": [0, 1, 3, 2]}, ((2, 3, 4, 5),), (2, 3, 5, 4)),
    )

    def check(self) -> None:
        if sorted(self.order) != list(range(len(self.order))):
            raise AttributeMistake(
                "order",
                f"order must name each axis from 0 to {len(self.order) - 1} once",
                "the batch is not counted; 0 is the channels",
            )

    def infer(self, inputs: Shapes) -> Shape:
        (shape,) = inputs
        if len(self.order) != len(shape):
            raise ShapeError(
                f"order names {len(self.order)} axes, but the input is {text(shape)}",
                f"name all {len(shape)} axes, the channels as 0",
                code="A064",
            )
        return tuple(shape[axis] for axis in self.order)

    def field(self, inputs: Shapes, output: Shape) -> tuple[tuple[AxisField, ...], ...]:
        """An axis that moved is taken as read in full."""
        axes = (POINT if self.order[axis] == axis else Whole() for axis in range(1, len(output)))
        return (tuple(axes),)

    def lower(self, inputs: Shapes, output: Shape) -> Lowered:
        order = (0, *(axis + 1 for axis in self.order))
        return Lowered("{0}.permute({order})", values={"order": order})


@dataclass(frozen=True)
class Slice(Operator, name="slice", family="shape"):
    """Some of the channels, and of the positions if wanted; stops are not included."""

    channels: tuple[int, int] | None = attr(RANGE, "[start, stop] of the channels", None)
    positions: tuple[tuple[int, int], ...] | None = attr(
        RANGES, "[start, stop] for each spatial axis", None
    )

    view = True
    source = "https://docs.pytorch.org/docs/stable/tensor_view.html"
    examples = (
        Example({"channels": [0, 3]}, ((6, 14, 14),), (3, 14, 14)),
        Example({"channels": [4, 10]}, ((10,),), (6,)),
        Example({"channels": [1, 2], "positions": [[2, 5]]}, ((2, 9),), (1, 3)),
        Example({"positions": [[0, 2], [1, 3], [2, 4]]}, ((2, 4, 4, 4),), (2, 2, 2, 2)),
    )

    def check(self) -> None:
        if self.channels is None and self.positions is None:
            raise AttributeMistake("channels", "slice needs 'channels' or 'positions'")
        for name in ("channels", "positions"):
            given = getattr(self, name) or ()
            for start, stop in (given,) if name == "channels" and given else given:
                if start >= stop:
                    raise AttributeMistake(
                        name, f"{name}: [{start}, {stop}] is empty", "the stop is not included"
                    )

    def _ranges(self, shape: Shape) -> list[tuple[int, int] | None]:
        """The range along each axis; None where all is taken."""
        positions = self.positions or (None,) * (len(shape) - 1)
        if len(positions) != len(shape) - 1:
            raise ShapeError(
                f"positions are given for {len(positions)} axes, but the input is {text(shape)}",
                f"write [start, stop] for {len(shape) - 1}",
                code="A064",
            )
        return [self.channels, *positions]

    def infer(self, inputs: Shapes) -> Shape:
        sizes = []
        for size, taken in zip(inputs[0], self._ranges(inputs[0]), strict=True):
            start, stop = taken or (0, size)
            if stop > size:
                raise ShapeError(
                    f"[{start}, {stop}] reaches beyond the {size} of {text(inputs[0])}",
                    f"the stop can be {size} at most",
                    code="A065",
                )
            sizes.append(stop - start)
        return tuple(sizes)

    def field(self, inputs: Shapes, output: Shape) -> tuple[tuple[AxisField, ...], ...]:
        starts = (Fraction(taken[0] if taken else 0) for taken in self._ranges(inputs[0])[1:])
        return (tuple(Window(Fraction(1), start, start) for start in starts),)

    def label(self, axes: int = 2) -> str:
        if self.channels is None:
            return "slice"
        return f"slice {self.channels[0]}:{self.channels[1]}"

    def lower(self, inputs: Shapes, output: Shape) -> Lowered:
        ranges = self._ranges(inputs[0])
        if self.positions is None:
            ranges = ranges[:1]
        return section(ranges)


def section(ranges: list[tuple[int, int] | None]) -> Lowered:
    """``{0}[:, 0:3]``: the lowering that takes a range (None: all) of each axis, channels first."""
    names = ("channel", *SPATIAL[4 - len(ranges) :])
    values: dict[str, int] = {}
    parts = [":"]
    for name, taken in zip(names, ranges, strict=True):
        if taken is None:
            parts.append(":")
        else:
            values |= {f"{name}_start": taken[0], f"{name}_stop": taken[1]}
            parts.append(f"{{{name}_start}}:{{{name}_stop}}")
    return Lowered(f"{{0}}[{', '.join(parts)}]", values=values)


@dataclass(frozen=True)
class ChannelShuffle(Operator, name="channel_shuffle", family="shape"):
    """Channel shuffle: the first channel of each group, then the second of each, and so on."""

    groups: int = attr(POSITIVE, "number of groups the channels come in")

    rank = (2, 4)
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
            )
        return (channels // square, height * self.factor, width * self.factor)

    def field(self, inputs: Shapes, output: Shape) -> tuple[tuple[AxisField, ...], ...]:
        factor = self.factor
        return ((Window(Fraction(1, factor), Fraction(1 - factor, factor), Fraction(0)),) * 2,)

    def arithmetic(self, inputs: Shapes, output: Shape) -> str:
        return f"{inputs[0][1]}·{self.factor} = {output[1]}" if self.factor != 1 else ""

    def label(self, axes: int = 2) -> str:
        return f"pixel shuffle, ×{self.factor}"

    def lower(self, inputs: Shapes, output: Shape) -> Lowered:
        return Lowered("F.pixel_shuffle({0}, {factor})", values={"factor": self.factor})
