"""Receptive fields: known ones of papers, and every position's against what torch really reads."""

from __future__ import annotations

from fractions import Fraction

import pytest
import torch

import archc
from archc.analysis.receptive import Reach, receptive_fields

HEAD = "archc: 1\nname: net\ndefaults: {conv: {filters: 2}}\n"

SPECS = {
    "strides, padding and dilation": """
input: [1, 40, 40]
nodes:
  a: {op: conv, kernel: 3, stride: 2, padding: 1}
  b: {op: max_pool, kernel: 3, stride: 2, ceil: true}
  c: {op: conv, kernel: 3, dilation: 2}
""",
    "branches of different widths": """
input: [1, 20, 4]
nodes:
  stem: {op: conv, kernel: 3, stride: 2, padding: 1}
  a: {op: conv, kernel: 1, from: stem}
  b: {op: conv, kernel: 5, padding: 2, from: stem}
  c: {op: max_pool, kernel: 3, stride: 1, padding: 1, from: stem}
  out: {op: concat, from: [a, b, c]}
""",
    "down and up again, with a skip": """
input: [1, 24, 8]
nodes:
  a: {op: conv, kernel: 3, padding: 1}
  pool: {op: max_pool, kernel: 2}
  b: {op: conv, kernel: 3, padding: 1}
  pool2: {op: max_pool, kernel: 2}
  up2: {op: upsample, factor: 2}
  sum2: {op: add, from: [up2, b]}
  up: {op: upsample, factor: 2}
  join: {op: concat, from: [up, a]}
  out: {op: conv, kernel: 3, padding: 1}
""",
    "down after up": """
input: [1, 12, 4]
nodes:
  up: {op: upsample, factor: 3}
  down: {op: conv, kernel: 2, stride: 2}
""",
    "bilinear upsampling": """
input: [1, 12, 4]
nodes:
  down: {op: conv, kernel: 2, stride: 2}
  up: {op: upsample, factor: 2, mode: bilinear}
  out: {op: conv, kernel: 3, padding: 1}
""",
    "transposed convolution": """
input: [1, 20, 12]
nodes:
  down: {op: conv, kernel: 4, stride: 2, padding: 1}
  up: {op: conv_transpose, filters: 2, kernel: 3, stride: 2, padding: 1}
  up2: {op: conv_transpose, filters: 2, kernel: 4, stride: 3, padding: 1}
""",
    "pixel shuffle": """
input: [1, 12, 4]
nodes:
  a: {op: conv, kernel: 3, padding: 1, filters: 4}
  up: {op: pixel_shuffle, factor: 2}
  out: {op: conv, kernel: 2}
""",
    "uneven adaptive pool": """
input: [1, 23, 9]
nodes:
  a: {op: conv, kernel: 3}
  pool: {op: adaptive_avg_pool, size: [8, 4]}
  b: {op: conv, kernel: 3}
""",
    "gate over the whole map": """
input: [1, 16, 4]
nodes:
  a: {op: conv, kernel: 3, stride: 2, padding: 1}
  pool: global_avg_pool
  gate: {op: conv, kernel: 1}
  out: {op: mul, from: [a, gate]}
""",
    "gate over a part of the input": """
input: [1, 18, 6]
nodes:
  a: {op: crop, size: [10, 4]}
  b: {op: conv, kernel: 3}
  pool: global_avg_pool
  out: {op: mul, from: [b, pool]}
""",
    "reflected padding": """
input: [1, 12, 8]
nodes:
  a: {op: pad, padding: 2, mode: reflect}
  b: {op: conv, kernel: 3}
  c: {op: conv, kernel: 2, stride: 2}
""",
    "flattened": """
input: [1, 12, 3]
nodes:
  a: {op: slice, positions: [[2, 9], [0, 3]]}
  b: {op: fc, units: 4}
  out: {op: reshape, shape: [1, 2, 2]}
""",
}


def fields(net: archc.Architecture, name: str) -> tuple[Reach, ...]:
    (reaches,) = receptive_fields(net.graph)[name].values()
    return reaches


def rows_read(net: archc.Architecture) -> list[tuple[int, int]]:
    """First and last input row that each output row depends on: those that hand on a NaN."""
    model = net.build().eval()
    shape = net.inputs["input"].shape
    rows = []
    for row in range(shape[1]):
        image = torch.zeros(1, *shape)
        image[:, :, row] = torch.nan
        with torch.inference_mode():
            result = model(image)[0]
        rows.append(result.isnan().flatten(2).any(2).any(0))
    depends = torch.stack(rows)  # input row, output row
    found = [depends[:, row].nonzero().flatten().tolist() for row in range(depends.shape[1])]
    return [(read[0], read[-1]) for read in found]


@pytest.mark.parametrize("spec", SPECS.values(), ids=list(SPECS))
def test_every_position_reads_what_a_nan_shows(spec: str) -> None:
    net = archc.loads(HEAD + spec)
    (output,) = net.outputs
    reach, height = fields(net, output.node.name)[0], net.inputs["input"].shape[1]
    expected = rows_read(net)
    clipped = [
        (max(low, 0), min(high, height - 1)) for low, high in map(reach.at, range(len(expected)))
    ]
    assert clipped == expected


def test_vgg16_sees_212_pixels() -> None:
    """Known from Long, Shelhamer and Darrell 2015: pool5 of VGG-16 has stride 32."""
    field = archc.load("vgg16").receptive_field("pool5")
    assert field == ((212, 212), (32, 32), (-90, -90))


def test_two_3x3_convolutions_see_as_much_as_one_5x5() -> None:
    net = archc.loads(
        HEAD + "input: [3, 32, 32]\nnodes:\n  a: {op: conv, kernel: 3, repeat: 2}\n"
        "  b: {op: conv, kernel: 5, from: input}\noutputs: [a, b]\n"
    )
    assert net.receptive_field("a.1") == net.receptive_field("b") == ((5, 5), (1, 1), (0, 0))


def test_upsampling_halves_the_stride() -> None:
    net = archc.loads(HEAD + "input: [1, 8, 8]\nnodes:\n  up: {op: upsample, factor: 2}\n")
    assert net.receptive_field("up") == ((1, 1), (Fraction(1, 2),) * 2, (0, 0))


def test_axes_differ_where_kernels_do() -> None:
    net = archc.loads(
        HEAD + "input: [1, 9, 9]\nnodes:\n  a: {op: conv, kernel: [1, 7], padding: [0, 3]}\n"
    )
    assert net.receptive_field("a") == ((1, 7), (1, 1), (0, -3))


def test_several_inputs_have_a_field_each() -> None:
    net = archc.loads(
        HEAD + "input: {left: [1, 16, 16], right: [1, 8, 8]}\nnodes:\n"
        "  a: {op: conv, kernel: 3, stride: 2, padding: 1, from: left}\n"
        "  b: {op: conv, kernel: 5, padding: 2, from: right}\n  out: {op: add, from: [a, b]}\n"
    )
    assert net.receptive_field("out", "left").size == (3, 3)
    assert net.receptive_field("out", "right").size == (5, 5)
    assert list(receptive_fields(net.graph)["a"]) == ["left"]


def test_only_the_shape_is_taken_of_what_a_crop_is_like() -> None:
    net = archc.loads(
        HEAD + "input: [1, 9, 9]\nnodes:\n  a: {op: conv, filters: 1, kernel: 5}\n"
        "  b: {op: crop, from: input, like: a}\n  out: {op: add, from: [a, b]}\n"
    )
    assert net.receptive_field("b") == ((1, 1), (1, 1), (2, 2))


def test_the_input_sees_itself_and_flat_values_have_no_axes() -> None:
    net = archc.loads(HEAD + "input: [784]\nnodes:\n  a: {op: fc, units: 10}\n")
    assert net.receptive_field("input") == net.receptive_field("a") == ((), (), ())
