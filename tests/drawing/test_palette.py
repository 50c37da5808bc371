"""The palette: every family has its own colour, and every text can be read on its ground."""

from __future__ import annotations

import pytest

from archc.drawing.palette import (
    EDGE,
    FAMILIES,
    PALETTE,
    PAPER,
    QUIET,
    SHORTCUT,
    TINTS,
    TITLE,
    contrast,
)  # fmt: skip
from archc.ops.base import OPERATORS

READABLE = 5.2


def test_every_family_has_a_colour() -> None:
    assert set(FAMILIES) <= set(PALETTE)
    assert {operator.family for operator in OPERATORS.values()} <= set(PALETTE)


def test_families_differ() -> None:
    looks = [(c.fill, c.stroke, c.dashed) for c in PALETTE.values()]
    assert len(set(looks)) == len(looks)


@pytest.mark.parametrize("kind", PALETTE)
def test_text_in_boxes_can_be_read(kind: str) -> None:
    colour = PALETTE[kind]  # type: ignore[index]
    assert contrast(colour.text, colour.fill) >= READABLE
    if colour.header:
        assert contrast(colour.header_text, colour.header) >= READABLE


@pytest.mark.parametrize("ground", [PAPER, *TINTS])
def test_text_on_paper_and_tints_can_be_read(ground: str) -> None:
    for text in (TITLE, QUIET, EDGE):
        assert contrast(text, ground) >= READABLE


def test_the_arrow_of_the_legend_can_be_seen() -> None:
    assert contrast(SHORTCUT, PAPER) >= READABLE


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)
