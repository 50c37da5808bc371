"""The graph style's layout: nothing over anything else, on a slide or on a page of any size."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from drawings import flow
from effort import calls
from geometry import faults, routes

from archc.architecture import Architecture
from archc.drawing.flow.clashes import Area, clashing
from archc.drawing.flow.layout import laid_out
from archc.drawing.flow.units import Link, Scope, Unit
from archc.drawing.folding import view_of
from archc.drawing.palette import LIGHT
from archc.drawing.picture.scene import Scene
from archc.drawing.picture.svg import as_svg
from archc.drawing.view import Folding, Group
from archc.errors import SpecError
from archc.graph.graph import Graph
from archc.spec.files import bundled

sys.path.append(str(Path(__file__).parents[1] / "codegen"))
from generate import Seeded, written

FOLDINGS = (None, Folding(0), Folding(9), Folding(9, once=True))
SLIDE = (900.0, 400.0)


def graph_of(*nodes: str, outputs: str = "") -> Graph:
    lines = [
        "archc: 1",
        "name: net",
        "input: [4, 8, 8]",
        "nodes:",
        *(f"  {node}" for node in nodes),
    ]
    return Architecture.loads("\n".join([*lines, outputs]), name="net").graph


@pytest.mark.parametrize("name", [each.name for each in bundled()])
def test_bundled_specs_fill_a_slide_without_fault(name: str) -> None:
    scene = flow(Architecture.load(name).graph, None, LIGHT, 16 / 9).scene
    assert (scene.width, scene.height) == (960, 540)
    assert faults(scene, smallest=8) == []


@pytest.mark.parametrize("room", [(900.0, 400.0), (420.0, 330.0)])
def test_a_sum_that_ends_a_column_is_left_below_where_its_shortcut_arrives(
    room: tuple[float, float],
) -> None:
    """Entered at its right side, it has no other side to the next column."""
    graph = graph_of(
        "conv1: {op: conv, filters: 16, kernel: 3, padding: 1}",
        "a1: {op: conv, filters: 16, kernel: 3, padding: 1}",
        "a2: {op: conv, filters: 16, kernel: 3, padding: 1}",
        "add1: {op: add, from: [a2, conv1], act: relu}",
        "b1: {op: conv, filters: 32, kernel: 3, padding: 1, stride: 2}",
        "b2: {op: conv, filters: 32, kernel: 3, padding: 1}",
        "short: {op: conv, filters: 32, kernel: 1, stride: 2, from: add1}",
        "add2: {op: add, from: [b2, short], act: relu}",
        "pool: global_avg_pool",
        "fc: {op: fc, units: 10}",
    )
    body = laid_out(view_of(graph, Folding(9)), LIGHT, room=room).body
    scene = Scene("net", "", body.width, body.height, LIGHT.paper, LIGHT.ink, body.items)
    assert faults(scene, smallest=0) == []
    (leave,) = (points for source, target, points in routes(scene) if target == "pool")
    (x, y), (below_x, below_y) = leave[:2]
    assert (below_x, below_y > y) == (x, True)


def faults_of(seed: int) -> Iterator[str]:
    """What is wrong with the drawings of a random spec, however it is opened."""
    try:
        graph = Architecture.loads(written(Seeded(seed)), name="net").graph
    except SpecError:  # a few of them are wrong
        return
    for folding in FOLDINGS:
        for aspect in (16 / 9, None):
            for fault in faults(flow(graph, folding, LIGHT, aspect).scene, smallest=0):
                yield f"seed {seed}, {folding}, {aspect}: {fault}"


@pytest.mark.parametrize("first", range(0, 60, 20))
def test_random_specs_are_drawn_without_fault(first: int) -> None:
    assert [fault for seed in range(first, first + 20) for fault in faults_of(seed)] == []


@pytest.mark.slow
@pytest.mark.parametrize("first", range(60, 660, 50))
def test_more_random_specs_are_drawn_without_fault(first: int) -> None:
    assert [fault for seed in range(first, first + 50) for fault in faults_of(seed)] == []


@pytest.mark.parametrize("first", range(0, 30, 15))
def test_scopes_in_ranks_are_drawn_without_fault(
    first: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the layout falls back to where a line would cross a box, here in every scope."""
    monkeypatch.setattr("archc.drawing.flow.layout.clashing", every_scope)
    assert [fault for seed in range(first, first + 15) for fault in faults_of(seed)] == []


def every_scope(scope: Scope, within: Area, path: str = "") -> Iterator[str]:
    yield path
    for unit in scope.units:
        if unit.inner is not None and isinstance(unit.subject, Group):
            yield from every_scope(unit.inner, within, unit.subject.path)


def test_a_line_through_a_box_is_found() -> None:
    """The guard behind the fallback: boxes 10 high, 20 apart, and lines from the first."""
    a, b, c = (Unit(None, x=0, y=30.0 * i, width=20, height=10) for i in range(3))
    page = Area(-50, -50, 100, 100)

    def found(*points: tuple[float, float]) -> list[str]:
        return list(clashing(Scope([a, b, c], [Link(a, c, points=list(points))]), page))

    assert found((10, 10), (10, 60)) == [""]  # straight through b
    assert found((10, 10), (10, 20), (30, 20), (30, 65), (20, 65)) == []  # round it
    assert found((10, 10), (10, 29.5), (30, 29.5), (30, 65), (20, 65)) == [""]  # along its edge
    assert found((10, 10), (10, 20), (300, 20), (300, 65), (20, 65)) == [""]  # off the page


def test_a_scope_with_a_crossing_line_is_laid_out_in_ranks(monkeypatch: pytest.MonkeyPatch) -> None:
    graph = graph_of("a: relu", "b: relu", "c: {op: add, from: [a, b]}")
    before = flow(graph, None, LIGHT, 16 / 9).scene
    monkeypatch.setattr("archc.drawing.flow.layout.clashing", every_scope)
    after = flow(graph, None, LIGHT, 16 / 9).scene
    assert before != after
    assert faults(after) == []


def test_the_same_graph_gives_the_same_svg() -> None:
    texts = set()
    for _ in range(2):
        graph = Architecture.load("googlenet").graph
        texts.add(as_svg(flow(graph, None, LIGHT, 16 / 9).scene))
    assert len(texts) == 1


def nested(skips: int) -> Graph:
    """Skip connections within skip connections, as in a U-Net of so many levels."""
    down = [f"d{i}: relu" for i in range(skips + 1)]
    up = [
        f"u{i}: {{op: add, from: [{f'u{i + 1}' if i + 1 < skips else f'd{skips}'}, d{i}]}}"
        for i in reversed(range(skips))
    ]
    return graph_of(*down, *up)


def overlapping(nodes: int, over: int) -> Graph:
    """A chain in which every node also reads the one ``over`` before the last."""
    first = [f"n{i}: relu" for i in range(over + 1)]
    rest = (f"n{i}: {{op: add, from: [n{i - 1}, n{i - 1 - over}]}}" for i in range(over + 1, nodes))
    return graph_of(*first, *rest)


def all_to_all(nodes: int) -> Graph:
    return graph_of(
        *(
            f"n{i}: {{op: add, from: [input, input{''.join(f', n{k}' for k in range(i))}]}}"
            for i in range(nodes)
        )
    )


def chain_of(nodes: int) -> Graph:
    return graph_of(*(f"n{i}: relu" for i in range(nodes)))


def fan(branches: int) -> Graph:
    names = [f"n{i}" for i in range(branches)]
    return graph_of(
        *(f"{name}: {{op: relu, from: input}}" for name in names),
        outputs=f"outputs: [{', '.join(names)}]",
    )


@pytest.mark.parametrize(
    "graph",
    [nested(40), overlapping(60, 1), overlapping(60, 4), all_to_all(20), chain_of(90), fan(40)],
    ids=["nested", "overlapping", "wider", "all to all", "chain", "fan"],
)
@pytest.mark.parametrize("aspect", [16 / 9, None])
def test_deep_and_wide_graphs_are_drawn_without_fault(graph: Graph, aspect: float | None) -> None:
    assert faults(flow(graph, None, LIGHT, aspect).scene, smallest=0) == []


@pytest.mark.parametrize(
    ("draw", "size", "most", "growth"),
    [
        (nested, 100, 1_800_000, 2.5),
        (partial(overlapping, over=1), 250, 500_000, 2.5),
        (partial(overlapping, over=2), 500, 1_000_000, 2.5),
        (chain_of, 500, 2_700_000, 2.5),
        (fan, 300, 3_000_000, 4),  # the branches are compared with one another
        (all_to_all, 25, 450_000, 7),  # four times the connections
    ],
    ids=["nested", "overlapping", "long and overlapping", "chain", "fan", "all to all"],
)
def test_drawing_twice_as_much_takes_little_more_than_twice_the_work(
    draw: Callable[[int], Graph], size: int, most: int, growth: float
) -> None:
    """``most`` is three times the calls that were needed."""
    views = [view_of(draw(count), Folding()) for count in (size, 2 * size)]
    for room in (SLIDE, None):
        one, two = (calls(partial(laid_out, view, LIGHT, room=room)) for view in views)
        assert one < most
        assert two < growth * one


@pytest.mark.parametrize("graph", [nested(300), chain_of(3_990)], ids=["nested", "chain"])
def test_the_largest_drawings_are_laid_out(graph: Graph) -> None:
    assert laid_out(view_of(graph, Folding()), LIGHT, room=None)
