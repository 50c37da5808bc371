"""Activation functions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import prod
from typing import Any, ClassVar

from archc.ops.base import Example, Kept, Operator, Shape, Shapes, attr
from archc.ops.kinds import BOOL, NUMBER, choice
from archc.ops.lowering import Arg, Call, Lowered


def anywhere(**settings: Any) -> tuple[Example, ...]:
    """Examples of an operator that keeps any shape: of a vector, a signal, maps, a volume."""
    shapes: tuple[Shape, ...] = ((10,), (8, 20), (8, 5, 5), (4, 2, 3, 3))
    return tuple(Example(settings if shape[1:] else {}, (shape,), shape) for shape in shapes)


class Activation(Operator):
    """Base of activations: a function of torch's, applied number by number."""

    role = "act"
    words: ClassVar[str]
    torch: ClassVar[str]  # the call, as a lowering's template
    in_place: ClassVar[str] = ""  # over its input, where numbers and gradients stay the same bits
    copies: ClassVar[bool] = False  # then autograd copies the input first: its derivative reads it

    def values(self) -> Mapping[str, Any]:
        """What the template's fields stand for."""
        return {}

    def label(self, axes: int = 2) -> str:
        return self.words

    def lower(self, inputs: Shapes, output: Shape) -> Lowered:
        return Lowered(self.torch, values=self.values(), in_place=self.in_place, copies=self.copies)


@dataclass(frozen=True)
class ReLU(Activation, name="relu", family="activation"):
    """Rectified linear unit: max(0, x)."""

    words = "ReLU"
    torch = "F.relu({0})"
    in_place = "F.relu({0}, inplace=True)"
    keeps = "output"
    source = "Nair and Hinton, Rectified linear units improve restricted Boltzmann machines, 2010"
    examples = anywhere()


@dataclass(frozen=True)
class ReLU6(Activation, name="relu6", family="activation"):
    """Rectified linear unit capped at 6: min(max(0, x), 6)."""

    words = "ReLU6"
    torch = "F.relu6({0})"
    in_place = "F.relu6({0}, inplace=True)"
    copies = True
    source = "Howard et al., MobileNets, 2017"
    examples = anywhere()


@dataclass(frozen=True)
class LeakyReLU(Activation, name="leaky_relu", family="activation"):
    """Leaky rectified linear unit: x above 0, slope · x below."""

    slope: float = attr(NUMBER, "slope below 0", 0.01)

    words = "leaky ReLU"
    torch = "F.leaky_relu({0}, {slope})"
    in_place = "F.leaky_relu({0}, {slope}, inplace=True)"
    source = "Maas, Hannun and Ng, Rectifier nonlinearities improve acoustic models, 2013"
    examples = anywhere(slope=0.2)

    def values(self) -> Mapping[str, Any]:
        return {"slope": self.slope}

    def lower(self, inputs: Shapes, output: Shape) -> Lowered:
        lowered = super().lower(inputs, output)
        if self.slope < 0:  # the sign of the result does not tell the derivative that of the input
            return replace(lowered, in_place="")
        return lowered


@dataclass(frozen=True)
class PReLU(Activation, name="prelu", family="activation"):
    """Parametric rectified linear unit: x above 0, a learned slope times x below."""

    per_channel: bool = attr(BOOL, "learn a slope for each channel, not one for all", False)
    start: float = attr(NUMBER, "slope at the start", 0.25)

    words = "PReLU"
    source = "He et al., Delving deep into rectifiers, 2015"
    examples = anywhere(per_channel=True)

    def weights(self, inputs: Shapes) -> dict[str, Shape]:
        return {"weight": (inputs[0][0] if self.per_channel else 1,)}

    def lower(self, inputs: Shapes, output: Shape) -> Lowered:
        slopes = inputs[0][0] if self.per_channel else 1
        args = (Arg("num_parameters", slopes, 1), Arg("init", self.start, 0.25))
        return Lowered("{self}({0})", Call("nn.PReLU", args))


@dataclass(frozen=True)
class ELU(Activation, name="elu", family="activation"):
    """Exponential linear unit: x above 0, alpha · (eˣ − 1) below."""

    alpha: float = attr(NUMBER, "minus the limit far below 0", 1.0)

    words = "ELU"
    torch = "F.elu({0}, {alpha})"
    source = "Clevert, Unterthiner and Hochreiter, Exponential linear units, 2016"
    examples = anywhere(alpha=0.5)

    def values(self) -> Mapping[str, Any]:
        return {"alpha": self.alpha}


@dataclass(frozen=True)
class SELU(Activation, name="selu", family="activation"):
    """Scaled exponential linear unit, whose constants keep mean 0 and variance 1."""

    words = "SELU"
    torch = "F.selu({0})"
    source = "Klambauer et al., Self-normalizing neural networks, 2017"
    examples = anywhere()


@dataclass(frozen=True)
class GELU(Activation, name="gelu", family="activation"):
    """Gaussian error linear unit: x · Φ(x)."""

    approximate: str = attr(choice("none", "tanh"), "exact, or by a tanh", "none")

    words = "GELU"
    source = "Hendrycks and Gimpel, Gaussian error linear units, 2016"
    examples = anywhere(approximate="tanh")

    def lower(self, inputs: Shapes, output: Shape) -> Lowered:
        exact = self.approximate == "none"
        return Lowered("F.gelu({0})" if exact else 'F.gelu({0}, approximate="tanh")')


@dataclass(frozen=True)
class SiLU(Activation, name="silu", family="activation"):
    """Sigmoid linear unit, also called Swish: x · σ(x)."""

    words = "SiLU"
    torch = "F.silu({0})"
    in_place = "F.silu({0}, inplace=True)"
    copies = True
    source = "Elfwing, Uchibe and Doya, Sigmoid-weighted linear units, 2017"
    examples = anywhere()


@dataclass(frozen=True)
class Mish(Activation, name="mish", family="activation"):
    """Mish: x · tanh(ln(1 + eˣ))."""

    words = "Mish"
    torch = "F.mish({0})"
    in_place = "F.mish({0}, inplace=True)"
    copies = True
    source = "Misra, Mish: a self regularized non-monotonic activation function, 2019"
    examples = anywhere()


@dataclass(frozen=True)
class Tanh(Activation, name="tanh", family="activation"):
    """Hyperbolic tangent; scaled, it is LeCun's 1.7159 · tanh(2x/3)."""

    scaled: bool = attr(BOOL, "LeCun's squashing function, which maps ±1 to ±1", False)

    source = (
        "LeCun et al., Gradient-based learning applied to document recognition, 1998, appendix A"
    )
    examples = anywhere(scaled=True)

    def label(self, axes: int = 2) -> str:
        return "scaled tanh" if self.scaled else "tanh"

    def kept(self, inputs: Shapes, output: Shape) -> Kept:
        numbers = prod(output)  # scaled, the tanh itself is neither the input nor the result
        return Kept(values=numbers, working=numbers) if self.scaled else Kept(output=True)

    def lower(self, inputs: Shapes, output: Shape) -> Lowered:
        return Lowered("1.7159 * torch.tanh(2 / 3 * {0})" if self.scaled else "torch.tanh({0})")


@dataclass(frozen=True)
class Sigmoid(Activation, name="sigmoid", family="activation"):
    """Logistic sigmoid: 1 / (1 + e⁻ˣ)."""

    words = "sigmoid"
    torch = "torch.sigmoid({0})"
    keeps = "output"
    source = (
        "Rumelhart, Hinton and Williams, Learning representations by back-propagating errors, 1986"
    )
    examples = anywhere()


@dataclass(frozen=True)
class HardSigmoid(Activation, name="hard_sigmoid", family="activation"):
    """Sigmoid in straight lines: min(max(0, x + 3), 6) / 6."""

    words = "hard sigmoid"
    torch = "F.hardsigmoid({0})"
    in_place = "F.hardsigmoid({0}, inplace=True)"
    copies = True
    source = "Howard et al., Searching for MobileNetV3, 2019"
    examples = anywhere()


@dataclass(frozen=True)
class HardSwish(Activation, name="hard_swish", family="activation"):
    """Swish with a sigmoid in straight lines: x · min(max(0, x + 3), 6) / 6."""

    words = "hard swish"
    torch = "F.hardswish({0})"
    in_place = "F.hardswish({0}, inplace=True)"
    copies = True
    source = "Howard et al., Searching for MobileNetV3, 2019"
    examples = anywhere()


@dataclass(frozen=True)
class Softmax(Activation, name="softmax", family="activation"):
    """Softmax over the channels: positive numbers that sum to 1, at each position."""

    words = "softmax"
    torch = "F.softmax({0}, dim=1)"
    keeps = "output"
    source = "Bridle, Probabilistic interpretation of feedforward classification outputs, 1990"
    examples = anywhere()


@dataclass(frozen=True)
class LogSoftmax(Activation, name="log_softmax", family="activation"):
    """The logarithm of the softmax over the channels."""

    words = "log softmax"
    torch = "F.log_softmax({0}, dim=1)"
    keeps = "output"
    source = "Bridle, Probabilistic interpretation of feedforward classification outputs, 1990"
    examples = anywhere()
