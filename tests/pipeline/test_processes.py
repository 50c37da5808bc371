"""Stages, DDP and FSDP2 on several processes: outputs and gradients are those of one process."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

WORKER = Path(__file__).parent / "worker.py"
ON_TWO = (
    "lenet5, GPipe",
    "lenet5, 1F1B",
    "resnet20, training",
    "tower, cut inside blocks",
    "several inputs and outputs",
    "heads, training",
    "heads, evaluation",
    "shared weights",
    "train.py, steps",
    "train.py, check",
    "DDP",
    "FSDP2",
    "FSDP2, blocks in blocks",
)
WRONG = "train.py, check of a wrong stage"
ON_FOUR = ("tower, cut inside blocks", "resnet20, evaluation")
Found = Mapping[str, Mapping[str, float]]


def differences(cases: Mapping[str, tuple[str, ...]], folder: Path) -> Found:
    """What each case comes to, by the number of processes."""
    command = [sys.executable, str(WORKER), str(folder), json.dumps(cases)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stderr
    found: Found = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Found:
    return differences({"2": (*ON_TWO, WRONG), "4": ON_FOUR}, tmp_path_factory.mktemp("processes"))


@pytest.mark.parametrize("case", ON_TWO)
def test_two_processes_compute_what_one_does(case: str, found: Found) -> None:
    assert found["2"][case] < 1e-10


@pytest.mark.parametrize("case", ON_FOUR)
def test_four_processes_compute_what_one_does(case: str, found: Found) -> None:
    assert found["4"][case] < 1e-10


def test_the_check_finds_a_stage_that_computes_something_else(found: Found) -> None:
    assert found["2"][WRONG] > 1e-7


@pytest.mark.slow
@pytest.mark.parametrize("world", ["2", "4"])
def test_resnet50_computes_on_several_processes_what_it_does_on_one(
    world: str, tmp_path: Path
) -> None:
    assert differences({world: ("resnet50",)}, tmp_path)[world]["resnet50"] < 1e-10
