"""What ``check`` accepts builds and runs as promised; what it refuses, it refuses for a true reason.

The long run is ``make test-long``, or ``python tests/soundness/run.py --specs 20000 --seed 0``.
"""

from __future__ import annotations

import pytest
from changes import CHANGES
from located import Refused
from mutants import mutant
from soundness import run
from truths import TRUTHS
from watch import watched

from archc.architecture import Architecture
from archc.errors import SpecError

QUICK, LONG = range(150), range(150, 20_150)
COMMON = {"A037", "A041", "A042", "A043", "A045", "A055", "A060", "A064"}  # in any 1,000 specs


def test_random_specs_are_sound() -> None:
    counts = run(QUICK)
    assert counts["accepted"] > 60
    assert counts["refused"] > 30


@pytest.mark.slow
def test_many_random_specs_are_sound() -> None:
    counts = run(LONG)
    assert {*counts} >= COMMON
    assert counts["accepted"] > 0.4 * len(LONG)
    assert counts["refused"] > 0.2 * len(LONG)


def test_every_change_is_made() -> None:
    made = {name for seed in range(300) for name, _ in mutant(seed).changes}
    assert made == {change.__name__ for change in CHANGES}


NET = "archc: 1\nname: net\ninput: [3, 8, 8]\nnodes:\n"
WRONG = {
    "A040": "  a: {op: conf, filters: 4, kernel: 3}\n",
    "A041": "  a: {op: relu, from: b}\n",
    "A042": "  c: relu\n  a: {op: add, from: [c, b]}\n  b: relu\n",
    "A043": "  a: relu\n  b: {op: tanh, from: input}\n",
    "A045": "  a: {op: add, from: [input]}\n",
    "A047": "  a: {op: relu, repeat: $(1 - 3)}\n",
    "A050": "  a: {op: relu, when: $(1 + 2)}\n",
    "A053": "  a: {op: conv, filters: 4, kernel: 3, act: conv}\n",
    "A055": "  a: {op: conv, filters: $(1 // 0), kernel: 3}\n",
    "A060": "  a: {op: conv, filters: 4, kernel: 0}\n",
    "A061": "  a: {op: max_pool, kernel: 9}\n",
    "A062": "  a: {op: relu}\n  b: {op: max_pool, kernel: 2, from: input}\n  c: {op: add, from: [a, b]}\n",
    "A063": "  a: {op: conv, filters: 4, kernel: 3, groups: 2}\n",
    "A064": "  a: {op: fc, units: 4}\n  b: {op: conv, filters: 4, kernel: 3}\n",
    "A065": "  a: {op: crop, size: 9}\n",
    "A066": "  a: {op: reshape, shape: [5, 5]}\n",
}
MENDED = {
    "A040": ("conf", "conv"), "A041": ("from: b}", "from: input}\n  b: relu"),
    "A042": (WRONG["A042"], "  b: relu\n  a: {op: add, from: [b, b]}\n  c: relu\n"),
    "A043": ("from: input", "from: a"), "A045": ("[input]", "[input, input]"),
    "A047": ("$(1 - 3)", "$(3 - 1)"), "A050": ("$(1 + 2)", "$(1 < 2)"), "A053": ("act: conv", "act: relu"),
    "A055": ("1 // 0", "4 // 1"), "A060": ("kernel: 0", "kernel: 3"), "A061": ("kernel: 9", "kernel: 2"),
    "A062": ("kernel: 2", "kernel: 1"), "A063": ("groups: 2", "groups: 1"),
    "A064": ("op: fc, units: 4", "op: relu"),
    "A065": ("size: 9", "size: 2"), "A066": ("[5, 5]", "[24, 8]"),
}  # fmt: skip


def refused(text: str) -> Refused:
    with watched() as seen, pytest.raises(SpecError) as caught:
        Architecture.loads(text)
    return Refused(text, caught.value.mistakes[0], seen)


@pytest.mark.parametrize("code", WRONG)
def test_a_true_reason_holds(code: str) -> None:
    case = refused(NET + WRONG[code])
    assert case.mistake.code == code
    TRUTHS[code](case)


@pytest.mark.parametrize("code", WRONG)
def test_an_untrue_reason_is_seen(code: str) -> None:
    """The same mistake, told of the mended spec."""
    case = refused(NET + WRONG[code])
    text = NET + WRONG[code].replace(*MENDED[code])
    right = {node.op.name: node for node in Architecture.loads(text).nodes}
    case.seen.refusals[:] = [
        one._replace(op=right[one.op.name].op, shapes=right[one.op.name].input_shapes)
        for one in case.seen.refusals
        if one.op.name in right
    ]
    told = Refused(text, case.mistake, case.seen)
    assert told.path
    with pytest.raises(AssertionError):
        TRUTHS[code](told)
