"""Fully connected layers."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from archc.ops.base import AxisField, Example, Operator, Shape, Shapes, Whole, attr
from archc.ops.formula import Formula, affine, times
from archc.ops.init import INIT, Start
from archc.ops.kinds import BOOL, POSITIVE
from archc.ops.lowering import Arg, Call, Lowered


def flattened(shape: Shape) -> str:
    """The input as a vector, in a lowering's template."""
    return "{0}" if len(shape) == 1 else "torch.flatten({0}, 1)"


@dataclass(frozen=True)
class FullyConnected(Operator, name="fc", family="fully_connected"):
    """Fully connected layer: every unit reads every number of its (flattened) input."""

    units: int = attr(POSITIVE, "number of outputs")
    bias: bool = attr(BOOL, "add a learned number to each output", True)
    init: Start | None = attr(INIT, "how the weights start", None)

    weighted = True
    source = "LeCun et al., Gradient-based learning applied to document recognition, 1998"
    examples = (
        Example({"units": 4096}, ((256, 6, 6),), (4096,)),
        Example({"units": 10, "bias": False}, ((84,),), (10,)),
        Example({"units": 3, "init": "xavier_uniform"}, ((4, 5),), (3,)),
        Example({"units": 3}, ((2, 2, 2, 2),), (3,)),
    )

    def infer(self, inputs: Shapes) -> Shape:
        return (self.units,)

    def weights(self, inputs: Shapes) -> dict[str, Shape]:
        shapes: dict[str, Shape] = {"weight": (self.units, prod(inputs[0]))}
        if self.bias:
            shapes["bias"] = (self.units,)
        return shapes

    def sizes(self, inputs: Shapes, output: Shape) -> tuple[Formula | None, ...]:
        return (Formula(self.units, "the units"),)

    def weight_sum(self, inputs: Shapes) -> Formula | None:
        return Formula(affine(times(*inputs[0]), self.units, self.bias))

    def mac_sum(self, inputs: Shapes, output: Shape) -> Formula | None:
        return Formula(times(*inputs[0], self.units))

    def macs(self, inputs: Shapes, output: Shape) -> int:
        return self.units * prod(inputs[0])

    def field(self, inputs: Shapes, output: Shape) -> tuple[tuple[AxisField, ...], ...]:
        return ((Whole(),) * (len(inputs[0]) - 1),)

    def label(self, axes: int = 2) -> str:
        return f"fc {self.units}"

    def lower(self, inputs: Shapes, output: Shape) -> Lowered:
        features = prod(inputs[0])
        module = Call(
            "nn.Linear", (Arg("", features), Arg("", self.units), Arg("bias", self.bias, True))
        )
        inits = () if self.init is None else self.init.inits(features, self.bias)
        return Lowered(f"{{self}}({flattened(inputs[0])})", module, init=inits, owned=True)
