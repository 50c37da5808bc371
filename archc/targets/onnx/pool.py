"""Pooling. Rounding up becomes padding at the end, where no two runtimes agree on ONNX's ``ceil_mode``."""

from __future__ import annotations

from math import inf

from archc.ops import pool
from archc.ops.windows import Axis, Sides
from archc.targets.onnx.conv import both_ends, window_settings
from archc.targets.onnx.place import Place
from archc.targets.onnx.rules import rule


def overhanging(axes: tuple[Axis, ...]) -> tuple[Axis, ...]:
    """The axes with as much padding at the end as the last window reaches."""
    found = []
    for axis in axes:
        before, after = axis.padding
        reach = (axis.output - 1) * axis.stride + axis.reach - axis.size - before
        found.append(axis._replace(padding=Sides(before, max(after, reach))))
    return tuple(found)


def padded(at: Place, axes: tuple[Axis, ...], value: float) -> str:
    """The input with its padding around it, as a node of its own."""
    rank = len(axes)
    ends = both_ends(axes)
    pads = (0, 0, *ends[:rank], 0, 0, *ends[rank:])
    return at.step("pad", "Pad", *at.inputs, at.whole("pads", pads), at.number("value", value))


@rule(pool.MaxPool)
def max_pool(op: pool.MaxPool, at: Place) -> str:
    axes = overhanging(op.windows(at.shapes[0]))
    settings = window_settings(axes)
    if all(max(axis.padding) < axis.kernel for axis in axes):
        return at.result("MaxPool", *at.inputs, pads=both_ends(axes), **settings)
    return at.result(
        "MaxPool", padded(at, axes, -inf), **settings
    )  # runtimes pad by less than a kernel


@rule(pool.AvgPool)
def avg_pool(op: pool.AvgPool, at: Place) -> str:
    """Padding that counts in the mean stands around the input; what overhangs never counts."""
    axes = op.windows(at.shapes[0])
    counted = op.count_include_pad and op.padding != "same"
    ends = overhanging(axes)
    settings = window_settings(axes)
    del settings["dilations"]
    if counted and ends != axes and any(sum(axis.padding) for axis in axes):
        x = padded(at, axes, 0)
        rest = tuple(
            end._replace(padding=Sides(0, end.padding.after - axis.padding.after))
            for axis, end in zip(axes, ends, strict=True)
        )
        return at.result("AveragePool", x, pads=both_ends(rest), count_include_pad=0, **settings)
    include = int(counted and ends == axes)
    return at.result(
        "AveragePool", *at.inputs, pads=both_ends(ends), count_include_pad=include, **settings
    )
