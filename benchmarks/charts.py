"""The charts of docs/performance.md, from the results of a run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import log10
from typing import TYPE_CHECKING

from eager import ARCHC, TORCHVISION
from frontend import REPEATED, WRITTEN
from optimised import BATCHES, COMPILE, ONNX, OPTIMISED, TORCHSCRIPT
from record import Results, cases, faster

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SUBJECTS = (ARCHC, OPTIMISED, TORCHSCRIPT, COMPILE, ONNX)
BAR = 0.8 / len(SUBJECTS)
GOALS = {"time": 30.0, "memory": 4.0}  # seconds and GiB, for a million nodes
SUPERSCRIPTS = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def charts(results: Results) -> dict[str, bytes]:
    """Each chart that the results suffice for, as SVG, by its file's name."""
    from archc.plots.page import slide_style, written

    drawn = {}
    with slide_style():
        for name, draw in CHARTS.items():
            figure = draw(results)
            if figure is not None:
                drawn[f"performance-{name}.svg"] = written(figure, "svg")
    return drawn


def speeds(results: Results) -> Figure | None:
    """How many times as fast as torchvision each rival is: bars, a panel for each batch."""
    from archc.plots.page import page

    batches = [size for size in BATCHES if any(results.of("optimised", size=size))]
    if not batches:
        return None
    figure = page(3.2 * len(batches) + 1.2)
    panels = figure.subplots(len(batches), squeeze=False)[:, 0]
    for panel, size in zip(panels, batches, strict=True):
        _bars(panel, results, size)
    _legend(figure, panels[0], 3)
    return figure


def _bars(panel: Axes, results: Results, size: int) -> None:
    colours = _colours()
    networks = cases(results.of("optimised", size=size))
    for place, subject in enumerate(SUBJECTS):
        values = [_speed(results, network, subject, size) for network in networks]
        where = [index + (place - 2) * BAR for index in range(len(networks))]
        panel.bar(where, values, 0.9 * BAR, color=colours[subject], label=subject)
    panel.axhline(1, color=colours[TORCHVISION], linewidth=1.5)
    panel.set_xticks(range(len(networks)), networks)
    panel.tick_params(length=0)
    panel.set_ylabel("times the speed")
    panel.set_title(f"batch {size}; the line is torchvision, eager", loc="left", fontsize=14)


def _speed(results: Results, network: str, subject: str, size: int) -> float:
    rows = [results.one("optimised", network, one, size=size) for one in (subject, TORCHVISION)]
    return faster(*rows) or 0.0


def growth(results: Results) -> Figure | None:
    """Time and memory of the front end over the number of nodes, both logarithmic."""
    from matplotlib.ticker import NullLocator

    from archc.plots.page import page
    from archc.plots.slide import HUES

    if not any(results.of("frontend", REPEATED)):
        return None
    figure = page()
    time, memory = figure.subplots(1, 2)
    for kind, hue in zip((REPEATED, WRITTEN), HUES, strict=False):
        rows = list(results.of("frontend", kind, "nodes"))
        sizes = [row.size for row in rows if row.runs]
        time.plot(
            sizes, [row.timing.median for row in rows if row.runs], "o-", color=hue.fill, label=kind
        )
        held = [row.facts["peak"] / 2**30 for row in rows if row.runs]
        memory.plot(sizes, held, "o-", color=hue.fill, label=kind)
    for panel, words, goal in ((time, "seconds", "time"), (memory, "GiB", "memory")):
        panel.loglog()
        for axis in (panel.xaxis, panel.yaxis):
            axis.set_major_formatter(power)
            axis.set_minor_locator(NullLocator())
        panel.axhline(GOALS[goal], color=_colours()[TORCHVISION], linestyle=(0, (4, 3)))
        panel.set_xlabel("nodes")
        panel.set_title(words, loc="left")
    _legend(figure, time, 2)
    return figure


def power(value: float, place: int | None = None) -> str:
    """A power of ten.

    >>> power(1e6), power(0.01)
    ('10⁶', '10⁻²')
    """
    return f"10{str(round(log10(value))).translate(SUPERSCRIPTS)}"


def batches(results: Results) -> Figure | None:
    """Milliseconds an image over the batch: a panel for each network."""
    from archc.plots.page import page

    networks = cases(results.of("batches"))
    if not networks:
        return None
    figure = page()
    panels = figure.subplots(1, len(networks), squeeze=False)[0]
    for panel, network in zip(panels, networks, strict=True):
        for subject in (TORCHVISION, ARCHC, OPTIMISED):
            found = list(_an_image(results, network, subject))
            panel.plot(*zip(*found, strict=True), "o-", color=_colours()[subject], label=subject)
        panel.set_xscale("log", base=2)
        panel.set_xticks(sizes := sorted({row.size for row in results.of("batches")}), sizes)
        panel.set_ylim(bottom=0)
        panel.set_xlabel("images in a batch")
        panel.set_title(network, loc="left")
    panels[0].set_ylabel("ms an image")
    _legend(figure, panels[0], 3)
    return figure


def _an_image(results: Results, network: str, subject: str) -> Iterator[tuple[int, float]]:
    for row in results.of("batches", network):
        if row.subject == subject and row.runs:
            yield row.size, row.timing.median / row.size * 1e3


def _legend(figure: Figure, panel: Axes, columns: int) -> None:
    """What the colours of a panel mean, above all panels."""
    handles, labels = panel.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper left", ncols=columns, frameon=False)


def _colours() -> Mapping[str, str]:
    from archc.plots.slide import GREY, HUES

    return {TORCHVISION: GREY.fill} | {
        subject: hue.fill for subject, hue in zip(SUBJECTS, HUES, strict=False)
    }


CHARTS = {"speed": speeds, "nodes": growth, "batches": batches}
