"""Columns of layers: golden pictures, what a column shows, and that every bundled network fits."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

import pytest

from archc.analysis.cost import totals
from archc.drawing.palette import LIGHT, THEMES, Theme, contrast
from archc.drawing.picture.lettering import text_width
from archc.drawing.picture.scene import Label, Rect, Scene
from archc.drawing.picture.svg import as_svg
from archc.drawing.stack import stack
from archc.drawing.stack.bars import bars
from archc.drawing.stack.paint import on, share_colours
from archc.graph.expand import expand
from archc.graph.graph import Graph
from archc.spec.files import bundled
from archc.spec.load import load, loads

GOLDEN = Path(__file__).parent / "golden"
NAMES = [one.name for one in bundled()]
SLIDE, ROWS = 16 / 9, 30
TOGETHER = (
    ("alexnet", "vgg16"),
    ("lenet5", "resnet1202_cifar"),
    ("densenet121", "resnet50", "vgg16"),
    ("unet", "fcn8s", "inception_v4"),
    ("alexnet", "vgg16", "googlenet", "resnet50"),
    ("efficientnet_b0", "xception", "vgg19_bn", "lenet5_1998"),
)

SOUND = """
archc: 1
name: sound
input: [1, 16000]
nodes:
  conv1: {op: conv, filters: 8, kernel: 80, stride: 4, act: relu}
  pool1: {op: max_pool, kernel: 4}
  fc: {op: fc, units: 10}
"""

FREE = """
archc: 1
name: free
input: [3, 8, 8]
nodes: {pool: {op: max_pool, kernel: 2}}
"""

WRAPPED = """
archc: 1
name: wrapped
input: [4, 8, 8]
blocks:
  residual:
    nodes:
      conv: {op: conv, filters: 4, kernel: 3, padding: 1}
      sum: {op: add, from: [input, conv]}
  body:
    nodes:
      units: {op: residual, repeat: 3}
      pool: global_avg_pool
nodes: {body: body}
"""

HOSTILE = """
archc: 1
name: hostile
title: "<b>&amp;</b>\\n\\u202eevil\\u0007"
input: [3, 8, 8]
blocks: {unit: {nodes: {a: {op: add, from: [input, input]}}}}
nodes:
  conv1: {op: conv, filters: 8, kernel: 3}
  one: {op: unit, label: "]]><script>"}
  two: {op: unit, label: "LONG"}
  pool: global_avg_pool
  fc: {op: fc, units: 2}
"""


class Box(NamedTuple):
    """Where a text stands; its height is that of its letters."""

    text: str
    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: Box) -> bool:
        across = self.left < other.right - 0.01 and other.left < self.right - 0.01
        return across and self.top < other.bottom and other.top < self.bottom


def texts(scene: Scene) -> Iterator[Box]:
    for item in scene.items:
        assert not isinstance(item, Rect) or not item.lines, "this style writes with labels alone"
        if isinstance(item, Label):
            words = item.words
            width = text_width(words.text, words.size, words.bold)
            left = item.x - width * {"start": 0, "middle": 0.5, "end": 1}[item.anchor]
            half = 0.45 * words.size
            yield Box(words.text, left, item.y - half, left + width, item.y + half)


def smallest(scene: Scene) -> float:
    return min(item.words.size for item in scene.items if isinstance(item, Label))


@cache
def graph(name: str) -> Graph:
    return expand(load(name))


@cache
def drawn(*names: str) -> Scene:
    return stack([graph(name) for name in names], theme=LIGHT, aspect=SLIDE)


def written(source: str) -> list[str]:
    scene = stack([expand(loads(source))], theme=LIGHT, aspect=SLIDE)
    return [box.text for box in texts(scene)]


@pytest.mark.parametrize("names", [("alexnet", "vgg16"), ("resnet50",)], ids="-".join)
def test_golden(names: tuple[str, ...]) -> None:
    path = GOLDEN / f"stack_{'_'.join(names)}.svg"
    made = as_svg(drawn(*names))
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(made, encoding="utf-8")
    assert made == path.read_text(encoding="utf-8"), "UPDATE_GOLDEN=1 writes it anew"


@pytest.mark.parametrize("names", [*((name,) for name in NAMES), *TOGETHER], ids="-".join)
def test_a_slide_holds_it(names: tuple[str, ...]) -> None:
    scene = drawn(*names)
    boxes = list(texts(scene))
    off = [
        box
        for box in boxes
        if min(box.left, box.top) < 0 or box.right > scene.width or box.bottom > scene.height
    ]
    assert off == []
    assert [pair for pair in combinations(boxes, 2) if pair[0].meets(pair[1])] == []
    assert (scene.width, scene.height) == (960, 540)
    assert smallest(scene) >= 8.99


@pytest.mark.parametrize("name", NAMES)
def test_shares_are_of_the_whole_network(name: str) -> None:
    whole, heads = totals(graph(name))
    for limit in (0, ROWS, 10_000):
        costs = [bar.cost for bar in bars(graph(name), limit)]
        assert sum(cost.params for cost in costs) == whole.params - heads.params
        assert sum(cost.macs for cost in costs) == whole.macs - heads.macs


@pytest.mark.parametrize("names", TOGETHER, ids="-".join)
def test_bars_are_as_long_as_their_shares(names: tuple[str, ...]) -> None:
    """All on one scale, so each network's bars for parameters together are as long."""
    ground = share_colours(LIGHT)[0]
    scene = drawn(*names)
    shares = [i for i in scene.items if isinstance(i, Rect) and i.fill == ground and not i.about]
    lengths = iter(shares)
    wholes = []
    for name in names:
        counts = [bar.cost.params for bar in bars(graph(name), ROWS) if bar.cost.params]
        wholes.append(sum(next(lengths).width for _ in counts))
    assert next(lengths, None) is None
    assert max(wholes) / min(wholes) < 1.2  # a share that is not nothing has a least width


def test_every_item_has_its_own_name() -> None:
    twice = stack([graph("lenet5"), graph("lenet5")], theme=LIGHT, aspect=None)
    for scene in (twice, drawn("unet"), drawn("alexnet", "vgg16")):
        names = [i.about.name for i in scene.items if isinstance(i, Rect) and i.about]
        assert len(names) == len(set(names)) > 10


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_percentages_stand_out_from_their_bars(theme: Theme) -> None:
    for ground in share_colours(theme):
        assert contrast(ground, on(ground, theme)) >= 5.2


def labels(name: str, limit: int = ROWS) -> list[str]:
    return [
        bar.label + (f" × {bar.times}" if bar.times > 1 else "") for bar in bars(graph(name), limit)
    ]


def test_a_short_network_is_shown_layer_by_layer() -> None:
    assert labels("lenet5") == [
        "image, 1 × 32 × 32", "5×5 conv, 6", "2×2 avg pool", "5×5 conv, 16", "2×2 avg pool",
        "5×5 conv, 120", "fc 84", "fc 10", "output, 10",
    ]  # fmt: skip


def test_equal_neighbours_become_one_bar_until_the_column_fits() -> None:
    assert labels("resnet152")[3:11] == [
        "bottleneck", "bottleneck × 2", "bottleneck", "bottleneck × 7", "bottleneck",
        "bottleneck × 35", "bottleneck", "bottleneck × 2",
    ]  # fmt: skip
    assert labels("resnet152", 12)[3:7] == [
        "bottleneck × 3", "bottleneck × 8", "bottleneck × 36", "bottleneck × 3"
    ]  # fmt: skip
    assert labels("resnet50").count("bottleneck") == 16


def test_blocks_without_branches_are_opened() -> None:
    plain = labels("plain20_cifar")
    assert plain.count("3×3 conv, 16") == 7
    assert "basic" not in plain and "basic" in labels("resnet20_cifar")
    assert "inception 3a" in labels("googlenet")


def test_a_network_that_is_one_block_is_opened_all_the_same() -> None:
    found = [bar.label for bar in bars(expand(loads(WRAPPED)), ROWS)]
    assert found == ["input, 4 × 8 × 8", *["residual"] * 3, "global avg pool", "output, 4 × 1 × 1"]


def test_dropout_and_heads_of_training_are_left_out_and_said_so() -> None:
    assert not any("dropout" in label or "aux" in label for label in labels("googlenet"))
    facts = " ".join(box.text for box in texts(drawn("googlenet")))
    assert "without dropout and training-only heads" in facts
    assert not any("without" in box.text for box in texts(drawn("resnet50")))


def test_norm_and_activation_are_told_once_where_all_layers_have_them() -> None:
    words = [box.text for box in texts(drawn("alexnet", "vgg16"))]
    assert "convolution + ReLU" in words
    assert words.count(", ReLU") == 4  # fc6 and fc7 of both; fc8 has none


def test_networks_of_one_axis_and_without_costs() -> None:
    sound = written(SOUND)
    assert {"input, 1 × 16000", "8 × 3981", "8 × 995", "fc 10"} <= set(sound)
    assert "0 parameters" in written(FREE)


def test_text_of_a_spec_stays_text() -> None:
    made = expand(loads(HOSTILE.replace("LONG", "w" * 10_000)))
    scene = stack([made, made], theme=LIGHT, aspect=SLIDE)
    svg = as_svg(scene)
    assert "<script" not in svg and "\u202e" not in svg and "\u0007" not in svg
    assert "]]&gt;&lt;script&gt;" in svg
    assert max(box.right for box in texts(scene)) <= scene.width


def test_a_longer_chain_than_a_page_gets_a_larger_page() -> None:
    nodes = "\n".join(f"  n{i}: {{op: conv, filters: {i + 1}, kernel: 1}}" for i in range(80))
    scene = stack(
        [expand(loads(f"archc: 1\nname: long\ninput: [3, 4, 4]\nnodes:\n{nodes}\n"))],
        theme=LIGHT, aspect=SLIDE,
    )  # fmt: skip
    assert scene.height > 540 and scene.width / scene.height == pytest.approx(SLIDE)
    assert smallest(scene) >= 8
    boxes = list(texts(scene))
    assert not any(one.meets(other) for one, other in combinations(boxes, 2))
