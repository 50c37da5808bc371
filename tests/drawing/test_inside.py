"""The inside of blocks, panels side by side: golden pictures, what they say, and that all can be read."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from geometry import boxes, faults, routes, texts

from archc.drawing.inside import panels
from archc.drawing.inside.find import PREVIOUS, inside, paths
from archc.drawing.inside.view import view_from
from archc.drawing.palette import LIGHT, THEMES, Theme
from archc.drawing.picture.scene import Disc, Polygon, Rect, Scene
from archc.drawing.picture.svg import as_svg
from archc.drawing.view import Folding, View
from archc.errors import SpecError
from archc.graph.expand import expand
from archc.graph.graph import Graph, Layer, Scope
from archc.spec.files import bundled
from archc.spec.load import load, loads

GOLDEN = Path(__file__).parent / "golden"
NAMES = [one.name for one in bundled()]
SLIDE = 16 / 9
INCEPTION = (("inception_naive_3a", ""), ("googlenet", "inception_3a"))
RESIDUAL = (("resnet34", "layer1.1"), ("resnet50", "layer1.1"))

BLOCKS = """
archc: 1
name: blocks
title: "<b>Blocks</b>\\u202e\\u0007"
input: [8, 16, 16]
blocks:
  joined:
    inputs: [low, high]
    nodes: {sum: {op: add, from: [low, high], act: relu}, out: {op: concat, from: [sum, low]}}
  both:
    nodes:
      a: {op: conv, filters: 4, kernel: 1, label: "LABEL", note: "]]><script>"}
      b: {op: conv, filters: 6, kernel: 1, from: input}
    outputs: {first: a, second: b}
nodes:
  conv1: {op: conv, filters: 8, kernel: 3, padding: 1, norm: batch_norm, act: relu}
  joined: {op: joined, from: [conv1, input]}
  twice: {op: conv, filters: 16, kernel: 1, repeat: 2}
  both: both
  pool: {op: global_avg_pool, from: both.first}
  fc: {op: fc, units: 3}
"""


@cache
def view_inside(graph: Graph, path: str) -> View:
    return view_from(inside(graph, path), Folding())


def graph_of(name: str) -> Graph:
    return expand(load(name))


def blocks(label: str = "a label") -> Graph:
    return expand(loads(BLOCKS.replace("LABEL", label)))


def drawn(*subjects: tuple[str, str], theme: Theme = LIGHT, aspect: float | None = SLIDE) -> Scene:
    return panels([(graph_of(name), path) for name, path in subjects], theme=theme, aspect=aspect)


def words(scene: Scene) -> list[str]:
    return [area.name for area in texts(scene)]


def block_types(graph: Graph) -> list[str]:
    """A path for every block, with and without its optional parts, and for every operator."""
    found: dict[object, str] = {}

    def walk(scope: Scope) -> None:
        for item in scope.items:
            if item.repeated and item.parts and "." not in item.path:
                found.setdefault(item.path, item.path)
            for part in item.parts:
                if isinstance(part, Layer):
                    found.setdefault(part.node.op.name, part.node.name)
                elif isinstance(part, Scope) and part.block is not None:
                    there = tuple(bool(inner.parts) for inner in part.items)
                    found.setdefault((part.block.name, there), part.path)
                    walk(part)

    walk(graph.root)
    return list(found.values())


def test_golden_inception() -> None:
    golden("inside_inception", drawn(*INCEPTION))


def test_golden_residual() -> None:
    golden("inside_residual", drawn(*RESIDUAL))


def golden(name: str, scene: Scene) -> None:
    path = GOLDEN / f"{name}.svg"
    made = as_svg(scene)
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(made, encoding="utf-8")
    assert made == path.read_text(encoding="utf-8"), "UPDATE_GOLDEN=1 writes it anew"


@pytest.mark.parametrize("name", NAMES)
def test_every_block_of_every_network_can_be_read(name: str) -> None:
    graph = graph_of(name)
    for path in block_types(graph):
        scene = panels([(graph, path)], theme=LIGHT, aspect=SLIDE)
        assert faults(scene, SMALLEST.get((name, path), 8)) == [], path


# a stem of fourteen layers in a row, which no folding makes smaller
SMALLEST = {("inception_v4", "stem"): 6.5}


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
@pytest.mark.parametrize("aspect", [SLIDE, 4 / 3, None])
def test_pairs_can_be_read_on_every_page(theme: Theme, aspect: float | None) -> None:
    for pair in (INCEPTION, RESIDUAL, (("unet", "up1"), ("densenet121", "dense1"))):
        scene = drawn(*pair, theme=theme, aspect=aspect)
        assert faults(scene, smallest=0 if aspect is None else 6.5) == []


def test_branches_leave_the_bar_above_them_straight() -> None:
    lines = [points for _, _, points in routes(drawn(*INCEPTION))]
    assert len(lines) == 8 + 8 + 3
    assert all(len({round(x, 3) for x, _ in points}) == 1 for points in lines)


def test_rows_side_by_side_are_level() -> None:
    places = {area.name: area for area in boxes(drawn(*INCEPTION))}
    for naive, reduced in (("1/b3", "2/inception_3a.b3"), ("1/out", "2/inception_3a.out")):
        assert places[naive].top == pytest.approx(places[reduced].top, abs=0.01)


def test_costs_with_ratios_to_the_first() -> None:
    said = words(drawn(*INCEPTION))
    for text in (
        "387,296", "303 M", "416", "163,696", "128 M", "256", "= 416", "= 256", "18.5 k params",
        "parameters", "parameters\xa0 (0.42 ×)", "multiply-accumulates\xa0 (0.42 ×)",
    ):  # fmt: skip
        assert text in said


def test_channels_of_the_result_are_to_scale() -> None:
    widths = [
        max(x for x, _ in item.points) - min(x for x, _ in item.points)
        for item in drawn(*INCEPTION).items
        if isinstance(item, Polygon)
    ]
    assert [round(width / widths[0], 3) for width in widths] == [1, 2, 0.5, 3, 1, 2, 0.5, 0.5]


def test_a_dense_block_adds_up_what_its_layers_add() -> None:
    said = words(drawn(("densenet121", "dense1")))
    assert said.count("32") == 6
    assert {"64", "= 256"} <= set(said)


def test_a_residual_block_has_its_formula() -> None:
    said = words(drawn(*RESIDUAL))
    assert said.count("F(x)") == said.count("F(x) + x") == said.count("identity") == 2
    assert said.count("ReLU") == 2  # boxes of their own


@pytest.mark.parametrize("path", ["layer2.0", "pool1"])
def test_other_blocks_have_no_formula(path: str) -> None:
    assert not {"F(x)", "F(x) + x", "identity"} & set(words(drawn(("resnet34", path))))


def test_what_follows_every_layer_is_said_in_the_legend() -> None:
    said = words(drawn(*INCEPTION))
    assert "convolution + ReLU" in said
    assert not any(text.startswith("ReLU") for text in said)
    assert "BN, ReLU · 37.0 k params" in words(drawn(*RESIDUAL))


def test_titles() -> None:
    assert drawn(*RESIDUAL).title == "layer1.1 of ResNet-34 and ResNet-50"
    assert drawn(("googlenet", "inception_3a")).title == "inception_3a of GoogLeNet"
    pair = drawn(("googlenet", "inception_3a"), ("googlenet", "inception_3b"))
    assert pair.title == "inception_3a and inception_3b of GoogLeNet"
    assert "inception: c1 64, c3r 96, c3 128, c5r 16, c5 32, …" in words(drawn(*INCEPTION))


def test_a_single_layer_has_its_input_and_its_shapes() -> None:
    said = words(drawn(("alexnet", "conv1")))
    assert {"input", "3 × 227 × 227", "96 × 55 × 55", "34,944"} <= set(said)
    assert "11×11 conv, 96, /4" in said


def test_inputs_are_named_where_there_are_several() -> None:
    assert [box.local for box in view_inside(blocks(), "joined").boxes] == [
        "low", "high", "sum", "sum_act", "out",
    ]  # fmt: skip
    assert view_inside(blocks(), "both").boxes[0].local == PREVIOUS
    assert view_inside(blocks(), "conv1").boxes[0].local == "input"


def test_a_repeated_layer_shows_all_its_instances() -> None:
    view = view_inside(blocks(), "twice")
    assert [box.path for box in view.boxes] == ["joined.out", "twice.0", "twice.1"]
    assert [box.path for box in view_inside(blocks(), "twice.1").boxes] == ["twice.0", "twice.1"]


def test_several_outputs_have_boxes() -> None:
    assert [box.local for box in view_inside(blocks(), "both").boxes] == [
        PREVIOUS, "a", "b", "first", "second",
    ]  # fmt: skip


def test_a_norm_or_activation_stands_in_its_layer() -> None:
    assert [box.path for box in view_inside(blocks(), "conv1_norm").boxes] == ["input", "conv1"]


@pytest.mark.parametrize(
    ("path", "help"),
    [
        ("inception_3", "did you mean 'inception_3b'?"),
        ("x\u202e" * 9_000, "these are some: conv1, pool1, lrn1"),
    ],
)
def test_an_unknown_path_is_a_mistake(path: str, help: str) -> None:
    with pytest.raises(SpecError, match="A080") as caught:
        drawn(("googlenet", path))
    (mistake,) = caught.value.mistakes
    assert mistake.help.startswith(help)
    assert len(mistake.message) < 200
    assert "\u202e" not in mistake.message


def test_paths_are_those_that_have_an_inside() -> None:
    assert paths(blocks())[:5] == ["conv1", "joined", "joined.sum", "joined.out", "twice"]


def test_text_from_a_spec_stays_text() -> None:
    graph = blocks("]]><script>" * 900)
    svg = as_svg(
        panels([(graph, ""), (graph, "both"), (graph, "joined")], theme=LIGHT, aspect=SLIDE)
    )
    assert "<script" not in svg and "\u202e" not in svg and "\u0007" not in svg
    assert "&lt;b&gt;Blocks" in svg


def test_names_of_parts_are_unique() -> None:
    scene = drawn(("resnet50", "layer1"), ("resnet50", "layer1.1"))
    names = [i.about.name for i in scene.items if isinstance(i, Rect | Disc) and i.about]
    assert len(names) == len(set(names)) > 20


def ends(scene: Scene) -> Iterator[str]:
    for source, target, _ in routes(scene):
        yield from (source, target)


def test_lines_join_what_is_there() -> None:
    scene = drawn(*INCEPTION)
    assert set(ends(scene)) <= {area.name for area in boxes(scene)}
