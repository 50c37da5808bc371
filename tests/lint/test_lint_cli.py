"""The options of `archc check` about warnings."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from archc.cli import app

SPEC = """\
archc: 1
name: net
input: [3, 8, 8]
lint: {W021: off}
nodes:
  conv: {op: conv, filters: 4, kernel: 3, stride: 2, norm: batch_norm, act: relu}
  fc: {op: fc, units: 10, act: softmax}
variants:
  wide: {nodes: {conv: {filters: 8}}}
  right: {nodes: {conv: {bias: false}}}
"""


@pytest.fixture
def spec(tmp_path: Path) -> str:
    file = tmp_path / "net.yaml"
    file.write_text(SPEC, encoding="utf-8")
    return str(file)


def check(*options: str) -> Result:
    return CliRunner().invoke(app, ["check", *options])


def found(*options: str) -> list[tuple[str, str]]:
    """Code and severity of what is told."""
    (checked,) = json.loads(check(*options, "--format", "json").stdout)["specs"]
    return [(mistake["code"], mistake["severity"]) for mistake in checked["mistakes"]]


def test_what_variants_count_otherwise_is_told_once(spec: str) -> None:
    assert found(spec) == [("W001", "warning"), ("W020", "warning")]
    assert check(spec).exit_code == 0


@pytest.mark.parametrize(
    ("options", "codes"),
    [
        ("--off W001", ["W020"]),
        ("--off W001 --off W020", []),
        ("--on W021", ["W001", "W020", "W021"]),
        ("--off all", []),
        ("--off all --on W021", ["W021"]),
        ("--on all --off W001", ["W020", "W021"]),
        ("--off w001 --on w021 --off W020", ["W021"]),
        ("--off ALL", []),
    ],
)
def test_switches(spec: str, options: str, codes: list[str]) -> None:
    assert [code for code, _ in found(spec, *options.split())] == codes


def test_strict_warnings_are_errors(spec: str) -> None:
    assert found(spec, "--strict", "--off", "W001") == [("W020", "error")]
    assert check(spec, "--strict").exit_code == 1
    assert check(spec, "--strict", "--off", "all").exit_code == 0


def test_a_budget_is_compared_with_a_batch(spec: str) -> None:
    quiet = ["--off", "all", "--on", "W027", spec]
    assert found(*quiet, "--budget", "64MiB") == []
    for small in ("8KiB", "8kib", "8K", "0.008MB", "2^13"):
        assert found(*quiet, "--budget", small) == [("W027", "warning")], small
    assert found(*quiet, "--budget", "64MiB", "--batch", "100000") == [("W027", "warning")]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ("--off W20", "did you mean 'W020'?"),
        ("--on warnings", "there are W001"),
        ("--on W020 --off w020", "--off and --on both name W020"),
        ("--off all --on all", "--off and --on both name all"),
        ("--budget 8", "8GiB"),
        ("--budget 0GiB", "8GiB"),
        ("--budget 8s", "8GiB"),
        ("--budget 8GiB8", "8GiB"),
        ("--budget -8GiB", "8GiB"),
        ("--batch 8", "--budget"),
        ("--budget 8GiB --batch 0", "--batch"),
    ],
)
def test_what_cannot_be_read_is_told(spec: str, options: str, words: str) -> None:
    result = check(spec, *options.split())
    assert result.exit_code == 2
    assert words in result.stderr
