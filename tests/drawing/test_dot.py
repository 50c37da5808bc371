"""DOT with places: what becomes a node or edge, what is painted behind them, and hostile text."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace
from random import Random
from typing import Any

import pygraphviz
import pytest

from archc.drawing.picture.dot import canvas, digraph
from archc.drawing.picture.layers import Area, _Ground, _overlap
from archc.drawing.picture.scene import (
    About,
    Disc,
    Item,
    Label,
    Polygon,
    Rect,
    Route,
    Scene,
    Words,
)  # fmt: skip
from archc.drawing.picture.svg import as_svg

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = {
    "DOT": '"]; evil [label="pwned"]; x [label="',
    "markup": '<script>alert(1)</script><img src="/etc/passwd"/>&lt;b&gt; &#60; ]]> <!-- -->',
    "escapes": '\\N \\G \\" \\',
    "lines": "one\ntwo\r\n\ttabs \x85",
    "right to left": "\u202eright to left \u05d0\u05d1\u05d2",
    "10,000 characters": "深" * 10_000,
    "xdot": "5 -Arial T 0 0 0 0 3 -abc",
    "HTML-like": "<<b>all of it</b>>",
}


def scene(*items: Item) -> Scene:
    return Scene("net", "The title", 400, 200, "#FFFFFF", "#000000", items)


def box(name: str, x: float, y: float, text: str = "", **more: Any) -> Rect:
    words = (Words(text or name, 11, True),)
    rect = Rect(x, y, 80, 40, "#A6CBEC", "#2B6CA3", words, about=About(name, (f"tip of {name}",)))
    return replace(rect, **more)


def read(text: str) -> pygraphviz.AGraph:
    return pygraphviz.AGraph(string=text)


def painted(items: tuple[Item, ...]) -> ET.Element:
    """The DOT of a scene as Graphviz draws it."""
    return ET.fromstring(read(digraph(scene(*items)).source).draw(format="svg", prog="nop2"))


def said(root: ET.Element) -> list[str]:
    return ["".join(text.itertext()).replace("\xa0", " ") for text in root.iter(f"{SVG}text")]


def test_the_text() -> None:
    """Small enough to be read: places are points, y upwards; sizes are inches."""
    header = {"header": "#33475B", "header_height": 20, "dashed": True}
    items = (
        Label(20, 20, Words("A title", 12, True), "start"),
        box("a", 20, 40, **header),
        box("b.conv 1", 200, 40),
        Route(((100, 60), (200, 60)), "#4B5563", about=About("a -> b.conv 1")),
    )
    assert digraph(scene(*items)).source == (
        'digraph net {\n'
        '\tgraph [bb="0,0,400,200" bgcolor="#FFFFFF" charset="UTF-8" layout=nop2 margin=0'
        ' outputorder=edgesfirst pad=0 tooltip="The title" viewport="400,200,1,200,100"]\n'
        '\tgraph [_background="C 7 -#FFFFFF c 11 -transparent'
        ' b 13 0 200 0 200 400 200 400 200 400 200 400 0 400 0 400 0 0 0 0 0 0 0 0 200 0 200\n'
        'F 12 48 -Arial,Liberation Sans,Arimo,Helvetica,sans-serif t 1 C 11 -transparent'
        ' c 7 -#1B1F24 T 20 175.2 -1 0 7 -A title\n"]\n'
        '\tnode [fixedsize=shape fontname="Arial,Liberation Sans,Arimo,Helvetica,sans-serif"'
        ' label="" margin=0 shape=box]\n'
        '\ta [label=<<table border="0" cellborder="0" cellspacing="0" cellpadding="0"><tr>'
        '<td height="20"><font point-size="11" color="#1B1F24"><b>a</b></font></td></tr><tr>'
        '<td height="20"></td></tr></table>> color="#2B6CA3" fillcolor="#33475B;0.5:#A6CBEC"'
        ' gradientangle=270 height=0.556 penwidth=1.2 pos="60,140" style="rounded,filled,dashed"'
        ' tooltip="tip of a" width=1.111]\n'
        '\t"b.conv_20_1" [label=<<table border="0" cellborder="0" cellspacing="0" cellpadding="0">'
        '<tr><td height="14"><font point-size="11" color="#1B1F24"><b>b.conv 1</b></font></td>'
        '</tr></table>> color="#2B6CA3" fillcolor="#A6CBEC" height=0.556 penwidth=1.2 pos="240,140"'
        ' style="rounded,filled" tooltip="tip of b.conv 1" width=1.111]\n'
        '\ta -> "b.conv_20_1" [arrowsize=0.69 color="#4B5563" penwidth=1.2'
        ' pos="e,200,140 100,140 100,140 193.1,140 193.1,140"]\n'
        '}\n'
    )  # fmt: skip


def test_the_page_has_its_exact_size_and_nodes_their_places() -> None:
    root = painted((box("a", 20, 40), box("b", 300, 150)))
    assert (root.get("width"), root.get("height")) == ("400pt", "200pt")
    node = next(g for g in root.iter(f"{SVG}g") if g.findtext(f"{SVG}title") == "b")
    text = node.find(f".//{SVG}text")
    assert text is not None
    assert float(text.get("y", 0)) == pytest.approx(-30 + 0.35 * 11, abs=1.5)  # the middle is at 30


def test_what_is_painted_behind_is_painted() -> None:
    """Each kind of decoration appears in Graphviz's own SVG, in the order of the scene."""
    items = (
        Rect(
            10, 10, 300, 150, "#F3F6F9", "#B9C4CF", dashed=True, header="#111111", header_height=9
        ),
        Rect(40, 40, 100, 50, "#222222", copies=2),
        Polygon(((20, 20), (60, 20), (40, 50)), "#333333", "none"),
        Route(((0, 0), (50, 0), (50, 50)), "#444444"),
        Disc(200, 100, 9, "#555555", "#666666", Words("+")),
        Label(100, 100, Words("words", italic=True)),
    )
    root = painted(items)
    fills = [e.get("fill") for e in root.iter() if e.get("fill") not in (None, "none")]
    order = ["#f3f6f9", "#111111", "#222222", "#333333", "#444444", "#555555"]
    assert [f for f in dict.fromkeys(fills) if f in order] == order
    assert said(root) == ["+", "words"]
    assert not any(g.get("class") == "node" for g in root.iter(f"{SVG}g"))


def test_what_lies_upon_a_node_stays_visible() -> None:
    """A frame with things inside is painted behind them, and is a node all the same."""
    frame = box("frame", 10, 30, width=300.0, height=100.0)
    inner = box("inner", 30, 60)
    apart = box("apart", 315, 60)
    label = Label(200, 80, Words("in the frame"))
    into = Route(((110, 80), (160, 80)), "#4B5563", about=About("inner -> frame"))
    graph = read(digraph(scene(frame, inner, label, into, apart)).source)
    looks = {node: graph.get_node(node).attr["fillcolor"] for node in graph.nodes()}
    assert looks == {"frame": "", "inner": "#A6CBEC", "apart": "#A6CBEC"}
    assert "#A6CBEC" in graph.graph_attr["_background"]
    assert graph.has_edge("inner", "frame")


def test_overlaps_are_found_wherever_and_however_long() -> None:
    """The same as by comparing all with all, and a long line costs no more than a short one."""
    random = Random(1)
    lines = []
    for length in (1, 63, 64, 65, 900, 20_000) * 20:
        x, y = random.uniform(-100, 4_000), random.uniform(-100, 4_000)
        lines += [Area(x, y, x + length, y + 2), Area(y, x, y + 2, x + length)]
    held, asked = lines[:120], lines[120:]
    ground = _Ground()
    ground.add(tuple(held))
    found = [ground.meets((area,)) for area in asked]
    assert found == [any(_overlap(area, other) for other in held) for area in asked]
    assert 10 < sum(found) < 110
    rows = [row for taken in ground.sizes.values() for row in taken.values()]
    assert sum(len(areas) for row in rows for areas in row.values()) <= 4 * len(held)


def test_routes_between_what_is_no_node_are_painted_behind() -> None:
    route = Route(((100, 60), (200, 60)), "#445566", about=About("a -> nowhere"))
    graph = read(digraph(scene(box("a", 20, 40), route)).source)
    assert graph.edges() == []
    assert "#445566" in graph.graph_attr["_background"]


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_stays_text(text: str, capfd: pytest.CaptureFixture[str]) -> None:
    def items(words: str, name: str) -> tuple[Item, ...]:
        return (
            Label(100, 20, Words(words), "start"),
            Label(100, 30, Words(words, bold=True), "end"),
            box(name, 20, 40, words, about=About(name, (words, words))),
            box("b", 200, 40, words, header="#111111", header_height=20),
            Disc(350, 60, 9, "#555555", "#666666", Words(words), about=About("disc")),
            Route(((100, 60), (200, 60)), "#445566", about=About(f"{name} -> b", (words,))),
        )

    short = text[:20]
    shown = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    for root, longest in (
        (painted(items(text, short)), 500),
        (read_canvas(items(text, short)), 10_000),
    ):
        lines = [" ".join(line.split()).replace("∖", "\\") for line in said(root)]
        assert [line[:longest] for line in lines] == [shown[:longest]] * 5
    graph = read(digraph(scene(*items(text, short))).source)
    assert (len(graph.nodes()), len(graph.edges())) == (3, 1)
    plain = [element.tag for element in painted(items("harmless", "harmless")).iter()]
    assert sorted(e.tag for e in painted(items(text, short)).iter()) == sorted(plain)
    assert "rror" not in capfd.readouterr().err  # Graphviz drops a label that it cannot read


def read_canvas(items: tuple[Item, ...]) -> ET.Element:
    return ET.fromstring(read(canvas(scene(*items)).source).draw(format="svg", prog="nop2"))


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_in_svg(text: str) -> None:
    items = Label(9, 9, Words(text)), box(text, 20, 40, text, about=About(text, (text,), text))
    root = ET.fromstring(as_svg(scene(*items)))
    ends = text.replace("\r\n", "\n")  # as XML reads them
    assert ["".join(e.itertext()) for e in root.iter(f"{SVG}text")] == [ends, ends]
    (group,) = root.iter(f"{SVG}g")
    assert (group.get("data-name") or "").split() == text.split()
    assert [e.tag.removeprefix(SVG) for e in group] == ["title", "rect", "text"]
