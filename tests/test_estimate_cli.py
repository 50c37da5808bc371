"""``archc estimate``: its table, its other formats, its refusals.

The outputs in tests/estimate are held to every sign; ``UPDATE_GOLDEN=1`` writes them anew.
"""

from __future__ import annotations

import csv
import json
import os
from io import StringIO
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import archc
from archc.analysis.estimate import estimate
from archc.cli import app

GOLDEN = Path(__file__).parent / "estimate"
ENDINGS = {"table": "txt", "markdown": "md", "csv": "csv", "json": "json"}


def run(*arguments: str, stdin: str = "") -> Result:
    return CliRunner().invoke(app, ["estimate", *arguments], input=stdin, prog_name="archc")


@pytest.mark.parametrize("format", ENDINGS)
def test_every_format_to_the_letter(format: str) -> None:
    result = run("googlenet", "-b", "32", "--train", "--optimizer", "adam", "--format", format)
    assert (result.exit_code, result.stderr) == (0, "")
    path = GOLDEN / f"googlenet.{ENDINGS[format]}"
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(result.stdout, encoding="utf-8")
    assert result.stdout == path.read_text(encoding="utf-8"), "UPDATE_GOLDEN=1 writes it anew"
    assert max(map(len, result.stdout.splitlines())) <= 80 or format == "csv"


def test_programs_read_what_the_function_finds() -> None:
    found = estimate(archc.load("resnet18").graph, batch=7, dtype="bfloat16")
    options = ("resnet18", "-b", "7", "--dtype", "bfloat16", "-m", "1GiB", "-m", "2GiB")
    read = json.loads(run(*options, "-f", "json").stdout)
    assert (read["weights"], read["peak"]) == (found.weights, found.peak)
    assert read["largest_batch"] == [
        {"memory": size, "batch": found.largest_batch(size)} for size in (2**30, 2**31)
    ]
    (row,) = csv.DictReader(StringIO(run(*options, "-f", "csv").stdout))
    assert int(row["activations"]) == found.activations
    assert int(row[f"largest_batch_in_{2**30}"]) == found.largest_batch(2**30)


def test_a_batch_that_does_not_fit_is_told() -> None:
    result = run("vgg16", "--train", "-b", "512", "--memory", "8GiB")
    found = estimate(archc.load("vgg16").graph, batch=512, train=True)
    assert result.exit_code == 0
    assert f"largest batch in 8 GiB: {found.largest_batch(2**33)}; 512 need 36.6" in result.stdout


def test_of_several_memories_some_may_be_too_small() -> None:
    lines = run("vgg16", "-m", "128MiB", "-m", "8GiB").stdout.splitlines()
    assert "memory         128.00 MiB  8 GiB" in lines
    assert any(line.startswith("largest batch        none  ") for line in lines)


def test_inputs_and_args_change_what_is_needed() -> None:
    small = json.loads(run("resnet18", "--input", "3x64x64", "-f", "json").stdout)
    large = json.loads(run("resnet18", "-f", "json").stdout)
    assert small["inputs"] == 4 * 3 * 64 * 64
    assert small["peak"] < large["peak"]


def test_several_inputs_are_counted_together() -> None:
    text = (
        "archc: 1\nname: net\ninput: {left: [4], right: [4]}\n"
        "nodes:\n  sum: {op: add, from: [left, right]}\n"
    )
    result = run("-", "-b", "3", stdin=text)
    assert "inputs       0.09 KiB  3 samples\n" in result.stdout


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--batch", "0"], "greater than or equal to 1"),
        (["--dtype", "int8"], "'int8' is not one of"),
        (["--train", "--optimizer", "lion"], "'lion' is not one of"),
        (["--optimizer", "adam"], "which --train asks for"),
        (["--memory", "8"], "'8' is no size of memory; write one like 8GiB or 512MiB"),
    ],
)
def test_wrong_usage_is_said(options: list[str], words: str) -> None:
    result = run("lenet5", *options)
    assert (result.exit_code, result.stdout) == (2, "")
    assert words in " ".join(result.stderr.replace("│", " ").split())


def test_a_memory_too_small_for_one_sample_is_one_clear_error() -> None:
    result = run("alexnet", "--memory", "100MiB", "--dtype", "bfloat16")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        "error[A086]: inference with a batch of 1 needs 118.79 MiB, and there are 100.00 MiB\n\n"
        "     most is held while lrn1 runs\n"
        "     weights alone take 116.28 MiB\n\n"
        "help: a smaller input or network\n"
    )


def test_the_remedy_suffices() -> None:
    assert "bfloat16" in run("resnet50", "--memory", "60MiB").stderr
    assert "bfloat16" not in run("resnet50", "--memory", "1MiB").stderr
