"""What is drawn: golden files, folding, shortcuts, limits."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from archc.drawing import draw
from archc.drawing.palette import SHORTCUT
from archc.errors import SpecError
from archc.graph.expand import expand
from archc.graph.graph import Graph
from archc.spec.load import load, loads

GOLDEN = Path(__file__).parent / "golden"

INCEPTION = """
archc: 1
name: small_inception
title: A small Inception
defaults: {conv: {act: relu}}
input: [3, 32, 32]
blocks:
  inception:
    args: {c1: int, c3: int}
    nodes:
      b1: {op: conv, filters: $c1, kernel: 1, from: input}
      b3r: {op: conv, filters: $(c3 // 2), kernel: 1, from: input}
      b3: {op: conv, filters: $c3, kernel: 3, padding: 1}
      bp: {op: max_pool, kernel: 3, stride: 1, padding: 1, from: input}
      out: {op: concat, from: [b1, b3, bp]}
  head:
    nodes:
      pool: global_avg_pool
      fc: {op: fc, units: 10}
nodes:
  conv1: {op: conv, filters: 16, kernel: 3, stride: 2, padding: 1, norm: batch_norm, note: the stem}
  inception_a: {op: inception, c1: 8, c3: 16, label: first module}
  inception_b: {op: inception, c1: 16, c3: 32}
  main: head
  aux: {op: head, from: inception_a}
outputs:
  main: main
  aux: {from: aux, training_only: true}
"""

RESIDUAL = """
archc: 1
name: residual
defaults: {conv: {kernel: 3, padding: 1, norm: batch_norm, act: relu}}
input: [3, 32, 32]
blocks:
  unit:
    args: {width: int, stride: 1}
    nodes:
      conv1: {op: conv, filters: $width, stride: $stride}
      conv2: {op: conv, filters: $width, act: none}
      shortcut: {op: conv, filters: $width, kernel: 1, padding: 0, stride: $stride, act: none,
                 from: input, when: $(stride != 1)}
      sum: {op: add, from: [conv2, shortcut], act: relu}
nodes:
  conv1: {op: conv, filters: 16}
  stage1: {op: unit, width: 16, repeat: 2}
  stage2: {op: unit, width: 32, repeat: 3, stride: $(2 if i == 0 else 1)}
  tail: {op: conv, filters: 8, repeat: 2}
"""


def graph_of(text: str) -> Graph:
    return expand(loads(text))


def boxes(source: str) -> list[str]:
    """The names of the boxes in a DOT text."""
    lines = [line.strip() for line in source.splitlines() if "fillcolor" in line]
    return [line.split(" [")[0].strip('"') for line in lines if not line.startswith("graph")]


def line_of(source: str, start: str) -> str:
    return next(line for line in source.splitlines() if line.strip().startswith(start))


@pytest.mark.parametrize(
    ("name", "depth"), [("lenet5", None), ("small_inception", None), ("small_inception", 0)]
)
def test_golden(name: str, depth: int | None) -> None:
    graph = graph_of(INCEPTION) if name == "small_inception" else expand(load(name))
    source = draw(graph, depth=depth).source
    path = GOLDEN / (f"{name}.dot" if depth is None else f"{name}_depth{depth}.dot")
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(source, encoding="utf-8")
    assert source == path.read_text(encoding="utf-8"), "UPDATE_GOLDEN=1 writes it anew"


def test_the_same_graph_gives_the_same_text() -> None:
    assert draw(graph_of(RESIDUAL)).source == draw(graph_of(RESIDUAL)).source


def test_depth_0_shows_names_without_dots() -> None:
    source = draw(graph_of(RESIDUAL), depth=0).source
    assert boxes(source) == ["input", "conv1", "stage1", "stage2", "tail", "tail_2"]
    assert "<b>stage2 × 3</b>" in line_of(source, "stage2 [")
    assert "<b>32 × 16 × 16</b>" in line_of(source, "stage2 [")
    assert "51.9 k params" in line_of(source, "stage2 [")


def test_depth_1_shows_instances() -> None:
    found = boxes(draw(graph_of(RESIDUAL), depth=1).source)
    assert found[2:7] == ["stage1.0", "stage1.1", "stage2.0", "stage2.1", "stage2.2"]
    assert found[7:9] == ["tail.0", "tail.1"]


@pytest.mark.parametrize(
    ("collapse", "gone", "there"),
    [
        (["unit"], "stage2.0.conv1", ["stage1.0", "stage1.1", "stage2.0", "stage2.1", "stage2.2"]),
        (["stage2"], "stage2.0.conv1", ["stage2", "stage1.0.conv1"]),
        (["stage2.1"], "stage2.1.conv1", ["stage2.1", "stage2.0.conv1"]),
        (["tail"], "tail.0", ["tail", "stage1.0.conv1"]),
    ],
)
def test_collapse(collapse: list[str], gone: str, there: list[str]) -> None:
    found = boxes(draw(graph_of(RESIDUAL), collapse=collapse).source)
    assert gone not in found
    assert set(there) <= set(found)


def test_collapse_folds_calls_by_block_and_by_name() -> None:
    graph = graph_of(INCEPTION)
    assert {"inception_a", "inception_b"} <= set(boxes(draw(graph, collapse=["inception"]).source))
    found = boxes(draw(graph, collapse=["inception_a"]).source)
    assert "inception_a" in found
    assert "inception_b.b1" in found


def test_a_large_network_is_folded_by_itself() -> None:
    googlenet = boxes(draw(expand(load("googlenet"))).source)
    assert "inception_3a" in googlenet
    assert len(googlenet) <= 40
    assert "layer1.0.conv1" in boxes(draw(expand(load("resnet18"))).source)
    assert "layer1.0" in boxes(draw(expand(load("resnet50"))).source)


def test_shortcuts_are_marked() -> None:
    source = draw(graph_of(RESIDUAL), depth=9).source
    identity = line_of(source, '"stage1.0.sum" -> "stage1.1.sum"')
    assert SHORTCUT in identity
    assert "dashed" not in identity
    for end in ('"stage2.0.shortcut" -> "stage2.0.sum"', '"stage1.1.sum" -> "stage2.0.shortcut"'):
        assert SHORTCUT in line_of(source, end)
        assert "dashed" in line_of(source, end)
    assert SHORTCUT not in line_of(source, '"stage1.0.conv2" -> "stage1.0.sum"')


def test_the_branches_of_an_inception_module_are_no_shortcuts() -> None:
    edges = [e for e in draw(graph_of(INCEPTION)).source.splitlines() if "->" in e]
    assert not any(SHORTCUT in edge for edge in edges)


def test_training_only_parts_are_dashed() -> None:
    source = draw(graph_of(INCEPTION), depth=0).source
    assert "dashed" in line_of(source, "aux [")
    assert "dashed" in line_of(source, "inception_a -> aux")
    assert "dashed" not in line_of(source, "main [")
    assert "dashed: training only" in source


def test_norm_and_activation_stand_in_their_owners_box() -> None:
    source = draw(graph_of(INCEPTION)).source
    line = line_of(source, "conv1 [")
    assert "<b>3×3 conv, 16, /2</b>" in line
    assert "batch norm · ReLU" in line
    assert "<i>" in line
    assert "conv1_norm" not in source


def test_shapes_stand_on_edges_that_change_them() -> None:
    source = draw(expand(load("alexnet"))).source
    assert "96 × 55 × 55" in line_of(source, "conv1 ->")
    assert "label" not in line_of(source, "lrn1 ->")


def test_without_a_title() -> None:
    assert "A small Inception" not in draw(graph_of(INCEPTION), title=False).source


def test_what_cannot_be_folded_is_said_at_once() -> None:
    with pytest.raises(SpecError) as caught:
        draw(graph_of(INCEPTION), collapse=["incepton", "conv1"], depth=-1)
    depth, typo, layer = caught.value.mistakes
    assert depth.message == "depth must be 0 or more, not -1"
    assert typo.message == "nothing called 'incepton' can be folded"
    assert typo.help == "did you mean 'inception'?"
    assert layer.message == "nothing called 'conv1' can be folded"
    assert layer.help.startswith("these can: aux, head, inception")


def test_too_many_boxes_are_refused() -> None:
    text = "archc: 1\nname: tall\ninput: [3]\nnodes: {relu1: {op: relu, repeat: 600}}"
    with pytest.raises(SpecError, match="A081") as caught:
        draw(graph_of(text), depth=1)
    assert caught.value.mistakes[0].message == "the drawing would have 602 boxes, more than 500"
    assert boxes(draw(graph_of(text)).source) == ["input", "relu1", "relu1_2"]


def test_too_many_long_edges_are_refused() -> None:
    nodes = [
        f"  n{i}: {{op: add, from: [input, input{''.join(f', n{k}' for k in range(i))}]}}"
        for i in range(50)
    ]
    text = "archc: 1\nname: dense\ninput: [1]\nnodes:\n" + "\n".join(nodes)
    with pytest.raises(SpecError) as caught:
        draw(graph_of(text))
    assert "too long and too many" in caught.value.mistakes[0].message
