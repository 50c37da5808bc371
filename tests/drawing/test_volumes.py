"""The volume style: golden files, and what holds for every bundled spec."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise
from pathlib import Path
from typing import NamedTuple

import pytest

from archc.drawing.palette import LIGHT
from archc.drawing.picture.lettering import text_width
from archc.drawing.picture.scene import Label, Point, Polygon, Route, Scene
from archc.drawing.picture.svg import as_svg
from archc.drawing.volumes.draw import volumes
from archc.drawing.volumes.labels import parameters
from archc.drawing.volumes.levels import arms
from archc.drawing.volumes.tensors import simple, tensors
from archc.graph.expand import expand
from archc.graph.graph import Graph
from archc.spec.files import bundled
from archc.spec.load import load, loads

GOLDEN = Path(__file__).parent / "golden"
NAMES = [spec.name for spec in bundled()]
WIDE = 16 / 9


class Box(NamedTuple):
    """Where a text stands."""

    text: str
    left: float
    top: float
    right: float
    bottom: float

    def corners(self) -> tuple[Point, ...]:
        return (
            (self.left, self.top), (self.right, self.top),
            (self.right, self.bottom), (self.left, self.bottom),
        )  # fmt: skip


def drawn(name: str) -> Scene:
    return volumes(expand(load(name)), theme=LIGHT, aspect=WIDE)


def graph_of(text: str) -> Graph:
    return expand(loads(text))


def texts(scene: Scene) -> list[Box]:
    return [box for item in scene.items if isinstance(item, Label) for box in [box_of(item)]]


def box_of(label: Label) -> Box:
    words = label.words
    width, half = text_width(words.text, words.size, words.bold), words.size * 0.42
    left = label.x - width * {"start": 0, "middle": 0.5, "end": 1}[label.anchor]
    return Box(words.text, left, label.y - half, left + width, label.y + half)


def apart(one: Sequence[Point], other: Sequence[Point]) -> bool:
    """Whether a line separates two convex areas."""
    return any(separates(a, b, one, other) for area in (one, other) for a, b in sides(area))


def sides(area: Sequence[Point]) -> Iterator[tuple[Point, Point]]:
    return pairwise((*area, area[0]))


def separates(a: Point, b: Point, one: Sequence[Point], other: Sequence[Point]) -> bool:
    across = b[1] - a[1], a[0] - b[0]
    first, second = ([x * across[0] + y * across[1] for x, y in area] for area in (one, other))
    return max(first) <= min(second) or max(second) <= min(first)


@pytest.mark.parametrize("name", ["lenet5", "alexnet", "unet"])
def test_golden(name: str) -> None:
    path = GOLDEN / f"volumes_{name}.svg"
    text = as_svg(drawn(name))
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_every_bundled_spec_fits_a_slide(name: str) -> None:
    scene = drawn(name)
    assert (scene.width, scene.height) == (960, 540)
    boxes = texts(scene)
    for box in boxes:
        assert box.left > 0 and box.right < 960 and box.top > 0 and box.bottom < 540, box
    for one, other in combinations(boxes, 2):
        assert apart(one.corners(), other.corners()), (one, other)
    for item in scene.items:
        areas: list[Sequence[Point]] = []
        if isinstance(item, Polygon):
            areas = [item.points]
        elif isinstance(item, Route):
            areas = list(pairwise(item.points))
        for box in boxes:
            assert all(apart(box.corners(), area) for area in areas), (box, item)
    assert min(item.words.size for item in scene.items if isinstance(item, Label)) >= 8
    abouts = [item.about.name for item in scene.items if not isinstance(item, Label) and item.about]
    assert len(abouts) == len(set(abouts))


def words(scene: Scene) -> list[str]:
    return [item.words.text for item in scene.items if isinstance(item, Label)]


def tips(scene: Scene) -> dict[str, tuple[str, ...]]:
    polygons = [item for item in scene.items if isinstance(item, Polygon)]
    return {item.about.name: item.about.tip for item in polygons if item.about}


def names(name: str) -> list[str]:
    return [tensor.name for tensor in tensors(expand(load(name)), simple)]


def test_what_works_in_place_belongs_to_the_tensor_before() -> None:
    found = tensors(expand(load("alexnet")), simple)
    assert {t.title: t.after for t in found if t.after} == {
        "conv1": ["ReLU", "local response norm"], "conv2": ["ReLU", "local response norm"], "conv3": ["ReLU"],
        "conv4": ["ReLU"], "conv5": ["ReLU"], "fc6": ["ReLU", "dropout"], "fc7": ["ReLU", "dropout"],
    }  # fmt: skip


def test_a_call_of_one_layer_is_open_and_others_are_folded() -> None:
    assert {t.name: t.kind for t in tensors(expand(load("lenet5_1998")), simple)}["S2"] == "pooling"
    assert names("resnet50") == [
        "input", "conv1", "pool1", "layer1", "layer2", "layer3", "layer4", "pool", "fc"
    ]  # fmt: skip


def test_heads_for_training_are_left_out_and_the_heading_says_so() -> None:
    scene = drawn("googlenet")
    assert not any(name.startswith("aux") for name in tips(scene))
    assert any("side heads left out" in text for text in words(scene))
    assert not any("side heads" in text for text in words(drawn("resnet50")))


def test_a_block_tells_its_name_shape_and_cost() -> None:
    assert tips(drawn("resnet50"))["layer3"] == (
        "layer3 × 6", "bottleneck", "1024 × 14 × 14", "7,098,368 parameters, 1.46 G MACs"
    )  # fmt: skip


def test_groups_divide_channels() -> None:
    assert "2 × 192" in words(drawn("alexnet"))
    assert "2 × 192" not in words(drawn("alexnet_ungrouped"))


def test_equal_neighbours_stand_close_with_one_caption() -> None:
    scene = drawn("vgg16")
    assert "conv3 ×\xa03" in words(scene)
    assert {"conv3.0", "conv3.1", "conv3.2"} <= set(tips(scene))


def test_levels_of_a_u() -> None:
    found = arms(expand(load("unet")))
    assert found is not None
    assert [tensor.name for tensor in found.bottom] == ["pool4", "bottom.conv1", "bottom.conv2"]
    outer = found.levels[0]
    assert [tensor.name for tensor in outer.left] == ["input", "down1.conv1", "down1.conv2"]
    assert [tensor.name for tensor in outer.ups] == ["up1.up"]
    assert [tensor.name for tensor in outer.right] == [
        "up1.join", "up1.conv.conv1", "up1.conv.conv2", "out"
    ]  # fmt: skip
    assert outer.cut is not None and outer.cut.name == "up1.cut"


@pytest.mark.parametrize("name", ["fcn8s", "resnet18", "densenet121", "inception_3a", "googlenet"])
def test_other_shortcuts_are_no_u(name: str) -> None:
    assert arms(expand(load(name))) is None


LINKNET = """
archc: 1
name: linknet
input: [3, 256, 256]
defaults: {conv: {kernel: 3, padding: 1, norm: batch_norm, act: relu}}
blocks:
  unit:
    args: {width: int}
    nodes:
      conv1: {op: conv, filters: $width, stride: 2}
      conv2: {op: conv, filters: $width, act: none}
      shortcut: {op: conv, filters: $width, kernel: 1, padding: 0, stride: 2, act: none, from: input}
      sum: {op: add, from: [conv2, shortcut], act: relu}
  rise:
    inputs: [below, skip]
    args: {width: int}
    nodes:
      squeeze: {op: conv, filters: $width, kernel: 1, padding: 0, from: below}
      up: {op: upsample, factor: 2}
      sum: {op: add, from: [up, skip]}
nodes:
  stem: {op: conv, filters: 64, stride: 2}
  down1: {op: unit, width: 64}
  down2: {op: unit, width: 128}
  up1: {op: rise, width: 64, from: [down2, down1]}
  up0: {op: rise, width: 64, from: [up1, stem]}
  out: {op: conv, filters: 19, kernel: 1, padding: 0}
"""


def test_a_u_of_sums_and_residual_units() -> None:
    found = arms(graph_of(LINKNET))
    assert found is not None
    assert [tensor.name for tensor in found.bottom] == ["down2", "up1.squeeze"]
    assert [tensor.name for tensor in found.levels[1].right] == ["up1.sum", "up0.squeeze"]
    shown = words(volumes(graph_of(LINKNET), theme=LIGHT, aspect=WIDE))
    assert {"copy", "nearest upsample, ×2", "sum"} <= set(shown)


def test_skips_run_above_a_row() -> None:
    lines = [item for item in drawn("fcn8s").items if isinstance(item, Route)]
    assert sum(line.color == LIGHT.shortcut for line in lines) == 2


FROZEN = """
archc: 1
name: frozen
input: [3, 64, 64]
freeze: [pair.a]
blocks:
  pair:
    nodes:
      a: {op: conv, filters: 5, kernel: 1}
      b: {op: conv, filters: 10, kernel: 1}
nodes: {pair: pair, conv: {op: conv, filters: 4, kernel: 1}}
"""


def test_what_is_frozen_is_said_beside_what_is_trained() -> None:
    shown = words(volumes(graph_of(FROZEN), theme=LIGHT, aspect=WIDE))
    assert shown[shown.index("60") :][:3] == ["60", "params", "+ 20 frozen"]
    run = tensors(graph_of(FROZEN), simple)[1:2]
    compact = [each.text for each in parameters(run, LIGHT, compact=True)]
    assert compact == ["60 params", "+ 20 frozen"]


def test_hostile_text_stays_text() -> None:
    text = 'archc: 1\nname: a\ntitle: "<b>\\u202e&\\u0007"\ninput: [64, 8, 8]\n' + (
        'nodes: {c: {op: conv, filters: 2, kernel: 3, label: "</text><script>"}}'
    )
    svg = as_svg(volumes(graph_of(text), theme=LIGHT, aspect=WIDE))
    assert "<script" not in svg and "\u202e" not in svg and "\u0007" not in svg


@pytest.mark.parametrize(
    "nodes",
    [
        "{a: {op: fc, units: 5}, b: {op: fc, units: 400}}",
        "{a: {op: relu}}",
        "{a: {op: fc, units: 8, repeat: 200}}",
    ],
)
@pytest.mark.parametrize("shape", ["[7]", "[30, 200]", "[3, 4, 60, 40]"])
@pytest.mark.parametrize("aspect", [None, 4 / 3, 0.7])
def test_any_network_has_a_picture(nodes: str, shape: str, aspect: float | None) -> None:
    graph = graph_of(f"archc: 1\nname: a\ninput: {shape}\nnodes: {nodes}")
    scene = volumes(graph, theme=LIGHT, aspect=aspect)
    for box in texts(scene):
        assert box.left > 0 and box.right < scene.width and box.bottom < scene.height
    if aspect is not None:
        assert scene.width / scene.height == pytest.approx(aspect)
