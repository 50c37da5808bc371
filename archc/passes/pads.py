"""A pad of zeros becomes the padding of the window behind it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from archc.graph.graph import Graph, Node
from archc.graph.rewriting.edits import Drop, SetOp
from archc.ops.activation import ReLU, ReLU6
from archc.ops.base import Operator, Shape, ShapeError
from archc.ops.conv import Convolution
from archc.ops.pool import AvgPool, MaxPool
from archc.ops.spatial import Pad
from archc.ops.windows import Sides, sides
from archc.passes.reading import Reading
from archc.passes.step import Change, Step, step


def absorb_pads(graph: Graph) -> Step:
    """Absorb a pad of zeros into the padding of the convolution or pool that alone reads it.

    Exact, bit for bit. An average pool must count its padding, and a max pool, whose own padding never
    wins, must read what is nowhere below 0. The sides must come out alike, which PyTorch's modules
    need, and a pool's be at most half its window. Both must stand in one block.
    """
    return step(graph, _changes(graph))


def _changes(graph: Graph) -> Iterator[Change]:
    reading = Reading(graph)
    for pad in reading.nodes:
        reader = reading.only(pad)
        if reader is None or reading.shares(pad) or reading.shares(reader):
            continue
        if _is_zeros(pad.op) and reading.scope(pad) == reading.scope(reader):
            whole = _together(pad, reader)
            if whole is not None and _may(reader.op, pad, whole):
                padding = tuple(side.before for side in whole)
                how = partial(_padded, padding=padding)
                if not _takes(how(reader.op), pad.inputs[0].shape, reader.shape):
                    continue
                yield Change(
                    f"{pad.name} into {reader.name}",
                    (reader.name, pad.name),
                    (
                        SetOp(reading.scope(reader), reader.name, how),
                        Drop(reading.scope(pad), pad.name),
                    ),
                )


def _is_zeros(op: Operator) -> bool:
    return isinstance(op, Pad) and op.mode == "zero" and op.value == 0 and not any(op.channels)


def _together(pad: Node, reader: Node) -> list[Sides] | None:
    """The padding of both along each axis; None where it differs from side to side."""
    if not isinstance(reader.op, Convolution | MaxPool | AvgPool) or not isinstance(pad.op, Pad):
        return None
    outer = sides(pad.op.padding, len(pad.shape) - 1)
    inner = [axis.padding for axis in reader.op.windows(pad.shape)]
    both = [
        Sides(a.before + b.before, a.after + b.after) for a, b in zip(outer, inner, strict=True)
    ]
    return both if all(side.before == side.after for side in both) else None


def _may(op: Operator, pad: Node, whole: list[Sides]) -> bool:
    if isinstance(op, Convolution):
        return True
    if not isinstance(op, MaxPool | AvgPool) or op.ceil or op.padding == "same":
        return False
    axes = op.windows(pad.shape)
    if any(side.before > axis.kernel // 2 for side, axis in zip(whole, axes, strict=True)):
        return False
    if isinstance(op, AvgPool):
        return op.count_include_pad
    return isinstance(pad.inputs[0].op, ReLU | ReLU6)


def _takes(op: Operator, shape: Shape, wanted: Shape) -> bool:
    """Whether PyTorch's module takes the padding, and comes to the same shape."""
    try:
        return op.infer((shape,)) == wanted
    except ShapeError:
        return False


def _padded(op: Operator, padding: tuple[int, ...]) -> Operator:
    alike = all(size == padding[0] for size in padding)
    changed: Any = op
    made: Operator = replace(changed, padding=padding[0] if alike else padding)
    return made
