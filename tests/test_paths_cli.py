"""``archc paths``: its table, its other formats, its plot."""

from __future__ import annotations

import csv
import json
import re
from importlib import import_module
from itertools import pairwise
from math import comb
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from archc.analysis.path_lengths import PathLengths
from archc.analysis.path_table import Bin, bins, table
from archc.cli import app

NET = """\
archc: 1
name: net
title: A net
args: {units: 3}
input: [4, 8, 8]
blocks:
  unit:
    nodes:
      conv: {op: conv, filters: 4, kernel: 3, padding: 1, act: relu}
      sum: {op: add, from: [conv, input]}
nodes:
  stage: {op: unit, repeat: $units}
  fc: {op: fc, units: 2}
variants:
  plain: {blocks: {unit: {nodes: {sum: null}}}}
"""
TABLE = """\
A net (net): paths from input to fc
2^3 = 8 paths, 1 to 4 layers long; mean 2.5, standard deviation 0.87

layers  paths   share
─────────────────────
     1      1  12.5 %  ████████████████▋
     2      3  37.5 %  ██████████████████████████████████████████████████
     3      3  37.5 %  ██████████████████████████████████████████████████
     4      1  12.5 %  ████████████████▋

Shortest: 1 layer, 1 path; longest: 4 layers, 1 path.
The middle 95 %: 1 to 4 layers, which 100 % of the paths have.

"""
PLAIN = """\
plain: paths from input to fc
1 path, 4 layers long

layers  paths  share
────────────────────
     4      1  100 %  ██████████████████████████████████████████████████

"""
DOUBLING = """\
archc: 1
name: net
args: {units: 1}
input: [4]
blocks: {twice: {nodes: {sum: {op: add, from: [input, input]}}}}
nodes: {stage: {op: twice, repeat: $units}}
"""
UNITS = (
    "Layers: convolutions and fully connected ones on the path; the longest path is the depth.\n"
)


def archc(*arguments: str, stdin: str = "") -> Result:
    return CliRunner().invoke(app, ["paths", *arguments], input=stdin, prog_name="archc")


@pytest.fixture(autouse=True)
def net(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("net.yaml").write_text(NET)


def test_the_table() -> None:
    result = archc("net.yaml")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == TABLE + UNITS


def test_several_specs_and_standard_input() -> None:
    assert archc("-", "net.yaml:plain", stdin=NET).stdout == TABLE + PLAIN + UNITS


def test_a_terminal_gets_colours_and_its_width(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_module("archc.cli.paths"), "colored", lambda _: True)
    monkeypatch.setenv("COLUMNS", "40")
    result = CliRunner().invoke(app, ["paths", "net.yaml"], color=True)
    assert "\x1b[1mA net (net): paths from input to fc\x1b[0m\n" in result.stdout
    plain = re.sub(r"\x1b\[\d+m", "", result.stdout)
    assert max(map(len, plain.splitlines()[3:9])) == 40
    assert "     1      1  12.5 %  \x1b[34m█████▋\x1b[0m\n" in result.stdout
    wide = (
        re.sub(r" +\n", "\n", plain).replace("█" * 17, "█" * 50).replace("█████▋", "█" * 16 + "▋")
    )
    assert wide == TABLE + UNITS


def test_json_is_exact() -> None:
    (found,) = json.loads(archc("resnet1202_cifar", "--format", "json").stdout)
    counts = found.pop("counts")
    assert counts == {str(2 + 2 * k): comb(600, k) for k in range(601)}
    assert found == {
        "name": "resnet1202_cifar",
        "title": "ResNet-1202 (CIFAR)",
        "total": 2**600,
        "power_of_two": 600,
        "shortest": {"layers": 2, "paths": 1},
        "longest": {"layers": 1202, "paths": 1},
        "mean": 602.0,
        "std": 600**0.5,
        "middle_95_percent": [554, 650],
    }


def test_json_is_a_list_of_all_specs() -> None:
    listed = json.loads(archc("net.yaml", "vgg16", "-f", "json").stdout)
    assert [(net["name"], net["total"], net["power_of_two"]) for net in listed] == [
        ("net", 8, 3), ("vgg16", 1, 0),
    ]  # fmt: skip
    assert listed[0]["title"] == "A net"


def test_csv_has_a_line_for_each_length() -> None:
    rows = [*csv.reader(archc("resnet110_cifar", "net.yaml", "-f", "csv").stdout.splitlines())]
    assert rows[0] == ["name", "layers", "paths"]
    assert rows[1:56] == [["resnet110_cifar", f"{2 + 2 * k}", f"{comb(54, k)}"] for k in range(55)]
    assert rows[56:] == [["net", "1", "1"], ["net", "2", "3"], ["net", "3", "3"], ["net", "4", "1"]]


def test_markdown() -> None:
    lines = archc("net.yaml", "--format", "markdown").stdout.splitlines()
    assert lines[0] == "**A net (net): paths from input to fc**  "
    assert lines[3:9] == [
        "| layers | paths | share |",
        "| ---: | ---: | ---: |",
        "| 1 | 1 | 12.5 % |",
        "| 2 | 3 | 37.5 % |",
        "| 3 | 3 | 37.5 % |",
        "| 4 | 1 | 12.5 % |",
    ]


def test_args_and_input_change_the_architecture() -> None:
    result = archc("net.yaml", "-a", "units=20", "--input", "4x9x9")
    assert result.stdout.splitlines()[1] == (
        "2^20 = 1,048,576 paths, 1 to 21 layers long; mean 11, standard deviation 2.24"
    )


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("resnet110_cifar", "2^54 = 18,014,398,509,481,984 paths, 2 to 110 layers long;"),
        ("resnet1202_cifar", "2^600 ≈ 4.15e180 paths, 2 to 1,202 layers long;"),
        ("vgg16", "1 path, 16 layers long"),
    ],
)
def test_totals(name: str, words: str) -> None:
    assert archc(name).stdout.splitlines()[1].startswith(words)


def test_totals_that_are_no_power_of_two() -> None:
    text = DOUBLING.replace("[input, input]", "[input, input, input]")
    assert archc("-", stdin=text).stdout.splitlines()[1] == "3 paths, 0 layers long"
    many = ("-", "-a", "units=200")
    assert archc(*many, stdin=text).stdout.splitlines()[1] == "≈ 2.66e95 paths, 0 layers long"
    (found,) = json.loads(archc(*many, "--format", "json", stdin=text).stdout)
    assert (found["total"], found["power_of_two"]) == (3**200, None)


@pytest.mark.parametrize(
    "counts",
    [
        {2 + 2 * k: comb(54, k) for k in range(55)},
        {2 + 2 * k: comb(600, k) for k in range(601)},
        {k: 1 for k in range(100)},
        {k: 1 for k in range(0, 33)},
        {0: 1, 7: 1, 9: 10**30, 500: 1},
        {0: 1, 1: 1, 500: 1},
        {5: 3},
    ],
)
def test_rows_hold_every_path_once(counts: dict[int, int]) -> None:
    lengths = PathLengths(counts)
    rows = bins(lengths)
    assert len(rows) <= 32
    assert sum(row.paths for row in rows) == lengths.total
    assert (rows[0].low, rows[-1].high) == (lengths.shortest, lengths.longest)
    assert all(a.high + lengths.step == b.low for a, b in pairwise(rows))
    inner = {row.high - row.low for row in rows[1:-2]}
    assert len(inner) <= 1


def test_short_distributions_are_not_folded_and_have_no_gaps() -> None:
    assert bins(PathLengths({1: 5, 2: 1, 4: 2})) == [
        Bin(1, 1, 5), Bin(2, 2, 1), Bin(3, 3, 0), Bin(4, 4, 2),
    ]  # fmt: skip
    assert bins(PathLengths({2: 5, 30: 1})) == [Bin(2, 2, 5), Bin(30, 30, 1)]


def test_a_few_scattered_lengths_have_a_row_each() -> None:
    assert len(list(table(PathLengths({5: 1, 10: 1, 15: 1, 20: 1, 23: 1})))) == 2 + 5  # U-Net's


def test_a_narrow_terminal_still_has_bars() -> None:
    assert [bar for _, bar in table(PathLengths({1: 1, 2: 2}), width=5)] == ["", "", "▌", "█"]


def test_the_plot_is_written_beside_the_counts() -> None:
    result = archc("net.yaml", "net.yaml:plain", "--format", "json", "--plot", "out/paths.svg")
    assert (result.exit_code, result.stderr) == (0, "out/paths.svg\n")
    assert len(json.loads(result.stdout)) == 2
    svg = Path("out/paths.svg").read_text(encoding="utf-8")
    assert "A net" in svg
    assert "8 paths, mean 2.5, 95 % within 1–4" in svg
    assert "1 path of 4 layers" in svg


@pytest.mark.parametrize(
    ("file", "message"),
    [
        ("paths.gif", "a plot is written as one of svg, pdf, png, not as 'gif'"),
        ("paths", "the name has no ending: add .svg"),
        ("net.yaml/paths.svg", "'net.yaml/paths.svg' cannot be written"),
    ],
)
def test_a_plot_that_cannot_be_written_is_wrong_usage(file: str, message: str) -> None:
    result = archc("net.yaml", "--plot", file)
    words = " ".join(re.sub(r"[│╭╮╰╯─]", " ", result.stderr).split())
    assert result.exit_code == 2
    assert message in words
    assert "--plot" in words


def test_a_mistake_in_any_spec_ends_with_1() -> None:
    result = archc("net.yaml", "resnt50")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "did you mean 'resnet50'?" in result.stderr


def test_too_many_paths_are_a_mistake() -> None:
    result = archc("-", "-a", "units=14000", stdin=DOUBLING)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "error[A054]: net has more paths than archc counts" in result.stderr
