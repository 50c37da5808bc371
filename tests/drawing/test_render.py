"""Files that come out, with hostile text in them, and what is said when Graphviz is missing."""

from __future__ import annotations

import builtins
import importlib
import os
import xml.etree.ElementTree as ET
from typing import Any

import pytest

from archc.drawing import Format, draw, render
from archc.errors import SpecError
from archc.graph.expand import expand
from archc.graph.graph import Graph
from archc.spec.load import load, loads

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = [
    '"]; evil [label="pwned"]; x [label="',
    '<script>alert(1)</script><img src="/etc/passwd"/>',
    '\\N \\G \\" \\',
    "</font>><table><tr><td>&lt;b&gt; &#60;",
    "one\ntwo\r\n\ttabs \x85 ]]> <!-- -->",
    "<b>all of it</b>",
    "\u202eright to left",
    'charset="latin1" ü',
]


def hostile_graph(text: str) -> Graph:
    """A graph in which titles, labels, notes and even names and paths are ``text``."""
    graph = expand(
        loads(
            """
archc: 1
name: net
title: T
input: [3, 8, 8]
blocks:
  twice:
    nodes: {a: {op: conv, filters: 4, kernel: 1, act: relu}, b: {op: relu, note: n}}
nodes:
  one: {op: twice, label: L, note: N}
  two: {op: twice, label: L, note: N, repeat: 2}
  drop: {op: dropout, rate: 0.5, label: L, note: N}
"""
        )
    )
    graph.name = graph.document.title = text
    graph.document.paper = {"authors": [text], "venue": text, "year": text}  # type: ignore[assignment]
    for item in graph.root.items:
        item.spec.label = item.spec.note = text
    for node in graph.nodes.values():
        node.name = text + node.name
    return graph


def texts(svg: bytes) -> str:
    root = ET.fromstring(svg)
    return "\n".join("".join(element.itertext()) for element in root.iter(f"{SVG}text"))


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("depth", [0, 9])
def test_hostile_text_stays_text(text: str, depth: int, capfd: pytest.CaptureFixture[str]) -> None:
    svg = render(draw(hostile_graph(text), depth=depth), "svg")
    plain = render(draw(hostile_graph("harmless"), depth=depth), "svg")

    def shapes(picture: bytes) -> list[str]:
        drawn = {"g", "path", "polygon", "ellipse", "script", "image", "a", "polyline"}
        tags = [e.tag.removeprefix(SVG) for e in ET.fromstring(picture).iter()]
        return [tag for tag in tags if tag in drawn]

    assert shapes(svg) == shapes(plain)
    assert "Error" not in capfd.readouterr().err  # Graphviz drops a label that it cannot read
    words = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    assert words in " ".join(texts(svg).replace("\xa0", " ").split())


@pytest.mark.parametrize(
    ("format", "start"),
    [("svg", b"<?xml"), ("pdf", b"%PDF-"), ("png", b"\x89PNG"), ("dot", b"digraph")],
)
def test_formats(format: Format, start: bytes) -> None:
    picture = render(draw(expand(load("lenet5"))), format)
    assert picture.startswith(start)
    assert len(picture) > 2000
    if format == "svg":
        assert "5×5 conv, 6" in texts(picture)
    if format == "pdf":
        assert picture.rstrip().endswith(b"%%EOF")
    if format == "png":
        assert picture[-8:-4] == b"IEND"


def test_an_unknown_format() -> None:
    with pytest.raises(SpecError) as caught:
        render(draw(expand(load("lenet5"))), "gif")  # type: ignore[arg-type]
    assert caught.value.mistakes[0].message == "a drawing cannot be written as 'gif'"
    assert caught.value.mistakes[0].help == "choose svg, pdf, png, dot"


def test_without_graphviz(monkeypatch: pytest.MonkeyPatch) -> None:
    module = importlib.import_module("archc.drawing.render")
    monkeypatch.setattr(module.shutil, "which", lambda _: None)
    found = builtins.__import__

    def missing(name: str, *rest: Any, **more: Any) -> Any:
        if name == "pygraphviz":
            raise ImportError(name)
        return found(name, *rest, **more)

    drawing = draw(expand(load("lenet5")))
    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(SpecError) as caught:
        render(drawing, "svg")
    monkeypatch.undo()
    mistake = caught.value.mistakes[0]
    assert mistake.message == "drawing needs Graphviz, and neither `dot` nor pygraphviz is here"
    assert "pip install pygraphviz" in mistake.help
    assert render(drawing, "dot").startswith(b"digraph")


def test_rendering_leaves_the_drawing_as_it_was() -> None:
    drawing = draw(expand(load("lenet5")))
    before = drawing.source
    render(drawing, "png")
    assert drawing.source == before


def test_font_settings_of_the_machine_are_no_news(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """fontconfig writes to the descriptor, past Python; what others write there stays."""
    module = importlib.import_module("archc.drawing.render")
    with module._font_warnings_left_out():
        os.write(2, b"Fontconfig warning: line 6: unknown element\nanother line\n")
    assert capfd.readouterr().err == "another line\n"
    monkeypatch.setattr(module.sys, "stderr", None)
    with module._font_warnings_left_out():
        pass
