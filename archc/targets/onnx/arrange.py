"""Operators that rearrange numbers, or pass them on: the latter become no ONNX node at all."""

from __future__ import annotations

from archc.ops import arrange, dropout, shuffle
from archc.targets.onnx.place import Place
from archc.targets.onnx.rules import rule


@rule(arrange.Identity)
def identity(op: arrange.Identity, at: Place) -> str:
    return at.inputs[0]


@rule(dropout.Dropout)
def drop(op: dropout.Dropout, at: Place) -> str:
    """Evaluation drops nothing."""
    return at.inputs[0]


@rule(dropout.DropPath)
def drop_path(op: dropout.DropPath, at: Place) -> str:
    """Evaluation drops nothing."""
    return at.inputs[0]


@rule(arrange.Flatten)
def flatten(op: arrange.Flatten, at: Place) -> str:
    return at.result("Flatten", *at.inputs, axis=1)


@rule(arrange.Reshape)
def reshape(op: arrange.Reshape, at: Place) -> str:
    return at.result("Reshape", *at.inputs, at.whole("shape", (0, *at.shape)))


@rule(arrange.Permute)
def permute(op: arrange.Permute, at: Place) -> str:
    return at.result("Transpose", *at.inputs, perm=(0, *(axis + 1 for axis in op.order)))


@rule(arrange.Slice)
def part(op: arrange.Slice, at: Place) -> str:
    ranges = [op.channels, *(op.positions or ())]
    cuts = {axis: taken for axis, taken in enumerate(ranges, 1) if taken is not None}
    starts, stops = zip(*cuts.values(), strict=True)
    return sliced(at, starts, stops, tuple(cuts))


def sliced(
    at: Place, starts: tuple[int, ...], stops: tuple[int, ...], axes: tuple[int, ...]
) -> str:
    """The first input from ``starts`` to before ``stops`` along ``axes``; axis 0 is the batch."""
    bounds = (at.whole("starts", starts), at.whole("stops", stops), at.whole("axes", axes))
    return at.result("Slice", at.inputs[0], *bounds)


@rule(shuffle.ChannelShuffle)
def channel_shuffle(op: shuffle.ChannelShuffle, at: Place) -> str:
    channels, *rest = at.shape
    each = channels // op.groups
    grouped = at.reshaped("groups", at.inputs[0], (op.groups, each, *rest))
    order = (0, 2, 1, *range(3, 3 + len(rest)))
    shuffled = at.step("shuffled", "Transpose", grouped, perm=order)
    return at.result("Reshape", shuffled, at.whole("shape", (0, *at.shape)))


@rule(shuffle.PixelShuffle)
def pixel_shuffle(op: shuffle.PixelShuffle, at: Place) -> str:
    return at.result("DepthToSpace", *at.inputs, blocksize=op.factor, mode="CRD")
