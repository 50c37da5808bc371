"""Dropout, of numbers and of whole branches; both pass their input on in evaluation."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from archc.ops.activation import anywhere
from archc.ops.base import Kept, Operator, Shape, Shapes, attr
from archc.ops.kinds import RATE
from archc.ops.lowering import Arg, Call, Lowered


class Dropping(Operator):
    """Base of both: a rate of 0 drops nothing in training either."""

    view = True
    rate: float

    def is_view(self, training: bool) -> bool:
        return not training or self.rate == 0


@dataclass(frozen=True)
class Dropout(Dropping, name="dropout", family="dropout"):
    """Dropout: in training sets numbers to 0 at random and scales the rest by 1 / (1 − rate)."""

    rate: float = attr(RATE, "share of the numbers that is dropped", 0.5)

    source = (
        "Srivastava et al., Dropout: a simple way to prevent neural networks from overfitting, 2014"
    )
    examples = anywhere(rate=0.2)

    def label(self, axes: int = 2) -> str:
        return f"dropout {self.rate * 100:g} %"

    def kept(self, inputs: Shapes, output: Shape) -> Kept:
        """The mask, by which the gradient is multiplied; of the values' type on a CPU, bytes on a GPU."""
        return Kept(values=prod(output) if self.rate else 0)

    def lower(self, inputs: Shapes, output: Shape) -> Lowered:
        return Lowered("{self}({0})", Call("nn.Dropout", (Arg("p", self.rate, 0.5),)))


DROP_PATH = '''
class DropPath(nn.Module):
    """Stochastic depth: in training, zeroes whole samples with probability ``rate``.

    The samples that stay are scaled by 1 / (1 - rate) (Huang et al. 2016).
    """

    def __init__(self, rate: float) -> None:
        super().__init__()
        self.rate = rate

    def forward(self, x: Tensor) -> Tensor:
        if not self.training or self.rate == 0:
            return x
        keep = 1 - self.rate
        stays = torch.rand(x.shape[0], *[1] * (x.ndim - 1), device=x.device) < keep
        return x * stays / keep

    def extra_repr(self) -> str:
        return f"rate={self.rate}"
'''.lstrip()


@dataclass(frozen=True)
class DropPath(Dropping, name="drop_path", family="dropout"):
    """Stochastic depth: in training drops the whole branch of a sample, and scales what stays."""

    rate: float = attr(RATE, "share of the samples whose branch is dropped")

    source = "Huang et al., Deep networks with stochastic depth, 2016"
    examples = tuple(example._replace(settings={"rate": 0.2}) for example in anywhere(rate=0.2))

    def label(self, axes: int = 2) -> str:
        return f"drop path {self.rate * 100:g} %"

    def kept(self, inputs: Shapes, output: Shape) -> Kept:
        return Kept(bytes=1, working=prod(output)) if self.rate else Kept()

    def lower(self, inputs: Shapes, output: Shape) -> Lowered:
        module = Call("DropPath", (Arg("", self.rate),))
        return Lowered("{self}({0})", module, support=(DROP_PATH,))
