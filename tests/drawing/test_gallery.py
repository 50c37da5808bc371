"""The gallery's pictures are what the code draws today, and a browser finds no fault in them."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

DOCS = Path(__file__).parents[2] / "docs"
SLIDE = 'viewBox="0 0 960 540"'


def _gallery() -> ModuleType:
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(DOCS)
        return importlib.import_module("gallery")


gallery = _gallery()
PICTURES = [picture for part in gallery.GALLERY.values() for picture in part]


@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture.name)
def test_picture_is_drawn_as_it_was(picture: Any) -> None:
    drawn, file = gallery.drawn(picture), picture.file
    if not file.exists() or drawn != file.read_bytes():
        pytest.fail(
            f"`archc draw {picture.command}` now draws another picture than docs/gallery/{file.name}. "
            "Look at it; if it is better, `make gallery` keeps it."
        )


def test_page_and_folder_have_these_pictures_and_no_others() -> None:
    assert sorted(gallery.PICTURES.iterdir()) == sorted(picture.file for picture in PICTURES)
    assert (DOCS / "gallery.md").read_text(encoding="utf-8") == gallery.page()


def test_pictures_are_slides_unless_they_say_that_they_are_larger() -> None:
    larger = [picture.name for picture in PICTURES if SLIDE not in picture.file.read_text("utf-8")]
    assert larger == [picture.name for picture in PICTURES if picture.larger]


def test_browser_finds_no_fault(browser: Any) -> None:
    svgs = {picture.name: picture.file.read_text(encoding="utf-8") for picture in PICTURES}
    measured = browser.measured(svgs)
    faults = {
        picture.name: browser.faults(measured.pictures[picture.name], slide=not picture.larger)
        for picture in PICTURES
    }
    assert {name: found for name, found in faults.items() if found} == {}
