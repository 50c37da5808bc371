"""Text of a spec as people are shown it."""

from __future__ import annotations

import pytest

from archc.analysis.words import listed, plain


@pytest.mark.parametrize("text", ["a\nb", "a\x00b", "a\ud800b", "  a \t b  ", "a\u202eb"])
def test_what_cannot_be_shown_becomes_a_space(text: str) -> None:
    assert plain(text) == "a b"


def test_long_text_is_cut() -> None:
    assert plain("a" * 1000) == "a" * 119 + "…"
    assert plain("a" * 1000, 10) == "a" * 9 + "…"


def test_long_lists_are_cut() -> None:
    found = [listed(["a", "b", "c", "d", "e"][:count]) for count in (1, 3, 5)]
    assert found == ["a", "a, b and c", "a, b, c and 2 more"]
