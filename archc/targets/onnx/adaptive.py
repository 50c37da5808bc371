"""Pools to a given size. ONNX has only those to size 1, and windows that are all alike."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from archc.ops import pool
from archc.targets.onnx.place import Place
from archc.targets.onnx.rules import rule


@rule(pool.GlobalAvgPool)
def global_avg_pool(op: pool.GlobalAvgPool, at: Place) -> str:
    return at.result("GlobalAveragePool", *at.inputs)


@rule(pool.GlobalMaxPool)
def global_max_pool(op: pool.GlobalMaxPool, at: Place) -> str:
    return at.result("GlobalMaxPool", *at.inputs)


@rule(pool.AdaptiveAvgPool)
def adaptive_avg_pool(op: pool.AdaptiveAvgPool, at: Place) -> str:
    return even(at, "Average") or averaged(at)


@rule(pool.AdaptiveMaxPool)
def adaptive_max_pool(op: pool.AdaptiveMaxPool, at: Place) -> str:
    return even(at, "Max") or largest(at)


def even(at: Place, kind: str) -> str:
    """The pool over windows that are all alike; nothing where the sizes do not divide."""
    sizes, wanted = at.shapes[0][1:], at.shape[1:]
    if all(n == 1 for n in wanted):
        return at.result(f"Global{kind}Pool", *at.inputs)
    if any(size % n for size, n in zip(sizes, wanted, strict=True)):
        return ""
    kernel = tuple(size // n for size, n in zip(sizes, wanted, strict=True))
    return at.result(f"{kind}Pool", *at.inputs, kernel_shape=kernel, strides=kernel)


def bins(size: int, wanted: int) -> list[range]:
    """The positions that each output position reads: ⌊p·size/wanted⌋ to ⌈(p + 1)·size/wanted⌉."""
    return [range(p * size // wanted, -(-(p + 1) * size // wanted)) for p in range(wanted)]


def uneven(at: Place) -> Iterator[tuple[int, list[range]]]:
    """The spatial axes whose size changes, with their bins; axis 2 of a tensor is the first."""
    pairs = zip(at.shapes[0][1:], at.shape[1:], strict=True)
    return ((axis, bins(*pair)) for axis, pair in enumerate(pairs, 2) if pair[0] != pair[1])


def averaged(at: Place) -> str:
    """Along one axis after another the product with a matrix whose rows are the bins' means."""
    (x,) = at.inputs
    sizes = list(at.shapes[0])
    for axis, spans in uneven(at):
        size = sizes[axis - 1]
        means = [(p in span) / len(span) for span in spans for p in range(size)]
        matrix = at.numbers(f"means{axis}", means, (len(spans), size))
        before, after = sizes[: axis - 1], sizes[axis:]
        flat = at.reshaped(f"rows{axis}", x, (*before, size, prod(after)))
        product = at.step(f"mean{axis}", "MatMul", matrix, flat)
        sizes[axis - 1] = len(spans)
        x = at.reshaped(f"maps{axis}", product, sizes)
    return at.result("Identity", x)


def largest(at: Place) -> str:
    """Along one axis after another the positions of each bin side by side, then the largest of them.

    Bins differ by a position in length: a shorter one names its last position twice.
    """
    (x,) = at.inputs
    for axis, spans in uneven(at):
        most = max(map(len, spans))
        places = [span[min(k, len(span) - 1)] for span in spans for k in range(most)]
        index = at.whole(f"places{axis}", places, (len(spans), most))
        beside = at.step(f"bins{axis}", "Gather", x, index, axis=axis)
        axes = at.whole(f"axis{axis}", (axis + 1,))
        x = at.step(f"largest{axis}", "ReduceMax", beside, axes, keepdims=0)
    return at.result("Identity", x)
