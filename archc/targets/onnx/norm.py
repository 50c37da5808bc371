"""Normalisation."""

from __future__ import annotations

from archc.ops import norm, scale
from archc.targets.onnx.place import Place
from archc.targets.onnx.rules import rule


def factors(op: norm.Normalisation, at: Place) -> tuple[str, str]:
    """The learned factor and summand, one for each channel, or ones and zeros."""
    if op.affine:
        return at.tensor("weight"), at.tensor("bias")
    channels = at.shape[0]
    return at.numbers("ones", [1] * channels), at.numbers("zeros", [0] * channels)


@rule(norm.BatchNorm)
def batch_norm(op: norm.BatchNorm, at: Place) -> str:
    statistics = at.tensor("running_mean"), at.tensor("running_var")
    return at.result(
        "BatchNormalization", *at.inputs, *factors(op, at), *statistics, epsilon=float(op.eps)
    )


@rule(norm.LayerNorm)
def layer_norm(op: norm.LayerNorm, at: Place) -> str:
    """ONNX normalises the last axes, so the channels go there and come back."""
    (x,) = at.inputs
    eps = float(op.eps)
    if at.axes == 0:
        return at.result("LayerNormalization", x, *factors(op, at), axis=-1, epsilon=eps)
    rank = at.axes + 2
    last = at.step("last", "Transpose", x, perm=(0, *range(2, rank), 1))
    normed = at.step("norm", "LayerNormalization", last, *factors(op, at), axis=-1, epsilon=eps)
    return at.result("Transpose", normed, perm=(0, rank - 1, *range(1, rank - 1)))


@rule(norm.GroupNorm)
def group_norm(op: norm.GroupNorm, at: Place) -> str:
    """Each group as one channel of an instance norm: GroupNormalization of opset 18 was withdrawn."""
    grouped = at.reshaped("groups", at.inputs[0], (op.groups, -1))
    units = at.numbers("ones", [1] * op.groups), at.numbers("zeros", [0] * op.groups)
    normed = at.step("norm", "InstanceNormalization", grouped, *units, epsilon=float(op.eps))
    if not op.affine:
        return at.result("Reshape", normed, at.whole("shape", (0, *at.shape)))
    maps = at.reshaped("maps", normed, at.shape)
    scaled = at.step("scaled", "Mul", maps, at.per_channel("weight"))
    return at.result("Add", scaled, at.per_channel("bias"))


@rule(norm.InstanceNorm)
def instance_norm(op: norm.InstanceNorm, at: Place) -> str:
    return at.result("InstanceNormalization", *at.inputs, *factors(op, at), epsilon=float(op.eps))


@rule(scale.Scale)
def scaled(op: scale.Scale, at: Place) -> str:
    if not op.bias:
        return at.result("Mul", *at.inputs, at.per_channel("weight"))
    product = at.step("scaled", "Mul", *at.inputs, at.per_channel("weight"))
    return at.result("Add", product, at.per_channel("bias"))


@rule(norm.LocalResponseNorm)
def local_response_norm(op: norm.LocalResponseNorm, at: Place) -> str:
    """ONNX Runtime has LRN for maps of two axes, with an odd number of neighbours."""
    plain = op.size % 2 == 1 and op.alpha > 0 and op.beta > 0
    settings = {"size": op.size, "alpha": float(op.alpha), "beta": float(op.beta)}
    (x,) = at.inputs
    if not plain:
        return written_out(op, at)
    if at.axes == 2:
        return at.result("LRN", x, **settings, bias=float(op.k))
    maps = at.reshaped("maps", x, (at.shape[0], at.shape[1], -1))
    normed = at.step("norm", "LRN", maps, **settings, bias=float(op.k))
    return at.result("Reshape", normed, at.whole("shape", (0, *at.shape)))


def written_out(op: norm.LocalResponseNorm, at: Place) -> str:
    """x / (k + alpha · mean of the neighbours' squares)^beta; an even window has more before."""
    (x,) = at.inputs
    squares = at.reshaped("maps", at.step("squares", "Mul", x, x), (1, at.shape[0], -1))
    mean = at.step(
        "mean",
        "AveragePool",
        squares,
        kernel_shape=(op.size, 1),
        strides=(1, 1),
        pads=(op.size // 2, 0, (op.size - 1) // 2, 0),
        count_include_pad=1,
    )
    share = at.step("share", "Mul", mean, at.number("alpha", op.alpha))
    base = at.step("base", "Add", share, at.number("k", op.k))
    power = at.step("power", "Pow", base, at.number("beta", op.beta))
    return at.result("Div", x, at.reshaped("factor", power, at.shape))
