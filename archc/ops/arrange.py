"""Operators that rearrange numbers without changing them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import isqrt, prod

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
    show,
)
from archc.ops.formula import Formula, less, plus, ratio, times
from archc.ops.kinds import RANGE, numbers, table
from archc.ops.lowering import Lowered
from archc.ops.merge import text
from archc.ops.numbers import divisors_near

MOST_AXES = 8  # of a shape for which others are looked for
SPATIAL = ("depth", "height", "width")
ORDER = numbers("a list of axes, counted from 0, the channels", 0, fewest=1)
RANGES = table("[start, stop] for each spatial axis", RANGE)


def fitting(total: int, shape: Shape) -> Iterator[Shape]:
    """Shapes of ``total`` values: a square map stays one; else one size differs, the least changed first."""
    if -1 in shape or len(shape) > MOST_AXES:
        return
    side = isqrt(total // shape[0])
    if len(shape) == 3 and shape[1] == shape[2] and shape[0] * side * side == total:
        yield shape[0], side, side
    known = prod(shape)
    found = []
    for axis, size in enumerate(shape):
        rest = known // size
        if total % rest == 0:
            found.append((abs(total // rest - size), axis, total // rest))
    for _, axis, size in sorted(found):
        yield (*shape[:axis], size, *shape[axis + 1 :])


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
    keeps = ""
    same_gradient = True
    source = "He et al., Identity mappings in deep residual networks, 2016"
    examples = anywhere()

    def lower(self, inputs: Shapes, output: Shape) -> Lowered:
        return Lowered("{0}")


@dataclass(frozen=True)
class Flatten(Operator, name="flatten", family="shape"):
    """All numbers in one vector, channel by channel."""

    view = True
    keeps = ""
    same_gradient = True
    source = "https://docs.pytorch.org/docs/stable/generated/torch.flatten.html"
    examples = (
        Example({}, ((256, 6, 6),), (9216,)),
        Example({}, ((10,),), (10,)),
        Example({}, ((2, 9),), (18,)),
        Example({}, ((2, 2, 3, 3),), (36,)),
    )

    def infer(self, inputs: Shapes) -> Shape:
        return (prod(inputs[0]),)

    def sizes(self, inputs: Shapes, output: Shape) -> tuple[Formula | None, ...]:
        return (Formula(times(*inputs[0])),) if len(inputs[0]) > 1 else (None,)

    def field(self, inputs: Shapes, output: Shape) -> tuple[tuple[AxisField, ...], ...]:
        return ((Whole(),) * (len(inputs[0]) - 1),)

    def lower(self, inputs: Shapes, output: Shape) -> Lowered:
        return Lowered("torch.flatten({0}, 1)")


@dataclass(frozen=True)
class Reshape(Operator, name="reshape", family="shape"):
    """The same numbers, in the same order, in another shape."""

    shape: tuple[int, ...] = attr(SHAPE, "the new shape, without the batch; -1 for what is left")

    view = True
    keeps = ""
    same_gradient = True
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
            raise self._misfit(inputs[0])
        return tuple(total // known if size == -1 else size for size in self.shape)

    def _misfit(self, given: Shape) -> ShapeError:
        """The mistake of a shape that holds another number of values than the input."""
        total, sizes = prod(given), [size for size in self.shape if size != -1]
        numbers = f"{total} numbers" if len(given) == 1 else f"{text(given)} = {total} numbers"
        message = f"{numbers} cannot take the shape {show(self.shape)}"
        near = next(fitting(total, self.shape), None)
        if len(sizes) < len(self.shape):
            message = f"{message}: {prod(sizes)} does not divide {total}"
            help = divisors_near(total, prod(sizes))
        elif near is not None:
            message = f"{message}, which has {prod(sizes)}"
            help = f"write {show(near)}, or -1 for one of the sizes"
        else:
            message = f"{message}, which has {prod(sizes)}"
            help = f"the sizes must multiply to {total}"
        return ShapeError(message, help, code="A066", setting="shape")

    def sizes(self, inputs: Shapes, output: Shape) -> tuple[Formula | None, ...]:
        others = [size for size in self.shape if size != -1]
        total = times(*inputs[0])
        left = Formula(ratio(total, times(*others)) if others else total)
        return tuple(left if size == -1 else Formula(size, "as set") for size in self.shape)

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
    keeps = ""
    same_gradient = True
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
                setting="order",
            )
        return tuple(shape[axis] for axis in self.order)

    def sizes(self, inputs: Shapes, output: Shape) -> tuple[Formula | None, ...]:
        return tuple(
            None if axis == place else Formula(inputs[0][axis], f"axis {axis} of the input")
            for place, axis in enumerate(self.order)
        )

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
    keeps = ""
    source = "https://docs.pytorch.org/docs/stable/tensor_view.html"
    examples = (
        Example({"channels": [0, 3]}, ((6, 14, 14),), (3, 14, 14)),
        Example({"channels": [4, 10]}, ((10,),), (6,)),
        Example({"channels": [1, 2], "positions": [[2, 5]]}, ((2, 9),), (1, 3)),
        Example({"positions": [[0, 2], [1, 3], [2, 4]]}, ((2, 4, 4, 4),), (2, 2, 2, 2)),
    )

    def check(self) -> None:
        if self.channels is None and self.positions is None:
            raise AttributeMistake(
                "channels",
                "slice needs 'channels' or 'positions'",
                "channels: [0, 3] takes the first three",
            )
        for name in ("channels", "positions"):
            given = getattr(self, name) or ()
            for start, stop in (given,) if name == "channels" and given else given:
                if start >= stop:
                    raise AttributeMistake(
                        name,
                        f"{name}: [{start}, {stop}] is empty",
                        f"the stop is not included: [{start}, {start + 1}] takes one",
                    )

    def _ranges(self, shape: Shape) -> list[tuple[int, int] | None]:
        """The range along each axis; None where all is taken."""
        positions = self.positions or (None,) * (len(shape) - 1)
        if len(positions) != len(shape) - 1:
            raise ShapeError(
                f"positions are given for {len(positions)} axes, but the input is {text(shape)}",
                f"write [start, stop] for {len(shape) - 1}",
                setting="positions",
            )
        return [self.channels, *positions]

    def infer(self, inputs: Shapes) -> Shape:
        sizes = []
        for axis, (size, taken) in enumerate(zip(inputs[0], self._ranges(inputs[0]), strict=True)):
            start, stop = taken or (0, size)
            if stop > size:
                what = "positions" if axis else "channels"
                raise ShapeError(
                    f"[{start}, {stop}] reaches beyond the {size} {what} of {text(inputs[0])}",
                    f"the stop can be {size} at most",
                    code="A065",
                    setting=what,
                )
            sizes.append(stop - start)
        return tuple(sizes)

    def sizes(self, inputs: Shapes, output: Shape) -> tuple[Formula | None, ...]:
        ranges = self._ranges(inputs[0])
        return tuple(taken and Formula(plus(taken[1], less(taken[0]))) for taken in ranges)

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
