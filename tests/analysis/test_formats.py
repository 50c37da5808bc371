"""What a summary says, in each of its formats."""

from __future__ import annotations

import csv
import io
import json

import pytest

import archc
from archc.analysis import Format
from archc.architecture import Architecture

SPEC = """
archc: 1
name: tiny
title: Tiny
input: [3, 16, 16]
blocks:
  unit:
    nodes:
      conv: {op: conv, filters: 4, kernel: 3, padding: 1, norm: batch_norm, act: relu}
      sum: {op: add, from: [conv, input]}
nodes:
  stem: {op: conv, filters: 4, kernel: 1}
  units: {op: unit, repeat: 3}
  pool: global_avg_pool
  out: {op: fc, units: 10}
  aux: {op: fc, units: 10, from: stem}
outputs:
  main: out
  aux: {from: aux, training_only: true}
"""

TABLE = """\
Tiny (tiny): input 3 × 16 × 16

name         layer                               output  parameters    MACs  field
──────────────────────────────────────────────────────────────────────────────────
stem         1×1 conv, 4                    4 × 16 × 16          16  3.07 k  1 × 1
units.0 … 2  3 × unit                       4 × 16 × 16         468   111 k  7 × 7
  conv       3×3 conv, 4, batch norm, ReLU  4 × 16 × 16         156  36.9 k  7 × 7
  sum        add                            4 × 16 × 16                      7 × 7
pool         global avg pool                  4 × 1 × 1                        all
out          fc 10                                   10          50      40    all
aux          fc 10 (training only)                   10      10,250  10.2 k    all

10,784 parameters, 24 buffer values, 123,944 MACs (124 k)
of these only for training: 10,250 parameters, 10,240 MACs
depth 5 (layers with weights on the longest path)
activations 52.05 KiB, in training 52.09 KiB; peak in inference 12.00 KiB, at units.0.conv_norm
MACs: multiply-accumulates for one sample (FLOPs = 2 × MACs). Memory: float32, one sample.
Field: receptive field in positions of the input; padding counts as input."""


@pytest.fixture(scope="module")
def tiny() -> archc.Architecture:
    return archc.loads(SPEC)


def test_a_table_folds_norms_and_equal_instances(tiny: archc.Architecture) -> None:
    assert tiny.summary() == TABLE
    assert repr(tiny.summary()) == TABLE


def test_rows_of_instances_that_a_patch_moved_have_their_names() -> None:
    patch = "{nodes: {units.0: {after: units.1}, units.0.conv: {act: none}}}"
    net = Architecture.loads(f"{SPEC}variants:\n  moved: {patch}\n", variant="moved")
    names = [line.split()[0] for line in net.summary().splitlines() if line.startswith("units")]
    assert names == ["units.1", "units.0", "units.2"]


def test_frozen_numbers_have_a_column_of_their_own() -> None:
    net = archc.loads(SPEC + "freeze: [stem, units.1, out]\n")
    lines = net.summary().splitlines()
    shown = {line.split()[0]: line for line in lines[2:] if line}
    assert (net.frozen, net.params) == (16 + 156 + 50, 10_784 - 222)
    assert shown["name"].split() == [
        "name",
        "layer",
        "output",
        "parameters",
        "frozen",
        "MACs",
        "field",
    ]
    place = shown["name"].index("frozen") + len("frozen")
    frozen = {name: line[place - 7 : place].strip() for name, line in shown.items()}
    assert [frozen[name] for name in ("stem", "units.0", "units.1", "out", "aux")] == [
        "16",
        "",
        "156",
        "50",
        "",
    ]
    assert "10,562 parameters, 222 frozen, 24 buffer values, 123,944 MACs (124 k)" in lines
    markdown = net.summary("markdown").splitlines()
    assert markdown[3] == "| --- | --- | ---: | ---: | ---: | ---: | ---: |"
    assert markdown[4] == "| stem | 1×1 conv, 4 | 4 × 16 × 16 |  | 16 | 3.07 k | 1 × 1 |"


def test_programs_see_what_is_frozen() -> None:
    net = archc.loads(SPEC + "freeze: [stem, units.1, aux]\n")
    rows = list(csv.DictReader(io.StringIO(net.summary("csv"))))
    counts = {row["name"]: (row["params"], row["frozen"]) for row in rows}
    assert counts["stem"] == ("0", "16")
    assert counts["units.1.conv"] == ("0", "148")
    assert counts["out"] == ("50", "0")
    found = json.loads(net.summary("json"))
    assert (found["params"], found["frozen"]) == (2 * 156 + 50, 16 + 156 + 10_250)
    assert found["training_only"]["frozen"] == 10_250
    assert {node["name"]: node["frozen"] for node in found["nodes"]}["units.1.conv_norm"] == 8


def test_a_table_of_every_node(tiny: archc.Architecture) -> None:
    names = [line.split(" ")[0] for line in tiny.summary(every=True).splitlines()]
    assert {"units.0.conv", "units.0.conv_norm", "units.2.sum"} < set(names)


@pytest.mark.parametrize("name", ["resnet50", "googlenet_bn", "vgg16_bn"])
def test_a_table_fits_in_100_columns(name: str) -> None:
    assert max(map(len, archc.load(name).summary().splitlines())) <= 100


def test_markdown_is_a_table(tiny: archc.Architecture) -> None:
    lines = tiny.summary("markdown").splitlines()
    rows = [line for line in lines if line.startswith("|")]
    assert lines[0] == "**Tiny (tiny): input 3 × 16 × 16**"
    assert rows[1] == "| --- | --- | ---: | ---: | ---: | ---: |"
    assert rows[4] == (
        "| &emsp;conv | 3×3 conv, 4, batch norm, ReLU | 4 × 16 × 16 | 156 | 36.9 k | 7 × 7 |"
    )
    assert {row.count(" | ") for row in rows} == {5}


def test_csv_has_a_row_for_each_node(tiny: archc.Architecture) -> None:
    rows = list(csv.DictReader(io.StringIO(tiny.summary("csv"))))
    assert [row["name"] for row in rows] == [node.name for node in tiny.nodes]
    assert sum(int(row["params"]) for row in rows) == tiny.params
    assert rows[1] == {
        "name": "units.0.conv", "op": "conv", "inputs": "stem", "shape": "4x16x16", "params": "148",
        "buffers": "0", "macs": "36864", "frozen": "0", "training_only": "False", "receptive_size": "3x3",
        "receptive_stride": "1x1", "receptive_offset": "-1x-1",
    }  # fmt: skip


def test_json_holds_every_count(tiny: archc.Architecture) -> None:
    counts = json.loads(tiny.summary("json"))
    nodes = {node["name"]: node for node in counts.pop("nodes")}
    assert counts == {
        "name": "tiny",
        "input": [3, 16, 16],
        "outputs": {
            "main": {"node": "out", "shape": [10], "training_only": False},
            "aux": {"node": "aux", "shape": [10], "training_only": True},
        },
        "params": tiny.params,
        "buffers": 24,
        "macs": tiny.macs,
        "frozen": 0,
        "training_only": {"params": 10_250, "buffers": 0, "macs": 10_240, "frozen": 0},
        "depth": 5,
        "activation_bytes": tiny.activation_bytes,
        "activation_bytes_in_training": tiny.activation_bytes + 4 * 10,
        "peak_activation_bytes": tiny.peak_activation_bytes,
        "peak_at": "units.0.conv_norm",
    }
    assert nodes["units.2.sum"] == {
        "name": "units.2.sum", "op": "add", "inputs": ["units.2.conv_act", "units.1.sum"],
        "shape": [4, 16, 16], "params": 0, "buffers": 0, "macs": 0, "frozen": 0, "training_only": False,
        "receptive_field": {"size": [7, 7], "stride": [1, 1], "offset": [-3, -3]},
    }  # fmt: skip


def test_json_names_several_inputs() -> None:
    net = archc.loads(
        "archc: 1\nname: net\ninput: {left: [1, 4], right: [1, 4]}\n"
        "nodes:\n  sum: {op: add, from: [left, right]}\n"
    )
    counts = json.loads(net.summary("json"))
    field = {"size": [1], "stride": [1], "offset": [0]}
    assert counts["input"] == {"left": [1, 4], "right": [1, 4]}
    assert counts["nodes"][0]["receptive_field"] == {"left": field, "right": field}


def test_blocks_that_differ_are_not_folded() -> None:
    net = archc.load("resnet18")
    names = [line.split("  ")[0] for line in net.summary().splitlines()]
    assert {"layer1.0 … 1", "layer2.0", "layer2.1"} < set(names)


def test_a_removed_instance_is_named() -> None:
    net = archc.loads(SPEC.replace("  stem:", "  units.1: null\n  stem:", 1).replace("tiny", "cut"))
    assert "removed, the signal passes by" in net.summary()


@pytest.mark.parametrize("format", ["table", "markdown", "csv", "json"])
def test_every_format_takes_a_graph_of_one_node(format: Format) -> None:
    net = archc.loads("archc: 1\nname: one\ninput: [4]\nnodes:\n  a: relu\n")
    assert "one" in net.summary(format) or format == "csv"
