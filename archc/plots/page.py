"""What all charts share: the size of a slide, its type and colours, and files that never vary."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any

import matplotlib
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine

from archc.drawing.palette import EDGE, PAPER, QUIET, TITLE
from archc.output import marked
from archc.plots import Format

SIZE = (10.0, 5.6)  # inches
POINTS = 14  # of the smallest text
DOTS_PER_INCH = 150  # of a PNG
STYLE: dict[Any, Any] = {
    "axes.edgecolor": EDGE,
    "axes.facecolor": PAPER,
    "axes.labelcolor": QUIET,
    "axes.labelsize": POINTS,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "axes.titlecolor": TITLE,
    "figure.facecolor": PAPER,
    "figure.labelsize": POINTS,
    "font.family": "DejaVu Sans",  # comes with matplotlib, so charts look alike everywhere
    "font.size": POINTS,
    "pdf.fonttype": 42,  # text that can be searched
    "svg.fonttype": "none",  # likewise
    "svg.hashsalt": "archc",
    "text.color": TITLE,
    "text.parse_math": False,  # a title's dollars are dollars
    "xtick.color": EDGE,
    "xtick.labelcolor": QUIET,
    "xtick.labelsize": POINTS,
    "ytick.color": EDGE,
    "ytick.labelcolor": QUIET,
    "ytick.labelsize": POINTS,
}
# matplotlib would write the time, and in a PNG its name where archc's mark goes
METADATA: dict[Format, dict[str, None]] = {
    "svg": {"Date": None},
    "pdf": {"CreationDate": None},
    "png": {"Software": None},
}


MARGIN = 0.15  # inches around what is drawn


@contextmanager
def slide_style() -> Iterator[None]:
    """Charts look the same whatever the user's matplotlibrc says; it holds again afterwards."""
    with matplotlib.rc_context(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from font")  # a box stands for it
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(STYLE)
        yield


def page(height: float = SIZE[1]) -> Figure:
    """An empty figure as wide as a slide, which lays out what it gets. Call it in the style."""
    layout = ConstrainedLayoutEngine(w_pad=MARGIN, h_pad=MARGIN)
    return Figure((SIZE[0], height), layout=layout)


def written(figure: Figure, format: Format) -> bytes:
    """The figure's file, in memory; the same bytes for the same figure. Call it in the style."""
    file = BytesIO()
    figure.savefig(file, format=format, dpi=DOTS_PER_INCH, metadata=METADATA[format])
    return marked(file.getvalue(), format)
