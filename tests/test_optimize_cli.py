"""``archc optimize`` and ``archc build --optimize``: what they write and say, and when they write nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from typer.testing import CliRunner

import archc
from archc.cli import app
from archc.passes.proof import settle

run = CliRunner()
SMALL = ["resnet18", "--input", "3x64x64"]


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def written() -> list[str]:
    return sorted(str(path) for path in Path("build").glob("*"))


def test_it_writes_source_and_weights() -> None:
    result = run.invoke(app, ["optimize", *SMALL])
    assert result.exit_code == 0, result.output
    said = result.stdout.splitlines()
    assert said[0].startswith("Largest difference of outputs on 6 random inputs: ")
    lines = Path("build/resnet18_optimized.py").read_text().count("\n")
    assert said[1:] == [
        f"build/resnet18_optimized.py: {lines} lines, 11,684,712 parameters",
        "build/resnet18_optimized.safetensors: 42 tensors",
    ]
    assert written() == ["build/resnet18_optimized.py", "build/resnet18_optimized.safetensors"]


def test_the_weights_are_those_of_the_file() -> None:
    """The files, read by themselves, compute what the network with the file's weights does."""
    net = archc.load("resnet18", [3, 64, 64])
    module = net.build()
    settle(module, net.graph)
    save_file(module.state_dict(), "trained.safetensors")
    result = run.invoke(app, ["build", *SMALL, "--optimize", "--weights", "trained.safetensors"])
    assert result.exit_code == 0, result.output
    scope: dict[str, type[torch.nn.Module]] = {}
    exec(Path("build/resnet18_optimized.py").read_text(), scope)
    faster = scope["ResNet18Optimized"]()
    faster.load_state_dict(load_file("build/resnet18_optimized.safetensors"))
    x = torch.randn(2, 3, 64, 64)
    with torch.inference_mode():
        torch.testing.assert_close(faster.eval()(x), module(x), rtol=1e-3, atol=1e-3)


def test_it_explains() -> None:
    result = run.invoke(app, ["optimize", *SMALL, "--explain", "--passes", "fold-norms"])
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert lines[:4] == [
        "resnet18: what the passes saved, for one sample",
        "pass        changes  nodes  bytes moved  launches",
        "fold-norms       20    −20    −1.60 MiB       −20",
        "together         20    −20    −1.60 MiB       −20",
    ]
    assert "  conv1_norm into conv1" in lines
    assert "  and 16 more; --all lists them" in lines
    assert "build/resnet18_optimized.svg" in written()
    result = run.invoke(app, ["optimize", *SMALL, "--explain", "-f", "json", "--draw", "two.pdf"])
    told = json.loads(result.stdout)
    assert told["passes"][0]["pass"] == "drop-idle"
    assert told["difference"]["relative"] < 1e-3
    assert Path("two.pdf").read_bytes().startswith(b"%PDF")


def test_a_difference_writes_nothing() -> None:
    result = run.invoke(app, ["optimize", *SMALL, "--explain", "--tolerance", "0"])
    assert result.exit_code == 1
    assert "error[A102]: the optimised network computes something else" in result.stderr
    assert written() == []


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (
            ["optimize", *SMALL, "--passes", "fold-norm"],
            "there is no pass 'fold-norm': did you mean",
        ),
        (["build", *SMALL, "--passes", "fold-norms"], "says what --optimize does"),
        (["build", *SMALL, "--optimize", "--stages", "2"], "leave"),
        (["optimize", *SMALL, "--draw", "two.gif"], "a drawing is written as one of svg, pdf"),
    ],
)
def test_wrong_usage_is_told_before_any_work(command: list[str], words: str) -> None:
    result = run.invoke(app, command)
    assert result.exit_code == 2
    assert words in " ".join(result.stderr.replace("│", " ").split())
    assert written() == []
