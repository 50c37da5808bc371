"""The bars by stage: that they are the network's costs, and how they are named."""

from __future__ import annotations

import pytest

import archc
from archc.analysis.comparison import compared
from archc.analysis.stages import Stage, stages
from archc.drawing.palette import PALETTE
from archc.plots import bars
from archc.plots.page import slide_style
from archc.plots.stage_names import Shared, arranged
from archc.spec.files import bundled

IDLE = "archc: 1\nname: idle\ninput: [3, 8, 8]\nnodes: {pool: {op: max_pool, kernel: 2}, flat: flatten}\n"
EMPTY = IDLE.replace("idle", "empty").replace(
    "{pool: {op: max_pool, kernel: 2}, flat: flatten}", "{a: {op: flatten, when: false}}"
)
NESTED = """\
archc: 1
name: nested
input: [3, 8, 8]
blocks:
  body:
    nodes:
      conv: {op: conv, filters: 4, kernel: 3, padding: 1}
      more: {op: conv, filters: 4, kernel: 3, padding: 1, repeat: 2}
nodes:
  norm: batch_norm
  body: body
  pool: global_avg_pool
"""


@pytest.mark.parametrize("name", [spec.name for spec in bundled()])
def test_stages_add_up_to_the_network(name: str) -> None:
    graph = archc.load(name).graph
    (row,) = compared([graph])
    found = stages(graph)
    assert sum(stage.params for stage in found) == row.cost.params
    assert sum(stage.macs for stage in found) == row.cost.macs
    assert sum(stage.activation_bytes for stage in found) == row.activation_bytes
    assert len(found) <= 18


def test_vgg_s_convolutions_between_two_poolings_are_one_stage() -> None:
    names = ["conv1", "conv2", "conv3", "conv4", "conv5", "fc6", "fc7", "fc8"]
    vgg, alexnet = (stages(archc.load(name).graph) for name in ("vgg16", "alexnet"))
    assert [stage.name for stage in vgg] == names == [stage.name for stage in alexnet]
    assert [stage.family for stage in vgg] == ["convolution"] * 5 + ["fully_connected"] * 3
    assert vgg[5].params == 7 * 7 * 512 * 4096 + 4096
    assert vgg[2].macs == 56 * 56 * 9 * (128 * 256 + 2 * 256 * 256)


def test_a_spec_that_is_one_block_is_opened() -> None:
    found = stages(archc.loads(NESTED).graph)
    assert [stage.name for stage in found] == ["conv", "more"]
    assert sum(stage.params for stage in found) == archc.loads(NESTED).params


def test_many_layers_are_added_up_by_resolution() -> None:
    convs = "".join(f"  c{n}: {{op: conv, filters: 2, kernel: 3, padding: 1}}\n" for n in range(12))
    more = convs.replace("  c", "  d")
    text = (
        f"archc: 1\nname: long\ninput: [3, 8, 8]\nnodes:\n{convs}  pool: {{op: max_pool, kernel: 2}}\n"
        f"{more}  fc1: {{op: fc, units: 5}}\n  fc2: {{op: fc, units: 5}}\n"
    )
    found = stages(archc.loads(text).graph)
    assert [stage.name for stage in found] == ["c0 … c11", "d0 … d11", "fc1", "fc2"]


def test_without_weights_every_part_is_a_stage() -> None:
    assert stages(archc.loads(IDLE).graph) == [
        Stage("pool", "pooling", 0, 0, 4 * 3 * 4 * 4),
        Stage("flat", "shape", 0, 0, 0),
    ]


def test_a_network_without_costs_can_be_drawn_and_one_without_layers_is_left_out() -> None:
    idle, empty, vgg = compared(
        [archc.loads(IDLE).graph, archc.loads(EMPTY).graph, archc.load("vgg16").graph]
    )
    shown, left_out = bars.shown([idle, empty, vgg])
    assert (shown, left_out) == ([idle, vgg], ["empty has no layers"])
    assert b"idle against VGG-16" in bars.plot(shown, "svg")
    assert bars.plot([idle], "png").startswith(b"\x89PNG")


def test_bars_are_the_costs_in_the_colours_of_their_operators() -> None:
    (row,) = compared([archc.load("alexnet").graph])
    with slide_style():
        memory, params, macs = bars._figure([row]).axes
    found = stages(row.graph)
    assert [bar.get_height() for bar in params.patches] == [stage.params for stage in found]
    assert [bar.get_height() for bar in macs.patches] == [stage.macs for stage in found]
    assert [bar.get_height() for bar in memory.patches] == [s.activation_bytes for s in found]
    assert len({bar.get_facecolor() for bar in params.patches}) == 2
    assert PALETTE["convolution"].fill.encode().lower() in bars.plot([row], "svg")
    assert [text.get_text() for text in params.texts][:2] == ["62 %", "28 %"]


def test_every_network_has_its_own_scale_of_bars() -> None:
    rows = compared([archc.load(name).graph for name in ("alexnet", "vgg16")])
    with slide_style():
        axes = bars._figure(rows).axes
    heights = [
        max(bar.get_height() for bar in panel.patches) / panel.get_ylim()[1] for panel in axes
    ]
    assert min(heights) == pytest.approx(max(heights))


def test_names_are_flat_upright_or_share_what_they_begin_with() -> None:
    with slide_style():
        assert arranged(["conv1", "fc"], 40, 30).words == ["conv1", "fc"]
        modules = arranged(["conv1", "inc_3a", "inc_3b", "inc_4a"], 31, 30)
        assert modules.words == ["conv1", "3a", "3b", "4a"]
        assert modules.shared == [Shared("inc", 1, 3)]
        upright = arranged(["a_very_long_name", "fc"], 30, 40)
        assert (upright.upright, upright.words[1]) == (True, "fc")
        assert upright.words[0].endswith("…")
        assert arranged(["a_very_long_name", "fc"], 30, 10).words == ["", ""]
