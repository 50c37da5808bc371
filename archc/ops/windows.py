"""Sliding windows along the spatial axes: the arithmetic that convolutions and pools share.

Dumoulin and Visin, A guide to convolution arithmetic for deep learning, 2016 (arXiv:1603.07285).
"""

from __future__ import annotations

from fractions import Fraction
from math import prod
from typing import NamedTuple

from archc.ops.base import (
    AxisField,
    Bins,
    Kept,
    Operator,
    Remark,
    Shape,
    ShapeError,
    Shapes,
    Whole,
    Window,
)
from archc.ops.formula import Expr, Formula, less, plus, ratio, rounded, times, value
from archc.ops.kinds import Padding, Size
from archc.ops.numbers import compact, per_axis, wrong_length

MOST_PADDING = 99  # more that a remark proposes


class Sides(NamedTuple):
    """Padding of one axis."""

    before: int
    after: int


class Axis(NamedTuple):
    """Windows along one axis of ``size`` positions."""

    size: int
    kernel: int
    stride: int
    dilation: int
    padding: Sides
    ceil: bool = False
    same: bool = False

    @property
    def reach(self) -> int:
        """How many positions a window spans, with the gaps that dilation makes."""
        return self.dilation * (self.kernel - 1) + 1

    @property
    def padded(self) -> int:
        return self.size + self.padding.before + self.padding.after

    @property
    def output(self) -> int:
        """The number of windows, by PyTorch's rule; below 1 where none fits.

        With ``ceil`` a last window may overhang the end, but one that would start beyond the input
        and the padding before it is dropped.
        """
        if self.same:
            return -(-self.size // self.stride)
        room = self.padded - self.reach
        count = (-(-room // self.stride) if self.ceil else room // self.stride) + 1
        if self.ceil and (count - 1) * self.stride >= self.size + self.padding.before:
            count -= 1
        return count

    @property
    def unread(self) -> int:
        """Input positions at the end that no window reads though windows would overlap or touch."""
        rest = self.padded - (self.output - 1) * self.stride - self.reach - self.padding.after
        return rest if rest > max(self.stride - self.reach, 0) else 0

    @property
    def field(self) -> AxisField:
        low = Fraction(-self.padding.before)
        return Window(Fraction(self.stride), low, low + self.reach - 1)


def windows(
    shape: Shape, kernel: Size, stride: Size, padding: Padding, dilation: Size, ceil: bool = False
) -> tuple[Axis, ...]:
    """The windows along each spatial axis of a shape.

    Raises:
        ShapeError: a list does not have one entry for each axis.
    """
    sizes = shape[1:]
    kernels = per_axis(kernel, len(sizes), "kernel")
    strides = per_axis(stride, len(sizes), "stride")
    dilations = per_axis(dilation, len(sizes), "dilation")
    if padding == "same":
        rows = zip(sizes, kernels, strides, dilations, strict=True)
        return tuple(Axis(*row, same_sides(*row), same=True) for row in rows)
    rows_padded = zip(sizes, kernels, strides, dilations, sides(padding, len(sizes)), strict=True)
    return tuple(Axis(*row, ceil=ceil) for row in rows_padded)


def same_sides(size: int, kernel: int, stride: int, dilation: int) -> Sides:
    """TensorFlow's SAME: the padding for ⌈size / stride⌉ windows, the odd pixel at the end."""
    total = max((-(-size // stride) - 1) * stride + dilation * (kernel - 1) + 1 - size, 0)
    return Sides(total // 2, total - total // 2)


def sides(padding: Padding, axes: int) -> tuple[Sides, ...]:
    """Padding before and after, for each axis.

    Raises:
        ShapeError: a list does not have one entry for each axis.
    """
    if isinstance(padding, int):
        return (Sides(padding, padding),) * axes
    if len(padding) != axes:
        raise wrong_length("padding", len(padding), axes)
    return tuple(Sides(*p) if isinstance(p, tuple) else Sides(p, p) for p in padding)  # type: ignore[arg-type]


def counts(axes: tuple[Axis, ...]) -> tuple[int, ...]:
    """The number of windows along each axis.

    Raises:
        ShapeError: along some axis not one fits.
    """
    result = tuple(axis.output for axis in axes)
    for axis, count in zip(axes, result, strict=True):
        if count < 1:
            raise too_large(axis)
    return result


def too_large(axis: Axis) -> ShapeError:
    """The mistake of a window that is larger than the padded input."""
    size, reach = axis.size, axis.reach
    spans = f"a kernel of {axis.kernel}"
    if axis.dilation != 1:
        extent = f"{axis.dilation}·({axis.kernel} − 1) + 1 = {reach}"
        spans += f" with dilation {axis.dilation} spans {extent}, which"
    extent = (
        f"{size} + {_padding(axis.padding)} = {axis.padded}" if axis.padded > size else f"{size}"
    )
    need = -(-(reach - size) // 2)
    fit = f"padding {need} would fit: {size} + 2·{need} = {size + 2 * need}"
    smaller = (axis.padded - 1) // axis.dilation + 1
    return ShapeError(
        f"{spans} does not fit into the {'padded ' if axis.padded > size else ''}input of {extent}",
        f"{fit}; or a kernel of at most {smaller}; or a larger input",
        code="A061",
        setting="kernel",
    )


def _padding(sides: Sides) -> str:
    before, after = sides
    return f"2·{before}" if before == after else f"{before} + {after}"


def window_count(axis: Axis) -> Formula:
    """How the number of windows comes about."""
    size, stride, dilation = axis.size, axis.stride, axis.dilation
    if axis.same:
        return Formula(rounded("up", ratio(size, stride)))
    kernel: tuple[Expr, ...] = (less(axis.kernel),)
    if dilation != 1:
        kernel = less(times(dilation, plus(axis.kernel, less(1)))), less(1)
    before, after = axis.padding
    padding = (times(2, before),) if before == after else (before, after)
    steps = rounded("up" if axis.ceil else "down", ratio(plus(size, *kernel, *padding), stride))
    if axis.ceil and value(steps) + 1 != axis.output:
        note = "without the window that would start beyond the input"
        return Formula(plus(steps, 1, less(1)), note)
    return Formula(plus(steps, 1))


class Sliding(Operator):
    """Base of operators that slide windows over their input."""

    def windows(self, shape: Shape) -> tuple[Axis, ...]:
        """The windows along each spatial axis of the input's shape."""
        raise NotImplementedError

    def field(self, inputs: Shapes, output: Shape) -> tuple[tuple[AxisField, ...], ...]:
        return (tuple(axis.field for axis in self.windows(inputs[0])),)

    def sizes(self, inputs: Shapes, output: Shape) -> tuple[Formula | None, ...]:
        return (None, *map(window_count, self.windows(inputs[0])))

    def arithmetic(self, inputs: Shapes, output: Shape) -> str:
        """That of the first axis, where no size changes."""
        from archc.ops.notation import message

        first = self.windows(inputs[0])[0]
        return super().arithmetic(inputs, output) or message(window_count(first))

    def remarks(self, inputs: Shapes, output: Shape) -> list[Remark]:
        axes = self.windows(inputs[0])
        for index, axis in enumerate(axes):
            if axis.unread:
                what = _unread(axes, index)
                room = f"({axis.size} + {_padding(axis.padding)} − {axis.reach})"
                rest = axis.padded - axis.reach
                message = f"stride {axis.stride} does not divide {room} = {rest}: {what} not read"
                return [Remark(message, self._reading_all(axes))]
        return []

    def _reading_all(self, axes: tuple[Axis, ...]) -> str:
        """What would leave nothing unread."""
        ways = []
        for axis in axes:
            before, after = axis.padding
            room, most = axis.padded - axis.reach, (axis.reach - 1) // 2 - before
            more = range(1, min(most, MOST_PADDING) + 1)
            found = next((n for n in more if (room + 2 * n) % axis.stride == 0), None)
            if axis.unread and before == after and found is not None:
                ways.append(f"padding {before + found}")
        if "ceil" in self.attributes():
            ways.append("ceil: true")
        sizes = [axis.size + -(axis.padded - axis.reach) % axis.stride for axis in axes]
        shown = [size if axis.unread else axis.size for size, axis in zip(sizes, axes, strict=True)]
        ways.append(f"an input of {' × '.join(map(str, shown))}")
        return f"with {' or '.join(dict.fromkeys(ways))} nothing is left unread"


def _unread(axes: tuple[Axis, ...], index: int) -> str:
    """``the last row and column are``: what is not read along the axes from ``index``."""
    names = {1: ("position",), 2: ("row", "column"), 3: ("depth slice", "row", "column")}[len(axes)]
    count = axes[index].unread
    parts = [name for name, axis in zip(names, axes, strict=True) if axis.unread == count]
    if count == 1:
        return f"the last {' and '.join(parts)} {'is' if len(parts) == 1 else 'are'}"
    return f"the last {count} {' and '.join(part + 's' for part in parts)} are"


def module_padding(
    axes: tuple[Axis, ...], kernel: Size, padding: Padding, dilation: Size
) -> Size | None:
    """The padding to give to PyTorch's module; None where the two sides differ."""
    if any(axis.padding.before != axis.padding.after for axis in axes):
        return None
    if isinstance(padding, int):
        return padding
    befores = tuple(axis.padding.before for axis in axes)
    if padding == "same" and isinstance(kernel, int) and isinstance(dilation, int):
        half = dilation * (kernel // 2)
        if all(before == half for before in befores):
            return half  # reads as `kernel // 2` where the kernel is an argument
    return compact(befores)


def all_read(axis: Axis) -> bool:
    """Whether each window reads some position of the input, and not padding alone."""
    starts = (p * axis.stride - axis.padding.before for p in range(axis.output))
    firsts = (start % axis.dilation if start < 0 else start for start in starts)
    within = (first < axis.size for first in firsts)
    return all(within)


def module_pads(axes: tuple[Axis, ...]) -> bool:
    """Whether PyTorch's module can do the padding itself."""
    if any(axis.same and max(axis.padding) > axis.kernel // 2 for axis in axes):
        return False
    return all(axis.padding.before == axis.padding.after for axis in axes)


def pad_values(axes: tuple[Axis, ...]) -> tuple[int, ...]:
    """The padding in the order of ``F.pad``: the last axis first."""
    return tuple(n for axis in reversed(axes) for n in axis.padding)


def bins(size: int, wanted: int) -> AxisField:
    """Bin p runs from ⌊p·size/wanted⌋ to ⌈(p + 1)·size/wanted⌉, which is not included."""
    if wanted == 1:
        return Whole()
    return Bins(
        tuple((p * size // wanted, -(-(p + 1) * size // wanted) - 1) for p in range(wanted))
    )


def copied(shape: Shape, axes: tuple[Axis, ...], bytes: int = 0) -> Kept:
    """What is kept where the input is padded before the module sees it: the copy, not the input."""
    numbers = shape[0] * prod(axis.padded for axis in axes)
    return Kept(values=numbers, bytes=bytes, working=numbers)


def by_sign(size: Size, axes: int = 2) -> str:
    """A kernel as papers write it, on so many axes: ``3×3``, ``1×7``."""
    return "×".join(map(str, (size,) * axes if isinstance(size, int) else size))


def step(stride: Size, sign: str = "/") -> str:
    """A stride as papers write it: ``, /2``; empty for 1."""
    numbers = (stride,) if isinstance(stride, int) else stride
    if all(n == 1 for n in numbers):
        return ""
    alike = all(n == numbers[0] for n in numbers)
    return f", {sign}{numbers[0] if alike else '×'.join(map(str, numbers))}"
