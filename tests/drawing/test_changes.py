"""What a variant changes, as a picture."""

from __future__ import annotations

import pytest
from geometry import faults

from archc.analysis.difference import difference
from archc.drawing.changes.draw import changes
from archc.drawing.palette import LIGHT, THEMES
from archc.drawing.picture.scene import Label, Rect, Route, Scene
from archc.drawing.picture.svg import as_svg
from archc.errors import SpecError
from archc.graph.expand import expand
from archc.passes.optimise import optimise
from archc.spec.load import load, loads


def scene_of(old: str, new: str) -> Scene:
    return changes(difference(expand(load(old)), expand(load(new))), LIGHT, 16 / 9)


def box(scene: Scene, name: str) -> Rect:
    return next(
        item
        for item in scene.items
        if isinstance(item, Rect) and item.about and item.about.name == name
    )


def test_a_changed_layer_says_what_changed() -> None:
    scene = scene_of("alexnet", "zfnet")
    conv1 = box(scene, "new:conv1")
    assert conv1.stroke == LIGHT.changed
    assert " ".join(line.text for line in conv1.lines).endswith(
        "kernel 11 → 7, stride 4 → 2, padding 0 → 1"
    )
    assert box(scene, "old:conv1").stroke == LIGHT.changed
    assert box(scene, "new:fc6").stroke not in (LIGHT.changed, LIGHT.added)


def test_what_goes_and_what_comes_have_their_colours() -> None:
    scene = scene_of("googlenet", "googlenet_bn")
    assert box(scene, "old:lrn1").stroke == LIGHT.removed
    assert box(scene, "old:lrn1").dashed
    scene = scene_of("lenet5", "vgg11")
    assert box(scene, "old:C1").stroke == LIGHT.removed
    assert box(scene, "new:conv1").stroke == LIGHT.added


def test_a_folded_block_is_marked_for_what_is_inside() -> None:
    scene = scene_of("vgg16", "vgg19")
    assert box(scene, "new:conv3").stroke == LIGHT.changed
    assert box(scene, "new:conv1").stroke != LIGHT.changed


def test_a_call_of_another_block_says_so() -> None:
    scene = scene_of("resnet34", "resnet50")
    assert "basic → bottleneck" in [line.text for line in box(scene, "new:layer1").lines]


def test_lines_join_boxes_of_their_own_network() -> None:
    scene = scene_of("lenet5", "alexnet")
    there = {i.about.name for i in scene.items if isinstance(i, Rect) and i.about}
    ends = [i.about.name.split(" -> ") for i in scene.items if isinstance(i, Route) and i.about]
    assert ends
    assert all({source, target} <= there for source, target in ends)
    assert all(source[:4] == target[:4] for source, target in ends)


def test_what_is_too_large_is_refused() -> None:
    text = "archc: 1\nname: tall\ninput: [3]\nnodes: {relu1: {op: relu, repeat: %d}, fc: {op: fc, units: 2}}"
    many = [expand(loads(text % 5, name="a")), expand(loads(text % 9, name="b"))]
    assert changes(difference(*many), LIGHT, 16 / 9).items
    written = "archc: 1\nname: tall\ninput: [3]\nnodes:\n"
    long = written + "".join(f"  r{i}: relu\n" for i in range(4100))
    with pytest.raises(SpecError, match="A081"):
        changes(difference(expand(loads(long)), many[0]), LIGHT, 16 / 9)


def test_the_heading_tells_the_cost() -> None:
    scene = scene_of("alexnet", "zfnet")
    texts = [item.words.text for item in scene.items if isinstance(item, Label)]
    assert texts[0] == "AlexNet (alexnet) → ZFNet (zfnet)"
    assert "62.4 M parameters (× 1.02), 1.17 G MACs (× 1.61)" in texts[1]


def optimised(name: str) -> Scene:
    graph = expand(load(name))
    return changes(difference(graph, optimise(graph).graph), LIGHT, 16 / 9, optimised=True)


def test_what_passes_take_in_is_not_called_removed() -> None:
    scene = optimised("resnet18")
    assert [line.text for line in box(scene, "new:conv1").lines] == [
        "7×7 conv, 64, /2, ReLU",
        "conv1",
        "BN folded in",
    ]
    texts = [item.words.text for item in scene.items if isinstance(item, Label)]
    assert texts[0] == "ResNet-18, optimized: before and after"


def test_a_remark_says_which_layer_it_is_about_where_names_are_left_out() -> None:
    lines = [line.text for line in box(optimised("googlenet_bn"), "new:conv1").lines]
    assert lines == ["7×7 conv, 64, /2, ReLU", "conv1 · BN folded in"]


def test_a_shortcut_into_a_kernel_has_room_for_its_arrowhead() -> None:
    """The convolution that adds it is wider than the one it passes."""
    conv = "{op: conv, filters: 16, kernel: 3, padding: 1, act: relu}"
    spec = f"""
archc: 1
name: net
input: [16, 32, 32]
nodes:
  one: {conv}
  two: {conv}
  three: {{op: conv, filters: 16, kernel: 3, padding: 1}}
  sum: {{op: add, from: [three, one], act: relu}}
"""
    graph = expand(loads(spec, name="net"))
    both = difference(graph, optimise(graph).graph)
    scene = changes(both, LIGHT, 16 / 9, optimised=True)
    assert box(scene, "new:three").lines[0].text == "3×3 conv, 16, add, ReLU"
    assert faults(scene, smallest=0) == []


def test_only_lines_at_what_is_kept_are_faded() -> None:
    scene = optimised("resnet18")
    colours = {i.about.name: i.color for i in scene.items if isinstance(i, Route) and i.about}
    assert colours["new:layer2.0 -> new:layer2.1"] == LIGHT.edge
    assert colours["new:input -> new:channels_last"] == LIGHT.added
    assert colours["new:pool -> new:fc"] not in (LIGHT.edge, LIGHT.added)


def test_equal_networks_are_all_kept() -> None:
    scene = scene_of("resnet18", "resnet18")
    marked = (LIGHT.added, LIGHT.removed, LIGHT.changed)
    assert box(scene, "new:conv1")
    assert not any(isinstance(i, Rect) and i.about and i.stroke in marked for i in scene.items)


@pytest.mark.parametrize("theme", THEMES.values())
def test_the_same_bytes_each_time(theme: object) -> None:
    found = [
        as_svg(
            changes(difference(expand(load("resnet34")), expand(load("resnet50"))), theme, 16 / 9)
        )  # type: ignore[arg-type]
        for _ in range(2)
    ]
    assert found[0] == found[1]
