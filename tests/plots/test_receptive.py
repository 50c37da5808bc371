"""Receptive fields over depth: the numbers behind the lines, and the lines."""

from __future__ import annotations

import pytest

import archc
from archc.analysis.comparison import compared
from archc.analysis.growth import growth
from archc.plots import receptive
from archc.plots.page import slide_style

FLAT = "archc: 1\nname: flat\ninput: [8]\nnodes: {fc: {op: fc, units: 2}}\n"
LATE = """\
archc: 1
name: late
input: {words: [8], image: [3, 6, 10]}
nodes:
  conv: {op: conv, filters: 4, kernel: 3, from: image}
  fc: {op: fc, units: 4}
  side: {op: fc, units: 4, from: words}
  sum: {op: add, from: [fc, side]}
"""


def test_vgg_s_fields_are_those_of_the_papers() -> None:
    found = growth(archc.load("vgg16").graph)
    assert found is not None and found.length == 224
    sizes = [3, 5, 10, 14, 24, 32, 40, 60, 76, 92, 132, 164, 196]
    assert [step.size for step in found.steps[:13]] == sizes
    assert [(step.size, step.whole) for step in found.steps[13:]] == [(224, True)] * 3
    assert [step.layer for step in found.steps] == list(range(1, 17))


@pytest.mark.parametrize("name", ["resnet50", "googlenet", "densenet121", "unet"])
def test_every_layer_of_the_longest_path_is_a_step(name: str) -> None:
    net = archc.load(name)
    found = growth(net.graph)
    assert found is not None and len(found.steps) == net.depth


def test_of_several_axes_the_longest_counts_and_vectors_have_no_field() -> None:
    found = growth(archc.loads(LATE).graph)
    assert found is not None and found.length == 10
    assert [(step.size, step.whole) for step in found.steps] == [(3, False), (10, True)]
    assert growth(archc.loads(FLAT).graph) is None


def test_what_reads_the_whole_image_stays_as_high_as_the_layer_before() -> None:
    (row,) = compared([archc.load("resnet50").graph])
    (line,) = receptive._lines([row])
    assert line.growth.steps[-1].size == 224 and line.growth.steps[-1].whole
    assert line.heights[-1] == line.heights[-2] == 427


def test_networks_without_an_image_are_left_out() -> None:
    flat, vgg = compared([archc.loads(FLAT).graph, archc.load("vgg16").graph])
    assert receptive.shown([flat, vgg]) == (
        [vgg], ["flat has no layer with weights that looks at an image"],
    )  # fmt: skip


def test_depth_is_logarithmic_where_depths_are_far_apart() -> None:
    def scale(*names: str) -> str:
        with slide_style():
            rows = compared([archc.load(name).graph for name in names])
            return str(receptive._figure(receptive._lines(rows)).axes[0].get_xscale())

    assert scale("alexnet", "vgg16") == "linear"
    assert scale("alexnet", "resnet152") == "log"


def test_image_sizes_are_marked_and_near_ones_share_a_name() -> None:
    rows = compared(
        [archc.load(name).graph for name in ("alexnet", "vgg16", "inception_v3", "lenet5")]
    )
    svg = receptive.plot(rows, "svg").decode()
    assert ">image 224, 227<" in svg
    assert ">image 299<" in svg
    assert ">image 32<" in svg
