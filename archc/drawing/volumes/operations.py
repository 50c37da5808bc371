"""What the arrows of a U stand for, in words and colours."""

from __future__ import annotations

from typing import NamedTuple

from archc.analysis.words import plain
from archc.drawing.palette import Kind, Theme, contrast, mixed
from archc.drawing.volumes.labels import by_axes, following
from archc.drawing.volumes.tensors import Tensor
from archc.ops.conv import Conv
from archc.ops.conv_transpose import ConvTranspose
from archc.ops.pool import Pool
from archc.ops.windows import by_sign

POOLS = {"max_pool": "max pooling", "avg_pool": "average pooling"}
RESULTS: dict[Kind, str] = {
    "convolution": "convolved",
    "pooling": "pooled",
    "merge": "sum",
    "fully_connected": "1×1 convolved",
    "folded": "result of a block",
    "shape": "rearranged",
}


class Operation(NamedTuple):
    words: str
    color: str


def look(tensor: Tensor) -> Kind:
    """The colours of a tensor: a 1×1 convolution is a fully connected layer for each place."""
    if tensor.kind == "convolution" and _pointwise(tensor):
        return "fully_connected"
    return tensor.kind


def operation(tensor: Tensor, theme: Theme) -> Operation:
    """How a tensor comes from the one before it."""
    after = "".join(f", {word}" for word in following(tensor) if word != "dropout")
    return Operation(_words(tensor) + after, line_color(look(tensor), theme))


def raised(ups: tuple[Tensor, ...], theme: Theme) -> Operation:
    """How a level is made as large as the one above; ``ups`` has the last step first."""
    words = " and ".join(dict.fromkeys(_words(tensor) for tensor in reversed(ups)))
    return Operation(words, theme.shortcut)


def enlarged(ups: tuple[Tensor, ...]) -> str:
    """What such a tensor is called."""
    deconvolved = any(isinstance(tensor.node.op, ConvTranspose) for tensor in ups)
    return "up-convolved" if deconvolved else "upsampled"


def copied(cropped: bool, theme: Theme) -> Operation:
    words = "copy and crop" if cropped else "copy"
    return Operation(words, mixed(theme.edge, theme.paper, 0.35))


def line_color(kind: Kind, theme: Theme) -> str:
    """A family's colour that is seen best as a thin line."""
    colour = theme.families[kind]
    return max((colour.stroke, colour.fill), key=lambda each: contrast(each, theme.paper))


def _pointwise(tensor: Tensor) -> bool:
    op = tensor.node.op
    return isinstance(op, Conv) and set(by_sign(op.kernel).split("×")) == {"1"}


def _words(tensor: Tensor) -> str:
    op, axes = tensor.node.op, len(tensor.shape) - 1
    if tensor.kind == "folded":
        return plain(tensor.block.replace("_", " "))
    if isinstance(op, ConvTranspose):
        return f"{by_axes(op.kernel, axes)} up-convolution"
    if isinstance(op, Conv):
        return f"{by_axes(op.kernel, axes)} convolution"
    if isinstance(op, Pool):
        return f"{by_axes(op.kernel, axes)} {POOLS.get(op.name, 'pooling')}"
    return plain(op.label())
