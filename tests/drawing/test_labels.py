"""Escaping and cutting of text."""

from __future__ import annotations

import pytest

from archc.drawing.labels import LONGEST, markup, plain, span


@pytest.mark.parametrize("text", ["<b>", "&amp;", '"', "'", "\\N", "\\", "a\nb", "\x00", "\ud800"])
def test_nothing_reaches_a_label_raw(text: str) -> None:
    found = markup(text)
    assert not set(found) & set("<>\"'\\\n\x00")
    found.encode()  # no lone surrogate is left


def test_entities_are_not_read_twice() -> None:
    assert markup("&lt;") == "&amp;lt;"


def test_long_text_is_cut() -> None:
    assert plain("a" * 1000) == "a" * (LONGEST - 1) + "…"


def test_an_empty_text_is_no_empty_element() -> None:
    assert span("\x07", 9) == '<font point-size="9">&#160;</font>'
