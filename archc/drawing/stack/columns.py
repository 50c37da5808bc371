"""How large everything in a column is: text as large as the page allows, the rest from the text."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from archc.analysis.cost import Cost
from archc.analysis.words import dimensions, short
from archc.drawing.palette import Kind
from archc.drawing.picture.lettering import fitted, text_width
from archc.drawing.stack.bars import Bar

SMALLEST, LARGEST, SMALL_STEP = 9.0, 14.0, 0.5  # points of a layer's label
TIGHTEST, EASY, LOOSEST = 1.36, 1.5, 3.2  # from one row to the next, in sizes of the label
LONGEST_LABEL, PAD, GAP, BETWEEN = 20.0, 0.6, 0.45, 2.4  # in sizes of the label, like what follows
TITLE = 1.3  # a network's name, in sizes of a layer's label
SHORTEST_BAR, EASY_BAR, LONGEST_BAR = 3.0, 6.0, 30.0  # the largest share on the page
MANY = 3  # networks whose boxes are narrow
STEPS = 64  # lengths that bars may have between the two
NARROWEST_BOX, WIDEST_BOX = 9.0, 18.0


class Side(NamedTuple):
    """One side of a column: each row's count, and the count of the whole network."""

    counts: tuple[int, ...]
    whole: int
    noun: str

    @property
    def header(self) -> str:
        return f"{short(self.whole)} {self.noun}"

    def share(self, row: int) -> float:
        return self.counts[row] / self.whole if self.whole else 0.0

    @property
    def largest(self) -> float:
        return max((self.share(row) for row in range(len(self.counts))), default=0.0)


@dataclass(frozen=True)
class Column:
    """One network's rows as they are written, without their places."""

    title: str
    bars: tuple[Bar, ...]
    notes: tuple[str, ...]  # what each label says of a layer's norm and activation
    shapes: tuple[str, ...]  # of the results, where they change; "" elsewhere
    params: Side
    macs: Side


class Sizes(NamedTuple):
    """What all columns of a page share, in points."""

    label: float
    unit: float  # the length of a bar that is the whole
    boxes: tuple[float, ...]  # each column's width of a layer's box
    width: float
    height: float

    @property
    def small(self) -> float:
        return max(SMALLEST, self.label - 1)


def column(title: str, bars: Sequence[Bar], untold: Collection[Kind], networks: int) -> Column:
    """``untold`` are the kinds whose norm and activation stand in the boxes, not in the legend.

    One network alone has room for shapes; many have none for an input's name either.
    """
    costs = [bar.cost for bar in bars]
    whole = Cost(*map(sum, zip(Cost(), *costs, strict=True)))
    return Column(
        title,
        tuple(bars if networks < MANY else map(_shortened, bars)),
        tuple(", ".join(bar.after) if bar.kind in untold else "" for bar in bars),
        tuple(_changes(bars)) if networks == 1 else ("",) * len(bars),
        Side(tuple(cost.params for cost in costs), whole.params, "parameters"),
        Side(tuple(cost.macs for cost in costs), whole.macs, "MACs"),
    )


def _shortened(bar: Bar) -> Bar:
    shape = dimensions(bar.shape)
    return replace(bar, label=shape) if bar.kind == "input" and len(bar.shape) > 1 else bar


def _changes(bars: Sequence[Bar]) -> list[str]:
    before = [bars[0].shape, *(bar.shape for bar in bars)]
    pairs = zip(bars, before, strict=False)
    return [
        dimensions(bar.shape)
        if bar.shape != shape and bar.kind != "input" and len(bar.shape) > 1
        else ""
        for bar, shape in pairs
    ]


def words_of(column: Column, row: int, size: float) -> tuple[str, str]:
    """What stands in a box: the layer, and in small letters what is inside it."""
    bar, note = column.bars[row], column.notes[row]
    label = fitted(bar.label, size, LONGEST_LABEL * size, bar.bold)
    if bar.times > 1:
        inner = f"{label}, {note}" if note else label
        return (f"({inner})" if "," in inner else inner) + f" × {bar.times}", ""
    return label, fitted(f", {note}", size, LONGEST_LABEL * size / 2) if note else ""


def title_of(column: Column, size: float) -> str:
    """The network's name as it stands above its column."""
    return fitted(column.title, TITLE * size, LONGEST_LABEL * size, bold=True)


def sizes(columns: Sequence[Column], room: tuple[float, float]) -> Sizes:
    """The largest text with which everything fits ``room`` (width and height in points).

    Where nothing fits, what is needed with the smallest text.
    """
    label = LARGEST
    while label > SMALLEST and not _fits(columns, label, room):
        label -= SMALL_STEP
    return _spread(columns, label, room)


def head(networks: int, label: float) -> float:
    """The height of what stands above the rows: the network's name, if there are many; totals."""
    return label * (3.7 if networks > 1 else 1.9)


def most_rows(networks: int, height: float) -> int:
    """How many rows of the smallest text fit a height in points."""
    return int((height - head(networks, SMALLEST)) / (TIGHTEST * SMALLEST))


def pitch(columns: Sequence[Column], column: Column, sizes: Sizes) -> float:
    """From one row of a column to the next: a short network's rows are higher."""
    free = sizes.height - head(len(columns), sizes.label)
    return min(free / len(column.bars), LOOSEST * sizes.label)


def side_width(side: Side, sizes: Sizes) -> float:
    """How far the bars of a side reach, with their counts."""
    reach = (
        side.share(row) * sizes.unit + text_width(short(count), sizes.small)
        for row, count in enumerate(side.counts)
        if count
    )
    return max(reach, default=0.0) + 2 * GAP * sizes.label


def total_width(column: Column, box: float, sizes: Sizes) -> float:
    """The width of a column; its totals may be wider than its bars."""
    rows = box + sum(side_width(side, sizes) for side in (column.params, column.macs))
    title = text_width(title_of(column, sizes.label), TITLE * sizes.label, bold=True)
    return max(rows, _totals(column, sizes.label), title)


def _fits(columns: Sequence[Column], label: float, room: tuple[float, float]) -> bool:
    least = _spread(columns, label, (0, 0))
    return least.width <= room[0] and least.height <= room[1]


def _spread(columns: Sequence[Column], label: float, room: tuple[float, float]) -> Sizes:
    """Bars as long as the room allows, then wider boxes; rows as high as the room allows."""
    rows = max(len(column.bars) for column in columns)
    step, bar = (EASY, EASY_BAR) if label > SMALLEST else (TIGHTEST, SHORTEST_BAR)
    height = head(len(columns), label) + rows * label * step
    boxes = tuple(_box(column, label) for column in columns)
    largest = max(side.largest for c in columns for side in (c.params, c.macs)) or 1.0
    sizes = Sizes(label, bar * label / largest, boxes, 0, max(height, room[1]))
    longest = LONGEST_BAR * label / largest
    for part in range(STEPS, 0, -1):
        longer = sizes._replace(unit=sizes.unit + (longest - sizes.unit) * part / STEPS)
        if _width(columns, longer) <= room[0]:
            sizes = longer
            break
    spare = max(0.0, room[0] - _width(columns, sizes)) / len(columns)
    wider = (max(box, min(box + spare, WIDEST_BOX * label)) for box in boxes)
    sizes = sizes._replace(boxes=tuple(wider))
    return sizes._replace(width=_width(columns, sizes))


def _width(columns: Sequence[Column], sizes: Sizes) -> float:
    widths = (total_width(c, box, sizes) for c, box in zip(columns, sizes.boxes, strict=True))
    return sum(widths) + BETWEEN * sizes.label * (len(columns) - 1)


def _box(column: Column, label: float) -> float:
    rows = range(len(column.bars))
    words = max(sum(_widths(column, row, label)) for row in rows)
    shapes = max(text_width(shape, max(SMALLEST, label - 1)) for shape in column.shapes)
    gap = 1.5 * label if shapes else 0.0
    return max(words + gap + shapes + 2 * PAD * label, NARROWEST_BOX * label)


def _widths(column: Column, row: int, label: float) -> tuple[float, float]:
    text, note = words_of(column, row, label)
    return text_width(text, label, column.bars[row].bold), text_width(note, label)


def _totals(column: Column, label: float) -> float:
    headers = (column.params.header, column.macs.header)
    return sum(text_width(words, label, bold=True) for words in headers) + 2 * label
