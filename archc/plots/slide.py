"""A whole slide, 16:9: its heading, its colours, and how wide words are. Places are in points.

Slides are laid out by hand, so that a figure's parts stand where its author put them, on every
machine: the font comes with matplotlib.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.textpath import text_to_path
from matplotlib.transforms import Affine2D, Transform

from archc.drawing.palette import PAPER, QUIET, TITLE, contrast, mixed
from archc.drawing.picture import lettering
from archc.plots.page import STYLE
from archc.plots.placing import Place

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH, HEIGHT = 960.0, 540.0  # 13.3 × 7.5 inches
MARGIN = 30.0
TITLE_SIZE, WORDS_SIZE, SMALL = 20.0, 11.0, 9.5
HEAD = 84.0  # from the top to where the figure may begin
SEPARATOR = "\u2002·\u2002"
READABLE = 5.2  # contrast of text with the paper
INCH = 72


class Hue(NamedTuple):
    """The colour of one series, and a darker one for its words."""

    fill: str
    text: str


def _hue(fill: str) -> Hue:
    shares = (step / 20 for step in range(21))
    darker = (mixed(fill, TITLE, share) for share in shares)
    return Hue(fill, next(colour for colour in darker if contrast(colour, PAPER) >= READABLE))


# M. Okabe and K. Ito, "Color Universal Design", 2008: told apart with any colour vision
HUES = tuple(
    map(_hue, ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#8A7A00"))
)
GREY = _hue("#8B949E")


def slide(title: str, facts: Sequence[str], scale: float = 1.0, legend: float = 0.0) -> Figure:
    """A slide with a title and a line of facts, which is folded where it is too long.

    ``scale`` makes the page larger, and keeps its shape and the sizes of its words. ``legend`` is
    what the title leaves free at its right. Call it in the style.
    """
    figure = Figure((WIDTH * scale / INCH, HEIGHT * scale / INCH))
    room = WIDTH * scale - 2 * MARGIN
    words = fitted(title, TITLE_SIZE, room - legend - 12 * bool(legend), bold=True)
    put(figure, MARGIN, -36, words, TITLE_SIZE, weight="bold")
    for number, line in enumerate(_lines(facts, room)):
        put(figure, MARGIN, -58 - 15 * number, line, WORDS_SIZE, color=QUIET)
    return figure


def put(figure: Figure, x: float, y: float, text: str, size: float, **looks: str) -> None:
    """Words at a place; a negative one is counted from the right or the top."""
    place = at(figure, x, y)
    settings = {"va": "center", "color": TITLE} | looks
    figure.text(*place, text, fontsize=size, **settings)  # type: ignore[arg-type]


def at(figure: Figure, x: float, y: float) -> tuple[float, float]:
    """A place in points as matplotlib counts: in parts of the figure."""
    width, height = figure.get_size_inches() * INCH
    return (x + width * (x < 0)) / width, (y + height * (y < 0)) / height


def points(figure: Figure) -> Transform:
    """What places an artist by points from the lower left corner."""
    return Affine2D().scale(1 / INCH) + figure.dpi_scale_trans


def label(figure: Figure, place: Place, text: str, size: float, hue: Hue, color: str = "") -> None:
    """Words in a series' colour, with a line to what they name where that is not beside them."""
    if place.line is not None:
        (x0, y0), (x1, y1) = place.line
        line = Line2D((x0, x1), (y0, y1), color=hue.text, linewidth=0.7, transform=points(figure))
        line.set(marker="o", markersize=3, markevery=[0])
        figure.add_artist(line)
    put(figure, place.x, place.y, text, size, weight="bold", ha="center", color=color or hue.text)


def panel(figure: Figure, left: float, bottom: float, width: float, height: float) -> Axes:
    """Axes that fill a rectangle."""
    sizes = figure.get_size_inches() * INCH
    return figure.add_axes(
        (left / sizes[0], bottom / sizes[1], width / sizes[0], height / sizes[1])
    )


@lru_cache(maxsize=10_000)
def text_width(text: str, size: float, bold: bool = False) -> float:
    """How wide a line of text is. Call it in the style."""
    font = FontProperties(
        family=STYLE["font.family"], weight="bold" if bold else "normal", size=size
    )
    return float(text_to_path.get_text_width_height_descent(text, font, ismath=False)[0])


def fitted(text: str, size: float, width: float, bold: bool = False) -> str:
    """The text, or as much of its beginning as fits, with an ellipsis. Call it in the style."""
    return lettering.fitted(text, size, width, bold, text_width)


def _lines(facts: Sequence[str], room: float) -> list[str]:
    """The facts with dots between them, as many on a line as fit."""
    lines: list[str] = []
    for fact in filter(None, facts):
        longer = f"{lines[-1]}{SEPARATOR}{fact}" if lines else fact
        if lines and text_width(longer, WORDS_SIZE) <= room:
            lines[-1] = longer
        else:
            lines.append(fitted(fact, WORDS_SIZE, room))
    return lines
