"""The distribution of path lengths as a chart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from matplotlib.ticker import MaxNLocator

from archc.analysis.path_lengths import PathLengths
from archc.analysis.path_table import counted_paths, rounded
from archc.analysis.words import counted
from archc.drawing.palette import PALETTE, QUIET
from archc.plots import Format
from archc.plots.page import POINTS, SIZE, page, slide_style, written

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MIDDLE, OUTER = PALETTE["convolution"].stroke, PALETTE["convolution"].fill
PANEL = 1.4  # inches that a distribution needs at least
BAR, THINNEST = 0.8, 1 / 250  # of the step between two lengths; of the axis
HEADROOM = 1.12  # above the highest bar
WORDS = 0.25  # of the axis: what a word on an end of the distribution needs
TITLE_LENGTH = 24  # characters, which leave room for the words beside it
AXIS = "layers with weights on a path (dark: the middle 95 % of the paths)"
SUPERSCRIPTS = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def plot(distributions: Sequence[tuple[str, PathLengths]], format: Format) -> bytes:
    """The chart's file: one distribution above the other, each with its title, on one axis of lengths.

    Each has its own scale of shares: a single path would otherwise dwarf 2^54.
    """
    with slide_style():
        return written(_figure(distributions), format)


def _figure(distributions: Sequence[tuple[str, PathLengths]]) -> Figure:
    longest = max(lengths.longest for _, lengths in distributions)
    figure = page(max(SIZE[1], PANEL * len(distributions) + 1))
    panels = figure.subplots(len(distributions), sharex=True, squeeze=False)[:, 0]
    for panel, (title, lengths) in zip(panels, distributions, strict=True):
        _bars(panel, lengths, longest)
        _ends(panel, lengths, longest)
        _titles(panel, title, lengths)
    panels[-1].set_xlabel(AXIS)
    panels[-1].set_xlim(0, 1.02 * longest + 1)
    panels[-1].xaxis.set_major_locator(MaxNLocator(12, steps=[1, 2, 5, 10], integer=True))
    figure.supylabel("share of the paths", color=QUIET)
    return figure


def _bars(panel: Axes, lengths: PathLengths, longest: int) -> None:
    low, high = lengths.middle()
    for color, dark in ((OUTER, False), (MIDDLE, True)):
        shares = {
            length: number / lengths.total
            for length, number in lengths.counts.items()
            if (low <= length <= high) is dark
        }
        width = max(BAR * lengths.step, THINNEST * longest)
        panel.bar([*shares], [*shares.values()], width, color=color)
    panel.set_ylim(0, HEADROOM * max(lengths.counts.values()) / lengths.total)
    panel.yaxis.set_major_locator(MaxNLocator(3, steps=[1, 2, 5, 10]))
    panel.yaxis.set_major_formatter(lambda share, _: f"{100 * share:g} %")


def _ends(panel: Axes, lengths: PathLengths, longest: int) -> None:
    """Say how long the shortest and longest paths are where their bars are too low to be seen."""
    low, high = lengths.middle()
    for end, inner, inwards in ((lengths.shortest, low, 1), (lengths.longest, high, -1)):
        if abs(end - inner) > WORDS * longest:
            panel.plot([end], [0], "o", color=MIDDLE, clip_on=False)
            panel.annotate(
                f"{counted_paths(lengths.counts[end])} of {counted(end, 'layer')}",
                xy=(end, 0),
                xytext=(3 * inwards, 8),
                textcoords="offset points",
                horizontalalignment="left" if inwards == 1 else "right",
                color=QUIET,
            )


def _titles(panel: Axes, title: str, lengths: PathLengths) -> None:
    name = " ".join(title.split())
    fitting = name if len(name) <= TITLE_LENGTH else f"{name[: TITLE_LENGTH - 1].rstrip()}…"
    panel.set_title(fitting, loc="left", weight="bold", size=POINTS + 2)
    panel.set_title(_words(lengths), loc="right", size=POINTS)


def _words(lengths: PathLengths) -> str:
    """``2⁵⁴ paths, mean 56, 95 % within 42–70``."""
    large = lengths.power is not None and lengths.power > 9
    power = str(lengths.power).translate(SUPERSCRIPTS)
    number = f"2{power} paths" if large else counted_paths(lengths.total)
    low, high = lengths.middle()
    if lengths.shortest == lengths.longest:
        return f"{number} of {counted(high, 'layer')}"
    return f"{number}, mean {rounded(lengths.mean)}, 95 % within {low:,}–{high:,}"
