"""A learned factor for each channel."""

from __future__ import annotations

from dataclasses import dataclass

from archc.ops.activation import anywhere
from archc.ops.base import Operator, Shape, Shapes, attr
from archc.ops.kinds import BOOL, NUMBER
from archc.ops.lowering import Arg, Call, Lowered

SCALE = '''
class Scale(nn.Module):
    """A learned factor and, with ``bias``, a learned summand for each channel."""

    def __init__(self, channels: int, bias: bool = False, start: float = 1.0) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.full((channels,), float(start)))
        self.bias = nn.Parameter(torch.zeros(channels)) if bias else None

    def forward(self, x: Tensor) -> Tensor:
        shape = (-1, *[1] * (x.ndim - 2))
        x = x * self.weight.view(shape)
        return x if self.bias is None else x + self.bias.view(shape)

    def extra_repr(self) -> str:
        return f"{len(self.weight)}, bias={self.bias is not None}"
'''.lstrip()


@dataclass(frozen=True)
class Scale(Operator, name="scale", family="normalisation"):
    """A learned factor for each channel and, if wanted, a learned summand."""

    bias: bool = attr(BOOL, "add a learned number to each channel", False)
    start: float = attr(NUMBER, "factor at the start", 1.0)

    source = "LeCun et al., 1998 (S2 of LeNet-5); Touvron et al., 2021 (LayerScale)"
    examples = anywhere(bias=True, start=0.5)

    def weights(self, inputs: Shapes) -> dict[str, Shape]:
        channels = (inputs[0][0],)
        return {"weight": channels, "bias": channels} if self.bias else {"weight": channels}

    def lower(self, inputs: Shapes, output: Shape) -> Lowered:
        args = (Arg("", inputs[0][0]), Arg("bias", self.bias, False), Arg("start", self.start, 1.0))
        return Lowered("{self}({0})", Call("Scale", args), support=(SCALE,))
