"""The palette: every family has its own colour, and every text can be read on its ground."""

from __future__ import annotations

from itertools import product

import pytest

from archc.drawing import ThemeName
from archc.drawing.frames.colours import faded
from archc.drawing.palette import FAMILIES, PALETTE, THEMES, contrast
from archc.drawing.picture.scene import Label, Rect, Words
from archc.ops.base import OPERATORS

READABLE, LINES = 5.2, 4.5


def test_every_family_has_a_colour() -> None:
    assert set(FAMILIES) <= set(PALETTE)
    assert {operator.family for operator in OPERATORS.values()} <= set(PALETTE)


def test_families_differ() -> None:
    looks = [(c.fill, c.stroke, c.dashed) for c in PALETTE.values()]
    assert len(set(looks)) == len(looks)


@pytest.mark.parametrize("theme", THEMES)
def test_text_in_boxes_can_be_read(theme: ThemeName) -> None:
    for colour in THEMES[theme].families.values():
        assert contrast(colour.text, colour.fill) >= READABLE
        assert contrast(colour.quiet, colour.fill) >= READABLE
        if colour.header:
            assert contrast(colour.header_text, colour.header) >= READABLE


@pytest.mark.parametrize("theme", THEMES)
def test_text_and_lines_on_their_grounds_can_be_read(theme: ThemeName) -> None:
    look = THEMES[theme]
    for ground in (look.paper, look.card, *look.tints):
        for text in (look.ink, look.quiet, look.edge, look.shortcut):
            assert contrast(text, ground) >= LINES
        assert min(contrast(look.ink, ground), contrast(look.quiet, ground)) >= READABLE


@pytest.mark.parametrize("theme", THEMES)
def test_what_is_faded_can_be_read(theme: ThemeName) -> None:
    look = THEMES[theme]
    words = (Words("a", color=look.ink), Words("b", color="#FFFFFF"))
    for colour in look.families.values():
        box = Rect(0, 0, 9, 9, colour.fill, lines=words, header=colour.header or colour.fill)
        (shown,) = [item for item in [faded(box, look)] if isinstance(item, Rect)]
        for text, ground in product(shown.lines, (shown.fill, shown.header)):
            assert contrast(text.color, ground) >= LINES
    (label,) = [i for i in [faded(Label(0, 0, words[0]), look)] if isinstance(i, Label)]
    for ground in (look.paper, look.card, *look.tints):
        assert contrast(label.words.color, ground) >= LINES


@pytest.mark.parametrize("theme", THEMES)
def test_what_a_variant_changes_can_be_seen(theme: ThemeName) -> None:
    look = THEMES[theme]
    marks = (look.added, look.removed, look.changed)
    assert len(set(marks)) == len(marks)
    assert all(contrast(mark, look.tints[0]) >= LINES for mark in marks)


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)
