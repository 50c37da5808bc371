"""Scenes as files: their kinds, sizes and words, and what is said where Graphviz is missing."""

from __future__ import annotations

import builtins
import os
import stat
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from pypdf import PdfReader

from archc.drawing import Still
from archc.drawing.picture import render as module
from archc.drawing.picture.render import pdf_pages, render
from archc.drawing.picture.scene import About, Disc, Label, Rect, Route, Scene, Words
from archc.errors import SpecError

FILL, EDGE = "#E58E5F", "#1E796A"
ITEMS = (
    Rect(100, 100, 200, 60, FILL, "#9A4516", (Words("3×3 max pool, /2", 11, True),), about=About("a")),
    Rect(500, 100, 200, 60, FILL, "#9A4516", (Words("dropout"),), dashed=True, about=About("b")),
    Route(((300, 130), (500, 130)), EDGE, 4, arrow=False, about=About("a -> b")),
    Label(24, 36, Words("He et al., CVPR 2016 · 25.6 M", 20), "start"),
)  # fmt: skip


def slide(width: float = 960, height: float = 540, paper: str = "#14191F") -> Scene:
    return Scene("net", "A net", width, height, paper, "#000000", ITEMS)


@pytest.mark.parametrize(
    ("format", "start"),
    [("svg", b"<?xml"), ("pdf", b"%PDF-"), ("png", b"\x89PNG"), ("dot", b"digraph net {")],
)
def test_formats(format: Still, start: bytes, capfd: pytest.CaptureFixture[str]) -> None:
    picture = render(slide(), format)
    assert picture.startswith(start)
    assert len(picture) > 1000
    assert capfd.readouterr().err == ""


def pixel(image: Image.Image, x: float, y: float) -> str:
    """The colour at a point of the scene."""
    red, green, blue = image.getpixel((round(2 * x), round(2 * y)))  # type: ignore[misc]
    return f"#{red:02X}{green:02X}{blue:02X}"


def test_png_has_two_dots_a_point_and_every_thing_at_its_place() -> None:
    image = Image.open(BytesIO(render(slide(), "png"))).convert("RGB")
    assert image.size == (1920, 1080)
    places = {(110, 110): FILL, (290, 150): FILL, (400, 130): EDGE, (400, 126): "#14191F"}
    corners = {(1, 1): "#14191F", (958, 538): "#14191F", (100, 100): "#14191F"}
    assert {place: pixel(image, *place) for place in places | corners} == places | corners


def test_nothing_is_lost_behind_an_empty_text() -> None:
    """Graphviz reads no further than a text of no characters."""
    empty = Words("")
    items = (
        Label(20, 20, empty),
        Rect(20, 300, 90, 40, FILL, lines=(empty, empty)),
        Disc(200, 320, 15, FILL, EDGE, empty),
        *ITEMS,
    )
    scene = Scene("net", "", 960, 540, "#FFFFFF", "#000000", items)
    assert pixel(Image.open(BytesIO(render(scene, "png"))).convert("RGB"), 400, 130) == EDGE
    (page,) = PdfReader(BytesIO(render(scene, "pdf"))).pages
    assert "dropout" in page.extract_text()
    assert "></text>" not in render(scene, "svg").decode()


def test_a_page_too_large_for_pixels(capfd: pytest.CaptureFixture[str]) -> None:
    image = Image.open(BytesIO(render(slide(400, 40_000), "png")))
    assert image.size == (320, 32_000)
    assert capfd.readouterr().err == ""


def test_pdf_has_the_page_and_its_words() -> None:
    (page,) = PdfReader(BytesIO(render(slide(960.5, 540.25), "pdf"))).pages
    assert [float(side) for side in page.mediabox] == pytest.approx([0, 0, 960.5, 540.25], abs=0.5)
    text = page.extract_text().replace("\xa0", " ")
    assert "He et al., CVPR 2016 · 25.6 M" in text
    assert "3×3 max pool, /2" in text


def test_pdf_of_several_pages() -> None:
    pages = PdfReader(BytesIO(pdf_pages([slide(), slide(720, 540), slide(800, 2000)]))).pages
    sizes = [(float(page.mediabox.width), float(page.mediabox.height)) for page in pages]
    assert sizes == [(960, 540), (720, 540), (800, 2000)]
    assert all("dropout" in page.extract_text() for page in pages)


def test_equal_scenes_give_equal_files() -> None:
    for format in ("svg", "dot", "png"):
        assert render(slide(), format) == render(slide(), format)  # type: ignore[arg-type]


def test_an_unknown_format() -> None:
    with pytest.raises(SpecError) as caught:
        render(slide(), "gif")  # type: ignore[arg-type]
    assert caught.value.mistakes[0].code == "A082"
    assert caught.value.mistakes[0].message == "a drawing cannot be written as 'gif'"
    assert caught.value.mistakes[0].help == "choose svg, pdf, png, html, dot"


@pytest.fixture
def no_wheel(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A machine without pygraphviz, and with the programs of a folder alone."""
    found = builtins.__import__

    def missing(name: str, *rest: Any, **more: Any) -> Any:
        if name == "pygraphviz":
            raise ImportError(name)
        return found(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", missing)
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


def test_without_graphviz(no_wheel: Path) -> None:
    for format in ("pdf", "png"):
        with pytest.raises(SpecError) as caught:
            render(slide(), format)  # type: ignore[arg-type]
        mistake = caught.value.mistakes[0]
        assert mistake.message == "drawing needs Graphviz, and neither `dot` nor pygraphviz is here"
        assert "pip install pygraphviz" in mistake.help
    assert render(slide(), "svg").startswith(b"<?xml")
    assert render(slide(), "dot").startswith(b"digraph")


def program(folder: Path, script: str) -> None:
    file = folder / "dot"
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(file.stat().st_mode | stat.S_IXUSR)


@pytest.mark.skipif(os.name != "posix", reason="the program is a shell script")
def test_by_the_system_s_graphviz(no_wheel: Path) -> None:
    program(no_wheel, 'echo "$@"')
    assert render(slide(), "pdf").split() == [b"-Kneato", b"-Tpdf", b"-n2"]
    program(no_wheel, "exit 3")
    with pytest.raises(SpecError, match="status 3"):
        render(slide(), "png")


def test_font_settings_of_the_machine_are_no_news(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """fontconfig writes to the descriptor, past Python; what others write there stays."""
    with module._font_warnings_left_out():
        os.write(2, b"Fontconfig warning: line 6: unknown element\nanother line\n")
    assert capfd.readouterr().err == "another line\n"
    monkeypatch.setattr(module.sys, "stderr", None)
    with module._font_warnings_left_out():
        pass
