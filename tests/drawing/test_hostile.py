"""Hostile words in a spec: in every style and in frames, well-formed SVG with text only."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree import ElementTree

import pytest

from archc.drawing import Options
from archc.drawing.draw import draw, opened
from archc.drawing.frames.build import frames
from archc.drawing.palette import LIGHT
from archc.drawing.picture.scene import Scene
from archc.drawing.picture.svg import as_svg
from archc.graph.expand import expand
from archc.graph.graph import Graph
from archc.spec.load import loads

EVIL = r"</text><script>&amp;\x07\x1b\x0b\u202e]]>"
SPEC = f"""
archc: 1
name: net
title: "{EVIL}"
note: "{EVIL}"
paper: {{authors: ["A{EVIL}", "B{EVIL}"], venue: "{EVIL}", year: 1998, title: "{EVIL}"}}
input: [3, 8, 8]
blocks:
  pair:
    nodes:
      one: {{op: conv, filters: 4, kernel: 3, padding: 1, label: "{EVIL}", note: "{EVIL}"}}
      two: {{op: conv, filters: 4, kernel: 3, padding: 1, note: "{EVIL}"}}
nodes:
  a: {{op: pair, label: "{EVIL}", note: "{EVIL}"}}
  fc: {{op: fc, units: 3, label: "{EVIL}", note: "{EVIL}"}}
"""
STYLES = {
    "graph": Options(),
    "folded": Options(depth=0),
    "stack": Options(style="stack"),
    "volume": Options(style="volume"),
    "inside": Options(nodes=("a",)),
    "beside": Options(nodes=("a", "a.one")),
}


def net() -> Graph:
    return expand(loads(SPEC))


def scenes(style: str) -> Iterator[Scene]:
    if style == "frames":
        yield from frames(opened(net(), Options()), LIGHT)
    else:
        yield draw([net()], STYLES[style])


@pytest.mark.parametrize("style", [*STYLES, "frames"])
def test_a_picture_of_hostile_words_is_well_formed(style: str) -> None:
    for scene in scenes(style):
        root = ElementTree.fromstring(as_svg(scene))
        assert not any("script" in element.tag for element in root.iter())
        words = "".join(root.itertext())
        assert all(c.isprintable() or c.isspace() for c in words)
        assert "1998" in words
