"""Convolutions. ONNX pads each side by itself, so padding that differs needs no node of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archc.ops import conv, conv_transpose
from archc.ops.numbers import per_axis
from archc.ops.windows import Axis
from archc.targets.onnx.place import Place, Setting
from archc.targets.onnx.rules import rule

if TYPE_CHECKING:
    from torch import Tensor


def both_ends(axes: tuple[Axis, ...]) -> tuple[int, ...]:
    """Padding as ONNX has it: before each axis, then after each."""
    return (
        *(axis.padding.before for axis in axes),
        *(axis.padding.after for axis in axes),
    )


def window_settings(axes: tuple[Axis, ...]) -> dict[str, Setting]:
    """Kernel, stride and dilation; padding is left to the caller."""
    return {
        "kernel_shape": tuple(axis.kernel for axis in axes),
        "strides": tuple(axis.stride for axis in axes),
        "dilations": tuple(axis.dilation for axis in axes),
    }


def convolved(op: conv.Convolution, at: Place, weight: str) -> str:
    axes = op.windows(at.shapes[0])
    bias = (at.tensor("bias"),) if op.bias else ()
    settings = window_settings(axes) | {"pads": both_ends(axes)}
    groups = op.group_count(at.shapes[0][0])
    return at.result("Conv", at.inputs[0], weight, *bias, group=groups, **settings)


@rule(conv.Conv)
def convolution(op: conv.Conv, at: Place) -> str:
    if op.connections is None:
        return convolved(op, at, at.tensor("weight"))
    return convolved(op, at, at.replaced("weight", full_kernel(op, at)))


@rule(conv.DepthwiseConv)
def depthwise(op: conv.DepthwiseConv, at: Place) -> str:
    return convolved(op, at, at.tensor("weight"))


def full_kernel(op: conv.Conv, at: Place) -> Tensor:
    """LeNet-5's kernels, one for each connection, with zeros where a filter does not read a map."""
    kernels = at.sheet.state[at.state_name("weight")].detach()
    full = kernels.new_zeros((op.filters, at.shapes[0][0], *kernels.shape[1:]))
    rows = op.connections or ()
    pairs = ((maps, source) for maps, row in enumerate(rows) for source in row)
    for kernel, (maps, source) in zip(kernels, pairs, strict=True):
        full[maps, source] = kernel
    return full


@rule(conv_transpose.ConvTranspose)
def transposed(op: conv_transpose.ConvTranspose, at: Place) -> str:
    names = ("kernel", "stride", "padding", "output_padding", "dilation")
    kernel, stride, padding, extra, dilation = (
        per_axis(getattr(op, name), at.axes, name) for name in names
    )
    weights = [at.tensor("weight"), *([at.tensor("bias")] if op.bias else [])]
    return at.result(
        "ConvTranspose",
        at.inputs[0],
        *weights,
        kernel_shape=kernel,
        strides=stride,
        pads=padding * 2,
        output_padding=extra,
        dilations=dilation,
        group=op.groups,
    )
