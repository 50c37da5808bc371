"""The browser's checker finds each fault in an SVG made to have it, and none in a good one."""

from __future__ import annotations

from html import escape
from types import ModuleType

import pytest

from archc.drawing.picture.scene import About, Disc, Label, Polygon, Rect, Route, Scene, Words
from archc.drawing.picture.svg import as_svg


def svg(body: str, width: int = 960, height: int = 540) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"'
        f' font-family="Arial, Liberation Sans, sans-serif" font-size="12">{body}</svg>'
    )


def node(name: str, x: int, y: int, words: str = "", size: int = 12) -> str:
    text = f'<text x="{x + 4}" y="{y + 20}" font-size="{size}">{words}</text>' if words else ""
    box = f'<rect x="{x}" y="{y}" width="80" height="30"/>'
    return f'<g class="node" data-name="{name}">{box}{text}</g>'


def edge(name: str, path: str) -> str:
    return f'<g class="edge" data-name="{name}"><path d="{path}" fill="none" stroke="red"/></g>'


THREE = node("a", 0, 0) + node("b", 0, 100) + node("c", 0, 200)
DIAMOND = '<g class="node" data-name="c"><polygon points="100,0 200,100 100,200 0,100"/></g>'
BAD = {
    "small": (svg('<text x="9" y="99" font-size="7.9">tiny</text>'), "small"),
    "small on a large page": (svg('<text x="9" y="99">tiny</text>', 1920, 1080), "small"),
    "small by a transform": (
        svg('<g transform="scale(0.5)"><text x="9" y="99">tiny</text></g>'),
        "small",
    ),
    "beyond the right border": (svg('<text x="940" y="99">too long</text>'), "off the page"),
    "above the page": (svg('<text x="9" y="5">high</text>'), "off the page"),
    "over each other": (
        svg('<text x="9" y="99">one</text><text x="20" y="105">two</text>'),
        "over text",
    ),
    "wider than its box": (svg(node("a", 50, 50, "many words in a box")), "cut"),
    "higher than its box": (svg(node("a", 50, 50, "I", size=40)), "cut"),
    "half in a box": (svg(node("a", 0, 0) + '<text x="60" y="20">word</text>'), "across a border"),
    "two of one name": (svg(node("a", 0, 0) + node("a", 0, 100)), "named twice"),
    "a line through a box": (svg(THREE + edge("a -&gt; c", "M40 30V200")), "through a box"),
    "a bent line": (
        svg(THREE + edge("a -&gt; c", "M80 15C200 100 90 120 60 115S200 215 80 215")),
        "through a box",
    ),
    "a moved box": (
        svg(f'<g transform="translate(300 0)">{THREE}</g>' + edge("x -&gt; y", "M320 0V20")),
        "through a box",
    ),
    "a slanted box": (svg(DIAMOND + edge("a -&gt; b", "M60 0V210")), "through a box"),
}


@pytest.fixture(scope="module")
def measured(browser: ModuleType):  # type: ignore[no-untyped-def]
    return browser.measured({name: text for name, (text, _) in BAD.items()})


@pytest.mark.parametrize("name", BAD)
def test_each_fault_is_found(browser: ModuleType, measured, name: str) -> None:  # type: ignore[no-untyped-def]
    kinds = {fault.kind for fault in browser.faults(measured.pictures[name])}
    assert kinds == {BAD[name][1]}


def test_what_is_no_fault(browser: ModuleType) -> None:
    frame = '<g class="node" data-name="f"><rect x="0" y="40" width="300" height="250"/></g>'
    good = {
        "beside a box": THREE + edge("a -&gt; c", "M80 15H90V215H80"),
        "from border to border": THREE + edge("a -&gt; b", "M40 30V100"),
        "into a frame": frame + node("b", 20, 100) + edge("a -&gt; b", "M60 0V100"),
        "beside a slanted box": DIAMOND + edge("a -&gt; b", "M20 0V60"),
        "words in a box": node("a", 0, 0, "a box"),
        "no ends named": THREE + '<path d="M40 30V200" stroke="red"/>',
        "lines of text": '<text x="9" y="50">one</text><text x="9" y="65">two</text>',
        "hidden": '<text x="-90" y="9" display="none">gone</text>',
    }
    pictures = browser.measured({name: svg(body) for name, body in good.items()}).pictures
    assert {name: browser.faults(picture) for name, picture in pictures.items()} == {
        name: [] for name in good
    }


def test_a_page_of_no_slide_has_its_own_size(browser: ModuleType) -> None:
    text = svg('<text x="9" y="99">words</text>', 1920, 4000)
    picture = browser.measured({"": text}).pictures[""]
    assert browser.faults(picture, slide=False) == []
    assert [fault.kind for fault in browser.faults(picture)] == ["small"]


def test_what_is_no_xml(browser: ModuleType) -> None:
    with pytest.raises(AssertionError, match="mismatch"):
        browser.measured({"": svg("<g>")})


def test_a_scene_as_the_browser_sees_it(browser: ModuleType) -> None:
    """Places come back as they were given, and widths as they were counted."""
    lines = Words("7×7 conv, 64", 11, True), Words("192 × 28 × 28 · “ReLU”", 9, italic=True)
    items = (
        Rect(100, 50, 200, 60, "#FFFFFF", "#000000", lines, copies=2, about=About("a")),
        Disc(500, 80, 12, "#FFFFFF", "#000000", Words("+"), about=About("b")),
        Polygon(((600, 60), (640, 50), (640, 100), (600, 110)), "#FFFFFF", "#000000"),
        Route(((300, 80), (488, 80)), "#000000", about=About("a -> b")),
        Label(24, 200, Words("<b>&amp;\\N</b>"), "start"),
    )
    found = browser.measured({"": as_svg(Scene("s", "t", 960, 540, "#FFFFFF", "#000000", items))})
    picture = found.pictures[""]
    assert browser.faults(picture) == []
    assert [text.text for text in picture.texts][-1] == "<b>&amp;\\N</b>"
    assert [name for name, _ in picture.nodes] == ["a", "b"]
    assert picture.nodes[0][1] == pytest.approx((100, 50, 300, 110), abs=0.01)
    assert picture.edges == (("a -> b", ()),)
    if not found.helvetica:
        pytest.skip("the machine has no font with Helvetica's widths")
    assert browser.too_wide(picture) == []


def test_widths_are_those_of_the_fonts(browser: ModuleType) -> None:
    """Every letter of ASCII and the signs that archc writes, and words with accents."""
    letters = [*map(chr, range(33, 127)), "×", "·", "–", "−", "…", "’", "→"]
    words = ["Schölkopf, Çağlar", "Müller and Åström", "ÉÀÜÖ", "αβγ", "Ньютон"]
    texts = "".join(
        f'<text x="9" y="99" font-weight="{weight}">{escape(text)}</text>'
        for text in (*letters, *words)
        for weight in ("normal", "bold")
    )
    found = browser.measured({"": svg(texts)})
    if not found.helvetica:
        pytest.skip("the machine has no font with Helvetica's widths")
    assert browser.too_wide(found.pictures[""]) == []


def test_the_drawings_of_a_page(browser: ModuleType) -> None:
    """A script of the page may move what is drawn; what is seen is what counts."""
    page = (
        "<!DOCTYPE html><title>t</title>"
        + svg(node("a", 0, 0, "a box"), 100, 100)
        + "<script>document.querySelector('text').setAttribute('x', 60)</script>"
    )
    (picture,) = browser.measured_page(page)
    assert [fault.kind for fault in browser.faults(picture)] == ["cut"]
