"""The arithmetic of the benchmarks, and that a run survives what breaks in it."""

from __future__ import annotations

import doctest
import subprocess
import sys
from dataclasses import replace
from functools import partial
from importlib import import_module
from pathlib import Path

import pytest
import record
import run
import torch
from allocated import peak
from frontend import chain_by_repeat, chain_written_out, costs, loaded
from networks import checked, difference, tensors
from record import Results, Row, faster, less, merged, quartiles, read, text
from roofline import Work, work
from rounds import timed

import archc

HERE = Path(__file__).parent
RESULTS = read(HERE / "results.json")
MIB = 2**20
PART = """
import os
from record import Row

def cases(quick):
    return ["good", "broken", "dead"]

def measure(case, quick):
    yield Row("part", case, subject="archc", runs=(1.0, 2.0), facts={"quick": int(quick)})
    if case == "broken":
        raise ValueError("out of paper")
    if case == "dead":
        os._exit(3)
"""


@pytest.mark.parametrize("name", ["allocated", "charts", "rounds"])
def test_examples(name: str) -> None:
    found = doctest.testmod(import_module(name))
    assert found.attempted
    assert not found.failed


def test_results_are_read_as_they_were_written(tmp_path: Path) -> None:
    file = tmp_path / "results.json"
    file.write_text(text(RESULTS), encoding="utf-8")
    assert read(file) == RESULTS
    assert file.read_text("utf-8").count("\n  {") == len(RESULTS.rows)


def test_ratios() -> None:
    ours = Row("part", "net", runs=(1.0, 2.0, 3.0), facts={"peak": 80})
    theirs = Row("part", "net", runs=(4.0, 4.0, 4.0), facts={"peak": 100})
    assert faster(ours, theirs) == 2
    assert quartiles(ours, theirs) == pytest.approx((2, (2 + 4 / 3) / 2, 3))
    assert less(ours, theirs) == 0.8
    assert faster(ours, None) is faster(replace(ours, runs=()), theirs) is None
    assert quartiles(ours, replace(theirs, runs=(4.0,))) is None
    assert less(ours, theirs, "prepare") is None


def test_a_part_measured_anew_replaces_its_rows_alone() -> None:
    new = replace(RESULTS, rows=(Row("eager", "net"),), took={"eager": 1.0})
    both = merged(RESULTS, new, "eager")
    assert [row for row in both.rows if row.part == "eager"] == list(new.rows)
    assert len(both.rows) == 1 + sum(1 for row in RESULTS.rows if row.part != "eager")
    assert merged(None, new, "eager") == new


@pytest.mark.parametrize("what", ["machine", "versions", "quick"])
def test_results_of_another_machine_or_program_do_not_mix(what: str) -> None:
    other = True if what == "quick" else {"cpu": "another"}
    before: Results = replace(RESULTS, **{what: other})  # type: ignore[arg-type]
    new = replace(RESULTS, rows=(Row("eager", "net"),))
    assert merged(before, new, "eager") == new


def test_what_fails_has_a_row_and_the_others_are_timed() -> None:
    def broken() -> None:
        raise RuntimeError("no compiler\nwas found")

    row = partial(Row, "part", "net")
    tasks = {"good": lambda: None, "broken": broken}
    facts = {"good": {"peak": 1}}
    found = {one.subject: one for one in timed(row, tasks, 1, True, facts=facts)}
    assert len(found["good"].runs) == 3
    assert found["good"].facts == {"peak": 1}
    assert found["broken"].failed == "RuntimeError: no compiler"
    assert list(timed(row, {"broken": broken}, 1, True)) == [found["broken"]]


def test_a_case_that_dies_leaves_its_rows_and_the_run_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "part.py").write_text(PART, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    rows = list(run.part_rows("part", run.Options(True, 1, tmp_path)))
    assert [(row.case, row.failed) for row in rows] == [
        ("good", ""),
        ("broken", ""), ("broken", "ValueError: out of paper"),
        ("dead", ""), ("dead", "ended with status 3"),
    ]  # fmt: skip
    assert rows[0].runs == (1.0, 2.0)
    assert rows[0].facts == {"quick": 1}


def test_without_a_gpu_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert run.main(["gpu", "--results", str(tmp_path / "gpu.json")]) == 1
    assert "no GPU" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
    (row,) = run.part_rows("gpu", run.Options(True, 1, tmp_path))
    assert (row.part, row.failed) == ("gpu", "PyTorch finds no GPU here")


def test_an_unknown_part_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        run.main(["frontent"])
    assert ended.value.code == 2
    assert "no part is called frontent; there are eager, optimised" in capsys.readouterr().err


def test_each_kind_of_run_has_a_file_of_its_own() -> None:
    files = [run.parsed(words).results for words in ([], ["gpu"], ["--quick"], ["gpu", "--quick"])]
    assert files[:2] == [run.RESULTS, run.ON_GPU]
    assert run.RESULTS.parent not in files[2].parents
    assert files[2] == files[3]
    assert run.parsed([]).parts == list(run.PARTS)


@pytest.mark.parametrize("words", [["gpu", "eager"], ["--threads", "0"], ["frontent"]])
def test_a_run_that_cannot_be_is_refused(words: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        run.parsed(words)
    assert ended.value.code == 2


def test_peak_memory_is_what_a_call_holds_at_once() -> None:
    numbers = torch.zeros(MIB // 4)

    def held() -> torch.Tensor:
        twice = numbers + numbers  # 1 MiB
        del twice
        return (numbers + numbers) + numbers  # 2 MiB

    assert peak(held) == 2 * MIB


def test_the_memory_of_a_process_is_not_that_of_the_one_that_started_it() -> None:
    ballast = torch.ones(64 * MIB)  # 256 MiB
    code = "from allocated import process_peak; print(process_peak())"
    command = [sys.executable, "-c", code]
    told = subprocess.run(command, capture_output=True, check=True, cwd=run.RESULTS.parent)
    assert MIB < int(told.stdout) < 4 * len(ballast)


def test_outputs_are_compared() -> None:
    one = torch.tensor([1.0, -4.0])
    assert list(tensors({"a": one, "b": (None, one)})) == [one, one]
    assert difference((one, None), one + 0.5) == pytest.approx(0.5 / 3.5)
    assert checked(one, one) == 0
    with pytest.raises(ValueError, match=r"outputs differ by 1\.4e-01"):
        checked(one, one + 0.5)
    with pytest.raises(ValueError, match="differ by nan"):
        checked(one, one * float("nan"))


def test_work_of_two_layers_by_hand() -> None:
    net = archc.loads(
        "archc: 1\nname: two\ninput: [3, 8, 8]\nnodes:\n"
        "  conv: {op: conv, filters: 4, kernel: 3, padding: 1, act: relu}\n"
        "  pool: {op: max_pool, kernel: 2, stride: 2}\n"
    )
    image, result, pooled, weights = 3 * 64, 4 * 64, 4 * 16, 4 * 27 + 4
    counted = work(net.graph, batch=2)
    moved = 2 * (image + result + result + pooled) + weights
    assert counted == Work(2 * 2 * 27 * result, 4 * moved, 4 * 2 * (result + pooled))
    assert counted.seconds({"flops": 1e3, "bytes": 1e9}) == counted.flops / 1e3
    assert counted.seconds({"flops": 1e9, "bytes": 1e3}) == counted.bytes / 1e3


def test_both_chains_are_the_same_network() -> None:
    assert costs(chain_by_repeat(20)) == costs(chain_written_out(20))


def test_the_imports_of_a_command_are_found() -> None:
    modules = loaded(("archc", "ops", "conv"))
    assert {"archc.cli", "typer", "yaml"} <= set(modules)
    assert "torch" not in modules
    command = [sys.executable, "-c", f"import {', '.join(modules)}"]
    assert subprocess.run(command, check=False).returncode == 0


def test_processor_is_named() -> None:
    assert record.processor()
