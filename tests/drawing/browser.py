"""What a browser makes of a drawing: where its texts, boxes and lines are, and what is wrong there.

One start of a headless Chromium measures any number of SVGs; the script is ``measure.js``.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote

from archc.drawing.picture.lettering import FONTS, text_width

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
    "--disable-component-update", "--no-first-run", "--window-size=1280,720",
    "--font-render-hinting=none",  # else a letter is a whole number of pixels wide
)  # fmt: skip
SECONDS = 180
SCRIPT = Path(__file__).with_name("measure.js").read_text(encoding="utf-8")
SLIDE = 960  # points: what a page is shown as wide as
SMALLEST = 8  # points of a text on a slide
SHRINK = 0.5  # points by which a text's box may overlap another thing
SAMPLE = "Hamburgefonstiv 0123456789"  # tells whether the fonts are as wide as Helvetica

Box = tuple[float, float, float, float]  # left, top, right, low


class Text(NamedTuple):
    """A text on the page; ``length``: its letters' widths; ``node``: the box that it belongs to."""

    text: str
    box: Box
    size: float
    length: float
    bold: bool
    node: tuple[str, Box] | None


class Picture(NamedTuple):
    """What was measured, in units of the ``viewBox``; ``edges`` with the nodes they run through."""

    page: Box
    texts: tuple[Text, ...]
    nodes: tuple[tuple[str, Box], ...]
    edges: tuple[tuple[str, tuple[str, ...]], ...]


class Fault(NamedTuple):
    """``kind``: named twice, small, off the page, over text, cut, across a border, through a box."""

    kind: str
    what: str


class Measured(NamedTuple):
    """``helvetica``: whether the machine's fonts have the widths that archc counts with."""

    pictures: dict[str, Picture]
    helvetica: bool


def program() -> str | None:
    """The browser's path."""
    return next(filter(None, map(shutil.which, PROGRAMS)), None)


def measured(svgs: Mapping[str, str]) -> Measured:
    """All pictures by their names; an SVG that is no XML is an AssertionError."""
    sources = json.dumps(list(svgs.values())).replace("<", "\\u003c")
    font = json.dumps(f"100px {FONTS}")
    page = (
        f'<!DOCTYPE html><html><head><meta charset="utf-8"></head><body><script>{SCRIPT}\n'
        f"report({{pictures: measureAll({sources}), width: width({json.dumps(SAMPLE)}, {font})}});"
        "</script></body></html>"
    )
    answer = run(page)
    helvetica = abs(answer["width"] - text_width(SAMPLE, 100)) < 5
    return Measured(dict(zip(svgs, map(picture, answer["pictures"]), strict=True)), helvetica)


def measured_page(html: str) -> list[Picture]:
    """Every SVG that an HTML page shows once its own scripts have run."""
    script = (
        f"<script>{SCRIPT}\naddEventListener('load', () => report("
        "[...document.querySelectorAll('svg[viewBox]')].map(measure)));</script>"
    )
    return list(map(picture, run(html + script)))


def run(page: str) -> Any:
    command = program()
    assert command, "no browser"
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        file = Path(folder, "page.html")
        file.write_text(page, encoding="utf-8")
        profile = f"--user-data-dir={folder}/profile"
        done = subprocess.run(
            [command, *FLAGS, profile, "--dump-dom", file.as_uri()],
            capture_output=True, text=True, encoding="utf-8", timeout=SECONDS, check=True,
        )  # fmt: skip
    found = re.search(r'<pre id="measured">(.*?)</pre>', done.stdout)
    assert found, f"the page's script failed: {done.stderr[-2000:]}"
    return json.loads(unquote(found[1]))


def picture(data: dict[str, Any]) -> Picture:
    assert "error" not in data, data["error"]
    texts = (_text(**text) for text in data["texts"])
    nodes = map(_node, data["nodes"])
    edges = ((edge["name"], tuple(edge["crossed"])) for edge in data["edges"])
    return Picture(_box(data["page"]), tuple(texts), tuple(nodes), tuple(edges))


def _text(box: list[float], node: dict[str, Any] | None, **others: Any) -> Text:
    return Text(box=_box(box), node=_node(node) if node else None, **others)


def _node(data: dict[str, Any]) -> tuple[str, Box]:
    return data["name"], _box(data["box"])


def _box(sides: list[float]) -> Box:
    left, top, right, low = sides
    return left, top, right, low


def faults(picture: Picture, *, slide: bool = True) -> list[Fault]:
    """What a reader would object to; on a ``slide`` the page is shown 960 points wide."""
    scale = SLIDE / (picture.page[2] - picture.page[0]) if slide else 1
    return [
        *_named_twice(picture),
        *_small(picture, scale),
        *_off_the_page(picture),
        *_over_text(picture),
        *_beyond_boxes(picture),
        *_through_boxes(picture),
    ]


def too_wide(picture: Picture, tolerance: float = 1.03) -> list[Fault]:
    """Texts that are wider than archc counted, which only matters with Helvetica's widths."""
    return [
        Fault("wider than counted", f"{text.text!r}: {text.length:.1f}")
        for text in picture.texts
        if text.length > text_width(text.text, text.size, text.bold) * tolerance
    ]


def _named_twice(picture: Picture) -> Iterator[Fault]:
    for name, times in Counter(name for name, _ in picture.nodes).items():
        if times > 1:
            yield Fault("named twice", name)


def _small(picture: Picture, scale: float) -> Iterator[Fault]:
    for text in picture.texts:
        if text.size * scale < SMALLEST - 0.05:
            yield Fault("small", f"{text.text!r} has {text.size * scale:.2f} points")


def _off_the_page(picture: Picture) -> Iterator[Fault]:
    for text in picture.texts:
        if not _within(_shrunk(text.box), picture.page):
            yield Fault("off the page", repr(text.text))


def _over_text(picture: Picture) -> Iterator[Fault]:
    boxes = [(_shrunk(text.box), text.text) for text in picture.texts if text.text.strip()]
    for (one, first), (other, second) in combinations(sorted(boxes), 2):
        if _overlap(one, other):
            yield Fault("over text", f"{first!r} and {second!r}")


def _beyond_boxes(picture: Picture) -> Iterator[Fault]:
    """Words of a box that it does not hold, and other words that lie partly in one."""
    for text in picture.texts:
        box = _shrunk(text.box)
        if text.node is not None:
            name, node = text.node
            if not _within(box, node):
                yield Fault("cut", f"{text.text!r} in {name}")
            continue
        for name, node in picture.nodes:
            if _overlap(box, node) and not _within(box, node):
                yield Fault("across a border", f"{text.text!r} and {name}")


def _through_boxes(picture: Picture) -> Iterator[Fault]:
    frames = {
        name
        for name, box in picture.nodes
        if any(_within(other, box) for inner, other in picture.nodes if inner != name)
    }
    for edge, crossed in picture.edges:
        ends = edge.split(" -> ")
        for name in crossed:
            if name not in ends and name not in frames:
                yield Fault("through a box", f"{edge} through {name}")


def _shrunk(box: Box) -> Box:
    return box[0] + SHRINK, box[1] + SHRINK, box[2] - SHRINK, box[3] - SHRINK


def _within(box: Box, other: Box) -> bool:
    return box[0] >= other[0] and box[1] >= other[1] and box[2] <= other[2] and box[3] <= other[3]


def _overlap(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
