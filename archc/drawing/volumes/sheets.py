"""Every map as a sheet, as in LeNet's paper: for chains with few maps, all drawn to one scale."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from archc.analysis.words import dimensions, short
from archc.drawing.palette import Theme, mixed
from archc.drawing.picture.lettering import text_width
from archc.drawing.picture.page import Body
from archc.drawing.picture.scene import Item, Label, Point, Polygon, Route, Words, moved
from archc.drawing.volumes.connect import kernel_of
from archc.drawing.volumes.keys import Drawing, keys
from archc.drawing.volumes.labels import LEADING, about, broken, following, operation
from archc.drawing.volumes.project import Scales, Solid, bar, faces
from archc.drawing.volumes.tensors import Tensor
from archc.ops.numbers import per_axis
from archc.ops.pool import Pool

FACT = "feature maps are drawn to scale"
KERNEL = "receptive field of one unit"
MOST_MAPS, MOST_TENSORS = 16, 10
STEP, SPREAD = 6.0, 66.0  # points from a sheet to the next, and from the first to the last at most
TALLEST, UNITS = 190.0, 170.0  # points of the largest map, and of the longest bar
GAP, BAR, APART = 20.0, 12.0, 14.0  # between tensors; width of a bar; between words
TITLE, TEXT, SMALL = 11.0, 10.0, 9.0  # sizes of text
HEAD, FOOT = 48.0, 34.0  # points for the words above, and from the sheets to the arrows below
FIELDS = ((0.8, 0.74), (0.84, 0.3))  # where on a sheet a field of view is, in turn
UNIT = 4.0  # points of the smallest square that shows one unit
WORDS = {"convolution": "convolution", "pooling": "pooling", "fully_connected": "full connection"}


class Pile(NamedTuple):
    """A tensor in its place: the front sheet, or the bar, and how far the others stand back."""

    tensor: Tensor
    front: Solid
    back: float  # to the left and up
    step: float
    words: float  # width of what stands above and below

    @property
    def centre(self) -> float:
        return (self.front.x - self.back + self.front.right) / 2


def few_maps(found: Sequence[Tensor]) -> bool:
    """Whether the tensors are a chain, and none has more maps than can be seen one by one."""
    chain = all(tensor.reads == (before,) for before, tensor in pairwise(found))
    maps = [tensor for tensor in found if not tensor.flat]
    few = all(t.channels <= MOST_MAPS and len(t.shape) == 3 and t.kind != "folded" for t in maps)
    return chain and few and bool(maps) and len(found) <= MOST_TENSORS and found[0] in maps


def drawn_sheets(found: Sequence[Tensor], room: tuple[float, float], theme: Theme) -> Drawing:
    """The tensors in one row, as large as fits a width (points)."""
    largest = max(max(tensor.sides) for tensor in found if not tensor.flat)
    scale = TALLEST / largest
    piles = _piled(found, scale)
    while _width(piles) > room[0] and scale * largest > TALLEST / 3:
        scale *= 0.96
        piles = _piled(found, scale)
    items = list(_items(piles, scale, theme))
    top, low = HEAD, max(pile.front.bottom for pile in piles)
    width, height = _width(piles), HEAD + low + FOOT + 6.3 * LEADING * TEXT
    legend = tuple(keys(found, theme, KERNEL))
    return Drawing(Body(width, height, moved(items, 0, top)), legend, FACT)


def _piled(found: Sequence[Tensor], scale: float) -> list[Pile]:
    """The row from left to right, around the middle of the highest, its upper end at 0."""
    tall = max(_tall(tensor, scale) for tensor in found)
    units = max((t.channels for t in found if t.flat), default=1)
    scales = Scales(scale, 0, UNITS / units**0.5)
    piles: list[Pile] = []
    for tensor in found:
        words = max(
            text_width(w.text, w.size, w.bold)
            for w in _above(tensor, "", "") + _told(tensor, "", "")
        )
        step = _step(tensor)
        back = step * (tensor.channels - 1)
        height, width = (side * scale for side in tensor.sides)
        if tensor.flat:
            front, back = bar(0, tall / 2, tensor.channels, scales, BAR), 0.0
        else:
            front = Solid(0, (tall - height + back) / 2, width, height, 0, 0)
        half = (front.right + back) / 2
        x = max(0, words / 2 - half)
        if piles:
            before = piles[-1]
            apart = max((before.words + words) / 2 + APART, _between(tensor) + APART)
            x = max(before.front.right + GAP, before.centre + apart - half)
        piles.append(Pile(tensor, front._replace(x=x + back), back, step, words))
    return piles


def _tall(tensor: Tensor, scale: float) -> float:
    if tensor.flat:
        return UNITS
    return tensor.sides[0] * scale + _step(tensor) * (tensor.channels - 1)


def _step(tensor: Tensor) -> float:
    return min(STEP, SPREAD / max(1, tensor.channels - 1))


def _width(piles: Sequence[Pile]) -> float:
    return max(max(pile.front.right, pile.centre + pile.words / 2) for pile in piles)


def _above(tensor: Tensor, ink: str, quiet: str) -> list[Words]:
    """The name, and the number of maps or units."""
    many = not tensor.flat and tensor.kind != "input"
    name = f"{tensor.title}: feature maps" if many else tensor.title
    maps = f"{tensor.channels} @ " if tensor.channels > 1 else ""
    size = str(tensor.channels) if tensor.flat else maps + dimensions(tensor.sides)
    return [Words(name, TITLE, True, color=ink), Words(size, TEXT, color=quiet)]


def _made(tensor: Tensor, ink: str, quiet: str) -> list[Words]:
    """How the tensor comes from the one before."""
    op = tensor.node.op
    kind = WORDS.get(op.family, op.name.replace("_", " ")) if op.name != "rbf" else "distances"
    settings = [line.removeprefix("max ").removeprefix("avg ") for line in operation(tensor)]
    if isinstance(op, Pool):
        kind = f"{op.name.removesuffix('_pool').replace('avg', 'average')} pooling"
    lines = [*broken(kind, TEXT, width=80), ", ".join(settings)]
    after = broken(", ".join(following(tensor)), SMALL, width=80)
    words = [Words(line, TEXT, color=ink) for line in lines if line]
    return words + [Words(line, SMALL, color=quiet) for line in after]


def _told(tensor: Tensor, ink: str, quiet: str) -> list[Words]:
    cost = tensor.cost
    if not cost.params and not cost.frozen and not cost.buffers:
        return [Words("")]
    count = cost.params or cost.frozen or cost.buffers
    number = f"{count:,}" if count < 1_000_000 else short(count)
    what = "parameters" if cost.params else "fixed numbers"
    if cost.params and cost.frozen:
        what = f"and {cost.frozen:,} frozen"
    return [Words(number, TITLE, True, color=ink), Words(what, SMALL, color=quiet)]


def _between(tensor: Tensor) -> float:
    return max((text_width(w.text, w.size) for w in _made(tensor, "", "")), default=0)


def _items(piles: Sequence[Pile], scale: float, theme: Theme) -> Iterator[Item]:
    low = max(pile.front.bottom for pile in piles) + FOOT
    for pile in piles:
        yield from _pile(pile, theme)
        yield from _lines(_above(pile.tensor, theme.ink, theme.quiet), pile.centre, 8 - HEAD)
        yield from _lines(
            _told(pile.tensor, theme.ink, theme.quiet), pile.centre, low + 4.3 * LEADING * TEXT
        )
    for i, (before, after) in enumerate(pairwise(piles)):
        yield from _seen(before, after, scale, i, theme)
        ends = ((before.centre + 4, low), (after.centre - 4, low))
        yield Route(ends, theme.quiet, 1)
        middle = (before.centre + after.centre) / 2
        yield from _lines(_made(after.tensor, theme.ink, theme.quiet), middle, low + 12)


def _lines(lines: Sequence[Words], x: float, y: float) -> Iterator[Item]:
    for words in lines:
        if words.text:
            yield Label(x, y, words)
        y += words.size * LEADING + 1


def _pile(pile: Pile, theme: Theme) -> Iterator[Item]:
    tensor, front = pile.tensor, pile.front
    colour = theme.families[tensor.kind]
    if tensor.flat:
        yield from faces(front, colour, theme, about(tensor))
        return
    paler = mixed(colour.fill, theme.paper, 0.35)
    for i in range(tensor.channels - 1, 0, -1):
        back = front._replace(x=front.x - i * pile.step, y=front.y - i * pile.step)
        yield Polygon(back.front(), paler, colour.stroke, 0.9)
    yield Polygon(front.front(), colour.fill, colour.stroke, 0.9, about=about(tensor))


def _field(tensor: Tensor) -> tuple[int, int] | None:
    """Height and width of the window that one unit of a tensor sees."""
    op = tensor.node.op
    if isinstance(op, Pool):
        height, width = per_axis(op.kernel, 2, "kernel")
        return height, width
    return kernel_of(tensor)


def _seen(before: Pile, after: Pile, scale: float, number: int, theme: Theme) -> Iterator[Item]:
    """A unit's field of view, or lines from a whole tensor to all units."""
    window = _field(after.tensor)
    if window is None or after.tensor.flat or before.tensor.flat:
        yield from _dense(before, after, theme)
        return
    x, y = FIELDS[number % len(FIELDS)]
    height, width = (size * scale for size in window)
    seen = _square(before.front, x, y, (width, height))
    unit = _square(after.front, 0.14, y, (max(UNIT, scale),) * 2)
    yield Polygon(seen.front(), mixed(theme.kernel, theme.paper, 0.1), theme.kernel_stroke, 1)
    yield Polygon(unit.front(), theme.kernel_stroke, theme.kernel_stroke, 0.6)
    for start, end in ((seen.y, unit.y), (seen.bottom, unit.bottom)):
        yield _ray((seen.right, start), (unit.x, end), theme)


def _square(sheet: Solid, x: float, y: float, size: tuple[float, float]) -> Solid:
    """A rectangle around a place on a sheet, given in parts of its sides, and kept inside."""
    width, height = min(size[0], sheet.width), min(size[1], sheet.height)
    left = min(sheet.x + sheet.width * x - width / 2, sheet.x + sheet.width - width)
    top = min(sheet.y + sheet.height * y - height / 2, sheet.bottom - height)
    return Solid(max(left, sheet.x), max(top, sheet.y), width, height, 0, 0)


def _ray(start: Point, end: Point, theme: Theme) -> Route:
    return Route((start, end), theme.kernel_stroke, 0.9, dashed=True, arrow=False)


def _dense(before: Pile, after: Pile, theme: Theme) -> Iterator[Item]:
    source, target = before.front, after.front
    for start, end in ((source.top, target.y), (source.bottom - source.dy, target.bottom)):
        ends = ((source.right, start), (target.x, end))
        yield Route(ends, theme.edge, 0.9, dashed=True, arrow=False)
