"""Transposed convolution."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import prod

from archc.ops.base import (
    AttributeMistake,
    AxisField,
    Example,
    Operator,
    Shape,
    ShapeError,
    Shapes,
    Window,
    attr,
)
from archc.ops.conv import dilated, group_mistake, printed
from archc.ops.formula import Expr, Formula, affine, less, plus, ratio, times
from archc.ops.init import BILINEAR, INIT_TRANSPOSED, Start
from archc.ops.kinds import BOOL, OFFSET, POSITIVE, SIZE, Size
from archc.ops.lowering import Arg, Call, Lowered
from archc.ops.numbers import divisors_near, nearest_divisors, per_axis
from archc.ops.windows import by_sign, step


@dataclass(frozen=True)
class ConvTranspose(Operator, name="conv_transpose", family="convolution"):
    """Transposed convolution: each input position adds a scaled kernel to the (larger) output."""

    filters: int = attr(POSITIVE, "number of output channels")
    kernel: Size = attr(SIZE, "height and width of the kernel")
    stride: Size = attr(SIZE, "how far apart the kernels of neighbouring positions stand", 1)
    padding: Size = attr(OFFSET, "rows and columns cut off at each side of the result", 0)
    output_padding: Size = attr(OFFSET, "rows and columns added at the end of the result", 0)
    dilation: Size = attr(SIZE, "spacing of the kernel's points", 1)
    groups: int = attr(POSITIVE, "independent groups that channels and filters are split into", 1)
    bias: bool = attr(BOOL, "add a learned number to each output channel", True)
    init: Start | None = attr(
        INIT_TRANSPOSED, "how the weights start; `bilinear` enlarges each channel smoothly", None
    )

    rank = (2, 4)
    weighted = True
    source = "Dumoulin and Visin, A guide to convolution arithmetic for deep learning, 2016"
    examples = (
        Example({"filters": 512, "kernel": 2, "stride": 2}, ((1024, 28, 28),), (512, 56, 56)),
        Example(
            {
                "filters": 4,
                "kernel": 3,
                "stride": 2,
                "padding": 1,
                "output_padding": 1,
                "groups": 2,
            },
            ((6, 7, 7),),
            (4, 14, 14),
        ),
        Example({"filters": 3, "kernel": [4], "stride": 2, "bias": False}, ((2, 10),), (3, 22)),
        Example(
            {"filters": 21, "kernel": 4, "stride": 2, "bias": False, "init": "bilinear"},
            ((21, 16, 16),),
            (21, 34, 34),
        ),
        Example({"filters": 2, "kernel": 2, "stride": 2}, ((3, 2, 4, 4),), (2, 4, 8, 8)),
    )

    def check(self) -> None:
        if self.filters % self.groups:
            raise AttributeMistake(
                "groups",
                f"{self.groups} groups do not divide the {self.filters} filters",
                divisors_near(self.filters, self.groups),
                nearest_divisors(self.filters, self.groups)[::-1],
            )

    def _axes(self, shape: Shape) -> list[tuple[int, int, int, int, int, int]]:
        """Size, kernel, stride, padding, output padding and dilation along each axis."""
        names = ("kernel", "stride", "padding", "output_padding", "dilation")
        settings = (per_axis(getattr(self, name), len(shape) - 1, name) for name in names)
        return list(zip(shape[1:], *settings, strict=True))

    def infer(self, inputs: Shapes) -> Shape:
        (shape,) = inputs
        if shape[0] % self.groups:
            raise group_mistake(self.groups, shape[0], self.filters)
        if self.init is not None and self.init.weight == BILINEAR and self.filters != shape[0]:
            raise ShapeError(
                f"init bilinear enlarges {shape[0]} channels to {shape[0]}, not to "
                f"{self.filters} filters",
                f"write filters: {shape[0]}, or another init",
                code="A066",
                setting="filters",
            )
        sizes = []
        for size, kernel, stride, padding, extra, dilation in self._axes(shape):
            if extra >= max(stride, dilation):
                raise ShapeError(
                    f"output_padding {extra} is not below stride {stride} or dilation {dilation}",
                    "it only chooses among the sizes that one stride makes ambiguous",
                    code="A061",
                    setting="output_padding",
                )
            full = (size - 1) * stride + dilation * (kernel - 1) + 1 + extra
            if full <= 2 * padding:
                raise ShapeError(
                    f"padding {padding} cuts 2·{padding} = {2 * padding} from a result of {full}",
                    f"padding must be at most {(full - 1) // 2} here",
                    code="A061",
                    setting="padding",
                )
            sizes.append(full - 2 * padding)
        return (self.filters, *sizes)

    def weights(self, inputs: Shapes) -> dict[str, Shape]:
        kernel = per_axis(self.kernel, len(inputs[0]) - 1, "kernel")
        shapes: dict[str, Shape] = {"weight": (inputs[0][0], self.filters // self.groups, *kernel)}
        if self.bias:
            shapes["bias"] = (self.filters,)
        return shapes

    def macs(self, inputs: Shapes, output: Shape) -> int:
        return prod(self.weights(inputs)["weight"]) * prod(inputs[0][1:])

    def field(self, inputs: Shapes, output: Shape) -> tuple[tuple[AxisField, ...], ...]:
        axes = (
            Window(
                Fraction(1, stride),
                Fraction(padding - dilation * (kernel - 1), stride),
                Fraction(padding, stride),
            )
            for _, kernel, stride, padding, _, dilation in self._axes(inputs[0])
        )
        return (tuple(axes),)

    def sizes(self, inputs: Shapes, output: Shape) -> tuple[Formula | None, ...]:
        return (Formula(self.filters, "the filters"), *map(_reach, self._axes(inputs[0])))

    def one_filter(self, inputs: Shapes) -> Expr:
        """How many numbers an output channel reads: ``2·2·1024``."""
        channels = inputs[0][0]
        kernel = per_axis(self.kernel, len(inputs[0]) - 1, "kernel")
        return times(*kernel, channels if self.groups == 1 else ratio(channels, self.groups))

    def weight_sum(self, inputs: Shapes) -> Formula | None:
        return Formula(affine(self.one_filter(inputs), self.filters, self.bias))

    def mac_sum(self, inputs: Shapes, output: Shape) -> Formula | None:
        """Each input position is multiplied by the whole kernel."""
        return Formula(times(*inputs[0][1:], self.filters, self.one_filter(inputs)))

    def label(self, axes: int = 2) -> str:
        words = f"{by_sign(self.kernel, axes)} transposed conv, {self.filters}"
        return f"{words}{dilated(self.dilation)}{step(self.stride, '×')}"

    def lower(self, inputs: Shapes, output: Shape) -> Lowered:
        module = Call(
            f"nn.ConvTranspose{len(inputs[0]) - 1}d",
            (
                Arg("", inputs[0][0]),
                Arg("", self.filters),
                Arg("", printed(self.kernel)),
                Arg("stride", printed(self.stride), 1),
                Arg("padding", printed(self.padding), 0),
                Arg("output_padding", printed(self.output_padding), 0),
                Arg("groups", self.groups, 1),
                Arg("bias", self.bias, True),
                Arg("dilation", printed(self.dilation), 1),
            ),
        )
        fan_in = prod(self.weights(inputs)["weight"][1:])  # as PyTorch reads it off the tensor
        if self.init is None:
            return Lowered("{self}({0})", module, owned=True)
        inits = self.init.inits(fan_in, self.bias)
        support = self.init.support
        return Lowered("{self}({0})", module, support=support, init=inits, owned=True)


def _reach(axis: tuple[int, int, int, int, int, int]) -> Formula:
    """How far the kernels reach along one axis: ``(28 − 1)·2 − 2·0 + 2``."""
    size, kernel, stride, padding, extra, dilation = axis
    span: tuple[Expr, ...] = (kernel,)
    if dilation != 1:
        span = times(dilation, plus(kernel, less(1))), 1
    first = times(plus(size, less(1)), stride)
    return Formula(plus(first, less(times(2, padding)), *span, *((extra,) if extra else ())))
