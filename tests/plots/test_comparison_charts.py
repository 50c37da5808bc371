"""What the charts of ``archc compare`` have in common: files, sizes, words, and any network at all."""

from __future__ import annotations

import re
import struct
import xml.etree.ElementTree as ET
from collections.abc import Callable, Sequence
from itertools import combinations
from unittest import mock

import matplotlib
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Affine2D, Bbox

import archc
from archc.analysis.comparison import Compared, compared
from archc.plots import Format, bars, bubble, receptive
from archc.plots.page import slide_style

SVG = "{http://www.w3.org/2000/svg}"
CHARTS = {"bars": bars, "bubble": bubble, "receptive": receptive}
FIGURES: dict[str, Callable[[Sequence[Compared]], Figure]] = {
    "bars": bars._figure,
    "bubble": bubble._figure,
    "receptive": lambda rows: receptive._figure(receptive._lines(rows)),
}
TWELVE = (
    "alexnet", "zfnet", "vgg11", "vgg16", "googlenet", "inception_v3", "resnet18", "resnet50",
    "resnet152", "densenet121", "xception", "efficientnet_b0",
)  # fmt: skip
SPEC = """\
archc: 1
name: net
title: {title}
published: {{dataset: ImageNet, protocol: 1 crop, top1: 70}}
input: [3, 32, 32]
nodes:
  conv: {{op: conv, filters: 4, kernel: 3}}
  fc: {{op: fc, units: 2}}
"""


def rows(*names: str) -> list[Compared]:
    return compared([archc.load(name).graph for name in names])


def spec(text: str) -> Compared:
    (row,) = compared([archc.loads(text).graph])
    return row


TWO = rows("alexnet", "vgg16")


def texts(svg: bytes) -> list[str]:
    return ["".join(element.itertext()) for element in ET.fromstring(svg).iter(f"{SVG}text")]


def boxes(kind: str, of: Sequence[Compared]) -> dict[str, Bbox]:
    """Where the words of a chart stand, in points, by what they say and a number."""
    drawn: list[Text] = []
    with slide_style(), mock.patch.object(Text, "draw", lambda text, _: drawn.append(text)):
        figure = FIGURES[kind](of)
        renderer = FigureCanvasAgg(figure).get_renderer()
        figure.draw(renderer)
        points = Affine2D().scale(72 / figure.dpi)
        return {
            f"{text.get_text()} #{number}": text.get_window_extent(renderer).transformed(points)
            for number, text in enumerate(drawn)
            if text.get_text()
        }


@pytest.mark.parametrize("kind", CHARTS)
@pytest.mark.parametrize("format", ["svg", "pdf", "png"])
def test_the_same_file_each_time_whatever_the_user_s_settings(kind: str, format: Format) -> None:
    before = CHARTS[kind].plot(TWO, format)
    with matplotlib.rc_context({"font.size": 31, "axes.facecolor": "red", "savefig.dpi": 20}):
        assert CHARTS[kind].plot(TWO, format) == before
    assert b"CreationDate" not in before
    assert b"dc:date" not in before


@pytest.mark.parametrize("kind", CHARTS)
@pytest.mark.parametrize("names", [("vgg16",), ("alexnet", "vgg16"), TWELVE])
def test_a_slide_whose_words_can_be_read(kind: str, names: tuple[str, ...]) -> None:
    svg = CHARTS[kind].plot(rows(*names), "svg")
    root = ET.fromstring(svg)
    assert (root.get("width"), root.get("height")) == ("960pt", "540pt")
    styles = [element.get("style", "") for element in root.iter(f"{SVG}text")]
    sizes = [float(size) for style in styles for size in re.findall(r"([\d.]+)px", style)]
    assert len(sizes) == len(styles)
    assert min(sizes) >= 9
    shown = texts(svg)
    assert all(any(row.label in text for text in shown) for row in rows(*names))
    png = CHARTS[kind].plot(rows(*names), "png")
    assert struct.unpack(">II", png[16:24]) == (2000, 1125)


@pytest.mark.parametrize("kind", CHARTS)
@pytest.mark.parametrize("names", [("lenet5_1998",), ("alexnet", "vgg16"), TWELVE])
def test_no_words_stand_on_others_or_off_the_page(kind: str, names: tuple[str, ...]) -> None:
    found = boxes(kind, rows(*names))
    for words, box in found.items():
        assert box.x0 >= 0 and box.y0 >= 0 and box.x1 <= 960 and box.y1 <= 540, words
    for (one, a), (other, b) in combinations(found.items(), 2):
        shared = Bbox.intersection(a, b)
        if shared is not None:
            assert min(shared.width, shared.height) < 3, f"{one} on {other}"


@pytest.mark.parametrize("kind", CHARTS)
@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ('"$\\\\frac{1}{$"', "$\\frac{1}{$"),
        ('"</text><script>"', "</text><script>"),
        ('"one\\ntwo\\u202e three\\a"', "one two three"),
        ('"網絡"', "網絡"),
    ],
)
def test_hostile_titles_come_out_as_text(kind: str, title: str, shown: str) -> None:
    row = spec(SPEC.format(title=title))
    svg = CHARTS[kind].plot([row, *TWO], "svg")
    assert any(shown in text for text in texts(svg))
    assert b"<script" not in svg
    assert CHARTS[kind].plot([row], "png").startswith(b"\x89PNG")


@pytest.mark.parametrize("kind", CHARTS)
def test_a_very_long_title_is_cut(kind: str) -> None:
    row = spec(SPEC.format(title="W" * 10_000))
    assert row.label == "W" * 39 + "…"
    found = boxes(kind, [row, *TWO])
    assert all(box.x1 <= 960 and box.x0 >= 0 for box in found.values())


def test_equal_titles_are_both_shown() -> None:
    row = spec(SPEC.format(title="VGG-16"))
    both = compared([row.graph, TWO[1].graph])
    for kind in ("bubble", "receptive"):
        assert {"VGG-16 (net)", "VGG-16 (vgg16)"} <= set(texts(CHARTS[kind].plot(both, "svg")))
    assert "VGG-16 (net) against VGG-16 (vgg16), stage by stage" in texts(bars.plot(both, "svg"))
