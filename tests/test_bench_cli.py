"""``archc bench``: what it measures and in which form; no numbers, which differ everywhere."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
import torch
from typer.testing import CliRunner, Result

from archc.cli import app
from archc.measure import bench, ceiling

NET = """\
archc: 1
name: net
input: [3, 8, 8]
nodes:
  conv: {op: conv, filters: 4, kernel: 3, norm: batch_norm, act: relu}
  pool: global_avg_pool
  fc: {op: fc, units: 2}
"""
FILE = """\
from torch import nn


class Net(nn.Sequential):
    def __init__(self):
        super().__init__(nn.Conv2d(3, 4, 3), nn.Flatten(), nn.Linear(144, 2))


class Other(nn.Sequential):
    def __init__(self):
        super().__init__(nn.Conv2d(5, 4, 3))
"""


def archc(*arguments: str, stdin: str = "") -> Result:
    options = ["bench", *arguments, "--device", "cpu", "--rounds", "2"]
    return CliRunner().invoke(app, options, input=stdin, prog_name="archc")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("net.yaml").write_text(NET)
    Path("nets.py").write_text(FILE)
    monkeypatch.setattr(ceiling, "SMALLEST", 64)  # small roofs are quick
    monkeypatch.setattr(ceiling, "LARGEST", 64)
    monkeypatch.setattr(bench, "memory_bandwidth", lambda count, device: 1e10)


def test_a_table_of_every_step_and_batch() -> None:
    result = archc(
        "net.yaml", "--train", "-b", "2", "-b", "4", "--against", "nets.py:Net", "--blocks"
    )
    assert (result.exit_code, result.stderr) == (0, "")
    words = [line.split("  ")[0] for line in result.stdout.splitlines()]
    heads = [word for word in words if ", batch " in word]
    assert heads == [
        "forward, batch 2", "training, batch 2", "forward, batch 4", "training, batch 4",
        "net, by block, batch 2", "nets.py:Net, by block, batch 2",
        "net, by block, batch 4", "nets.py:Net, by block, batch 4",
    ]  # fmt: skip
    assert words.count("net") == words.count("nets.py:Net") == 4
    assert words.count("conv") == words.count("fc") == 2
    assert "speed: how many times as fast as nets.py:Net;" in result.stdout


def test_json_has_every_round() -> None:
    content = json.loads(archc("net.yaml", "--train", "--blocks", "-f", "json").stdout)
    assert content["machine"]["torch"] == torch.__version__
    assert content["machine"]["copy_bytes_per_second"] == 1e10
    forward, training = content["results"]
    conv, fc = 4 * 27 * 36, 4 * 2
    assert (forward["name"], forward["step"], forward["batch"]) == ("net", "forward", 1)
    assert forward["flops"] == 2 * (conv + fc)
    assert training["flops"] == 2 * (2 * conv + 3 * fc)
    assert len(forward["runs"]) == content["rounds"] == 2
    assert forward["speed"] is None
    (blocks,) = content["blocks"]
    assert [(one["name"], one["flops"]) for one in blocks["blocks"]] == [
        ("conv", 2 * conv), ("pool", 0), ("fc", 2 * fc),
    ]  # fmt: skip


def test_networks_called_alike_are_numbered_and_compared_with_the_first() -> None:
    result = archc("net.yaml", "-", "-f", "csv", "--dtype", "bfloat16", stdin=NET)
    first, second = csv.DictReader(result.stdout.splitlines())
    assert (first["name"], second["name"]) == ("net 1", "net 2")
    assert first["speed"] == "" and float(second["speed"]) > 0


def test_markdown() -> None:
    result = archc("net.yaml", "-f", "markdown", "--threads", "1")
    assert result.stdout.startswith("**cpu, 1 thread, float32, torch ")
    assert "\n| forward, batch 1 | images/s | ms | ± | ceiling |\n| --- | ---: |" in result.stdout


def test_an_optimised_network_has_a_row_but_none_in_training() -> None:
    result = archc("net.yaml", "--optimize", "--train", "-b", "2", "-f", "json")
    assert (result.exit_code, result.stderr) == (0, "")
    plain, faster, training = json.loads(result.stdout)["results"]
    assert [one["name"] for one in (plain, faster, training)] == ["net", "net, optimised", "net"]
    assert (faster["step"], training["step"]) == ("forward", "training")
    assert faster["flops"] == plain["flops"]
    assert faster["prepared_seconds"] > 0 and plain["prepared_seconds"] is None


def test_torch_compile_has_a_row_and_says_what_it_costs(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the compiler's front end only: what comes behind it is not archc's."""
    whole = torch.compile
    monkeypatch.setattr(
        torch, "compile", lambda module, **how: whole(module, backend="eager", **how)
    )
    result = archc("net.yaml", "--compile")
    assert (result.exit_code, result.stderr) == (0, "")
    assert "\nnet, compiled  " in result.stdout
    assert "net, compiled took " in result.stdout


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--against", "nets.py:Other"], "help: it gets the input of the first spec, 3 × 8 × 8"),
        (["--batch", "1000000000000000"], "help: a smaller --batch or --input needs less memory"),
        (["--train"], "help: batch norm needs several values to train: a larger --batch"),
        (["--against", "nets.py:Nett"], "help: did you mean 'Net'?"),
    ],
)
def test_what_does_not_run_says_so(options: list[str], message: str) -> None:
    spec = NET.replace("kernel: 3", "kernel: 8") if options == ["--train"] else NET
    result = archc("-", *options, stdin=spec)
    assert result.exit_code == 1
    assert result.stderr.startswith("error[A106]: ")
    assert message in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--against", "resnet50"], "'resnet50' is not torchvision:NAME"),
        (["--against", "nets.py:Net", "--against", "nets.py:Net"], "is named twice"),
        (["--batch", "0"], "--batch"),
        (["--dtype", "float8"], "--dtype"),
    ],
)
def test_wrong_usage(options: list[str], message: str) -> None:
    result = archc("net.yaml", *options)
    assert result.exit_code == 2
    assert message in result.stderr
