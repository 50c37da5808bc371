"""``train.py``: the options it takes, and a loss that fits what the network ends in."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from script import imported, write

from archc.architecture import Architecture

HEADS = """\
archc: 1
name: heads
input: [3, 8, 8]
nodes:
  conv1: {op: conv, filters: 8, kernel: 3, padding: 1, act: relu}
  conv2: {op: conv, filters: 8, kernel: 3, padding: 1, act: relu}
  fc: {op: fc, units: 10, act: ACT}
  aux: {op: fc, units: 10, from: conv1, act: AUX}
outputs:
  main: fc
  aux: {from: aux, training_only: true}
"""
ONE = HEADS[: HEADS.index("  aux:")]
LAST = {"identity": torch.nn.Identity(), "softmax": torch.nn.Softmax(1)}
LAST["log_softmax"] = torch.nn.LogSoftmax(1)


def with_acts(text: str, act: str, aux: str = "") -> str:
    """The spec with these activations at its ends; identity is none."""
    for word, name in {"ACT": act, "AUX": aux}.items():
        text = text.replace(f", act: {word}", "" if name == "identity" else f", act: {name}")
    return text


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--steps", "-5"], "argument --steps: '-5' is no whole number above 0"),
        (["--steps", "0"], "argument --steps: '0' is no whole number above 0"),
        (["--batch", "many"], "argument --batch: 'many' is no whole number above 0"),
        (["--microbatches", "1.5"], "argument --microbatches: '1.5' is no whole number above 0"),
        (["--lr", "-0.1"], "argument --lr: '-0.1' is no number above 0"),
        (["--lr", "nan"], "argument --lr: 'nan' is no number above 0"),
        (["--batch", "5"], "--batch 5 cannot be cut into 2 equal --microbatches"),
        (["--microbatches", "1"], "--schedule 1f1b needs as many --microbatches as stages: 2"),
    ],
)
def test_wrong_options_are_told_by_one_process(
    options: list[str],
    words: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    write(Architecture.loads(with_acts(ONE, "identity")).graph, 2, tmp_path / "stages")
    script = imported(tmp_path / "stages")
    monkeypatch.setattr("sys.argv", ["train.py", *options])
    monkeypatch.setenv("WORLD_SIZE", "2")
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    for rank, wanted in (("0", f"train.py: {words}\n"), ("1", "")):
        monkeypatch.setenv("RANK", rank)
        with pytest.raises(SystemExit) as stop:
            script.parse()
        assert stop.value.code == 2
        assert capsys.readouterr().err == wanted


@pytest.mark.parametrize("act", LAST)
def test_the_loss_is_the_cross_entropy_of_what_comes_before_softmax(
    act: str, tmp_path: Path
) -> None:
    torch.manual_seed(0)
    one, other = torch.randn(2, 4, 10, dtype=torch.double)
    target = torch.randint(10, (4,))
    main, aux = (F.cross_entropy(each, target) for each in (one, other))
    for name, text in {"one": ONE, "heads": HEADS}.items():
        write(Architecture.loads(with_acts(text, act, act)).graph, 2, tmp_path / name)
    single, several = (imported(tmp_path / name).loss for name in ("one", "heads"))
    torch.testing.assert_close(single(LAST[act](one), target), main)
    outputs = (LAST[act](one), LAST[act](other))
    torch.testing.assert_close(several(outputs, target), main + 0.3 * aux)


def test_a_probability_of_zero_gives_a_finite_loss(tmp_path: Path) -> None:
    write(Architecture.loads(with_acts(ONE, "softmax")).graph, 2, tmp_path / "stages")
    loss = imported(tmp_path / "stages").loss
    outputs = torch.zeros(4, 10, requires_grad=True)
    found = loss(outputs, torch.zeros(4, dtype=torch.long))
    found.backward()
    assert found.isfinite()
    assert outputs.grad is not None
    assert outputs.grad.isfinite().all()


def test_heads_of_several_kinds_get_a_loss_that_takes_all(tmp_path: Path) -> None:
    write(Architecture.loads(with_acts(HEADS, "softmax", "identity")).graph, 2, tmp_path / "stages")
    assert "mean square" in imported(tmp_path / "stages").loss.__doc__


def test_a_number_that_is_none_is_a_difference(tmp_path: Path) -> None:
    write(Architecture.loads(with_acts(ONE, "identity")).graph, 2, tmp_path / "stages")
    script = imported(tmp_path / "stages")
    fine, odd = torch.ones(3), torch.tensor([1.0, torch.nan, 1.0])
    assert script.difference(fine, fine) == 0
    for pair in ((fine, odd), (odd, fine), (odd, odd)):
        assert script.difference(*pair, scale=1.0) == float("inf")


def test_softmax_behind_a_flatten_is_seen(tmp_path: Path) -> None:
    text = with_acts(ONE, "softmax") + "  flat: flatten\n  drop: {op: dropout, rate: 0.5}\n"
    write(Architecture.loads(text).graph, 2, tmp_path / "stages")
    probabilities = torch.tensor([[0.5, 0.25, *[0.03125] * 8]])
    found = imported(tmp_path / "stages").loss(probabilities, torch.tensor([1]))
    torch.testing.assert_close(found, -torch.tensor(0.25).log())
