"""Operators that passes put into a graph; no spec can name them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from archc.ops.base import Operator, Shape, Shapes
from archc.ops.conv import Convolution
from archc.ops.lowering import Arg, Call, Lowered

WORDS = {"relu": "ReLU", "relu6": "ReLU6", "silu": "SiLU"}
FUSED_CONV2D = '''
class FusedConv2d(nn.Conv2d):
    """A convolution with a summand and an activation: for float32 inference on a CPU one oneDNN kernel.

    That kernel keeps a copy of the weight in the layout it likes best for maps of this size, of
    one sample or of several. A change of the weight that goes round PyTorch's versions, through
    ``.data`` or numpy, it does not see.
    """

    packed: tuple[Tensor, tuple[int, ...], Tensor] | None = None

    def forward(
        self, x: Tensor, add: Tensor | None = None, act: str | None = None
    ) -> Tensor:
        if self.fits(x):
            return self.one_kernel(x, add, act)
        x = super().forward(x)
        if add is not None:
            x = x + add
        return getattr(F, act)(x, inplace=True) if act else x

    def fits(self, x: Tensor) -> bool:
        if torch.is_grad_enabled() or torch.is_autocast_enabled("cpu"):
            return False
        if torch.compiler.is_compiling() or torch.jit.is_tracing():
            return False
        if x.ndim != 4 or x.shape[1] != self.in_channels:
            return False
        on_cpu, types = x.is_cpu and self.weight.is_cpu, {x.dtype, self.weight.dtype}
        known = torch.backends.mkldnn.is_available()
        return known and on_cpu and types == {torch.float32}

    def one_kernel(self, x: Tensor, add: Tensor | None, act: str | None) -> Tensor:
        names = {None: "none", "relu6": "hardtanh", "silu": "swish"}
        kernel, scalars = names.get(act, act), [0.0, 6.0] if act == "relu6" else []
        steps = (self.padding, self.stride, self.dilation, self.groups)
        function = torch.ops.mkldnn._convolution_pointwise
        weight = self.in_its_layout(x)
        if add is None:
            return function(x, weight, self.bias, *steps, kernel, scalars, "")
        kernel = kernel if act else None
        return function.binary(
            x, add, weight, self.bias, *steps, "add", 1, kernel, scalars, ""
        )

    def in_its_layout(self, x: Tensor) -> Tensor:
        if self.weight.is_inference():  # a change of it would go unseen
            return self.laid_out(x)
        key = (self.weight._version, len(x) > 1, *x.shape[1:])
        if (
            self.packed is None
            or self.packed[0] is not self.weight
            or self.packed[1] != key
        ):
            self.packed = (self.weight, key, self.laid_out(x))
        return self.packed[2]

    def laid_out(self, x: Tensor) -> Tensor:
        steps = (self.padding, self.stride, self.dilation, self.groups)
        return torch._C._nn.mkldnn_reorder_conv2d_weight(
            self.weight.detach().to_mkldnn(), *steps, list(x.shape)
        )

    def __getstate__(self) -> dict[str, object]:
        return {**self.__dict__, "packed": None}
'''.lstrip()


@dataclass(frozen=True)
class FusedConv(Operator, family="convolution"):
    """A 2-D convolution; what is added to its result, if it reads a second input; an activation."""

    conv: Convolution
    act: str = ""  # as torch.nn.functional calls it
    adds: bool = False  # its second input

    name = "fused_conv"
    weighted = True
    arity = (1, 2)

    def infer(self, inputs: Shapes) -> Shape:
        return self.conv.infer(inputs[:1])

    def weights(self, inputs: Shapes) -> dict[str, Shape]:
        return self.conv.weights(inputs[:1])

    def macs(self, inputs: Shapes, output: Shape) -> int:
        return self.conv.macs(inputs[:1], output)

    def label(self, axes: int = 2) -> str:
        steps = (self.conv.label(axes), "add" if self.adds else "", WORDS.get(self.act, ""))
        return ", ".join(filter(None, steps))

    def lower(self, inputs: Shapes, output: Shape) -> Lowered:
        plain = self.conv.lower(inputs[:1], output)
        call = Call("FusedConv2d", plain.module.args if plain.module else ())
        more = ", add={1}" if self.adds else ""
        more += f', act="{self.act}"' if self.act else ""
        forward = f"{plain.forward.removesuffix(')')}{more})"
        owned = not self.act  # where it trains, the activation's derivative reads the result
        support = (FUSED_CONV2D,)
        return replace(plain, forward=forward, module=call, support=support, init=(), owned=owned)


CHANNEL_CLAMP = '''
class ChannelClamp(nn.Module):
    """Clamps each channel to bounds of its own."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.register_buffer("low", torch.zeros(channels, 1, 1))
        self.register_buffer("high", torch.zeros(channels, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        return torch.clamp(x, self.low, self.high)
'''.lstrip()


@dataclass(frozen=True)
class ChannelClamp(Operator, family="activation"):
    """Each channel of maps clamped to bounds of its own: batch norm and ReLU before a convolution."""

    name = "channel_clamp"

    def buffers(self, inputs: Shapes) -> dict[str, Shape]:
        bounds = (inputs[0][0], 1, 1)
        return {"low": bounds, "high": bounds}

    def lower(self, inputs: Shapes, output: Shape) -> Lowered:
        module = Call("ChannelClamp", (Arg("", inputs[0][0]),))
        return Lowered("{self}({0})", module, support=(CHANNEL_CLAMP,))


@dataclass(frozen=True)
class ChannelsLast(Operator, family="shape"):
    """The same maps with the channels of a position side by side in memory."""

    name = "channels_last"

    def lower(self, inputs: Shapes, output: Shape) -> Lowered:
        return Lowered("{0}.contiguous(memory_format=torch.channels_last)")


@dataclass(frozen=True)
class InPlace(Operator, family="activation"):
    """An activation that writes its result over its input."""

    act: Operator

    name = "in_place"
    role = "act"
    view = True

    def label(self, axes: int = 2) -> str:
        return f"{self.act.label(axes)}, in place"

    def lower(self, inputs: Shapes, output: Shape) -> Lowered:
        plain = self.act.lower(inputs, output)
        return replace(plain, forward=f"{plain.forward.removesuffix(')')}, inplace=True)")
