"""``archc compare``: its table, its other formats, its charts.

The outputs in tests/compare are held to every sign; ``UPDATE_GOLDEN=1`` writes them anew.
"""

from __future__ import annotations

import csv
import json
import os
import re
from importlib import import_module
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from archc.cli import app

GOLDEN = Path(__file__).parent / "compare"
NETS = ("alexnet", "vgg16", "googlenet", "fcn32s", "lenet5")
ENDINGS = {"table": "txt", "markdown": "md", "csv": "csv", "json": "json"}
NET = """\
archc: 1
name: net
title: "A net"
input: [3, 8, 8]
nodes:
  conv: {op: conv, filters: 4, kernel: 3}
  fc: {op: fc, units: 2}
"""


def archc(*arguments: str, stdin: str = "") -> Result:
    return CliRunner().invoke(app, ["compare", *arguments], input=stdin, prog_name="archc")


def titled(title: str, name: str = "net", more: str = "") -> str:
    """A network's spec with this title, as a file's text."""
    return NET.replace('"A net"', json.dumps(title)).replace("name: net", f"name: {name}") + more


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("net.yaml").write_text(NET)


@pytest.mark.parametrize("format", ENDINGS)
def test_every_format_to_the_letter(format: str) -> None:
    result = archc(*NETS, "--format", format)
    assert (result.exit_code, result.stderr) == (0, "")
    path = GOLDEN / f"five_networks.{ENDINGS[format]}"
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(result.stdout, encoding="utf-8")
    assert result.stdout == path.read_text(encoding="utf-8"), "UPDATE_GOLDEN=1 writes it anew"


ALONE = """\
network  layers  parameters    MACs  activations      peak
──────────────────────────────────────────────────────────
A net         2         402  4.18 k     0.57 KiB  1.31 KiB

Input: 3 × 8 × 8.
MACs: multiply-accumulates for one sample (FLOPs = 2 × MACs). Memory: float32, one sample.
Activations: all values of a forward pass; peak: the most that are live at once in inference.
"""


def test_one_network_has_no_ratios() -> None:
    assert archc("net.yaml").stdout == ALONE


def test_heads_that_only_training_runs_are_left_out() -> None:
    text = "archc: 1\nextends: googlenet\nname: net\nargs: {aux: false}\n"
    googlenet, without = json.loads(archc("googlenet", "-", "-f", "json", stdin=text).stdout)
    counts = ("params", "macs", "activation_bytes", "peak_activation_bytes", "depth")
    assert [googlenet[key] for key in counts] == [without[key] for key in counts]
    assert googlenet["training_only"]["params"] > 6_000_000
    assert without["training_only"] == {"params": 0, "macs": 0}


def test_ratios_are_to_the_first() -> None:
    _, vgg = json.loads(archc("alexnet", "vgg16", "-f", "json").stdout)
    assert vgg["ratios"]["params"] == pytest.approx(138_357_544 / 60_965_224)
    assert "138 M 2.3 ×" in archc("alexnet", "vgg16").stdout
    assert "61.0 M 0.44 ×" in archc("vgg16", "alexnet").stdout


def test_a_network_that_costs_nothing_is_no_base_for_ratios() -> None:
    text = "archc: 1\nname: idle\ninput: [3, 8, 8]\nnodes: {pool: {op: max_pool, kernel: 2}}\n"
    idle, net = json.loads(archc("-", "net.yaml", "-f", "json", stdin=text).stdout)
    assert (idle["params"], idle["macs"], idle["depth"]) == (0, 0, 0)
    assert (net["ratios"]["params"], net["ratios"]["macs"]) == (None, None)
    assert net["ratios"]["activation_bytes"] == pytest.approx(584 / 192)
    row = archc("-", "net.yaml", stdin=text).stdout.splitlines()[3]
    assert row.count("×") == 2  # of memory alone


def test_a_terminal_gets_bold_heads_and_its_width(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_module("archc.cli.compare"), "colored", lambda _: True)
    monkeypatch.setenv("COLUMNS", "60")
    result = CliRunner().invoke(app, ["compare", "alexnet", "vgg16"], color=True)
    heads = re.findall(r"\x1b\[1m(network .*)\x1b\[0m", result.stdout)
    assert len(heads) == 2
    assert max(map(len, re.sub(r"\x1b\[\d+m", "", result.stdout).splitlines())) <= 60


def test_equal_titles_are_told_apart() -> None:
    Path("other.yaml").write_text(titled("A net", "other"))
    rows = archc("net.yaml", "other.yaml", "lenet5").stdout.splitlines()[2:5]
    assert [row.partition("  ")[0] for row in rows] == ["A net (net)", "A net (other)", "LeNet-5"]
    rows = archc("net.yaml", "net.yaml").stdout.splitlines()[2:4]
    assert [row.partition("  ")[0] for row in rows] == ["A net (net) 1", "A net (net) 2"]


HOSTILE = "\x1b[31m| <script>alert(1)</script> *x* [a](b) \u202e`c`\n" + "y" * 9_000


def test_hostile_titles_come_out_as_text() -> None:
    Path("net.yaml").write_text(titled(HOSTILE))
    table = archc("net.yaml", "lenet5").stdout
    assert not set("\x1b\u202e") & set(table)
    assert max(map(len, table.splitlines())) < 130
    assert table.splitlines()[2].startswith("[31m| <script>alert(1)</script> *x* [a]…")
    markdown = archc("net.yaml", "-f", "markdown").stdout
    assert markdown.splitlines()[2].startswith(
        r"| \[31m\| \<script\>alert(1)\</script\> \*x\* \[a\]… |"
    )
    (found,) = json.loads(archc("net.yaml", "-f", "json").stdout)
    assert found["title"].startswith("[31m| <script>alert(1)</script> *x* [a](b) `c` yyy")
    assert len(found["title"]) == 120


def test_a_title_is_no_formula_in_a_spreadsheet() -> None:
    Path("net.yaml").write_text(titled('=HYPERLINK("http://x", "y")'))
    (row,) = csv.DictReader(archc("net.yaml", "-f", "csv").stdout.splitlines())
    assert row["title"] == '\'=HYPERLINK("http://x", "y")'


@pytest.mark.parametrize("figure", [".nan", ".inf", "-3", "101", "true", "[1]", "much"])
def test_what_is_no_percentage_is_no_accuracy(figure: str) -> None:
    Path("net.yaml").write_text(
        titled("A net", more=f"published: {{dataset: X, top1: {figure}}}\n")
    )
    assert "top-1" not in archc("net.yaml").stdout
    (found,) = json.loads(archc("net.yaml", "-f", "json").stdout)
    assert found["published"] == {"dataset": "X", "protocol": "", "source": ""}


def test_settings_of_accuracy_are_told_apart_where_they_differ() -> None:
    some = archc("resnet18", "unet", "lenet5").stdout
    assert "percent: ImageNet, 1 crop (ResNet-18); PhC-U373, test set (U-Net).\n" in some
    alike, unlike = archc("resnet18", "resnet50").stdout, archc("resnet18", "vgg16").stdout
    assert "Accuracy as published, in percent: ImageNet, 1 crop.\n" in alike
    assert (
        "Accuracy as published, in percent: ImageNet, 1 crop (ResNet-18); ImageNet, dense (VGG-16).\n"
    ) in unlike


def test_args_and_input_change_all_networks() -> None:
    options = ("-a", "classes=10", "--input", "3x256x256", "-f", "json")
    found = json.loads(archc("resnet18", "resnet50", *options).stdout)
    assert [net["input"] for net in found] == [[[3, 256, 256]]] * 2
    assert [net["params"] for net in found] == [11_689_512 - 990 * 513, 25_557_032 - 990 * 2049]


@pytest.mark.parametrize("kind", ["bars", "bubble", "receptive"])
def test_the_chart_is_written_beside_the_table(kind: str) -> None:
    result = archc("alexnet", "vgg16", "--plot", "out/chart.svg", "--kind", kind)
    assert (result.exit_code, result.stderr) == (0, "out/chart.svg\n")
    assert result.stdout == archc("alexnet", "vgg16").stdout
    assert "VGG-16" in Path("out/chart.svg").read_text(encoding="utf-8")


def test_what_a_chart_leaves_out_is_told() -> None:
    result = archc("net.yaml", "alexnet", "fcn8s", "--plot", "chart.svg", "--kind", "bubble")
    assert result.stderr.splitlines() == [
        "not in the chart: A net has no published top1",
        "not in the chart: FCN-8s has no published top1",
        "chart.svg",
    ]
    assert "A net" not in Path("chart.svg").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--plot", "c.gif"), "a plot is written as one of svg, pdf, png, not as 'gif'"),
        (("--plot", "net.yaml/c.svg"), "'net.yaml/c.svg' cannot be written"),
        (("--kind", "bars"), "--plot FILE"),
        (("--plot", "c.svg", "--kind", "pie"), "'pie'"),
        (("--plot", "c.svg", "--kind", "bubble"), "A net has no published top1"),
    ],
)
def test_wrong_usage_exits_with_2(options: tuple[str, ...], message: str) -> None:
    result = archc("net.yaml", *options)
    words = " ".join(re.sub(r"[│╭╮╰╯─]", " ", result.stderr).split())
    assert result.exit_code == 2
    assert message in words
    assert not Path("c.svg").exists()


def test_a_mistake_in_any_spec_ends_with_1() -> None:
    result = archc("net.yaml", "resnt50")
    assert (result.exit_code, result.stdout) == (1, "")
    assert "did you mean 'resnet50'?" in result.stderr
