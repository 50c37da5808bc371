"""Accuracy over operations, each network a disc as large as its number of parameters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from math import ceil, floor, log10, sqrt
from typing import TYPE_CHECKING, NamedTuple

from matplotlib.patches import Circle
from matplotlib.ticker import FuncFormatter, MaxNLocator, NullLocator

from archc.analysis.comparison import Compared, Published
from archc.analysis.words import short
from archc.drawing.palette import EDGE, QUIET, TINTS, TITLE
from archc.plots import Format
from archc.plots.page import slide_style, written
from archc.plots.placing import Box, Disc, placed
from archc.plots.slide import (
    GREY,
    HEIGHT,
    HUES,
    MARGIN,
    SMALL,
    WIDTH,
    WORDS_SIZE,
    Hue,
    fitted,
    label,
    panel,
    points,
    put,
    slide,
    text_width,
)  # fmt: skip

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

TOP, BOTTOM, LEFT, RIGHT = 100.0, 58.0, 74.0, 116.0  # around the panels
BETWEEN = 58.0
MOST_PANELS = 3
LARGEST, LARGEST_OF_MANY, SMALLEST = 46.0, 22.0, 3.0  # radii
MANY = 20
FAINT = 0.55  # so that what lies below a disc is seen
AXIS = "multiply-accumulates for one image"
NARROWEST = 0.17  # of all panels' width
TICKS_APART = 42.0
LABEL = 10.5
AIR = 18.0  # between the outermost discs and the panel's edge
DECADE, POINTS_UP = 0.5, 2.0  # the least that the axes span: powers of ten, percent


class Scale(NamedTuple):
    """How an axis turns numbers into points: ``low`` stands at ``start``."""

    low: float
    start: float
    step: float  # points for each unit

    def at(self, value: float) -> float:
        return self.start + self.step * (value - self.low)

    def value(self, place: float) -> float:
        return self.low + (place - self.start) / self.step


class Dot(NamedTuple):
    """A network that can be shown."""

    row: Compared
    published: Published
    accuracy: float
    hue: Hue
    radius: float


def shown(rows: Sequence[Compared]) -> tuple[list[Compared], list[str]]:
    """Which networks the chart can show, and why not the others."""
    left_out = []
    able = []
    for row in rows:
        if row.published is None or row.published_figure("top1") is None:
            left_out.append(f"{row.label} has no published top1")
        elif not row.cost.macs:
            left_out.append(f"{row.label} has no MACs")
        else:
            able.append(row)
    kept = [name for name, _ in _datasets(able)]
    for row in able:
        if _dataset(row) not in kept:
            left_out.append(f"{row.label} was measured on {_dataset(row)}, a fourth dataset")
    return [row for row in able if _dataset(row) in kept], left_out


def plot(rows: Sequence[Compared], format: Format) -> bytes:
    """The chart's file; a panel for each dataset, as their accuracies cannot be compared.

    Each network is one that can be :func:`shown`.
    """
    with slide_style():
        return written(_figure(rows), format)


def _dataset(row: Compared) -> str:
    return (row.published.dataset if row.published else "") or "unknown dataset"


def _datasets(rows: Sequence[Compared]) -> list[tuple[str, int]]:
    """Those that have a panel, with how many networks, the most frequent first."""
    return Counter(map(_dataset, rows)).most_common(MOST_PANELS)


def _figure(rows: Sequence[Compared]) -> Figure:
    dots = _dots(rows)
    panels = [[dot for dot in dots if _dataset(dot.row) == name] for name, _ in _datasets(rows)]
    figure = slide("Accuracy over cost", _facts(panels))
    left = LEFT
    room = WIDTH - LEFT - RIGHT - BETWEEN * (len(panels) - 1)
    for inside, share in zip(panels, _shares([len(inside) for inside in panels]), strict=True):
        box = Box(left, BOTTOM, left + share * room, HEIGHT - TOP)
        _panel(figure, box, inside, _setting(inside) if len(panels) > 1 else "")
        left += share * room + BETWEEN
    settings = {"ha": "center", "color": QUIET}
    put(figure, (LEFT + WIDTH - RIGHT) / 2, 20, AXIS, WORDS_SIZE, **settings)
    middle = (BOTTOM + HEIGHT - TOP) / 2
    put(figure, 26, middle, "top-1 accuracy (%)", WORDS_SIZE, rotation="vertical", **settings)
    _sizes(figure, max(dot.row.cost.params for dot in dots), max(dot.radius for dot in dots))
    return figure


def _usual(dots: Sequence[Dot]) -> str:
    """How most of them were measured."""
    return Counter(dot.published.protocol for dot in dots).most_common(1)[0][0]


def _setting(dots: Sequence[Dot]) -> str:
    """``ImageNet, 1 crop``: where and how most of them were measured."""
    return dots[0].published._replace(protocol=_usual(dots)).setting


def _facts(panels: Sequence[Sequence[Dot]]) -> tuple[str, ...]:
    unusual = {
        dot.published.protocol: None
        for dots in panels
        for dot in dots
        if dot.published.protocol != _usual(dots)
    }
    return (
        f"{_setting(panels[0])}, as published" if len(panels) == 1 else "accuracy as published",
        f"dashed: {', '.join(name or 'protocol unknown' for name in unusual)}" if unusual else "",
        "area of a disc: parameters",
        "cost: logarithmic",
    )


def _shares(counts: Sequence[int]) -> list[float]:
    """How wide panels are: as their networks are many, and none too narrow."""
    weights = [max(count, NARROWEST * sum(counts)) for count in counts]
    return [weight / sum(weights) for weight in weights]


def _dots(rows: Sequence[Compared]) -> list[Dot]:
    largest = LARGEST if len(rows) <= MANY else LARGEST_OF_MANY
    most = max(row.cost.params for row in rows) or 1
    hues = _hues(rows)
    return [
        Dot(
            row, row.published, accuracy, hue, max(SMALLEST, largest * sqrt(row.cost.params / most))
        )
        for row, hue in zip(rows, hues, strict=True)
        if row.published is not None and (accuracy := row.published_figure("top1")) is not None
    ]


def _hues(rows: Sequence[Compared]) -> list[Hue]:
    """A colour for each family: networks that extend the same one.

    Of many families the rare ones share grey.
    """
    families = [(row.graph.document.lineage or (row.graph.name,))[-1] for row in rows]
    often = Counter(families)
    kept = [name for name, _ in often.most_common(len(HUES))]
    ordered = [name for name in often if name in kept]
    hues = dict(zip(ordered, HUES, strict=False))
    return [hues.get(family, GREY) for family in families]


def _panel(figure: Figure, box: Box, dots: Sequence[Dot], title: str) -> None:
    axes = panel(figure, box.left, box.bottom, box.right - box.left, box.top - box.bottom)
    across = _scale([log10(d.row.cost.macs) for d in dots], dots, box.left, box.right, DECADE)
    up = _scale([d.accuracy for d in dots], dots, box.bottom, box.top, POINTS_UP)
    _axes(axes, across, up, box)
    if title:
        words = fitted(title, 12, box.right - box.left + BETWEEN - 8, bold=True)
        put(figure, box.left, box.top + 8, words, 12, weight="bold")
    usual = _usual(dots)
    discs = [Disc(across.at(log10(d.row.cost.macs)), up.at(d.accuracy), d.radius) for d in dots]
    for disc, dot in sorted(zip(discs, dots, strict=True), key=lambda pair: -pair[0].radius):
        _disc(figure, disc, dot.hue, dashed=dot.published.protocol != usual)
    size = LABEL if len(dots) <= MANY else SMALL
    sizes = [(text_width(dot.row.label, size, bold=True), 1.1 * size) for dot in dots]
    room = Box(box.left + 2, box.bottom + 2, box.right - 2, box.top - 2)
    for place, disc, dot in zip(placed(discs, sizes, room), discs, dots, strict=True):
        inside = (place.x, place.y) == (disc.x, disc.y)
        label(figure, place, dot.row.label, size, dot.hue, TITLE if inside else "")


def _scale(
    values: Sequence[float], dots: Sequence[Dot], start: float, end: float, least: float
) -> Scale:
    """An axis on which every disc stands clear of the panel's edges."""
    air = AIR + max(dot.radius for dot in dots)
    low, high = min(values), max(values)
    if high - low < least:
        low, high = (low + high - least) / 2, (low + high + least) / 2
    return Scale(low, start + air, (end - start - 2 * air) / (high - low))


def _axes(axes: Axes, across: Scale, up: Scale, box: Box) -> None:
    left, right = (across.value(place) for place in (box.left, box.right))
    axes.set_xlim(left, right)
    axes.set_ylim(up.value(box.bottom), up.value(box.top))
    ticks = powers(left, right, across.step)
    axes.set_xticks(ticks, [rounded(10**tick) for tick in ticks])
    axes.xaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_locator(MaxNLocator(7, steps=[1, 2, 5, 10]))
    axes.yaxis.set_major_formatter(
        FuncFormatter(lambda tick, _: f"{tick:g}" if tick <= 100 else "")
    )
    axes.tick_params(length=0, labelsize=WORDS_SIZE)
    axes.grid(color=TINTS[1], linewidth=1)
    axes.set_axisbelow(True)
    axes.spines["left"].set_visible(False)


def powers(left: float, right: float, step: float) -> list[float]:
    """Logarithms of round numbers between two, as many as their names have room for."""
    ticks: list[float] = []
    for digits, every in (((1, 2, 5), 1), ((1, 3), 1), ((1,), 1), ((1,), 3), ((1,), 9)):
        ticks = [
            power + log10(digit)
            for power in range(floor(left) // every * every, ceil(right) + 1, every)
            for digit in digits
            if left <= power + log10(digit) <= right
        ]
        if all((after - before) * step >= TICKS_APART for before, after in pairwise(ticks)):
            break
    return ticks


def rounded(number: float) -> str:
    """A number of one digit and its zeros.

    >>> rounded(5e8), rounded(2e10)
    ('500 M', '20 G')
    """
    digits, space, unit = short(number).partition(" ")
    return f"{float(digits):g}{space}{unit}"


def _disc(figure: Figure, disc: Disc, hue: Hue, dashed: bool) -> None:
    figure.add_artist(
        Circle(
            (disc.x, disc.y), disc.radius, transform=points(figure),
            facecolor=(hue.fill, FAINT), edgecolor=hue.text, linewidth=1.1,
            linestyle=(0, (3, 2)) if dashed else "solid",
        )
    )  # fmt: skip


def _sizes(figure: Figure, most: int, largest: float) -> None:
    """What the areas of the discs mean, to the right of the panels."""
    middle = WIDTH - MARGIN - LARGEST + 8
    y = HEIGHT - TOP - 6
    put(figure, middle, y, "parameters", WORDS_SIZE, ha="center", color=QUIET)
    y -= 14
    for count in _examples(most):
        radius = largest * sqrt(count / most)
        if radius >= SMALLEST:
            y -= radius
            ring = Circle((middle, y), radius, transform=points(figure))
            ring.set(facecolor="none", edgecolor=EDGE, linewidth=1)
            figure.add_artist(ring)
            words = rounded(count)
            inside = text_width(words, SMALL) < 2 * radius - 4
            put(figure, middle, y if inside else y - radius - 8, words, SMALL, ha="center")
            y -= radius + (8 if inside else 22)


def _examples(most: int) -> list[int]:
    """Round numbers of parameters, from about the most on downwards."""
    if not most:
        return []
    power = 10 ** (len(str(most)) - 1)
    lead = most // power * power
    return [lead, *(size for size in (3 * power // 10, power // 10) if 0 < size < lead)]
