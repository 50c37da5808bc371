"""Convolutions."""

from __future__ import annotations

from dataclasses import dataclass
from math import gcd, prod

from archc.ops.base import (
    AttributeMistake,
    Example,
    Kept,
    Shape,
    ShapeError,
    Shapes,
    attr,
)
from archc.ops.connected import CONNECTED_CONV2D, CONNECTIONS, Connections
from archc.ops.formula import Expr, Formula, affine, plus, ratio, times
from archc.ops.init import INIT, Start
from archc.ops.kinds import BOOL, POSITIVE, SIDES_OR_SAME, SIZE, Padding, Size
from archc.ops.lowering import Arg, Call, Init, Lowered
from archc.ops.merge import text
from archc.ops.numbers import compact, divisors_near, listed, nearest_divisors
from archc.ops.windows import (
    Axis,
    Sliding,
    by_sign,
    copied,
    counts,
    module_padding,
    pad_values,
    step,
    windows,
)

FAN_SCHEMES = ("he_", "xavier_")  # PyTorch's functions, which read the fan off the tensor's shape


class Convolution(Sliding):
    """What :class:`Conv` and :class:`DepthwiseConv` share."""

    rank = (2, 4)
    weighted = True

    kernel: Size
    stride: Size
    padding: Padding
    dilation: Size
    bias: bool
    init: Start | None

    def maps(self, channels: int) -> int:
        """The number of output channels for this number of input channels."""
        raise NotImplementedError

    def group_count(self, channels: int) -> int:
        """The number of groups for this number of input channels."""
        raise NotImplementedError

    def windows(self, shape: Shape) -> tuple[Axis, ...]:
        return windows(shape, self.kernel, self.stride, self.padding, self.dilation)

    def infer(self, inputs: Shapes) -> Shape:
        (shape,) = inputs
        groups = self.group_count(shape[0])
        if shape[0] % groups:
            raise group_mistake(groups, shape[0], self.maps(shape[0]))
        return (self.maps(shape[0]), *counts(self.windows(shape)))

    def weights(self, inputs: Shapes) -> dict[str, Shape]:
        channels = inputs[0][0]
        maps = self.maps(channels)
        kernel = (axis.kernel for axis in self.windows(inputs[0]))
        shapes: dict[str, Shape] = {
            "weight": (maps, channels // self.group_count(channels), *kernel)
        }
        if self.bias:
            shapes["bias"] = (maps,)
        return shapes

    def macs(self, inputs: Shapes, output: Shape) -> int:
        return prod(self.weights(inputs)["weight"]) * prod(output[1:])

    def kept(self, inputs: Shapes, output: Shape) -> Kept:
        axes = self.windows(inputs[0])
        if all(axis.padding.before == axis.padding.after for axis in axes):
            return Kept(inputs=(0,))
        return copied(inputs[0], axes)

    def one_filter(self, shape: Shape) -> Expr:
        """How many numbers one filter reads: ``11·11·3``, or ``5·5·96/2`` in one of two groups."""
        groups = self.group_count(shape[0])
        kernel = (axis.kernel for axis in self.windows(shape))
        if groups == shape[0]:
            return times(*kernel)
        return times(*kernel, shape[0] if groups == 1 else ratio(shape[0], groups))

    def weight_sum(self, inputs: Shapes) -> Formula | None:
        return Formula(affine(self.one_filter(inputs[0]), self.maps(inputs[0][0]), self.bias))

    def mac_sum(self, inputs: Shapes, output: Shape) -> Formula | None:
        return Formula(times(*output[1:], output[0], self.one_filter(inputs[0])))

    def lower(self, inputs: Shapes, output: Shape) -> Lowered:
        channels = inputs[0][0]
        axes = self.windows(inputs[0])
        module = Call(
            f"nn.Conv{len(axes)}d",
            (
                Arg("", channels),
                Arg("", self.maps(channels)),
                Arg("", printed(self.kernel)),
                *self.step_args(axes),
                Arg("groups", self.group_count(channels), 1),
                Arg("bias", self.bias, True),
            ),
        )
        return padded(axes, module, inits=self.inits(inputs))

    def step_args(self, axes: tuple[Axis, ...]) -> tuple[Arg, ...]:
        """Stride, dilation and, unless it differs by side, padding as arguments."""
        padding = module_padding(axes, self.kernel, self.padding, self.dilation)
        return (
            Arg("stride", printed(self.stride), 1),
            Arg("padding", 0 if padding is None else padding, 0),
            Arg("dilation", printed(self.dilation), 1),
        )

    def inits(self, inputs: Shapes) -> tuple[Init, ...]:
        """How the weights start, where `init` is given."""
        fan_in = prod(self.weights(inputs)["weight"][1:])
        return () if self.init is None else self.init.inits(fan_in, self.bias)


@dataclass(frozen=True)
class Conv(Convolution, name="conv", family="convolution"):
    """Convolution: each filter slides over all input channels and makes one output channel."""

    filters: int = attr(POSITIVE, "number of filters, which is the number of output channels")
    kernel: Size = attr(SIZE, "height and width of the window")
    stride: Size = attr(SIZE, "step from one window to the next", 1)
    padding: Padding = attr(SIDES_OR_SAME, "zeros around the input", 0)
    dilation: Size = attr(SIZE, "spacing of the kernel's points", 1)
    groups: int = attr(POSITIVE, "independent groups that channels and filters are split into", 1)
    bias: bool = attr(BOOL, "add a learned number to each output channel", True)
    init: Start | None = attr(INIT, "how the weights start", None)
    connections: Connections | None = attr(
        CONNECTIONS, "for each filter, the input maps it reads (LeNet-5's table)", None
    )

    source = "LeCun et al., Gradient-based learning applied to document recognition, 1998"
    examples = (
        Example({"filters": 96, "kernel": 11, "stride": 4}, ((3, 227, 227),), (96, 55, 55)),
        Example(
            {"filters": 8, "kernel": 3, "stride": 2, "padding": "same", "groups": 2},
            ((4, 16, 16),),
            (8, 8, 8),
        ),
        Example({"filters": 8, "kernel": [1, 7], "padding": [0, 3]}, ((4, 17, 17),), (8, 17, 17)),
        Example({"filters": 6, "kernel": 5, "bias": False}, ((2, 100),), (6, 96)),
        Example({"filters": 4, "kernel": 3, "padding": 1}, ((1, 4, 8, 8),), (4, 4, 8, 8)),
        Example(
            {"filters": 3, "kernel": 5, "connections": [[0, 1], [1, 2], [0, 1, 2]]},
            ((3, 14, 14),),
            (3, 10, 10),
        ),
    )

    def check(self) -> None:
        if self.filters % self.groups:
            raise AttributeMistake(
                "groups",
                f"{self.groups} groups do not divide the {self.filters} filters",
                divisors_near(self.filters, self.groups),
                nearest_divisors(self.filters, self.groups)[::-1],
            )
        if self.connections is not None:
            self._check_connections(self.connections)

    def _check_connections(self, connections: Connections) -> None:
        problem = help = ""
        if len(connections) != self.filters:
            problem = f"connections has {len(connections)} rows for {self.filters} filters"
            help = "write one row for each filter"
        elif self.groups != 1:
            problem, help = "connections and groups exclude each other", "leave out groups"
        elif self.init is not None and self.init.weight.startswith(FAN_SCHEMES):
            problem = f"connections do not go with the init {self.init.weight}"
            help = "use lecun_uniform, uniform, normal or truncated_normal"
        for index, row in enumerate(connections):
            if len(set(row)) != len(row):
                problem, help = f"row {index} of connections names a map twice", "name it once"
        if problem:
            raise AttributeMistake("connections", problem, help)

    def maps(self, channels: int) -> int:
        return self.filters

    def group_count(self, channels: int) -> int:
        return self.groups

    def infer(self, inputs: Shapes) -> Shape:
        if self.connections is not None:
            channels, *rest = inputs[0]
            if len(rest) != 2:
                raise ShapeError(
                    f"connections need an input of channels × height × width, not {text(inputs[0])}",
                    "leave out `connections`, or use `groups`",
                    setting="connections",
                )
            highest = max(map(max, self.connections))
            if highest >= channels:
                raise ShapeError(
                    f"connections name map {highest}, but the input has {channels} maps",
                    f"maps are counted from 0 to {channels - 1}",
                    code="A065",
                    setting="connections",
                )
        return super().infer(inputs)

    def weights(self, inputs: Shapes) -> dict[str, Shape]:
        shapes = super().weights(inputs)
        if self.connections is not None:
            shapes["weight"] = (sum(map(len, self.connections)), *shapes["weight"][2:])
        return shapes

    def kept(self, inputs: Shapes, output: Shape) -> Kept:
        kept = super().kept(inputs, output)
        if self.connections is None:
            return kept
        return kept._replace(fixed=prod(super().weights(inputs)["weight"]))  # with the zeros

    def sizes(self, inputs: Shapes, output: Shape) -> tuple[Formula | None, ...]:
        return (Formula(self.filters, "the filters"), *super().sizes(inputs, output)[1:])

    def weight_sum(self, inputs: Shapes) -> Formula | None:
        if self.connections is None:
            return super().weight_sum(inputs)
        kernels = times(*self.weights(inputs)["weight"])
        note = f"with {sum(map(len, self.connections))} kernels, one for each connection"
        return Formula(plus(kernels, self.filters) if self.bias else kernels, note)

    def mac_sum(self, inputs: Shapes, output: Shape) -> Formula | None:
        if self.connections is None:
            return super().mac_sum(inputs, output)
        return Formula(times(*output[1:], times(*self.weights(inputs)["weight"])))

    def lower(self, inputs: Shapes, output: Shape) -> Lowered:
        if self.connections is None:
            return super().lower(inputs, output)
        axes = self.windows(inputs[0])
        module = Call(
            "ConnectedConv2d",
            (
                Arg("", inputs[0][0]),
                Arg("", self.connections),
                Arg("", printed(self.kernel)),
                *self.step_args(axes),
                Arg("bias", self.bias, True),
            ),
        )
        inits = self.inits(inputs)
        if self.init is not None and self.init.weight == "lecun_uniform":
            inits = inits[1:]  # the class starts so by itself, and knows the fan-in of each map
        return padded(axes, module, (CONNECTED_CONV2D,), inits)

    def label(self, axes: int = 2) -> str:
        groups = f", {self.groups} groups" if self.groups != 1 else ""
        size = f"{by_sign(self.kernel, axes)} conv, {self.filters}{dilated(self.dilation)}"
        return f"{size}{step(self.stride)}{groups}"


@dataclass(frozen=True)
class DepthwiseConv(Convolution, name="depthwise_conv", family="convolution"):
    """Depthwise convolution: each channel has filters of its own and is read alone."""

    kernel: Size = attr(SIZE, "height and width of the window")
    stride: Size = attr(SIZE, "step from one window to the next", 1)
    padding: Padding = attr(SIDES_OR_SAME, "zeros around the input", 0)
    dilation: Size = attr(SIZE, "spacing of the kernel's points", 1)
    multiplier: int = attr(POSITIVE, "filters, and so output channels, for each channel", 1)
    bias: bool = attr(BOOL, "add a learned number to each output channel", True)
    init: Start | None = attr(INIT, "how the weights start", None)

    source = "Chollet, Xception: deep learning with depthwise separable convolutions, 2017"
    examples = (
        Example({"kernel": 3, "stride": 2, "padding": 1}, ((32, 112, 112),), (32, 56, 56)),
        Example({"kernel": 3, "multiplier": 2, "bias": False}, ((4, 10, 10),), (8, 8, 8)),
        Example({"kernel": 4, "padding": "same"}, ((3, 20),), (3, 20)),
        Example({"kernel": 3, "padding": 1}, ((2, 4, 4, 4),), (2, 4, 4, 4)),
    )

    def maps(self, channels: int) -> int:
        return channels * self.multiplier

    def sizes(self, inputs: Shapes, output: Shape) -> tuple[Formula | None, ...]:
        channels = Formula(times(inputs[0][0], self.multiplier)) if self.multiplier != 1 else None
        return (channels, *super().sizes(inputs, output)[1:])

    def group_count(self, channels: int) -> int:
        return channels

    def label(self, axes: int = 2) -> str:
        return f"{by_sign(self.kernel, axes)} depthwise conv{dilated(self.dilation)}{step(self.stride)}"


def printed(size: Size) -> Size:
    """A setting as an argument: one number where all axes have the same."""
    return size if isinstance(size, int) else compact(size)


def dilated(dilation: Size) -> str:
    return "" if step(dilation) == "" else f", dilation {step(dilation)[3:]}"


def group_mistake(groups: int, channels: int, filters: int = 0) -> ShapeError:
    """The mistake of groups that do not divide the input's channels; filters have to be divided too."""
    help = divisors_near(channels, groups)
    if filters:
        near = listed(nearest_divisors(gcd(channels, filters), groups))
        help = f"{channels} channels and {filters} filters can both be divided by {near}"
    return ShapeError(
        f"{groups} groups do not divide the input's {channels} channels",
        help,
        code="A063",
        setting="groups",
    )


def padded(
    axes: tuple[Axis, ...],
    module: Call,
    support: tuple[str, ...] = (),
    inits: tuple[Init, ...] = (),
) -> Lowered:
    """The module on its input, padded before where the module cannot do it (sides that differ)."""
    if all(axis.padding.before == axis.padding.after for axis in axes):
        return Lowered("{self}({0})", module, {}, support, inits, owned=True)
    values = {"pad": pad_values(axes)}
    return Lowered("{self}(F.pad({0}, {pad}))", module, values, support, inits, owned=True)
