"""The one palette: a colour for every operator family, and for what a drawing adds to them.

Every text has a contrast of at least 5.2 with the ground it stands on (WCAG 2 asks for 4.5), in
every theme.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias, get_args

from archc.drawing import ThemeName
from archc.ops.base import Family

Kind: TypeAlias = Family | Literal["folded"]


class Colour(NamedTuple):
    """How the boxes of one kind look. ``header`` is the ground of a folded box's title."""

    fill: str
    stroke: str
    text: str
    quiet: str  # of the lines below the first
    dashed: bool = False
    header: str = ""
    header_text: str = ""


@dataclass(frozen=True)
class Theme:
    """The colours of one drawing: of its boxes by kind, and of all that stands around them."""

    families: Mapping[Kind, Colour]
    paper: str
    ink: str  # of titles
    quiet: str  # of small text
    edge: str
    shortcut: str
    tints: tuple[str, str]  # of nested groups, in turn
    card: str  # of a block's frame on a tint
    frame: str  # the stroke of both
    kernel: str
    kernel_stroke: str
    added: str
    removed: str
    changed: str


LEGEND: dict[Kind, str] = {
    "input": "input, output",
    "convolution": "convolution",
    "pooling": "pooling",
    "normalisation": "normalisation",
    "activation": "activation",
    "fully_connected": "fully connected",
    "merge": "merge",
    "dropout": "dropout",
    "shape": "reshaping",
    "folded": "folded block",
}

LIGHT = Theme(
    families={
        "input": Colour("#F1F3F5", "#6C757D", "#1B1F24", "#3F4750"),
        "convolution": Colour("#A6CBEC", "#2B6CA3", "#10202E", "#23384A"),
        "pooling": Colour("#E58E5F", "#9A4516", "#2A1206", "#2A1206"),
        "normalisation": Colour("#F5E6A8", "#A08312", "#2B2405", "#453B10"),
        "activation": Colour("#C4DFAE", "#4F7F31", "#17260D", "#2A4119"),
        "fully_connected": Colour("#6C5AA0", "#43336F", "#FFFFFF", "#FFFFFF"),
        "merge": Colour("#1E796A", "#0D4A40", "#FFFFFF", "#FFFFFF"),
        "dropout": Colour("#FFFFFF", "#6C757D", "#1B1F24", "#3F4750", dashed=True),
        "shape": Colour("#FFFFFF", "#57606A", "#1B1F24", "#3F4750"),
        "folded": Colour(
            "#E9EEF4", "#33475B", "#1B1F24", "#3F4750", header="#33475B", header_text="#FFFFFF"
        ),
    },
    paper="#FFFFFF",
    ink="#1B1F24",
    quiet="#57606A",
    edge="#4B5563",
    shortcut="#1E796A",
    tints=("#F3F6F9", "#E9EEF4"),
    card="#FFFFFF",
    frame="#B9C4CF",
    kernel="#F6C9B5",
    kernel_stroke="#B5341A",
    added="#1E796A",
    removed="#B5341A",
    changed="#8A6A00",
)

DARK = Theme(
    families={
        **LIGHT.families,
        "input": Colour("#2E3742", "#8B98A5", "#F1F5F9", "#D5DEE7"),
        "merge": Colour("#1E796A", "#7FD1BF", "#FFFFFF", "#FFFFFF"),
        "fully_connected": Colour("#6C5AA0", "#B7A8E6", "#FFFFFF", "#FFFFFF"),
        "convolution": Colour("#A6CBEC", "#5B9BD1", "#10202E", "#23384A"),
        "dropout": Colour("#14191F", "#8B98A5", "#F1F5F9", "#C3CDD7", dashed=True),
        "shape": Colour("#14191F", "#A9B4C0", "#F1F5F9", "#C3CDD7"),
        "folded": Colour(
            "#26313D", "#8CA3BA", "#F1F5F9", "#D5DEE7", header="#4A6179", header_text="#FFFFFF"
        ),
    },
    paper="#14191F",
    ink="#F1F5F9",
    quiet="#B4BFCA",
    edge="#A9B4C0",
    shortcut="#5FC3AF",
    tints=("#1C232B", "#232C36"),
    card="#1A2027",
    frame="#4A5868",
    kernel="#F6C9B5",
    kernel_stroke="#F08A6C",
    added="#5FC3AF",
    removed="#F08A6C",
    changed="#E2C15A",
)

PRINT = Theme(
    families={
        "input": Colour("#FFFFFF", "#4B5563", "#000000", "#262626"),
        "convolution": Colour("#DCE9F5", "#1F4E79", "#000000", "#262626"),
        "pooling": Colour("#F3C6AC", "#7A3410", "#000000", "#262626"),
        "normalisation": Colour("#FBF4D5", "#7A640E", "#000000", "#262626"),
        "activation": Colour("#E3F0D8", "#3C6325", "#000000", "#262626"),
        "fully_connected": Colour("#B5A9D6", "#43336F", "#000000", "#1A1A1A"),
        "merge": Colour("#8EC4B8", "#0D4A40", "#000000", "#1A1A1A"),
        "dropout": Colour("#FFFFFF", "#4B5563", "#000000", "#262626", dashed=True),
        "shape": Colour("#FFFFFF", "#262626", "#000000", "#262626"),
        "folded": Colour(
            "#FFFFFF", "#262626", "#000000", "#262626", header="#E3E3E3", header_text="#000000"
        ),
    },
    paper="#FFFFFF",
    ink="#000000",
    quiet="#404040",
    edge="#262626",
    shortcut="#0D4A40",
    tints=("#FFFFFF", "#FFFFFF"),
    card="#FFFFFF",
    frame="#8C8C8C",
    kernel="#F9DDD0",
    kernel_stroke="#8F2712",
    added="#0D4A40",
    removed="#8F2712",
    changed="#6B5200",
)

THEMES: dict[ThemeName, Theme] = {"light": LIGHT, "dark": DARK, "print": PRINT}

PALETTE = LIGHT.families
PAPER, TITLE, QUIET, EDGE = LIGHT.paper, LIGHT.ink, LIGHT.quiet, LIGHT.edge
TINTS, TINT_STROKE = LIGHT.tints, LIGHT.frame
FAMILIES: tuple[Family, ...] = get_args(Family)


def contrast(one: str, other: str) -> float:
    """The contrast of two colours written ``#RRGGBB``, from 1 to 21 (WCAG 2.2, "contrast ratio").

    >>> round(contrast("#FFFFFF", "#000000"))
    21
    """
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def mixed(one: str, other: str, share: float) -> str:
    """A colour between two: ``share`` 0 is the first, 1 the second.

    >>> mixed("#000000", "#FFFFFF", 0.5)
    '#808080'
    """
    pairs = zip(_channels(one), _channels(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02X}" for a, b in pairs)


def _channels(colour: str) -> list[int]:
    return [int(colour[i : i + 2], 16) for i in (1, 3, 5)]


def _luminance(colour: str) -> float:
    channels = (c / 255 for c in _channels(colour))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
