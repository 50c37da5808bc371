"""Frames that build a network step by step, and pictures with single parts lit."""

from __future__ import annotations

import os
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from drawings import flow

from archc.drawing.flow.sheet import Drawing
from archc.drawing.frames.bounds import Bounds, bounds, covered
from archc.drawing.frames.build import MOST_STEPS, frames, steps
from archc.drawing.frames.calls import shown_in
from archc.drawing.frames.highlight import highlight, highlights, named
from archc.drawing.frames.parts import Shown, shown
from archc.drawing.palette import DARK, LIGHT, mixed
from archc.drawing.picture.scene import Disc, Item, Label, Polygon, Rect, Route, Scene
from archc.drawing.picture.svg import as_svg
from archc.drawing.stack.draw import stack
from archc.drawing.view import Folding
from archc.drawing.volumes.draw import volumes
from archc.errors import SpecError
from archc.graph.expand import expand
from archc.graph.graph import Graph
from archc.spec.files import bundled
from archc.spec.load import load, loads

GOLDEN = Path(__file__).parent / "golden"
WIDE = 16 / 9
INCEPTIONS = {f"inception_{k}" for k in ("3a", "3b", "4a", "4b", "4c", "4d", "4e", "5a", "5b")}
NAMES = [each.name for each in bundled()]


@cache
def graph_of(name: str) -> Graph:
    return expand(load(name))


@cache
def drawn(name: str) -> Drawing:
    return flow(graph_of(name), None, LIGHT, WIDE)


def written(text: str) -> Drawing:
    return flow(expand(loads(text)), None, LIGHT, WIDE)


def body(scene: Scene) -> tuple[Item, ...]:
    first, last = scene.around
    return scene.items[first : len(scene.items) - last]


def place(item: Item) -> Any:
    match item:
        case Label(x=x, y=y, anchor=anchor):
            return x, y, anchor
        case Rect(x=x, y=y, width=width, height=height):
            return x, y, width, height
        case Disc(x=x, y=y, radius=radius):
            return x, y, radius
        case Polygon(points=points) | Route(points=points):
            return points


def abouts(scene: Scene) -> list[str]:
    return [i.about.name for i in scene.items if not isinstance(i, Label) and i.about]


def boxes(scene: Scene) -> list[str]:
    return [name for name in abouts(scene) if " -> " not in name]


def texts(scene: Scene) -> list[str]:
    return [item.words.text for item in scene.items if isinstance(item, Label)]


def places(scene: Scene) -> list[tuple[str, Any]]:
    """Where all is that says what it is about."""
    return [(i.about.name, place(i)) for i in scene.items if not isinstance(i, Label) and i.about]


@pytest.mark.parametrize("name", NAMES)
def test_frames_of_every_bundled_network(name: str) -> None:
    drawing = drawn(name)
    made = frames(drawing, LIGHT)
    parts = shown(drawing).parts
    assert len(made) == len(steps(parts)) <= MOST_STEPS
    assert len(made) == len(parts) or len(parts) > MOST_STEPS
    last = made[-1]
    assert last.items[:-1] == drawing.scene.items
    assert replace(last, items=()) == replace(drawing.scene, items=())
    # what there is in the others is where the drawing has it; heading and legend are in all
    final, (head, foot) = set(places(last)), drawing.scene.around
    for number, scene in enumerate(made, 1):
        assert set(places(scene)) <= final
        assert f"{number} / {len(made)}" in texts(scene)
        assert scene.items[:head] == drawing.scene.items[:head]
        keys = drawing.scene.items[len(drawing.scene.items) - foot :]
        assert [item for item in scene.items if item in keys] == list(keys)
    # nothing that was shown goes, and every frame has something new
    for before, after in pairwise(made):
        assert set(boxes(before)) <= set(boxes(after)) and len(boxes(before)) < len(boxes(after))


@pytest.mark.parametrize("name", NAMES)
def test_no_frame_has_loose_ends(name: str) -> None:
    """A line has both its boxes, a word of the drawing something that it stands beside."""
    for scene in frames(drawn(name), LIGHT):
        there = set(abouts(scene))
        for one in there:
            source, arrow, target = one.partition(" -> ")
            assert not arrow or {source, target} <= there
        first = scene.around[0]
        things = [p for i in body(scene) if not isinstance(i, Label) for p in covered(i)]
        for item in body(drawn(name).scene):
            if isinstance(item, Label) and item in scene.items[first:]:
                assert min(thing.distance((item.x, item.y)) for thing in things) < 12


@pytest.mark.parametrize("name", NAMES)
def test_notes_and_numbers_are_over_nothing(name: str) -> None:
    drawing = drawn(name)
    taken = [place for item in drawing.scene.items for place in covered(item)]
    page = Bounds(0, 0, drawing.scene.width, drawing.scene.height)
    for scene in frames(drawing, LIGHT):
        known = {repr(place(item)) for item in drawing.scene.items}
        added = [i for i in scene.items if isinstance(i, Label) and repr(place(i)) not in known]
        assert added
        for label in map(bounds, added):
            assert not any(label.meets(other) for other in taken)
            assert page.left < label.left and label.right < page.right
            assert page.top < label.top and label.bottom < page.bottom


def test_the_third_frame_of_lenet5_is_as_it_was() -> None:
    found = as_svg(frames(drawn("lenet5"), LIGHT)[2])
    file = GOLDEN / "lenet5_frame3.svg"
    if os.environ.get("UPDATE_GOLDEN"):  # writes the golden files anew
        file.write_text(found, encoding="utf-8")
    assert found == file.read_text(encoding="utf-8")


def test_frames_are_the_same_each_time() -> None:
    once, again = (frames(flow(graph_of("googlenet"), None, DARK, WIDE), DARK) for _ in range(2))
    assert list(map(as_svg, once)) == list(map(as_svg, again))


def test_a_network_begins_with_its_input_and_goes_on_box_by_box() -> None:
    made = frames(drawn("resnet18"), LIGHT)
    assert boxes(made[0]) == ["input"]
    assert boxes(made[1]) == ["input", "conv1"] and "input -> conv1" in abouts(made[1])
    # a group's frame comes with its first box
    first = next(scene for scene in made if any(b.startswith("layer2") for b in boxes(scene)))
    assert {"layer2", "layer2.0", "layer2.0.conv1"} & set(boxes(first)) >= {"layer2.0.conv1"}
    assert "layer2.0.conv2" not in boxes(first)


def test_heads_for_training_come_after_the_output() -> None:
    made = frames(drawn("googlenet"), LIGHT)
    assert boxes(made[-3])[-1:] == boxes(made[-1])[-1:] and "aux1" not in boxes(made[-3])
    assert "aux1" in boxes(made[-2]) and "aux2" not in boxes(made[-2])


def test_what_is_new_is_outlined_and_the_rest_as_in_the_drawing() -> None:
    drawing = drawn("alexnet")
    plain = {i.about.name: i for i in drawing.scene.items if isinstance(i, Rect) and i.about}
    scene = frames(drawing, LIGHT)[3]
    changed = [
        i.about.name
        for i in scene.items
        if isinstance(i, Rect) and i.about and i != plain[i.about.name]
    ]
    assert changed == ["pool1"]
    (pool,) = (
        i for i in scene.items if isinstance(i, Rect) and i.about and i.about.name == "pool1"
    )
    assert (pool.stroke, pool.line_width) == (LIGHT.ink, 2.6)


def test_many_boxes_go_by_groups() -> None:
    drawing = flow(graph_of("resnet50"), Folding(2), LIGHT, WIDE)
    parts = shown(drawing).parts
    assert len(parts) > MOST_STEPS
    stages = [[part.name for part in step] for step in steps(parts)]
    assert [name for step in stages for name in step if name.startswith("layer2.1.conv")] == [
        "layer2.1.conv1",
        "layer2.1.conv2",
        "layer2.1.conv3",
    ]
    (block,) = (step for step in stages if "layer2.1.conv1" in step)
    assert {"layer2.1.conv1", "layer2.1.conv2", "layer2.1.conv3"} < set(block)
    made = frames(drawing, LIGHT)
    assert len(made) == len(stages) <= MOST_STEPS
    # such a step outlines the group's frame, not each box in it
    scene = made[stages.index(block)]
    bold = [
        i.about.name for i in scene.items if isinstance(i, Rect) and i.about and i.line_width == 2.6
    ]
    assert bold == ["layer2.1"]


def test_a_long_chain_shares_steps() -> None:
    nodes = "\n".join(f"  c{i}: {{op: conv, filters: 4, kernel: 1}}" for i in range(100))
    text = f"archc: 1\nname: chain\ninput: [3, 8, 8]\nnodes:\n{nodes}\n"
    made = frames(flow(expand(loads(text)), Folding(), LIGHT, WIDE), LIGHT)
    assert len(made) == 34 and boxes(made[0]) == ["input", "c0", "c1"]


def noted(note: str, title: str = "noted") -> str:
    return (
        f"archc: 1\nname: noted\ntitle: {title}\ninput: [3, 8, 8]\n"
        f"nodes:\n  a: {{op: conv, filters: 4, kernel: 1, note: {note}}}\n  b: relu\n"
    )


def test_a_note_stands_beside_the_title_while_its_node_is_new() -> None:
    made = frames(drawn("alexnet"), LIGHT)
    note = "each GPU sees its own 48 maps only"
    (number,) = (i for i, scene in enumerate(made) if note in texts(scene))
    assert "conv2" in boxes(made[number]) and "conv2" not in boxes(made[number - 1])
    (label,) = (i for i in made[number].items if isinstance(i, Label) and i.words.text == note)
    assert label.x > 480 and label.y < 60
    (other,) = (
        i
        for scene in made
        for i in scene.items
        if isinstance(i, Label) and i.words.text == "more than half of all parameters"
    )
    assert other.y == label.y


def test_a_groups_note_stands_with_its_first_box() -> None:
    made = frames(drawn("resnet34"), LIGHT)
    shown_in_frames = [i for i, scene in enumerate(made) if "conv3_x" in texts(scene)]
    first = next(i for i, scene in enumerate(made) if "layer2.0.conv1" in boxes(scene))
    assert shown_in_frames == [first]


def test_where_nothing_is_free_beside_the_title_all_frames_are_higher() -> None:
    drawing = flow(expand(loads(noted("below", "N" * 150))), None, LIGHT, WIDE)
    made = frames(drawing, LIGHT)
    assert len({(scene.width, scene.height) for scene in made}) == 1
    assert made[0].height > drawing.scene.height
    (label,) = (i for i in made[1].items if isinstance(i, Label) and i.words.text == "below")
    assert all(bounds(item).bottom <= label.y - 4 for item in body(drawing.scene))


@pytest.mark.parametrize(
    "note",
    [
        "'<script>alert(1)</script> & \"quotes\"'",
        '"control \\a and \\u202E turned"',
        "x" * 10_000,
        "'" + "many words " * 900 + "'",
        "'שלום עולם'",
    ],
)
def test_hostile_notes_come_out_as_a_few_lines_of_text(note: str) -> None:
    drawing = written(noted(note))
    made = frames(drawing, LIGHT)
    svg = as_svg(made[1])
    assert "<script" not in svg and "\u202e" not in svg and "\a" not in svg
    added = [i for i in made[1].items if isinstance(i, Label) and i not in drawing.scene.items]
    assert 2 < len(added) <= 6 and added[0].words.text == "a"
    for label in map(bounds, added):
        assert label.right <= made[1].width - 20


def lit(scene: Scene, plain: Scene) -> set[str]:
    """What has the colours that the drawing gives it."""
    same = set(plain.items)
    return {i.about.name for i in scene.items if not isinstance(i, Label) and i.about and i in same}


def test_only_what_is_named_keeps_its_colours() -> None:
    drawing = drawn("alexnet")
    scene = highlight(drawing, ["pool1", "conv2"], LIGHT)
    assert lit(scene, drawing.scene) == {"pool1", "conv2", "pool1 -> conv2"}
    faded = {i.about.name: i for i in scene.items if isinstance(i, Rect) and i.about}
    original = {i.about.name: i for i in drawing.scene.items if isinstance(i, Rect) and i.about}
    assert faded["conv1"].fill == mixed(original["conv1"].fill, LIGHT.paper, 0.8)
    assert sorted(places(scene)) == sorted(places(drawing.scene))
    head, foot = scene.around
    assert scene.items[:head] == drawing.scene.items[:head]
    assert scene.items[-foot:] == drawing.scene.items[-foot:]


@pytest.mark.parametrize(
    ("network", "name", "expected"),
    [
        ("alexnet", "fc", {"fc6", "fc7", "fc8"}),
        ("alexnet", "fully connected", {"fc6", "fc7", "fc8"}),
        ("alexnet", "pooling", {"pool1", "pool2", "pool5"}),
        ("alexnet", "max_pool", {"pool1", "pool2", "pool5"}),
        ("alexnet", "input", {"input"}),
        ("googlenet", "inception_3a.b3", {"inception_3a"}),
        ("googlenet", "concat", INCEPTIONS),
        ("googlenet", "inception", INCEPTIONS),
        ("unet", "down1.conv1", {"down1"}),
    ],
)  # fmt: skip
def test_what_a_name_means(network: str, name: str, expected: set[str]) -> None:
    folded = flow(graph_of(network), Folding(0), LIGHT, WIDE)
    assert named(name, shown(folded).parts) == expected


@pytest.mark.parametrize("name", NAMES)
def test_every_operator_and_group_of_every_network_can_be_lit(name: str) -> None:
    drawing = drawn(name)
    parts = shown(drawing).parts
    words = sorted({word for part in parts for word in part.kinds | set(part.around)})
    for scene, word in zip(highlights(drawing, words, LIGHT), words, strict=True):
        bright = lit(scene, drawing.scene)
        expected = named(word, parts)
        assert {n.partition("#")[0] for n in expected} <= bright
        assert len(scene.items) == len(drawing.scene.items)


def test_a_lit_line_is_whole_where_it_shares_its_way_with_a_faded_one() -> None:
    drawing = drawn("resnet18")
    shortcut = next(
        i.about.name for i in drawing.scene.items
        if isinstance(i, Route) and i.about and i.color == LIGHT.shortcut and not i.dashed
    )  # fmt: skip
    source, _, target = shortcut.partition(" -> ")
    scene = highlight(drawing, [source, target], LIGHT)
    (whole,) = (
        i for i in scene.items if isinstance(i, Route) and i.about and i.about.name == shortcut
    )
    (start,) = (p for i in scene.items if not isinstance(i, Label | Route) and i.about
                and i.about.name == source for p in [bounds(i)])  # fmt: skip
    assert start.distance(whole.points[0]) < 1


def test_one_scene_for_each_name() -> None:
    drawing = drawn("alexnet")
    one, other = highlights(drawing, ["conv", "pooling"], LIGHT)
    assert one == highlight(drawing, ["conv"], LIGHT)
    assert other == highlight(drawing, ["pooling"], LIGHT)


def test_unknown_names_are_mistakes_with_the_nearest_known() -> None:
    with pytest.raises(SpecError) as error:
        highlight(drawn("alexnet"), ["conv", "convv3", "<b>" * 100], LIGHT)
    first, second = error.value.mistakes
    assert (first.code, first.message) == ("A080", "nothing called 'convv3' is drawn")
    assert first.help == "did you mean 'conv3'?"
    assert len(second.message) < 200 and second.help.startswith("a path, a block or an operator")


def other_style(style: str, name: str) -> Shown:
    graph = graph_of(name)
    make = {"volumes": lambda: volumes(graph, theme=LIGHT, aspect=WIDE),
            "stack": lambda: stack([graph], theme=LIGHT, aspect=WIDE)}  # fmt: skip
    return shown_in(make[style](), [graph])


@pytest.mark.parametrize("style", ["stack", "volumes"])
@pytest.mark.parametrize("name", ["lenet5", "alexnet", "vgg16", "unet", "googlenet"])
def test_other_styles_are_built_and_lit_as_well(style: str, name: str) -> None:
    drawing = other_style(style, name)
    made = frames(drawing, LIGHT)
    assert len(made) == len(steps(drawing.parts))
    assert made[-1].items[:-1] == drawing.scene.items
    assert [len(boxes(scene)) for scene in made] == sorted({len(boxes(scene)) for scene in made})
    scene = highlight(drawing, ["pooling"], LIGHT)
    bright = {n for n in lit(scene, drawing.scene) if " -> " not in n}
    assert bright == named("pooling", drawing.parts)


def test_notes_in_other_styles() -> None:
    for style in ("stack", "volumes"):
        made = frames(other_style(style, "alexnet"), LIGHT)
        (scene,) = (s for s in made if "each GPU sees its own 48 maps only" in texts(s))
        assert boxes(scene)[-1] == "conv2"


def test_several_networks_side_by_side_are_built_one_after_the_other() -> None:
    graphs = [graph_of("lenet5"), graph_of("alexnet")]
    drawing = shown_in(stack(graphs, theme=LIGHT, aspect=WIDE), graphs)
    names = [part.name.partition("/")[0] for part in drawing.parts]
    assert names == sorted(names, key=["lenet5", "alexnet"].index)
