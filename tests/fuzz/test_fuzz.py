"""Hostile text is refused with a report, or accepted: never a traceback, a hang or much memory.

``make fuzz`` is the long run; an input that it finds is kept in ``found/`` and tried here for good.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from corpus import FOUND, furnish
from fuzz_cases import KINDS, case
from minimise import minimised
from survive import SERVICE, Broken, signature, survive

import archc
from archc.architecture import Architecture
from archc.errors import Mistake, Source, Span, SpecError

SEEDS = range(7_000_000, 7_000_600)
PATIENCE = 20  # seconds for a step: a hang is seen on any machine, and a slow machine is none
STEPS = 24  # seeds that together take every step which follows for an accepted spec


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    furnish(tmp_path)
    return tmp_path


@pytest.mark.parametrize("path", sorted(FOUND.glob("*.yaml")), ids=lambda path: path.stem)
def test_what_was_found_once_is_survived(path: Path, folder: Path) -> None:
    with archc.limits(**SERVICE):
        outcome = survive(path.read_bytes(), folder, patience=PATIENCE)
        if outcome.accepted:
            for seed in range(1, STEPS):
                survive(path.read_bytes(), folder, seed, PATIENCE)


def test_random_input_is_survived() -> None:
    """In a process of its own, whose memory is limited."""
    run = [sys.executable, str(Path(__file__).with_name("run.py")), "--no-keep"]
    run += ["--seconds", str(PATIENCE)]
    numbers = ["--seed", str(SEEDS.start), "--inputs", str(len(SEEDS))]
    done = subprocess.run([*run, *numbers], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-3000:]
    assert f"{len(SEEDS):,} inputs" in done.stdout


def test_a_number_is_always_the_same_input() -> None:
    cases = [case(seed) for seed in range(600)]
    assert cases == [case(seed) for seed in range(600)]
    assert {one.kind for one in cases} >= {*KINDS} - {"swollen", "bundled"}


def raising(error: Exception) -> object:
    def load(*_: object, **__: object) -> None:
        raise error

    return load


def forever(*_: object, **__: object) -> None:
    while True:
        pass


TEXT = Source("net.yaml", "archc: 1\n")


@pytest.mark.parametrize(
    ("load", "words"),
    [
        (raising(KeyError("x")), "KeyError: check"),
        (raising(SpecError()), "a SpecError without a mistake"),
        (raising(SpecError([Mistake("A001", "beyond", Span(TEXT, 3, 1, 2))])), "a span outside"),
        (raising(SpecError([Mistake("A001", "beyond", Span(TEXT, 1, 11, 12))])), "a span outside"),
        (raising(SpecError([Mistake("A001", "x" * 500_000)])), "a report of 500,"),
        (forever, "hang: check"),
    ],
)
def test_what_would_be_broken_is_seen(
    load: object, words: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Architecture, "loads", load)
    with pytest.raises(Broken, match=words):
        survive(b"archc: 1\n", folder, seed=1, patience=0.1)


def test_a_found_input_is_made_small(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def load(text: str, **_: object) -> None:
        if "name: b" in text:
            raise KeyError("b")
        raise SpecError([Mistake("A001", "no")])

    monkeypatch.setattr(Architecture, "loads", load)
    data = b"archc: 1\nname: base\ninput: [3]\nnodes: {n: relu}\n"
    with pytest.raises(Broken) as caught:
        survive(data, folder, seed=1)
    assert minimised(data, signature(caught.value), 1) == b"name: b"
