"""How far networks see, layer after layer: receptive fields over depth, a line for each network."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import log2
from typing import TYPE_CHECKING, NamedTuple

from matplotlib.ticker import FixedLocator, MaxNLocator, NullLocator

from archc.analysis.comparison import Compared
from archc.analysis.growth import Growth, growth
from archc.drawing.palette import EDGE, PAPER, QUIET, TINTS
from archc.plots import Format
from archc.plots.page import slide_style, written
from archc.plots.placing import Box, Disc, placed
from archc.plots.slide import (
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

AREA = Box(74.0, 58.0, WIDTH - MARGIN - 96.0, HEIGHT - 92.0)
UNEVEN = (
    6.0  # where the deepest has so many times the layers of the shallowest, depth is logarithmic
)
LABEL, LABEL_ROOM = 11.0, 200.0
DOT, STEP = 3.2, 7.0  # points: a layer's marker; between the parts of a line that labels avoid
MANY = 40  # layers, from which on their markers are small
APART = 12.0  # points between the names of two image sizes
STYLES = ("solid", (0, (6, 2)), (0, (2, 1.5)))  # for more networks than there are colours


class Line(NamedTuple):
    """One network in the chart. What reads the whole image stays as high as the layer before it."""

    label: str
    growth: Growth
    hue: Hue
    style: object

    @property
    def heights(self) -> list[int]:
        seen, highest = [], 1
        for step in self.growth.steps:
            highest = max(highest, step.size)
            seen.append(highest if step.whole else step.size)
        return seen


def shown(rows: Sequence[Compared]) -> tuple[list[Compared], list[str]]:
    """Which networks the chart can show, and why not the others."""
    grown = [growth(row.graph) is not None for row in rows]
    able = [row for row, grows in zip(rows, grown, strict=True) if grows]
    left_out = [
        f"{row.label} has no layer with weights that looks at an image"
        for row, grows in zip(rows, grown, strict=True)
        if not grows
    ]
    return able, left_out


def plot(rows: Sequence[Compared], format: Format) -> bytes:
    """The chart's file: the fields of the layers with weights along each network's longest path.

    Each network is one that can be :func:`shown`.
    """
    with slide_style():
        return written(_figure(_lines(rows)), format)


def _lines(rows: Sequence[Compared]) -> list[Line]:
    grown = [(row.label, found) for row in rows if (found := growth(row.graph)) is not None]
    return [
        Line(name, found, HUES[place % len(HUES)], STYLES[place // len(HUES) % len(STYLES)])
        for place, (name, found) in enumerate(grown)
    ]


def _figure(lines: Sequence[Line]) -> Figure:
    depths = [line.growth.steps[-1].layer for line in lines]
    uneven = max(depths) > UNEVEN * min(depths)
    figure = slide("Receptive field over depth", _facts(lines))
    axes = panel(figure, AREA.left, AREA.bottom, AREA.right - AREA.left, AREA.top - AREA.bottom)
    _axes(axes, lines, uneven)
    _sizes(figure, axes, sorted({line.growth.length for line in lines}))
    for line in lines:
        _line(axes, line)
    _labels(figure, axes, lines)
    words = f"layers with weights, counted from the image{', logarithmic' * uneven}"
    put(figure, (AREA.left + AREA.right) / 2, 20, words, WORDS_SIZE, ha="center", color=QUIET)
    middle = (AREA.bottom + AREA.top) / 2
    settings = {"ha": "center", "color": QUIET, "rotation": "vertical"}
    put(figure, 24, middle, "receptive field (pixels), logarithmic", WORDS_SIZE, **settings)
    return figure


def _facts(lines: Sequence[Line]) -> tuple[str, ...]:
    whole = any(step.whole for line in lines for step in line.growth.steps)
    return (
        "along the longest path and the longer side of the image; padding counts as image",
        "hollow: reads the whole image" if whole else "",
    )


def _axes(axes: Axes, lines: Sequence[Line], uneven: bool) -> None:
    deepest = max(line.growth.steps[-1].layer for line in lines)
    largest = max(max(*line.heights, line.growth.length) for line in lines)
    axes.set_yscale("log", base=2)
    axes.set_ylim(1 / 1.15, 1.35 * largest)
    every = 1 + int(log2(largest)) // 14
    ticks = [2**power for power in range(0, int(log2(largest)) + 1, every)]
    axes.yaxis.set_major_locator(FixedLocator(ticks))
    axes.yaxis.set_major_formatter(lambda tick, _: f"{tick:,.0f}")
    if uneven:
        axes.set_xscale("log", base=2)
        axes.set_xlim(1 / 1.12, 1.12 * deepest)
        axes.xaxis.set_major_locator(FixedLocator([2**p for p in range(int(log2(deepest)) + 1)]))
        axes.xaxis.set_major_formatter(lambda tick, _: f"{tick:,.0f}")
    else:
        axes.set_xlim(1 - 0.03 * deepest, deepest * 1.03)
        axes.xaxis.set_major_locator(MaxNLocator(12, steps=[1, 2, 5, 10], integer=True))
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_minor_locator(NullLocator())
    axes.tick_params(length=0, labelsize=WORDS_SIZE)
    axes.grid(axis="y", color=TINTS[1], linewidth=1)
    axes.set_axisbelow(True)
    axes.spines["left"].set_visible(False)


def _sizes(figure: Figure, axes: Axes, lengths: Sequence[int]) -> None:
    """A line for each size of image, and its name to the right; near sizes share a name."""
    groups: list[list[int]] = []
    for length in lengths:
        axes.axhline(length, color=EDGE, linewidth=1, linestyle=(0, (4, 3)), zorder=1.5)
        if (
            groups
            and _point(figure, axes, 1, length)[1] - _point(figure, axes, 1, groups[-1][0])[1]
            < APART
        ):
            groups[-1].append(length)
        else:
            groups.append([length])
    for group in groups:
        y = sum(_point(figure, axes, 1, length)[1] for length in group) / len(group)
        words = f"image {', '.join(map(str, group))}"
        put(figure, AREA.right + 6, y, fitted(words, SMALL, 96 + MARGIN - 10), SMALL, color=QUIET)


def _line(axes: Axes, line: Line) -> None:
    layers = [step.layer for step in line.growth.steps]
    heights = line.heights
    axes.plot(layers, heights, color=line.hue.fill, linewidth=2, linestyle=line.style)
    size = DOT if len(layers) > MANY else 2 * DOT
    for whole in (False, True):
        some = [place for place, step in enumerate(line.growth.steps) if step.whole is whole]
        axes.plot(
            [layers[place] for place in some], [heights[place] for place in some],
            "o", color=line.hue.fill, markersize=size * (1.3 if whole and size == DOT else 1),
            markerfacecolor=PAPER if whole else line.hue.fill, markeredgewidth=1.4, zorder=3,
        )  # fmt: skip


def _point(figure: Figure, axes: Axes, x: float, y: float) -> tuple[float, float]:
    """A place in the axes, in points of the slide."""
    across, up = points(figure).inverted().transform(axes.transData.transform((x, y)))
    return float(across), float(up)


def _labels(figure: Figure, axes: Axes, lines: Sequence[Line]) -> None:
    """Each network's name at the end of its line, clear of the other lines."""
    paths = [
        [
            _point(figure, axes, step.layer, height)
            for step, height in zip(line.growth.steps, line.heights, strict=True)
        ]
        for line in lines
    ]
    names = [fitted(line.label, LABEL, LABEL_ROOM, bold=True) for line in lines]
    sizes = [(text_width(name, LABEL, bold=True), 1.1 * LABEL) for name in names]
    ends = [Disc(*path[-1], 2 * DOT) for path in paths]
    dots = [Disc(x, y, DOT) for path in paths for x, y in _along(path)]
    for length in {line.growth.length for line in lines}:
        y = _point(figure, axes, 1, length)[1]
        dots += [Disc(x, y, 1) for x, y in _along([(AREA.left, y), (AREA.right, y)])]
    for place, name, line in zip(placed(ends, sizes, AREA, dots), names, lines, strict=True):
        label(figure, place, name, LABEL, line.hue)


def _along(path: Sequence[tuple[float, float]]) -> Iterator[tuple[float, float]]:
    """Points on a line, close enough that no label fits between them, and not many closer."""
    yield path[-1]
    kept = [path[0]]
    for x, y in path[1:]:
        if max(abs(x - kept[-1][0]), abs(y - kept[-1][1])) >= STEP / 2:
            kept.append((x, y))
    for (x0, y0), (x1, y1) in pairwise(kept):
        parts = 1 + int(max(abs(x1 - x0), abs(y1 - y0)) / STEP)
        for part in range(parts):
            yield x0 + (x1 - x0) * part / parts, y0 + (y1 - y0) * part / parts
