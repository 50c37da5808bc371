"""Where networks keep their memory, parameters and operations: bars by stage, one row a network."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

from matplotlib.patches import Rectangle

from archc.analysis.comparison import Compared, ratio
from archc.analysis.stages import Stage, stages
from archc.analysis.words import counted, dimensions, short, short_memory, times
from archc.drawing.palette import LEGEND, PALETTE, QUIET, TINT_STROKE, TINTS, TITLE, Kind
from archc.plots import Format
from archc.plots.page import slide_style, written
from archc.plots.slide import (
    HEIGHT,
    INCH,
    MARGIN,
    SMALL,
    WIDTH,
    WORDS_SIZE,
    at,
    fitted,
    panel,
    put,
    slide,
    text_width,
)  # fmt: skip
from archc.plots.stage_names import Shared, arranged

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

TOP, BOTTOM = 122.0, 22.0  # above and below the rows
NAMES, GUTTER = 122.0, 22.0  # left of the panels, and between them
ROW_GAP = 12.0
HEAD = 34.0  # of a panel: the total and its bar
ROOMY = 46.0  # points of a low row from which on its largest stage is named
FULL = 96.0  # points of a row from which on stages have their names
MOST_IN_TITLE = 3
THINNEST = 30.0  # of a row; for more networks the page grows
SWATCH, KEY_GAP = 18.0, 18.0
SLOT = 0.72  # of the step from one bar to the next
LOW, LOWEST = 44.0, 30.0  # points: bars in a low row, and bars above names that take much room
TRACK, TRACK_FILL = 4.0, TINTS[1]


class Quantity(NamedTuple):
    """A column of the figure."""

    title: str
    of: Callable[[Stage], int]
    words: Callable[[int], str]


QUANTITIES = (
    Quantity("Activation memory", attrgetter("activation_bytes"), short_memory),
    Quantity("Parameters", attrgetter("params"), short),
    Quantity("Multiply-accumulates", attrgetter("macs"), short),
)


class Cell(NamedTuple):
    """One network's stages in one quantity, and where they stand."""

    quantity: Quantity
    stages: list[Stage]
    left: float
    bottom: float
    width: float
    height: float

    @property
    def values(self) -> list[int]:
        return [self.quantity.of(stage) for stage in self.stages]


def shown(rows: Sequence[Compared]) -> tuple[list[Compared], list[str]]:
    """Which networks the chart can show, and why not the others."""
    able = [row for row in rows if stages(row.graph)]
    return able, [f"{row.label} has no layers" for row in rows if row not in able]


def plot(rows: Sequence[Compared], format: Format) -> bytes:
    """The chart's file: a row for each network, with a panel for each quantity.

    Each network is one that can be :func:`shown`. Every panel has its own scale, or a small network
    would vanish beside a large one; its total is also shown on the scale of its column.
    """
    with slide_style():
        return written(_figure(rows), format)


def _figure(rows: Sequence[Compared]) -> Figure:
    listed = [stages(row.graph) for row in rows]
    scale = max(1.0, (len(rows) * THINNEST + TOP + BOTTOM) / HEIGHT)
    families = [f for f in LEGEND if any(stage.family == f for of in listed for stage in of)]
    figure = slide(_title(rows), _facts(rows), scale, _legend_width(families))
    height = (HEIGHT * scale - TOP - BOTTOM) / len(rows)
    width = (WIDTH * scale - 2 * MARGIN - NAMES - 2 * GUTTER) / len(QUANTITIES)
    for column, quantity in enumerate(QUANTITIES):
        left = MARGIN + NAMES + column * (width + GUTTER)
        put(figure, left, -(TOP - 14), quantity.title, 14, weight="bold")
        cells = [
            Cell(quantity, of, left, HEIGHT * scale - TOP - (row + 1) * height, width, height)
            for row, of in enumerate(listed)
        ]
        largest = max(sum(cell.values) for cell in cells)
        for cell in cells:
            _total(figure, cell, largest, _base(cells, cell))
            _panel(figure, cell)
    for number, row in enumerate(rows):
        _name(figure, row, HEIGHT * scale - TOP - number * height, height)
    _legend(figure, families)
    return figure


def _title(rows: Sequence[Compared]) -> str:
    labels = [row.label for row in rows]
    if len(labels) == 2:
        return f"{labels[0]} against {labels[1]}, stage by stage"
    if len(labels) > MOST_IN_TITLE:
        return f"{len(labels)} networks, stage by stage"
    return f"{', '.join(labels)}, stage by stage"


def _facts(rows: Sequence[Compared]) -> tuple[str, ...]:
    several = len(rows) > 1
    return (
        "one sample in float32",
        "layers within a block are added up; what has no weights counts with the layer before it",
        "percentages: share of the network’s total",
        f"dark lines: totals on one scale, with their ratio to {rows[0].label}" if several else "",
    )


def _name(figure: Figure, row: Compared, top: float, height: float) -> None:
    room = NAMES - 12
    tall = height >= FULL
    sizes = (14.0, 12.0, 11.0) if tall else (11.0, 10.0)
    size = next((s for s in sizes if text_width(row.label, s, bold=True) <= room), sizes[-1])
    middle = top - 12 if tall else top - min(height, 36) / 3
    label = fitted(row.label, size, room, bold=True)
    put(figure, MARGIN, middle, label, size, weight="bold")
    facts = [" · ".join(filter(None, (str(row.year or ""), counted(row.depth, "layer"))))]
    if tall:
        facts += [dimensions(node.shape) for node in list(row.graph.inputs.values())[:2]]
    for number, fact in enumerate(facts):
        below = middle - (18 + 14 * number if tall else 13)
        put(figure, MARGIN, below, fitted(fact, SMALL, room), SMALL, color=QUIET)


def _base(cells: Sequence[Cell], cell: Cell) -> int | None:
    """The total that a cell's is compared with: the first one's; 0 for the first, None if alone."""
    if len(cells) == 1:
        return None
    return 0 if cell is cells[0] else sum(cells[0].values)


def _total(figure: Figure, cell: Cell, largest: int, base: int | None) -> None:
    """The sum of a panel in words, and as a bar on the column's scale."""
    tall = cell.height >= FULL
    total = sum(cell.values)
    size = 13 if tall else 11
    top = cell.bottom + cell.height
    middle = top - 10 if tall else top - min(cell.height, 36) / 3
    width = cell.width if tall else 0.45 * cell.width
    put(figure, cell.left, middle, cell.quantity.words(total), size, weight="bold")
    if base:
        right = cell.left + width
        put(figure, right, middle, times(ratio(total, base)), size, ha="right", color=QUIET)
    low = middle - size / 2 - TRACK - 4
    if not tall and cell.height >= ROOMY and total:
        top_stage = max(cell.stages, key=cell.quantity.of)
        words = f"{top_stage.name} {percent(cell.quantity.of(top_stage) / total)}"
        put(figure, cell.left, low - 11, fitted(words, SMALL, width), SMALL, color=QUIET)
    if base is None:
        return
    for length, colour in ((width, TRACK_FILL), (width * total / (largest or 1), TITLE)):
        box = _box(figure, cell.left, low, length, TRACK)
        figure.add_artist(Rectangle(*box, facecolor=colour, edgecolor="none"))


def _box(
    figure: Figure, left: float, bottom: float, width: float, height: float
) -> tuple[tuple[float, float], float, float]:
    (x, y), (right, top) = at(figure, left, bottom), at(figure, left + width, bottom + height)
    return (x, y), right - x, top - y


def _panel(figure: Figure, cell: Cell) -> None:
    """The bars; with their names and shares where the row is high enough."""
    if cell.height < FULL:
        left = cell.left + 0.52 * cell.width
        height = min(cell.height - 10, LOW)
        axes = panel(
            figure, left, cell.bottom + cell.height - 4 - height, 0.48 * cell.width, height
        )
        _bars(axes, cell, 1.0)
        return
    slot = cell.width / len(cell.stages)
    room = cell.height - HEAD - ROW_GAP - LOWEST
    names = arranged([stage.name for stage in cell.stages], slot, room)
    height = cell.height - HEAD - names.height - ROW_GAP
    bottom = cell.bottom + ROW_GAP + names.height
    axes = panel(figure, cell.left, bottom, cell.width, height)
    _bars(axes, cell, 1 + 16 / height)
    rotation = 90 if names.upright else 0
    axes.set_xticks(range(len(names.words)), names.words, fontsize=SMALL, rotation=rotation)
    for shared in names.shared:
        _prefix(figure, shared, cell, bottom - names.height + 4)
    _shares(axes, cell)


def _prefix(figure: Figure, shared: Shared, cell: Cell, y: float) -> None:
    """What the names of several bars begin with, on a line below these names."""
    slot = cell.width / len(cell.stages)
    left, right = cell.left + slot * (shared.first + 0.1), cell.left + slot * (shared.last + 0.9)
    words = fitted(shared.prefix, SMALL, right - left)
    put(figure, (left + right) / 2, y, words, SMALL, color=QUIET, ha="center")
    line = _box(figure, left, y + 7, right - left, 0.7)
    figure.add_artist(Rectangle(*line, facecolor=TINT_STROKE, edgecolor="none"))


def _bars(axes: Axes, cell: Cell, headroom: float) -> None:
    values = cell.values
    axes.bar(
        range(len(values)),
        values,
        SLOT,
        color=[PALETTE[stage.family].fill for stage in cell.stages],
        edgecolor=[PALETTE[stage.family].stroke for stage in cell.stages],
        linewidth=0.8,
    )
    axes.set_xlim(-0.5, len(values) - 0.5)
    axes.set_ylim(0, headroom * (max(values) or 1))
    axes.set_xticks([])
    axes.set_yticks([])
    axes.tick_params(length=0)
    axes.spines["left"].set_visible(False)


def _shares(axes: Axes, cell: Cell) -> None:
    """Say what part of the total a bar is, from the highest down, where it can be seen and has room."""
    values = cell.values
    slot, taken = cell.width / len(values), list[float]()  # where there are words
    for place in sorted(range(len(values)), key=lambda place: (-values[place], place)):
        words = percent(values[place] / (sum(values) or 1))
        room = text_width(words, SMALL) + 3
        if 200 * values[place] >= sum(values) > 0 and all(
            abs(slot * (place - other)) >= room for other in taken
        ):
            axes.annotate(
                words, (place, values[place]), (0, 3), textcoords="offset points",
                ha="center", fontsize=SMALL, annotation_clip=False,
            )  # fmt: skip
            taken.append(place)


def percent(share: float) -> str:
    """
    >>> percent(0.376)
    '38 %'
    """
    return f"{100 * share:.0f} %"


def _legend_width(families: Sequence[Kind]) -> float:
    return sum(text_width(LEGEND[family], WORDS_SIZE) + SWATCH + KEY_GAP for family in families)


def _legend(figure: Figure, families: Sequence[Kind]) -> None:
    """What the colours mean, at the right end of the title's line."""
    x = figure.get_figwidth() * INCH - MARGIN + KEY_GAP - _legend_width(families)
    y = figure.get_figheight() * INCH - 36
    for family in families:
        colour = PALETTE[family]
        box = _box(figure, x, y - 5, 13, 10)
        figure.add_artist(Rectangle(*box, facecolor=colour.fill, edgecolor=colour.stroke))
        put(figure, x + SWATCH, y, LEGEND[family], WORDS_SIZE)
        x += SWATCH + text_width(LEGEND[family], WORDS_SIZE) + KEY_GAP
