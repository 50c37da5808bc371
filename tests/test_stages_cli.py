"""``archc build --stages``: what it writes and says, and that it writes all or nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

import archc
from archc.cli import app

run = CliRunner()


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_it_says_where_the_network_is_cut() -> None:
    result = run.invoke(app, ["build", "lenet5", "--stages", "2"])
    assert result.exit_code == 0
    assert result.stdout == (
        "build/lenet5_2_stages: 2 stages, balanced to 96 %\n"
        "\n"
        "stage  layers       parameters   MACs     sends   time\n"
        "0      C1 … S2             156  118 k  4.59 KiB  100 %\n"
        "1      C3 … output      61.5 k  299 k             93 %\n"
        "\n"
        "run: torchrun --nproc-per-node 2 build/lenet5_2_stages/train.py\n"
    )
    names = sorted(path.name for path in Path("build/lenet5_2_stages").iterdir())
    assert names == ["stage0.py", "stage1.py", "train.py", "whole.py"]


def test_weights_are_split_by_name() -> None:
    from safetensors.torch import load_file
    from torch import equal, save

    tensors = archc.build("lenet5").state_dict()
    save(tensors, "lenet5.pth")
    result = run.invoke(app, ["build", "lenet5", "--stages", "3", "--weights", "lenet5.pth"])
    assert result.exit_code == 0, result.output
    parts = [load_file(f"build/lenet5_3_stages/stage{index}.safetensors") for index in range(3)]
    together = {name: tensor for part in parts for name, tensor in part.items()}
    assert sum(map(len, parts)) == len(together)
    assert together.keys() == tensors.keys()
    assert all(equal(together[name], tensor) for name, tensor in tensors.items())
    again = run.invoke(app, ["build", "lenet5", "--stages", "3"])
    assert "stage0.safetensors is from an earlier build" in again.stderr


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--stages", "9"], "error[A105]: lenet5 can be cut into 7 stages at most, not 9"),
        (["--stages", "1"], "greater than or equal to 2"),
        (["--stages", "2", "--emit", "onnx"], "leave"),
        (["--stages", "2", "--out", "x.py"], "name a folder"),
        (["--stages", "2", "--layout", "torchvision"], "and there are none"),
        (["--stages", "2", "--device", "cpu"], "Invalid value for --device: stages are written"),
        (["--stages", "2", "--batch", "7"], "Invalid value for --batch: stages are written"),
        (["--stages", "2", "--passes", "fold-norms"], "--passes: says what --optimize does"),
        (["--stages", "2", "--tolerance", "0.5"], "--tolerance: says what --optimize does"),
        (["--tolerance", "0.5"], "--tolerance: says what --optimize does: add it"),
    ],
)
def test_what_cannot_be_writes_nothing(options: list[str], words: str) -> None:
    result = run.invoke(app, ["build", "lenet5", *options])
    assert result.exit_code != 0
    plain = " ".join(result.stderr.replace("│", " ").split())
    assert words in plain
    assert not list(Path().iterdir())


def test_a_script_that_somebody_changed_is_kept() -> None:
    run.invoke(app, ["build", "lenet5", "--stages", "2"])
    script = Path("build/lenet5_2_stages/train.py")
    changed = script.read_text(encoding="utf-8") + "# mine\n"
    script.write_text(changed, encoding="utf-8")
    result = run.invoke(app, ["build", "lenet5", "--stages", "2"])
    assert result.exit_code == 2
    assert "was changed since" in " ".join(result.stderr.replace("│", " ").split())
    assert script.read_text(encoding="utf-8") == changed
    assert run.invoke(app, ["build", "lenet5", "--stages", "2", "--force"]).exit_code == 0
    assert script.read_text(encoding="utf-8") != changed


def test_one_layer_is_a_stage_and_not_several(tmp_path: Path) -> None:
    spec = tmp_path / "one.yaml"
    conv = "{op: conv, filters: 8, kernel: 3}"
    spec.write_text(f"archc: 1\nname: one\ninput: [3, 8, 8]\nnodes:\n  conv: {conv}\n")
    result = run.invoke(app, ["build", str(spec), "--stages", "2"])
    assert result.exit_code == 1
    assert result.stderr == (
        "error[A105]: one can be cut into 1 stage at most, not 2\n\n"
        "     a layer stays whole, with its norm and activation, and there is 1 layer\n\n"
        "help: run it whole, on one device\n"
    )
