"""Accuracy over cost: where discs stand, how large they are, and what cannot be shown."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import log10, sqrt

import pytest
from matplotlib.figure import Figure
from matplotlib.patches import Circle

import archc
from archc.analysis.comparison import Compared, compared
from archc.plots import bubble
from archc.plots.page import slide_style
from archc.plots.slide import GREY, HUES

NET = """\
archc: 1
name: {name}
input: [3, 8, 8]
published: {published}
nodes: {nodes}
"""
CONV = "{a: {op: conv, filters: 4, kernel: 3}}"


def rows(*names: str) -> list[Compared]:
    return compared([archc.load(name).graph for name in names])


def own(*published: str, nodes: str = CONV) -> list[Compared]:
    texts = (NET.format(name=f"n{k}", published=p, nodes=nodes) for k, p in enumerate(published))
    return compared([archc.loads(text).graph for text in texts])


def figure(of: Sequence[Compared]) -> Figure:
    with slide_style():
        return bubble._figure(of)


def discs(of: Figure) -> list[Circle]:
    """The networks' discs; those of the legend are not filled."""
    found = [patch for patch in of.findobj(Circle) if patch.get_facecolor()[3] > 0]
    return sorted(found, key=lambda disc: disc.center[0])


def test_area_is_parameters_and_place_is_cost_and_accuracy() -> None:
    alexnet, vgg = rows("alexnet", "vgg16")
    small, large = discs(figure([alexnet, vgg]))
    assert (small.radius / large.radius) ** 2 == pytest.approx(
        alexnet.cost.params / vgg.cost.params
    )
    assert small.center[1] < large.center[1]
    middle, (resnet,) = rows("alexnet", "resnet50", "vgg16")[1], rows("resnet50")
    assert middle.cost == resnet.cost
    _, between, _ = discs(figure([alexnet, middle, vgg]))
    ends = [log10(row.cost.macs) for row in (alexnet, vgg)]
    part = (log10(middle.cost.macs) - ends[0]) / (ends[1] - ends[0])
    left, _, right = (disc.center[0] for disc in discs(figure([alexnet, middle, vgg])))
    assert (between.center[0] - left) / (right - left) == pytest.approx(part)


def test_families_share_a_colour() -> None:
    of = rows("vgg11", "vgg16", "resnet18", "resnet50", "zfnet", "alexnet")
    hues = bubble._hues(of)
    assert hues == [HUES[0], HUES[0], HUES[1], HUES[1], HUES[2], HUES[2]]
    many = own(*["{top1: 50}"] * 9) + rows("vgg11", "vgg16")
    assert bubble._hues(many)[-1] == bubble._hues(many)[-2] != GREY
    assert bubble._hues(many)[8] == GREY


def test_each_dataset_has_a_panel() -> None:
    both = figure(rows("resnet50", "vgg16", "resnet20_cifar"))
    assert len(both.axes) == 2
    words = [text.get_text() for text in both.texts]
    assert {"ImageNet, 1 crop", "CIFAR-10, test set", "ResNet-20 (CIFAR)"} <= set(words)
    assert any("dashed: dense" in text for text in words)


def test_what_cannot_be_shown_is_said() -> None:
    idle = own("{dataset: A, top1: 50}", nodes="{p: {op: max_pool, kernel: 2}}")
    several = own(*(f"{{dataset: {name}, top1: 50}}" for name in "AABCD"), "{top5: 90}")
    shown, left_out = bubble.shown([*idle, *several, *rows("unet")])
    assert [row.graph.name for row in shown] == ["n0", "n1", "n2", "n3"]
    assert left_out == [
        "n0 has no MACs",
        "n5 has no published top1",
        "U-Net has no published top1",
        "n4 was measured on D, a fourth dataset",
    ]


@pytest.mark.parametrize("accuracy", ["0", "100", "99.999"])
def test_one_network_at_either_end_of_the_scale(accuracy: str) -> None:
    of = figure(own(f"{{top1: {accuracy}}}"))
    assert "n0" in [text.get_text() for text in of.texts]
    (disc,) = discs(of)
    assert 74 < disc.center[0] < 900


def test_ticks_are_round_and_have_room() -> None:
    for left, right in ((8.5, 10.3), (3.0, 12.0), (5.4, 5.9)):
        ticks = bubble.powers(left, right, 600 / (right - left))
        assert 1 <= len(ticks) <= 14
        assert all((b - a) * 600 / (right - left) >= bubble.TICKS_APART for a, b in pairwise(ticks))
    assert [bubble.rounded(10**tick) for tick in bubble.powers(8.5, 10.1, 300)] == [
        "500 M", "1 G", "2 G", "5 G", "10 G",
    ]  # fmt: skip


def test_discs_are_never_too_small_to_see() -> None:
    small, large = discs(figure([*own("{top1: 50}"), *rows("vgg16")]))
    assert (small.radius, large.radius) == (bubble.SMALLEST, bubble.LARGEST)
    assert sqrt(112 / 138_357_544) * bubble.LARGEST < bubble.SMALLEST
