"""How wide text is, so that boxes fit their words on every machine, whatever fonts it has.

Widths are those of Helvetica, which Arial and Liberation Sans share (Adobe's AFM files, in
thousandths of the size). What they lack is taken to be wide rather than cut.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TypeAlias
from unicodedata import normalize

Measure: TypeAlias = Callable[[str, float, bool], float]

FONTS = "Arial, Liberation Sans, Arimo, Helvetica, sans-serif"
FIRST = " "
REGULAR = (
    278, 278, 355, 556, 556, 889, 667, 222, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556,
    556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667,
    611, 778, 722, 278, 500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667,
    667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500,
    222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
)  # fmt: skip
BOLD = (
    278, 333, 474, 556, 556, 889, 722, 278, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556,
    556, 556, 556, 556, 556, 556, 556, 333, 333, 584, 584, 584, 611, 975, 722, 722, 722, 722, 667,
    611, 778, 722, 278, 556, 722, 611, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667,
    667, 611, 333, 278, 333, 584, 556, 333, 556, 611, 556, 611, 556, 333, 611, 611, 278, 278, 556,
    278, 889, 611, 611, 611, 611, 389, 556, 333, 611, 556, 778, 556, 556, 500, 389, 280, 389, 584,
)  # fmt: skip
OTHERS = {"×": 584, "·": 278, "–": 556, "−": 584, "…": 1000, "’": 278, "→": 1000, "\xa0": 278}
LATIN, WIDE = 667, 1000  # Greek and Cyrillic; ideographs and symbols
LATIN_END = "\u0590"


@lru_cache(maxsize=20_000)
def text_width(text: str, size: float, bold: bool = False) -> float:
    """The width of one line of text in points, in a size in points.

    >>> round(text_width("conv", 10), 2)
    21.12
    """
    table = BOLD if bold else REGULAR
    units = 0
    for c in text:
        index = ord(normalize("NFD", c)[0]) - ord(FIRST)  # é is as wide as e
        if 0 <= index < len(table):
            units += table[index]
        else:
            units += OTHERS.get(c, LATIN if c < LATIN_END else WIDE)
    return units * size / 1000


def fitted(
    text: str, size: float, width: float, bold: bool = False, measure: Measure = text_width
) -> str:
    """The text, or as much of its beginning as fits a width in points, with an ellipsis.

    ``measure`` tells the width of a text in a size, bold or not.

    >>> fitted("convolution", 10, 40)
    'convol…'
    """
    if measure(text, size, bold) <= width:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if measure(text[:middle].rstrip() + "…", size, bold) <= width:
            low = middle
        else:
            high = middle - 1
    return text[:low].rstrip() + "…"
