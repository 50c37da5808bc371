"""``archc diff``: its formats, its exit status, its options."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from archc.cli import app

NET = """\
archc: 1
name: net
args: {classes: 10}
input: [3, 8, 8]
nodes:
  conv: {op: conv, filters: 4, kernel: 3}
  old: dropout
  fc: {op: fc, units: $classes}
variants:
  wide: {nodes: {conv: {filters: 8, act: relu}, old: null, new: {op: fc, units: 5, before: fc}}}
  alias: {title: The same}
"""
TEXT = """\
net → wide
1 layer added, 1 removed, 1 changed; 1.73 k parameters (× 1.11), 9.27 k MACs (× 1.74)

~ conv        filters 4 → 8, ReLU added; 4 × 6 × 6 → 8 × 6 × 6
- old         dropout 50 %
+ new         fc 5

follows from this
  fc          1.45 k → 60 parameters

                        net      wide
parameters            1,562     1,729  × 1.11
MACs                 5.33 k    9.27 k  × 1.74
depth                     2         3  × 1.50
activations        0.60 KiB  2.31 KiB  × 3.84
peak in inference  1.31 KiB  2.25 KiB  × 1.71
"""


def archc(*arguments: str, stdin: str = "") -> Result:
    return CliRunner().invoke(app, ["diff", *arguments], input=stdin, prog_name="archc")


@pytest.fixture(autouse=True)
def net(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("net.yaml").write_text(NET)


def test_the_text() -> None:
    result = archc("net.yaml", "net.yaml:wide")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == TEXT


def test_one_of_the_two_may_be_standard_input() -> None:
    assert archc("-", "net.yaml:wide", stdin=NET).stdout == TEXT
    result = archc("-", "-", stdin=NET)
    words = " ".join(re.sub(r"[│╭╮╰╯─]", " ", result.stderr).split())
    assert (result.exit_code, result.stdout) == (2, "")
    assert "only one of the two can be standard input" in words


@pytest.mark.parametrize(
    ("new", "options", "code"),
    [
        ("net.yaml:wide", [], 0),
        ("net.yaml:wide", ["--exit-code"], 1),
        ("net.yaml:wide", ["--exit-code", "-f", "json"], 1),
        ("net.yaml", ["--exit-code"], 0),
        ("net.yaml:alias", ["--exit-code"], 0),
    ],
)
def test_the_exit_status(new: str, options: list[str], code: int) -> None:
    result = archc("net.yaml", new, *options)
    assert (result.exit_code, result.stderr) == (code, "")
    assert ("no difference" in result.stdout or '"equal": true' in result.stdout) == (
        new != "net.yaml:wide"
    )


def test_a_mistake_in_either_spec_ends_with_1() -> None:
    for pair in (("resnt50", "net.yaml"), ("net.yaml", "resnt50")):
        result = archc(*pair)
        assert (result.exit_code, result.stdout) == (1, "")
        assert "did you mean 'resnet50'?" in result.stderr


def test_args_and_input_hold_for_both() -> None:
    result = archc(
        "net.yaml", "net.yaml:wide", "-a", "classes=3", "--input", "3x16x16", "-f", "json"
    )
    found = json.loads(result.stdout)
    assert found["document"] == []
    assert [fc["shape"] for fc in found["follows"]] == [[[3], [3]]]


def test_json() -> None:
    found = json.loads(archc("net.yaml", "net.yaml:wide", "--format", "json").stdout)
    assert found == {
        "old": "net",
        "new": "wide",
        "equal": False,
        "layers": {"added": 1, "changed": 1, "kept": 1, "removed": 1},
        "totals": {
            "params": [1562, 1729],
            "buffers": [0, 0],
            "macs": [5328, 9266],
            "frozen": [0, 0],
            "depth": [2, 3],
            "activation_bytes": [616, 2364],
            "peak_activation_bytes": [1344, 2304],
        },
        "document": [],
        "changes": [
            {"node": "conv", "about": "setting", "key": "filters", "old": 4, "new": 8},
            {"node": "conv", "about": "act", "key": "", "old": None, "new": "ReLU"},
            {"node": "old", "about": "node", "key": "removed", "old": "dropout 50 %", "new": None},
            {"node": "new", "about": "node", "key": "added", "old": None, "new": "fc 5"},
        ],
        "follows": [{"node": "fc", "shape": [[10], [10]]}],
        "renamed": {},
        "old_nodes": {"conv": "changed", "old": "removed"},
        "new_nodes": {"conv": "changed", "conv_act": "added", "new": "added"},
    }


def test_heads_that_only_training_runs_are_told_apart() -> None:
    text = "archc: 1\nextends: googlenet\nname: net\nargs: {aux: false}\n"
    totals = json.loads(archc("googlenet", "-", "-f", "json", stdin=text).stdout)["totals"]
    for key in ("params", "macs", "activation_bytes", "peak_activation_bytes"):
        assert totals[key][0] == totals[key][1]
    assert totals["params_in_training"] == [13_378_280, 6_998_552]
    old, new = totals["activation_bytes_in_training"]
    assert old > new == totals["activation_bytes"][1]


def test_markdown() -> None:
    lines = archc("net.yaml", "net.yaml:wide", "-f", "markdown").stdout.splitlines()
    assert lines[0] == "**net → wide**  "
    assert lines[3:6] == [
        "- `conv` filters 4 → 8, ReLU added; 4 × 6 × 6 → 8 × 6 × 6",
        "- `old` removed: dropout 50 %",
        "- `new` added: fc 5",
    ]
    assert lines[11:13] == ["|  | net | wide |  |", "| --- | ---: | ---: | ---: |"]


def test_a_terminal_gets_colours_and_its_width(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_module("archc.cli.diff"), "colored", lambda _: True)
    monkeypatch.setenv("COLUMNS", "40")
    result = CliRunner().invoke(app, ["diff", "net.yaml", "net.yaml:wide"], color=True)
    assert "\x1b[1mnet → wide\x1b[0m\n" in result.stdout
    assert "\x1b[31m- old         dropout 50 %\x1b[0m\n" in result.stdout
    assert "\x1b[32m+ new         fc 5\x1b[0m\n" in result.stdout
    plain = re.sub(r"\x1b\[\d+m", "", result.stdout).splitlines()
    assert plain[3:5] == [
        "~ conv        filters 4 → 8, ReLU added;",
        "              4 × 6 × 6 → 8 × 6 × 6",
    ]


def test_all_shows_what_is_cut() -> None:
    more = r"… and \d+ more \(--all shows them\)"
    assert re.search(more, archc("inception_v3", "inception_v4").stdout)
    assert not re.search(more, archc("inception_v3", "inception_v4", "--all").stdout)


def test_slow_libraries_are_left_alone() -> None:
    code = (
        "import sys\nfrom archc.cli import app\nsys.argv = ['archc', 'diff', 'alexnet', 'zfnet']\n"
        "try:\n    app()\nexcept SystemExit as end:\n    assert not end.code\n"
        "print('loaded', *{name.partition('.')[0] for name in sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.splitlines()[-1].split())
    assert "archc" in loaded
    assert loaded & {"torch", "networkx", "rich", "graphviz", "numpy"} == set()
