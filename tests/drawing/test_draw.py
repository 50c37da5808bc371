"""What is drawn: folding, shortcuts, words, limits."""

from __future__ import annotations

import pytest

from archc.drawing import Options
from archc.drawing.draw import aspect_of, draw, opened
from archc.drawing.palette import LIGHT
from archc.drawing.picture.scene import Disc, Label, Rect, Route, Scene
from archc.drawing.view import Box, Group
from archc.errors import SpecError
from archc.graph.expand import expand
from archc.graph.graph import Graph
from archc.spec.load import load, loads

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


def scene_of(graph: Graph, **options: object) -> Scene:
    return draw([graph], Options(**options))  # type: ignore[arg-type]


def boxes(graph: Graph, **options: object) -> list[str]:
    """The paths of the boxes in order."""
    return [box.path for box in opened(graph, Options(**options)).view.boxes]  # type: ignore[arg-type]


def box(scene: Scene, name: str) -> Rect:
    return next(
        item
        for item in scene.items
        if isinstance(item, Rect) and item.about and item.about.name == name
    )


def words(scene: Scene, name: str) -> list[str]:
    return [line.text for line in box(scene, name).lines]


def line(scene: Scene, source: str, target: str) -> Route:
    name = f"{source} -> {target}"
    return next(
        item
        for item in scene.items
        if isinstance(item, Route) and item.about and item.about.name == name
    )


def test_depth_0_shows_names_without_dots() -> None:
    graph = graph_of(RESIDUAL)
    assert boxes(graph, depth=0) == ["input", "conv1", "stage1", "stage2", "tail", "output:tail"]
    assert words(scene_of(graph, depth=0), "stage2") == [
        "stage2 × 3",
        "32 × 16 × 16",
        "51.9 k params",
    ]


def test_depth_1_shows_instances() -> None:
    found = boxes(graph_of(RESIDUAL), depth=1)
    assert found[2:7] == ["stage1.0", "stage1.1", "stage2.0", "stage2.1", "stage2.2"]
    assert found[7:9] == ["tail.0", "tail.1"]


def test_equal_neighbours_are_drawn_once_where_asked() -> None:
    graph = graph_of(RESIDUAL)
    assert boxes(graph, depth=1, repeats="once")[2:5] == ["stage1.0", "stage2.0", "stage2.1"]
    scene = scene_of(graph, depth=1, repeats="once")
    assert words(scene, "stage2.1")[0] == "stage2.1 × 2"
    assert words(scene, "stage2.1")[2] == "18.6 k params each"
    assert box(scene, "stage2.1").copies == 1
    assert box(scene, "stage2.0").copies == 0


def test_only_equal_neighbours_are_drawn_once() -> None:
    """An instance that sees other shapes, is patched or reads another value stands for itself."""
    patched = RESIDUAL.replace("  tail:", "  stage2.2.conv1: {kernel: 1, padding: 0}\n  tail:")
    found = boxes(graph_of(patched), depth=1, repeats="once")
    assert found[2:6] == ["stage1.0", "stage2.0", "stage2.1", "stage2.2"]


@pytest.mark.parametrize(
    ("collapse", "gone", "there"),
    [
        (("unit",), "stage2.0.conv1", ["stage1.0", "stage1.1", "stage2.0", "stage2.1", "stage2.2"]),
        (("stage2",), "stage2.0.conv1", ["stage2", "stage1.0.conv1"]),
        (("stage2.1",), "stage2.1.conv1", ["stage2.1", "stage2.0.conv1"]),
        (("tail",), "tail.0", ["tail", "stage1.0.conv1"]),
    ],
)
def test_collapse(collapse: tuple[str, ...], gone: str, there: list[str]) -> None:
    found = boxes(graph_of(RESIDUAL), collapse=collapse)
    assert gone not in found
    assert set(there) <= set(found)


def test_expand_opens_one_of_many() -> None:
    found = boxes(graph_of(RESIDUAL), depth=0, expand=("stage2.1",))
    assert found[3:6] == ["stage2.0", "stage2.1.conv1", "stage2.1.conv2"]
    assert "stage1" in found
    googlenet = boxes(expand(load("googlenet")), expand=("inception_4a",))
    assert "inception_4a.b1" in googlenet
    assert "inception_4b" in googlenet


def test_calls_are_folded_by_block_and_by_name() -> None:
    graph = graph_of(INCEPTION)
    assert {"inception_a", "inception_b"} <= set(boxes(graph, collapse=("inception",)))
    found = boxes(graph, collapse=("inception_a",))
    assert "inception_a" in found
    assert "inception_b.b1" in found


def test_a_large_network_is_folded_until_it_fits_a_slide() -> None:
    drawing = opened(expand(load("googlenet")), Options())
    assert drawing.folding.depth == 0
    assert (drawing.scene.width, drawing.scene.height) == (960, 540)
    folded = "drawn to depth 0 of 1, inception_3a open; --depth 1 draws all"
    assert drawing.folded(expand(load("googlenet"))) == folded


def test_what_is_drawn_whole_says_nothing_of_folding() -> None:
    graph = expand(load("vgg16"))
    assert not opened(graph, Options()).folded(graph)
    googlenet = expand(load("googlenet"))
    assert not opened(googlenet, Options(depth=0)).folded(googlenet)


def test_shortcuts_are_marked() -> None:
    scene = scene_of(graph_of(RESIDUAL), depth=9, repeats="each")
    identity = line(scene, "stage1.0.sum", "stage1.1.sum")
    assert (identity.color, identity.dashed) == (LIGHT.shortcut, False)
    for source, target in (
        ("stage2.0.shortcut", "stage2.0.sum"),
        ("stage1.1.sum", "stage2.0.shortcut"),
    ):
        projection = line(scene, source, target)
        assert (projection.color, projection.dashed) == (LIGHT.shortcut, True)
    assert line(scene, "stage1.0.conv2", "stage1.0.sum").color == LIGHT.edge


def test_a_shortcut_runs_beside_the_trunk() -> None:
    scene = scene_of(graph_of(RESIDUAL), depth=9, repeats="each")
    lane = max(x for x, _ in line(scene, "stage1.0.sum", "stage1.1.sum").points)
    assert lane > box(scene, "stage1.1.conv1").x + box(scene, "stage1.1.conv1").width


def test_the_branches_of_an_inception_module_are_no_shortcuts() -> None:
    items = scene_of(graph_of(INCEPTION), depth=9).items
    assert not any(isinstance(item, Route) and item.color == LIGHT.shortcut for item in items)


def test_training_only_parts_are_dashed_and_to_the_side() -> None:
    scene = scene_of(graph_of(INCEPTION), depth=0, aspect="free")
    assert box(scene, "aux").dashed
    assert line(scene, "inception_a", "aux").dashed
    assert not box(scene, "main").dashed
    assert box(scene, "aux").x > box(scene, "inception_a").x + box(scene, "inception_a").width
    assert words(scene, "aux") == ["aux", "global avg pool", "fc 10", "410 params"]


def test_norm_and_activation_stand_in_their_owners_box() -> None:
    scene = scene_of(graph_of(INCEPTION))
    assert words(scene, "conv1") == ["3×3 conv, 16, /2", "conv1 · BN, ReLU", "the stem"]
    assert box(scene, "conv1").lines[2].italic


def test_a_kernel_has_as_many_numbers_as_its_input_has_axes() -> None:
    text = "archc: 1\nname: net\ninput: {shape}\nnodes:\n  conv1: {{op: conv, filters: 4, kernel: 3}}\n"
    one = scene_of(graph_of(text.format(shape="[1, 9]")))
    three = scene_of(graph_of(text.format(shape="[1, 9, 9, 9]")))
    assert words(one, "conv1")[0] == "3 conv, 4"
    assert words(three, "conv1")[0] == "3×3×3 conv, 4"


def test_shapes_stand_beside_lines_where_they_change() -> None:
    items = scene_of(expand(load("alexnet"))).items
    labels = [item.words.text for item in items if isinstance(item, Label)]
    assert labels.count("96 × 55 × 55") == 1  # after conv1, and not again after the norm


def test_a_sum_is_a_circle() -> None:
    items = scene_of(graph_of(RESIDUAL), depth=9).items
    signs = [item.sign.text for item in items if isinstance(item, Disc) and item.about]
    assert set(signs) == {"+"}


def test_without_a_title() -> None:
    items = scene_of(graph_of(INCEPTION), title=False).items
    assert not any(isinstance(i, Label) and i.words.text == "A small Inception" for i in items)


def test_groups_hold_their_boxes() -> None:
    view = opened(graph_of(RESIDUAL), Options(depth=9, repeats="each")).view
    stage = next(child for child in view.top if isinstance(child, Group) and child.path == "stage2")
    assert [child.path for child in stage.children] == ["stage2.0", "stage2.1", "stage2.2"]
    assert all(isinstance(inner, Box) for g in stage.children for inner in g.children)  # type: ignore[union-attr]


def test_what_cannot_be_folded_is_said_at_once() -> None:
    with pytest.raises(SpecError) as caught:
        scene_of(graph_of(INCEPTION), collapse=("incepton", "conv1"), expand=("x",), depth=-1)
    depth, typo, layer, opening = caught.value.mistakes
    assert depth.message == "depth must be 0 or more, not -1"
    assert typo.message == "nothing called 'incepton' can be folded"
    assert typo.help == "did you mean 'inception'?"
    assert layer.message == "nothing called 'conv1' can be folded"
    assert layer.help.startswith("these can: aux, head, inception")
    assert opening.message == "nothing called 'x' can be opened"


@pytest.mark.parametrize("aspect", ["16", "16:0", "0:9", "1:100", "wide", "16:9:1", "", "٣:٢"])
def test_a_wrong_aspect(aspect: str) -> None:
    with pytest.raises(SpecError, match="A080"):
        aspect_of(aspect)


@pytest.mark.parametrize(("aspect", "size"), [("4:3", (720, 540)), ("1:1", (540, 540))])
def test_pages_of_other_aspects(aspect: str, size: tuple[float, float]) -> None:
    scene = scene_of(expand(load("lenet5")), aspect=aspect)
    assert (scene.width, scene.height) == size


def test_a_free_page_is_one_column() -> None:
    scene = scene_of(expand(load("vgg16")), aspect="free")
    assert scene.height > 1000
    assert len({round(item.x + item.width / 2) for item in scene.items
                if isinstance(item, Rect) and item.about}) == 1  # fmt: skip


def test_too_many_boxes_are_refused() -> None:
    text = "archc: 1\nname: tall\ninput: [3]\nnodes: {relu1: {op: relu, repeat: 5000}}"
    with pytest.raises(SpecError, match="A081") as caught:
        scene_of(graph_of(text), depth=1, repeats="each")
    assert caught.value.mistakes[0].message == "the drawing would have 5,002 boxes, more than 4,000"
    assert boxes(graph_of(text)) == ["input", "relu1.0", "relu1"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"style": "volumes"}, "style cannot be 'volumes'"),
        ({"theme": "solarized"}, "theme cannot be 'solarized'"),
        ({"repeats": "sometimes"}, "repeats cannot be 'sometimes'"),
        ({"depth": "1"}, "depth must be a whole number, not '1'"),
        ({"aspect": (4, 3)}, "is no aspect of a page"),
    ],
)
def test_what_python_lets_through_is_refused(options: dict[str, object], message: str) -> None:
    with pytest.raises(SpecError, match="A080") as caught:
        scene_of(expand(load("lenet5")), **options)
    assert message in caught.value.mistakes[0].message


def test_the_volume_style_draws_one_network() -> None:
    graph = expand(load("lenet5"))
    with pytest.raises(SpecError, match="the volume style draws one network"):
        draw([graph, graph], Options(style="volume"))
