"""The chart of path lengths: what it shows, and that its file never varies."""

from __future__ import annotations

import re
import struct
import xml.etree.ElementTree as ET

import matplotlib
import pytest

import archc
from archc.analysis.path_lengths import PathLengths
from archc.drawing.palette import PALETTE
from archc.plots import Format
from archc.plots import paths as module
from archc.plots.page import slide_style
from archc.plots.paths import plot

SVG = "{http://www.w3.org/2000/svg}"
DARK = matplotlib.colors.to_rgba(PALETTE["convolution"].stroke)
RESNET = archc.load("resnet110_cifar")
PLAIN = archc.load("plain110_cifar")
BOTH = [(net.title, net.paths()) for net in (RESNET, PLAIN)]


def texts(svg: bytes) -> list[str]:
    return ["".join(element.itertext()) for element in ET.fromstring(svg).iter(f"{SVG}text")]


def test_the_labels() -> None:
    words = texts(plot(BOTH, "svg"))
    assert {
        "ResNet-110 (CIFAR)", "2⁵⁴ paths, mean 56, 95 % within 42–70", "1 path of 2 layers",
        "Plain-110 (CIFAR)", "1 path of 110 layers", "share of the paths", "10 %", "110",
        "layers with weights on a path (dark: the middle 95 % of the paths)",
    } <= set(words)  # fmt: skip
    assert words.count("1 path of 110 layers") == 2


def test_bars_are_the_shares_and_the_middle_is_dark() -> None:
    with slide_style():
        first, second = module._figure(BOTH).axes
    bars = {bar.get_x() + bar.get_width() / 2: bar for bar in first.patches}
    assert {round(length): bar.get_height() for length, bar in bars.items()} == pytest.approx(
        {length: number / 2**54 for length, number in BOTH[0][1].counts.items()}
    )
    dark = [round(length) for length, bar in bars.items() if bar.get_facecolor() == DARK]
    assert (min(dark), max(dark), len(dark)) == (42, 70, 15)
    assert [bar.get_height() for bar in second.patches] == [1]
    assert first.get_xlim() == second.get_xlim()


def test_every_text_can_be_read_on_a_slide() -> None:
    root = ET.fromstring(plot(BOTH, "svg"))
    assert (root.get("width"), root.get("height")) == ("720pt", "403.2pt")
    styles = [element.get("style", "") for element in root.iter(f"{SVG}text")]
    sizes = [float(size) for style in styles for size in re.findall(r"([\d.]+)px", style)]
    assert len(sizes) == len(styles)
    assert min(sizes) >= 14


@pytest.mark.parametrize("format", ["svg", "pdf", "png"])
def test_the_same_file_each_time_whatever_the_user_s_settings(format: Format) -> None:
    before = plot(BOTH, format)
    with matplotlib.rc_context({"font.size": 31, "axes.facecolor": "red", "savefig.dpi": 20}):
        assert plot(BOTH, format) == before
        assert matplotlib.rcParams["font.size"] == 31
    assert b"CreationDate" not in before
    assert b"dc:date" not in before


def test_formats() -> None:
    assert plot(BOTH, "pdf").startswith(b"%PDF-")
    png = plot(BOTH, "png")
    assert png.startswith(b"\x89PNG")
    assert struct.unpack(">II", png[16:24]) == (1500, 840)


def test_many_distributions_make_the_page_longer() -> None:
    root = ET.fromstring(plot(BOTH * 4, "svg"))
    assert root.get("width") == "720pt"
    assert float(str(root.get("height")).removesuffix("pt")) > 720


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("$\\frac{1}{$", "$\\frac{1}{$"),
        ("</text><script>", "</text><script>"),
        ("one\ntwo\t three", "one two three"),
        ("網", "網"),
        ("A network with a very long name", "A network with a very l…"),
    ],
)
def test_hostile_and_long_titles(title: str, shown: str) -> None:
    svg = plot([(title, PathLengths({3: 1}))], "svg")
    assert shown in texts(svg)
    assert b"<script" not in svg
    assert plot([(title, PathLengths({3: 1}))], "png").startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        ({7: 512}, "512 paths of 7 layers"),
        ({7: 1024}, "2¹⁰ paths of 7 layers"),
        ({0: 1}, "1 path of 0 layers"),
        ({1: 2, 2: 1}, "3 paths, mean 1.33, 95 % within 1–2"),
        ({1: 10**9, 2: 10**9}, "2.00e9 paths, mean 1.5, 95 % within 1–2"),
        ({1: 1, 1001: 1}, "2 paths, mean 501, 95 % within 1–1,001"),
    ],
)
def test_the_words_on_other_distributions(counts: dict[int, int], words: str) -> None:
    assert words in texts(plot([("net", PathLengths(counts))], "svg"))


def test_a_single_bar_on_a_long_axis_can_be_seen() -> None:
    with slide_style():
        plain, _ = module._figure([BOTH[1], ("deep", PathLengths({2: 1, 1202: 1}))]).axes
    (bar,) = plain.patches
    left, right = plain.get_xlim()
    assert bar.get_width() > 0.003 * (right - left)
