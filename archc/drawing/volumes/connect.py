"""What leads from a tensor to the next: a kernel with its field of view, or an arrow."""

from __future__ import annotations

from collections.abc import Iterator
from math import sqrt

from archc.drawing.palette import Theme, mixed
from archc.drawing.picture.scene import Disc, Item, Point, Polygon, Route, Words
from archc.drawing.volumes.chain import Placed
from archc.drawing.volumes.project import Scales, Solid, receding
from archc.drawing.volumes.split import groups
from archc.drawing.volumes.tensors import Tensor
from archc.ops.conv import Conv, DepthwiseConv
from archc.ops.numbers import per_axis

DOT = 2.0  # radius of the unit that a kernel makes
CLEAR = 3.0  # between an arrow and the blocks


def kernel_of(tensor: Tensor) -> tuple[int, int] | None:
    """Height and width of a convolution's kernel; None where something else makes the tensor."""
    op = tensor.node.op
    if tensor.kind == "folded" or not isinstance(op, Conv | DepthwiseConv):
        return None
    sizes = (*per_axis(op.kernel, len(tensor.shape) - 1, "kernel"), 1)
    return (sizes[-3], sizes[-2]) if len(sizes) > 3 else (sizes[0], sizes[1])


def connected(before: Placed, after: Placed, scales: Scales, theme: Theme) -> Iterator[Item]:
    """The lines between neighbours of which the second reads the first."""
    source, target = before.solids[-1], after.solids[0]
    made = after.column.run[0]
    kernel = kernel_of(made)
    dense = made.flat and made.kind in ("fully_connected", "convolution")
    if dense:
        yield from _dense(source, target, theme)
    elif kernel is not None and not before.column.flat:
        yield from _kernel(before, target, made, kernel, scales, theme)
    else:
        yield arrow(source, target, theme)


def arrow(source: Solid, target: Solid, theme: Theme) -> Route:
    y = source.middle
    return Route(((source.right + CLEAR, y), (target.x - CLEAR, y)), theme.edge, 1.2)


def _dense(source: Solid, target: Solid, theme: Theme) -> Iterator[Item]:
    """Every number of the one to every unit of the other."""
    back = (source.right, source.top), (source.x + source.width, source.bottom)
    ends = (target.x, target.y), (target.x, target.bottom)
    for start, end in zip(back, ends, strict=True):
        yield Route((start, end), theme.edge, 0.9, dashed=True, arrow=False)


def _kernel(  # where it is, how large, and how it looks
    before: Placed,
    target: Solid,
    made: Tensor,
    sizes: tuple[int, int],
    scales: Scales,
    theme: Theme,
) -> Iterator[Item]:
    """The kernel in the last group's channels, and the unit it makes, in that group too."""
    block, shares = before.solids[-1], groups(made)
    window = _window(block, sizes, shares, scales)
    fill = mixed(theme.families[before.column.run[-1].kind].fill, theme.kernel, 0.75)
    side = mixed(fill, theme.kernel_stroke, 0.25)
    yield Polygon(window.side(), side, theme.kernel_stroke, 0.9)
    yield Polygon(window.front(), fill, theme.kernel_stroke, 0.9)
    unit = (target.x + target.width * (1 - 1 / shares), target.y + target.height / 2)
    for corner in window.side():
        yield _ray(corner, unit, theme)
    yield Disc(*unit, DOT, theme.kernel_stroke, theme.kernel_stroke, Words(""))


def _window(block: Solid, sizes: tuple[int, int], shares: int, scales: Scales) -> Solid:
    tall = min(block.height, scales.side * sqrt(sizes[0]))
    dx, dy = receding(sizes[1], scales)
    width = block.width / shares
    x, y = block.x + block.width - width, block.y + (block.height - tall) / 2
    return Solid(x, y, width, tall, min(dx, block.dx), min(dy, block.dy))


def _ray(corner: Point, unit: Point, theme: Theme) -> Route:
    return Route((corner, unit), theme.kernel_stroke, 0.8, dashed=True, arrow=False)


def split(block: Solid, shares: int, stroke: str) -> Iterator[Item]:
    """Lines that divide a block's channels into groups."""
    for i in range(1, shares):
        x = block.x + block.width * i / shares
        points = ((x, block.bottom), (x, block.y), (x + block.dx, block.top))
        yield Route(points, stroke, 0.9, arrow=False, radius=0)
