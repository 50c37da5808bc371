"""Pooling."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from archc.ops.base import AxisField, Example, Kept, Operator, Shape, ShapeError, Shapes, attr
from archc.ops.conv import dilated, printed
from archc.ops.formula import Formula
from archc.ops.kinds import BOOL, SIDES_OR_SAME, SIZE, Padding, Size
from archc.ops.lowering import Arg, Call, Lowered
from archc.ops.numbers import per_axis
from archc.ops.windows import (
    Axis,
    Sliding,
    all_read,
    bins,
    by_sign,
    copied,
    counts,
    module_padding,
    module_pads,
    pad_values,
    step,
    windows,
)

INDEX = 8  # bytes: where in its window a maximum was found


class Pool(Sliding):
    """What :class:`MaxPool` and :class:`AvgPool` share."""

    rank = (2, 4)
    kernel: Size
    stride: Size | None
    padding: Padding
    ceil: bool

    def pool_stride(self) -> Size:
        """The stride, which defaults to the kernel."""
        return self.kernel if self.stride is None else self.stride

    def pool_dilation(self) -> Size:
        """The spacing of the window's points."""
        return 1

    def windows(self, shape: Shape) -> tuple[Axis, ...]:
        dilation = self.pool_dilation()
        return windows(shape, self.kernel, self.pool_stride(), self.padding, dilation, self.ceil)

    def infer(self, inputs: Shapes) -> Shape:
        axes = self.windows(inputs[0])
        for axis in axes:
            self._check_padding(axis)
        return (inputs[0][0], *counts(axes))

    def _check_padding(self, axis: Axis) -> None:
        most = axis.kernel // 2  # the most that PyTorch's modules take; gaps are not counted
        if max(axis.padding) > most and not axis.same:
            raise ShapeError(
                f"padding {max(axis.padding)} is more than half of the window of {axis.kernel}",
                f"pools pad by half a window at most, as PyTorch's do; use at most {most}",
                code="A061",
                setting="padding",
            )
        if axis.ceil and axis.padding.before != axis.padding.after:
            raise ShapeError(
                "ceil does not go with padding that differs from side to side",
                "leave out ceil, and pad the end by as much as the last window needs",
                code="A061",
                setting="ceil",
            )

    def kept(self, inputs: Shapes, output: Shape) -> Kept:
        axes = self.windows(inputs[0])
        return Kept(inputs=(0,)) if module_pads(axes) else copied(inputs[0], axes)

    def args(self, axes: tuple[Axis, ...]) -> tuple[Arg, ...]:
        """Kernel, stride and, unless it differs by side, padding as arguments."""
        padding: Size | None = 0
        if module_pads(axes):
            padding = module_padding(axes, self.kernel, self.padding, self.pool_dilation())
        kernel = printed(self.kernel)
        return (
            Arg("", kernel),
            Arg("stride", kernel if self.stride is None else printed(self.stride), kernel),
            Arg("padding", padding, 0),
        )


@dataclass(frozen=True)
class MaxPool(Pool, name="max_pool", family="pooling"):
    """Max pooling: the largest value of each window, channel by channel."""

    kernel: Size = attr(SIZE, "height and width of the window")
    stride: Size | None = attr(
        SIZE, "step from one window to the next; the kernel if left out", None
    )
    padding: Padding = attr(SIDES_OR_SAME, "positions added around the input, which never win", 0)
    dilation: Size = attr(SIZE, "spacing of the window's points", 1)
    ceil: bool = attr(BOOL, "let a last window overhang the end (size rounded up)", False)

    source = "Krizhevsky et al., ImageNet classification with deep CNNs, 2012, section 3.4"
    examples = (
        Example({"kernel": 3, "stride": 2}, ((96, 55, 55),), (96, 27, 27)),
        Example({"kernel": 2}, ((6, 28, 28),), (6, 14, 14)),
        Example({"kernel": 3, "stride": 2, "ceil": True}, ((64, 112, 112),), (64, 56, 56)),
        Example({"kernel": 3, "stride": 2, "padding": "same"}, ((64, 74, 74),), (64, 37, 37)),
        Example({"kernel": 2, "dilation": 2, "stride": 1}, ((4, 20),), (4, 18)),
        Example({"kernel": [1, 2, 2]}, ((4, 6, 8, 8),), (4, 6, 4, 4)),
    )

    def pool_dilation(self) -> Size:
        return self.dilation

    def infer(self, inputs: Shapes) -> Shape:
        output = super().infer(inputs)
        axes = self.windows(inputs[0])
        for axis in axes:
            if module_pads(axes) and axis.dilation > axis.size and not all_read(axis):
                raise ShapeError(
                    f"a window steps over the whole input of {axis.size}, with dilation "
                    f"{axis.dilation} and padding {axis.padding.before}, and has no largest value",
                    f"use a dilation of at most {axis.size}, or leave out the padding",
                    code="A061",
                    setting="dilation",
                )
        return output

    def kept(self, inputs: Shapes, output: Shape) -> Kept:
        return super().kept(inputs, output)._replace(bytes=INDEX * prod(output))

    def label(self, axes: int = 2) -> str:
        words = f"{by_sign(self.kernel, axes)} max pool{dilated(self.dilation)}"
        return f"{words}{step(self.pool_stride())}"

    def lower(self, inputs: Shapes, output: Shape) -> Lowered:
        axes = self.windows(inputs[0])
        module = Call(
            f"nn.MaxPool{len(axes)}d",
            (
                *self.args(axes),
                Arg("dilation", printed(self.dilation), 1),
                Arg("ceil_mode", self.ceil and self.padding != "same", False),
            ),
        )
        if module_pads(axes):
            return Lowered("{self}({0})", module)
        padded = 'F.pad({0}, {pad}, value=float("-inf"))'
        return Lowered(f"{{self}}({padded})", module, {"pad": pad_values(axes)})


@dataclass(frozen=True)
class AvgPool(Pool, name="avg_pool", family="pooling"):
    """Average pooling: the mean of each window, channel by channel."""

    kernel: Size = attr(SIZE, "height and width of the window")
    stride: Size | None = attr(
        SIZE, "step from one window to the next; the kernel if left out", None
    )
    padding: Padding = attr(SIDES_OR_SAME, "zeros around the input; same never counts them", 0)
    ceil: bool = attr(BOOL, "let a last window overhang the end (size rounded up)", False)
    count_include_pad: bool = attr(BOOL, "count padding in the mean, as PyTorch and Caffe do", True)

    source = "LeCun et al., Gradient-based learning applied to document recognition, 1998"
    examples = (
        Example({"kernel": 7}, ((1024, 7, 7),), (1024, 1, 1)),
        Example(
            {"kernel": 3, "stride": 1, "padding": 1, "count_include_pad": False},
            ((8, 17, 17),),
            (8, 17, 17),
        ),
        Example({"kernel": 3, "stride": 2, "padding": "same"}, ((4, 8, 9),), (4, 4, 5)),
        Example({"kernel": 2, "ceil": True}, ((4, 21),), (4, 11)),
        Example({"kernel": 2}, ((4, 6, 8, 8),), (4, 3, 4, 4)),
    )

    def infer(self, inputs: Shapes) -> Shape:
        output = super().infer(inputs)
        axes = self.windows(inputs[0])
        if len(axes) == 3 and module_pads(axes):
            for axis in axes:
                if axis.size < axis.kernel:
                    raise ShapeError(
                        f"a kernel of {axis.kernel} is larger than the input of {axis.size}, "
                        "padding not counted, which PyTorch's 3-D average pool does not take",
                        f"use a kernel of at most {axis.size}",
                        code="A061",
                        setting="kernel",
                    )
        return output

    def label(self, axes: int = 2) -> str:
        """``7×7 avg pool``; the stride is shown where it is not the kernel."""
        stride = "" if self.stride in (None, self.kernel) else step(self.pool_stride())
        return f"{by_sign(self.kernel, axes)} avg pool{stride}"

    def lower(self, inputs: Shapes, output: Shape) -> Lowered:
        axes = self.windows(inputs[0])
        same = self.padding == "same"
        counted = self.count_include_pad and not same
        module = Call(
            f"nn.AvgPool{len(axes)}d",
            (
                *self.args(axes),
                Arg("ceil_mode", self.ceil and not same, False),
                Arg("count_include_pad", counted or not _has_padding(axes), True),
            ),
        )
        if module_pads(axes):
            return Lowered("{self}({0})", module)
        mean = "{self}(F.pad({0}, {pad}))"
        if not counted:  # divide by the share of each window that lies on the input
            mean += " / {self}(F.pad(torch.ones_like({0}[:1, :1]), {pad}))"
        return Lowered(mean, module, {"pad": pad_values(axes)})


def _has_padding(axes: tuple[Axis, ...]) -> bool:
    return any(sum(axis.padding) for axis in axes)


class Adaptive(Operator):
    """Base of pools whose window follows from the size wanted."""

    rank = (2, 4)
    torch_name = ""

    def wanted(self, axes: int) -> Shape:
        """The output's size along each of the axes."""
        raise NotImplementedError

    def printed_size(self) -> Size:
        """The size as the module's argument."""
        raise NotImplementedError

    def infer(self, inputs: Shapes) -> Shape:
        return (inputs[0][0], *self.wanted(len(inputs[0]) - 1))

    def sizes(self, inputs: Shapes, output: Shape) -> tuple[Formula | None, ...]:
        pairs = zip(inputs[0][1:], output[1:], strict=True)
        notes = (f"for all {old} positions" if new == 1 else "as set" for old, new in pairs)
        return (None, *map(Formula, output[1:], notes))

    def field(self, inputs: Shapes, output: Shape) -> tuple[tuple[AxisField, ...], ...]:
        pairs = zip(inputs[0][1:], output[1:], strict=True)
        return (tuple(bins(size, wanted) for size, wanted in pairs),)

    def kept(self, inputs: Shapes, output: Shape) -> Kept:
        if self.torch_name == "AdaptiveMaxPool":
            return Kept(inputs=(0,), bytes=INDEX * prod(output))
        return Kept(inputs=(0,) if prod(output[1:]) > 1 else ())  # of whole maps it is torch.mean

    def lower(self, inputs: Shapes, output: Shape) -> Lowered:
        function = f"nn.{self.torch_name}{len(inputs[0]) - 1}d"
        return Lowered("{self}({0})", Call(function, (Arg("", self.printed_size()),)))


class AdaptiveTo(Adaptive):
    """Base of the pools to a size that a setting gives."""

    size: Size

    def wanted(self, axes: int) -> Shape:
        return per_axis(self.size, axes, "size")

    def printed_size(self) -> Size:
        return printed(self.size)

    def label(self, axes: int = 2) -> str:
        return f"{self.name.replace('_', ' ')}, {by_sign(self.size, axes)}"


@dataclass(frozen=True)
class AdaptiveAvgPool(AdaptiveTo, name="adaptive_avg_pool", family="pooling"):
    """Average pooling to a given size, whatever the input's; bins may overlap by a position."""

    size: Size = attr(SIZE, "height and width of the result")

    torch_name = "AdaptiveAvgPool"
    source = "He et al., Spatial pyramid pooling in deep convolutional networks, 2014"
    examples = (
        Example({"size": 7}, ((512, 10, 12),), (512, 7, 7)),
        Example({"size": [4, 2]}, ((8, 8, 8),), (8, 4, 2)),
        Example({"size": 5}, ((8, 12),), (8, 5)),
        Example({"size": 2}, ((2, 5, 5, 5),), (2, 2, 2, 2)),
    )


@dataclass(frozen=True)
class AdaptiveMaxPool(AdaptiveTo, name="adaptive_max_pool", family="pooling"):
    """Max pooling to a given size, whatever the input's; bins may overlap by a position."""

    size: Size = attr(SIZE, "height and width of the result")

    torch_name = "AdaptiveMaxPool"
    source = "He et al., Spatial pyramid pooling in deep convolutional networks, 2014"
    examples = (
        Example({"size": 7}, ((8, 10, 12),), (8, 7, 7)),
        Example({"size": 5}, ((8, 12),), (8, 5)),
        Example({"size": [1, 2, 3]}, ((2, 5, 5, 5),), (2, 1, 2, 3)),
    )


class Global(Adaptive):
    """Base of the pools over the whole map."""

    def wanted(self, axes: int) -> Shape:
        return (1,) * axes

    def printed_size(self) -> Size:
        return 1


@dataclass(frozen=True)
class GlobalAvgPool(Global, name="global_avg_pool", family="pooling"):
    """The mean of each channel; the axes stay, with size 1."""

    torch_name = "AdaptiveAvgPool"
    source = "Lin et al., Network in network, 2014, section 3.2"
    examples = (
        Example({}, ((1024, 7, 7),), (1024, 1, 1)),
        Example({}, ((8, 12),), (8, 1)),
        Example({}, ((2, 3, 4, 5),), (2, 1, 1, 1)),
    )


@dataclass(frozen=True)
class GlobalMaxPool(Global, name="global_max_pool", family="pooling"):
    """The largest value of each channel; the axes stay, with size 1."""

    torch_name = "AdaptiveMaxPool"
    source = "Oquab et al., Is object localization for free?, 2015"
    examples = (
        Example({}, ((16, 7, 7),), (16, 1, 1)),
        Example({}, ((8, 12),), (8, 1)),
        Example({}, ((2, 3, 4, 5),), (2, 1, 1, 1)),
    )
