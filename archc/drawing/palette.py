"""The one palette: a colour for every operator family, and for what a drawing adds to them.

Every text has a contrast of at least 5.2 with the ground it stands on (WCAG 2 asks for 4.5).
"""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias, get_args

from archc.ops.base import Family

Kind: TypeAlias = Family | Literal["folded"]


class Colour(NamedTuple):
    """How the boxes of one kind look. ``header`` is the ground of a folded box's title."""

    fill: str
    stroke: str
    text: str
    legend: str  # what the kind is called in a legend
    dashed: bool = False
    header: str = ""
    header_text: str = ""


PALETTE: dict[Kind, Colour] = {
    "input": Colour("#F1F3F5", "#6C757D", "#1B1F24", "input, output"),
    "convolution": Colour("#A6CBEC", "#2B6CA3", "#10202E", "convolution"),
    "pooling": Colour("#E58E5F", "#9A4516", "#2A1206", "pooling"),
    "normalisation": Colour("#F5E6A8", "#A08312", "#2B2405", "normalisation"),
    "activation": Colour("#C4DFAE", "#4F7F31", "#17260D", "activation"),
    "fully_connected": Colour("#6C5AA0", "#43336F", "#FFFFFF", "fully connected"),
    "merge": Colour("#1E796A", "#0D4A40", "#FFFFFF", "merge"),
    "dropout": Colour("#FFFFFF", "#6C757D", "#1B1F24", "dropout", dashed=True),
    "shape": Colour("#FFFFFF", "#57606A", "#1B1F24", "reshaping"),
    "folded": Colour(
        "#E9EEF4", "#33475B", "#1B1F24", "folded block", header="#33475B", header_text="#FFFFFF"
    ),
}

PAPER = "#FFFFFF"
TITLE = "#1B1F24"
EDGE = "#4B5563"
QUIET = "#57606A"
SHORTCUT = PALETTE["merge"].fill
TINTS = ("#F3F6F9", "#E9EEF4")  # of nested clusters, in turn
TINT_STROKE = "#D2DEEA"
FAMILIES: tuple[Family, ...] = get_args(Family)


def contrast(one: str, other: str) -> float:
    """The contrast of two colours written ``#RRGGBB``, from 1 to 21 (WCAG 2.2, "contrast ratio").

    >>> round(contrast("#FFFFFF", "#000000"))
    21
    """
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
