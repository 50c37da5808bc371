"""``archc build --emit``: what it writes, says and refuses."""

from __future__ import annotations

import re
from pathlib import Path

import onnx
import pytest
import torch
from safetensors.torch import load_file
from typer.testing import CliRunner, Result

import archc
import archc.targets
from archc.cli import app
from archc.targets.onnx import limits

SPEC = """\
archc: 1
name: net
args: {units: 4}
input: [3, 8, 8]
nodes:
  conv: {op: conv, filters: 4, kernel: 3, norm: batch_norm}
  fc: {op: fc, units: $units}
"""
FRESH = "note: the weights are fresh: none were loaded\n"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["build", *arguments], prog_name="archc")


def words(result: Result) -> str:
    """What is said of wrong usage, without the frame around it."""
    return " ".join(re.sub(r"[│╭╮╰╯─]", " ", result.stderr).split())


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("net.yaml").write_text(SPEC)
    return tmp_path


def built() -> list[str]:
    return sorted(path.name for path in Path("build").iterdir())


def test_all_targets_hold_the_same_weights() -> None:
    torch.save(archc.load("net.yaml").build().state_dict(), "net.pth")
    result = run("net.yaml", "--emit", "onnx,py", "--emit", "pt2, weights", "-w", "net.pth")
    assert (result.exit_code, result.stderr) == (0, ""), result.output
    first, second, third, fourth, fifth, _ = result.stdout.splitlines()
    assert re.fullmatch(r"build/net\.py: \d+ lines, 700 parameters", first)
    assert second == "build/net.safetensors: 9 tensors"
    assert re.fullmatch(r"build/net\.onnx: [\d.]+ KiB, ONNX opset 18, any batch", third)
    assert re.fullmatch(r"build/net\.pt2: [\d.]+ KiB, program of torch\.export, any batch", fourth)
    assert fifth == "net.pth: 9 tensors loaded, by archc's names"
    tensors = load_file("build/net.safetensors")
    program = torch.export.load("build/net.pt2")
    (weight,) = (
        entry
        for entry in onnx.load("build/net.onnx").graph.initializer
        if entry.name == "fc.weight"
    )
    for found in (
        program.state_dict["fc.weight"],
        torch.from_numpy(onnx.numpy_helper.to_array(weight).copy()),
    ):
        assert torch.equal(found, tensors["fc.weight"])


def test_only_what_is_named_is_written_and_written_over() -> None:
    for _ in range(2):
        result = run("net.yaml", "--emit", "onnx")
        assert (result.exit_code, result.stderr) == (0, FRESH)
    assert built() == ["net.onnx"]
    result = run("net.yaml")
    assert result.stderr == "note: build/net.onnx is from an earlier build\n"
    assert built() == ["net.onnx", "net.py"]


def test_a_file_of_somebody_else_is_left_alone() -> None:
    Path("build").mkdir()
    model = onnx.helper.make_model(onnx.helper.make_graph([], "g", [], []), producer_name="x")
    onnx.save(model, "build/net.onnx")
    before = Path("build/net.onnx").read_bytes()
    result = run("net.yaml", "--emit", "py,onnx")
    assert result.exit_code == 2
    assert "'build/net.onnx' was not written by archc; --force overwrites it" in words(result)
    assert built() == ["net.onnx"]
    assert Path("build/net.onnx").read_bytes() == before
    assert run("net.yaml", "--emit", "py,onnx", "--force").exit_code == 0


def test_files_stand_beside_the_one_named() -> None:
    assert run("net.yaml", "--emit", "py,onnx", "-o", "models/mine.onnx").exit_code == 0
    assert sorted(path.name for path in Path("models").iterdir()) == ["mine.onnx", "mine.py"]
    result = run("net.yaml", "--emit", "onnx", "-o", "models/mine.py")
    assert result.exit_code == 2
    assert "'models/mine.py' is no folder: name one, or a file that ends in .onnx" in words(result)


@pytest.mark.parametrize(
    ("emit", "said"),
    [
        ("onx", "no target is called 'onx': did you mean 'onnx'?"),
        ("py,", "no target is called '': there are py, weights, onnx, pt2"),
        ("7z", "no target is called '7z': there are py, weights, onnx, pt2"),
    ],
)
def test_an_unknown_target_is_wrong_usage(emit: str, said: str) -> None:
    result = run("net.yaml", "--emit", emit)
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"Invalid value for --emit: {said}" in words(result)


def test_without_onnx_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "find_spec", lambda name: None)
    result = run("net.yaml", "--emit", "onnx")
    assert result.exit_code == 2
    assert "onnx needs the package onnx: pip install 'archc[onnx]'" in words(result)
    net = archc.load("net.yaml")
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'archc\[onnx\]'"):
        archc.targets.to_onnx(net.graph, net.build())
    assert run("net.yaml", "--emit", "py,weights").exit_code == 0


def test_what_a_target_cannot_hold_writes_nothing() -> None:
    result = run("net.yaml", "--emit", "py,onnx", "-a", "units=4000000")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("error[A103]: the weights need 2.16 GiB, and an ONNX file")
    assert not Path("build").exists()
