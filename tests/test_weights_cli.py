"""``archc build --weights`` and ``archc convert``: what they write, say and refuse."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from typer.testing import CliRunner, Result

import archc
from archc.cli import app

SPEC = """\
archc: 1
name: net
args: {classes: 4}
input: [3, 8, 8]
nodes:
  conv: {op: conv, filters: 4, kernel: 3, norm: batch_norm}
  fc: {op: fc, units: $classes}
layouts:
  theirs: {conv: [stem.conv, stem.bn]}
"""


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments, prog_name="archc")


@pytest.fixture
def weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, torch.Tensor]:
    """The weights of net.pth, beside net.yaml."""
    monkeypatch.chdir(tmp_path)
    Path("net.yaml").write_text(SPEC)
    net = archc.load("net.yaml")
    tensors = net.build().state_dict()
    torch.save({net.renamed(name, "theirs"): value for name, value in tensors.items()}, "net.pth")
    return tensors


def same(file: str, expected: dict[str, torch.Tensor]) -> bool:
    found = load_file(file)
    return found.keys() == expected.keys() and all(
        torch.equal(found[k], expected[k]) for k in found
    )


def test_build_writes_the_weights_beside_the_source(weights: dict[str, torch.Tensor]) -> None:
    result = run("build", "net.yaml", "--weights", "net.pth")
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines()[1:3] == [
        "build/net.safetensors: 9 tensors",
        "net.pth: 9 tensors loaded, by theirs's names",
    ]
    assert same("build/net.safetensors", weights)


def test_the_written_weights_fit_the_written_source(weights: dict[str, torch.Tensor]) -> None:
    run("build", "net.yaml", "--weights", "net.pth")
    space: dict[str, object] = {"__name__": "net"}
    exec(Path("build/net.py").read_text(), space)
    module = space["Net"]()  # type: ignore[operator]
    module.load_state_dict(load_file("build/net.safetensors"))
    assert torch.equal(module.fc.weight, weights["fc.weight"])


@pytest.mark.usefixtures("weights")
def test_a_mistake_writes_nothing() -> None:
    torch.save({"fc.weight": torch.zeros(1)}, "bad.pth")
    result = run("build", "net.yaml", "--weights", "bad.pth")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("error[A093]: the weights in 'bad.pth' do not fit net\n")
    assert not Path("build").exists()
    assert run("convert", "net.yaml", "bad.pth").exit_code == 1
    assert not Path("build").exists()


@pytest.mark.usefixtures("weights")
def test_another_head_is_allowed_by_name() -> None:
    arguments = ("build", "net.yaml", "-a", "classes=9", "-w", "net.pth")
    assert "--except fc" in run(*arguments).stderr
    result = run(*arguments, "--except", "fc")
    assert result.exit_code == 0
    assert "  missing     fc.weight, fc.bias: not loaded, as allowed" in result.stdout
    assert load_file("build/net.safetensors")["fc.weight"].shape == (9, 144)


def test_the_specs_weights_are_loaded_unless_fresh_ones_are_wanted(
    weights: dict[str, torch.Tensor],
) -> None:
    Path("tuned.yaml").write_text(
        "{archc: 1, extends: ./net.yaml, name: tuned, weights: {file: ./net.pth}}"
    )
    assert run("build", "tuned.yaml").exit_code == 0
    assert same("build/tuned.safetensors", weights)
    result = run("build", "tuned.yaml", "--fresh", "-o", "fresh")
    assert result.exit_code == 0
    assert [path.name for path in Path("fresh").iterdir()] == ["tuned.py"]


def test_converting_there_and_back_changes_nothing(weights: dict[str, torch.Tensor]) -> None:
    result = run("convert", "net.yaml", "net.pth")
    assert result.stdout.splitlines() == [
        "build/net.safetensors: 9 tensors, by archc's names",
        "net.pth: 9 tensors loaded, by theirs's names",
    ]
    assert same("build/net.safetensors", weights)
    result = run("convert", "net.yaml", "build/net.safetensors", "--to", "theirs")
    assert result.stdout.startswith("build/net.theirs.pth: 9 tensors, by theirs's names\n")
    before, after = torch.load("net.pth"), torch.load("build/net.theirs.pth")
    assert before.keys() == after.keys()
    assert all(torch.equal(before[name], after[name]) for name in before)


@pytest.mark.usefixtures("weights")
@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (("net.pth", "--to", "their"), 1, "did you mean 'theirs'?"),
        (("net.pth", "-o", "net.onnx"), 2, "not as 'net.onnx'"),
        (("none.pth",), 1, "cannot be read: no such file"),
        (("net.pth", "--layout", "archc"), 1, "do not fit net"),
    ],
)
def test_what_convert_refuses(arguments: tuple[str, ...], status: int, words: str) -> None:
    result = run("convert", "net.yaml", *arguments)
    assert result.exit_code == status
    assert words in " ".join(result.stderr.replace("│", " ").split())
    assert not Path("build").exists()


def test_weights_that_are_read_are_not_written_over(weights: dict[str, torch.Tensor]) -> None:
    run("build", "net.yaml", "-w", "net.pth")
    before = Path("build/net.safetensors").read_bytes()
    for arguments in (
        ("build", "net.yaml", "-w", "build/net.safetensors"),
        (
            "convert",
            "net.yaml",
            "build/net.safetensors",
            "--to",
            "theirs",
            "-o",
            "build/net.safetensors",
        ),
    ):
        result = run(*arguments)
        assert result.exit_code == 2
        assert "would be overwritten" in " ".join(result.stderr.replace("│", " ").split())
    assert Path("build/net.safetensors").read_bytes() == before


@pytest.mark.usefixtures("weights")
def test_weights_of_an_earlier_build_are_pointed_out() -> None:
    run("build", "net.yaml", "-w", "net.pth")
    result = run("build", "net.yaml")
    assert result.exit_code == 0
    assert result.stderr == "note: build/net.safetensors is from an earlier build\n"


@pytest.mark.usefixtures("weights")
@pytest.mark.parametrize("option", [("--layout", "theirs"), ("--except", "fc"), ("--cast",)])
def test_how_to_load_needs_something_to_load(option: tuple[str, ...]) -> None:
    result = run("build", "net.yaml", *option)
    assert result.exit_code == 2
    assert "there are none" in " ".join(result.stderr.replace("│", " ").split())


def test_precision_is_converted_on_demand(weights: dict[str, torch.Tensor]) -> None:
    save_file(
        {k: v.half() if v.is_floating_point() else v for k, v in weights.items()}, "h.safetensors"
    )
    assert "--cast" in run("build", "net.yaml", "-w", "h.safetensors").stderr
    assert run("build", "net.yaml", "-w", "h.safetensors", "--cast").exit_code == 0
    assert load_file("build/net.safetensors")["fc.weight"].dtype == torch.float32
