"""A spec that says nothing of itself, no paper, title or notes: every kind of drawing is whole."""

from __future__ import annotations

import re
from io import BytesIO

import pytest
from PIL import Image

from archc.analysis.difference import difference
from archc.drawing import Options
from archc.drawing.changes.draw import changes
from archc.drawing.draw import draw, opened
from archc.drawing.files import page
from archc.drawing.frames.build import frames
from archc.drawing.frames.highlight import highlight
from archc.drawing.palette import LIGHT
from archc.drawing.picture.render import render
from archc.drawing.picture.scene import Scene
from archc.drawing.picture.svg import as_svg
from archc.graph.expand import expand
from archc.graph.graph import Graph
from archc.spec.load import loads

SPEC = """
archc: 1
name: net
input: [3, 8, 8]
blocks:
  pair:
    nodes:
      one: {op: conv, filters: 4, kernel: 3, padding: 1, norm: batch_norm, act: relu}
      two: {op: conv, filters: 4, kernel: 3, padding: 1}
      sum: {op: add, from: [one, two]}
nodes:
  a: {op: pair}
  b: {op: pair, repeat: 3}
  drop: dropout
  fc: {op: fc, units: 3}
"""
WORDLESS = (
    SPEC.replace("units: 3", r'units: 3, label: "\x07", note: "\u200b"')
    + r"""
title: "\x07"
note: "\x07"
paper: {authors: ["\x07"], title: "\x07", venue: "\x07", year: 1998}
"""
)
OPTIONS = {
    "graph": Options(),
    "folded": Options(depth=0),
    "stack": Options(style="stack"),
    "volume": Options(style="volume"),
    "inside": Options(nodes=("a",)),
}


def net(text: str) -> Graph:
    return expand(loads(text))


def scenes(kind: str, text: str) -> list[Scene]:
    graph, other = net(text), net(text.replace("units: 3", "units: 5"))
    if kind == "changes":
        return [changes(difference(graph, other), LIGHT, 16 / 9)]
    if kind == "beside":
        return [draw([graph, other], Options())]
    if kind == "frames":
        return frames(opened(graph, Options()), LIGHT)
    if kind == "highlight":
        return [highlight(opened(graph, Options()), ["fc"], LIGHT)]
    return [draw([graph], OPTIONS[kind])]


KINDS = [*OPTIONS, "changes", "beside", "frames", "highlight"]


@pytest.mark.parametrize("text", [SPEC, WORDLESS], ids=["bare", "wordless"])
@pytest.mark.parametrize("kind", KINDS)
def test_no_text_is_empty(kind: str, text: str) -> None:
    for scene in scenes(kind, text):
        svg = as_svg(scene)
        assert svg.count("<text ") > 5
        assert not re.search(r"<text[^>]*>\s*</text>", svg)


def test_no_text_of_the_page_is_empty() -> None:
    text = page([net(WORDLESS)], Options()).decode()
    assert not re.search(r"<text[^>]*>\s*</text>", text)


@pytest.mark.parametrize("kind", ["changes", "beside", "graph", "stack", "volume", "inside"])
def test_a_picture_has_all_that_its_scene_has(kind: str) -> None:
    """Both halves of both networks are painted, down to the legend."""
    (scene,) = scenes(kind, SPEC)
    image = Image.open(BytesIO(render(scene, "png"))).convert("L")
    width, height = image.size
    for left in (0, width // 2):
        ink = sum(image.crop((left, height // 3, left + width // 2, height)).histogram()[:160])
        assert ink > 1000
    legend = image.crop((0, height * 9 // 10, width, height))
    assert sum(legend.histogram()[:160]) > 100
