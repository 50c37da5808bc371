"""Normalisation."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from archc.ops.base import (
    AxisField,
    Example,
    Kept,
    Operator,
    Shape,
    ShapeError,
    Shapes,
    Whole,
    attr,
)
from archc.ops.conv import group_mistake
from archc.ops.kinds import BOOL, EPS, NUMBER, POSITIVE, number
from archc.ops.lowering import Arg, Call, Lowered

MOMENTUM = number(least=0)


class Normalisation(Operator):
    """Base of the normalisations with a learned factor and summand for each channel."""

    role = "norm"
    affine: bool

    def weights(self, inputs: Shapes) -> dict[str, Shape]:
        channels = (inputs[0][0],)
        return {"weight": channels, "bias": channels} if self.affine else {}


@dataclass(frozen=True)
class BatchNorm(Normalisation, name="batch_norm", family="normalisation"):
    """Batch normalisation: each channel by its mean and variance over batch and positions."""

    eps: float = attr(EPS, "added to the variance", 1e-5)
    momentum: float = attr(MOMENTUM, "weight of a new batch in the running statistics", 0.1)
    affine: bool = attr(BOOL, "learn a factor and a summand for each channel", True)

    rank = (1, 4)
    source = "Ioffe and Szegedy, Batch normalization, 2015"
    examples = (
        Example({}, ((64, 56, 56),), (64, 56, 56)),
        Example({"eps": 1e-3, "momentum": 0.01}, ((16, 20),), (16, 20)),
        Example({"affine": False}, ((10,),), (10,)),
        Example({}, ((4, 2, 3, 3),), (4, 2, 3, 3)),
    )

    def buffers(self, inputs: Shapes) -> dict[str, Shape]:
        channels = (inputs[0][0],)
        return {"running_mean": channels, "running_var": channels}

    def kept(self, inputs: Shapes, output: Shape) -> Kept:
        return Kept(inputs=(0,), fixed=2 * output[0])  # mean and deviation of each channel

    def lower(self, inputs: Shapes, output: Shape) -> Lowered:
        (shape,) = inputs
        module = Call(
            f"nn.BatchNorm{max(len(shape) - 1, 1)}d",
            (
                Arg("", shape[0]),
                Arg("eps", self.eps, 1e-5),
                Arg("momentum", self.momentum, 0.1),
                Arg("affine", self.affine, True),
            ),
        )
        return Lowered("{self}({0})", module, owned=True)


CHANNEL_LAYER_NORM = '''
class ChannelLayerNorm(nn.LayerNorm):
    """Layer normalisation over the channels at each position of (N, C, …)."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x.movedim(1, -1)).movedim(-1, 1)
'''.lstrip()


@dataclass(frozen=True)
class LayerNorm(Normalisation, name="layer_norm", family="normalisation"):
    """Layer normalisation over the channels at each position."""

    eps: float = attr(EPS, "added to the variance", 1e-5)
    affine: bool = attr(BOOL, "learn a factor and a summand for each channel", True)

    source = "Ba, Kiros and Hinton, Layer normalization, 2016; Liu et al., ConvNeXt, 2022"
    examples = (
        Example({"eps": 1e-6}, ((96, 7, 7),), (96, 7, 7)),
        Example({"affine": False}, ((10,),), (10,)),
        Example({}, ((8, 12),), (8, 12)),
        Example({}, ((4, 2, 3, 3),), (4, 2, 3, 3)),
    )

    def kept(self, inputs: Shapes, output: Shape) -> Kept:
        positions = prod(output[1:])
        working = 2 * positions + prod(output) * (positions > 1)  # channels last, for torch
        return Kept(inputs=(0,), values=2 * positions, working=working)

    def lower(self, inputs: Shapes, output: Shape) -> Lowered:
        (shape,) = inputs
        args = (
            Arg("", shape[0]),
            Arg("eps", self.eps, 1e-5),
            Arg("elementwise_affine", self.affine, True),
        )
        if len(shape) == 1:
            return Lowered("{self}({0})", Call("nn.LayerNorm", args))
        return Lowered("{self}({0})", Call("ChannelLayerNorm", args), support=(CHANNEL_LAYER_NORM,))


@dataclass(frozen=True)
class GroupNorm(Normalisation, name="group_norm", family="normalisation"):
    """Group normalisation: each group of channels by its mean and variance."""

    groups: int = attr(POSITIVE, "number of groups the channels are split into")
    eps: float = attr(EPS, "added to the variance", 1e-5)
    affine: bool = attr(BOOL, "learn a factor and a summand for each channel", True)

    source = "Wu and He, Group normalization, 2018"
    examples = (
        Example({"groups": 32}, ((64, 7, 7),), (64, 7, 7)),
        Example({"groups": 2, "affine": False}, ((8,),), (8,)),
        Example({"groups": 4}, ((8, 5),), (8, 5)),
        Example({"groups": 1}, ((4, 2, 3, 3),), (4, 2, 3, 3)),
    )

    def infer(self, inputs: Shapes) -> Shape:
        (shape,) = inputs
        if shape[0] % self.groups:
            raise group_mistake(self.groups, shape[0])
        if shape[0] == self.groups and all(size == 1 for size in shape[1:]):
            raise one_value("each group")
        return shape

    def field(self, inputs: Shapes, output: Shape) -> tuple[tuple[AxisField, ...], ...]:
        return ((Whole(),) * (len(output) - 1),)

    def label(self, axes: int = 2) -> str:
        return f"group norm, {self.groups} group{'s' * (self.groups != 1)}"

    def kept(self, inputs: Shapes, output: Shape) -> Kept:
        return Kept(inputs=(0,), values=2 * self.groups)

    def lower(self, inputs: Shapes, output: Shape) -> Lowered:
        module = Call(
            "nn.GroupNorm",
            (
                Arg("", self.groups),
                Arg("", inputs[0][0]),
                Arg("eps", self.eps, 1e-5),
                Arg("affine", self.affine, True),
            ),
        )
        return Lowered("{self}({0})", module, owned=True)


@dataclass(frozen=True)
class InstanceNorm(Normalisation, name="instance_norm", family="normalisation"):
    """Instance normalisation: each channel by its mean and variance over the positions."""

    eps: float = attr(EPS, "added to the variance", 1e-5)
    affine: bool = attr(BOOL, "learn a factor and a summand for each channel", False)

    rank = (2, 4)
    source = "Ulyanov, Vedaldi and Lempitsky, Instance normalization, 2016"
    examples = (
        Example({"affine": True}, ((8, 7, 7),), (8, 7, 7)),
        Example({}, ((8, 5),), (8, 5)),
        Example({}, ((4, 2, 3, 3),), (4, 2, 3, 3)),
    )

    def infer(self, inputs: Shapes) -> Shape:
        if all(size == 1 for size in inputs[0][1:]):
            raise one_value("each channel")
        return inputs[0]

    def field(self, inputs: Shapes, output: Shape) -> tuple[tuple[AxisField, ...], ...]:
        return ((Whole(),) * (len(output) - 1),)

    def kept(self, inputs: Shapes, output: Shape) -> Kept:
        """The input, mean and deviation, and the factors, which torch repeats for each sample."""
        return Kept(inputs=(0,), values=(3 if self.affine else 2) * output[0])

    def lower(self, inputs: Shapes, output: Shape) -> Lowered:
        (shape,) = inputs
        module = Call(
            f"nn.InstanceNorm{len(shape) - 1}d",
            (Arg("", shape[0]), Arg("eps", self.eps, 1e-5), Arg("affine", self.affine, False)),
        )
        return Lowered("{self}({0})", module)


def one_value(what: str) -> ShapeError:
    """The mistake of normalising sets of a single number, which are always 0 after it."""
    return ShapeError(
        f"{what} holds a single number here, which normalisation turns into 0",
        "use batch_norm or layer_norm, or normalise before the pool",
        code="A066",
    )


@dataclass(frozen=True)
class LocalResponseNorm(Operator, name="lrn", family="normalisation"):
    """Local response normalisation: x / (k + alpha/size · Σ x²)^beta over neighbouring channels."""

    size: int = attr(POSITIVE, "number of neighbouring channels, the channel itself included", 5)
    alpha: float = attr(
        NUMBER, "weight of the squares; divided by size, as PyTorch and Caffe do", 1e-4
    )
    beta: float = attr(NUMBER, "exponent", 0.75)
    k: float = attr(NUMBER, "constant in the denominator", 1.0)

    rank = (2, 4)
    role = "norm"
    source = "Krizhevsky et al., ImageNet classification with deep CNNs, 2012, section 3.3"
    examples = (
        Example({"size": 5, "alpha": 5e-4, "beta": 0.75, "k": 2}, ((96, 27, 27),), (96, 27, 27)),
        Example({}, ((8, 10),), (8, 10)),
        Example({}, ((8, 2, 3, 3),), (8, 2, 3, 3)),
    )

    def label(self, axes: int = 2) -> str:
        return "local response norm"

    def kept(self, inputs: Shapes, output: Shape) -> Kept:
        """The input, its padded squares, and the denominator before and after the power."""
        padded = (output[0] + self.size - 1) * prod(output[1:])
        return Kept(inputs=(0,), values=padded + 2 * prod(output), working=2 * prod(output))

    def lower(self, inputs: Shapes, output: Shape) -> Lowered:
        module = Call(
            "nn.LocalResponseNorm",
            (
                Arg("", self.size),
                Arg("alpha", self.alpha, 1e-4),
                Arg("beta", self.beta, 0.75),
                Arg("k", self.k, 1.0),
            ),
        )
        if len(output) == 4:  # torch takes a view of volumes, which `permute` may not allow
            return Lowered("{self}(torch.Tensor.contiguous({0}))", module)
        return Lowered("{self}({0})", module)
