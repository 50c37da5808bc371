"""What no wrong spec can show: warnings, bounds, and that one mistake does not cause others."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from effort import calls
from network import network, told

from archc.errors import SpecError
from archc.report import render

ROOT = Path(__file__).parents[2]
REPORTS = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests/wrong").glob("*.txt"))
CODES = sorted(
    {
        code
        for folder in ("graph", "ops")
        for path in (ROOT / "archc" / folder).glob("*.py")
        for code in re.findall(r'"(A0[4-6]\d)"', path.read_text(encoding="utf-8"))
    }
)


@pytest.mark.parametrize("code", CODES)
def test_every_code_of_expansion_has_a_wrong_spec(code: str) -> None:
    assert f"error[{code}]" in REPORTS


def test_a_stride_that_does_not_divide_is_a_warning() -> None:
    net = network("conv1: {op: conv, filters: 4, kernel: 3, stride: 2}")
    (warning,) = net.warnings
    assert render(warning) == (
        "warning[W001]: stride 2 does not divide (8 + 2·0 − 3) = 5: "
        "the last row and column are not read\n"
        "  ──▶ <text>:6:10\n"
        "   6 │   conv1: {op: conv, filters: 4, kernel: 3, stride: 2}\n"
        "     │          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^\n"
        "help: with an input of 9 × 9 nothing is left unread"
    )


def test_a_warning_within_a_block_is_told_once() -> None:
    net = network(
        "a: unit\nb: {op: unit, from: input}\nc: {op: add, from: [a, b]}",
        "blocks: {unit: {nodes: {conv1: {op: conv, filters: 4, kernel: 3, stride: 2}}}}",
    )
    (warning,) = net.warnings
    assert warning.notes == ("the same holds in b (<text>:7:6); told once",)


# One mistake, one message


def test_a_failed_node_is_not_said_to_feed_nothing() -> None:
    assert told("a: {op: conv, filters: 4, kernel: 9}\nb: relu") == [
        "a kernel of 9 does not fit into the input of 8"
    ]


def test_a_node_whose_reader_failed_is_not_said_to_feed_nothing() -> None:
    assert told("a: relu\nb: tanh\nc: {op: add, from: [a, b], when: $(1 / 0)}") == [
        "division by zero"
    ]


def test_a_node_whose_reader_misspells_it_is_not_said_to_feed_nothing() -> None:
    assert told("a: relu\nbranch: {op: tanh, from: input}\nc: {op: add, from: [a, brunch]}") == [
        "there is no node 'brunch' above"
    ]


def test_a_repeated_node_that_fails_half_way_is_told_once() -> None:
    nodes = "a: {op: conv, filters: 4, kernel: 4, repeat: 3}\nb: relu"
    assert told(nodes) == ["a kernel of 4 does not fit into the input of 2"]


def test_outputs_that_failed_are_not_said_to_be_missing() -> None:
    outputs = "outputs: {main: a, aux: {from: b, training_only: true}}"
    assert told("a: {op: conv, filters: 0, kernel: 1}\nb: {op: relu, from: input}", outputs) == [
        "filters must be a whole number of at least 1, not 0"
    ]


def test_expressions_on_a_failed_node_say_nothing() -> None:
    nodes = "a: {op: blah}\nb: {op: conv, filters: $a.channels, kernel: 1, from: input}"
    assert told(nodes) == ["there is no operator or block 'blah'"]


def test_a_failed_block_says_nothing_of_its_other_calls_but_a_note() -> None:
    rest = "blocks: {unit: {nodes: {a: {op: conv, filters: 4, kernel: 9}}}}"
    with pytest.raises(SpecError) as caught:
        network("a: unit\nb: {op: unit, from: input}\nc: {op: add, from: [a, b]}", rest)
    (mistake,) = caught.value.mistakes
    assert mistake.notes == ("the same block fails in b (<text>:7:6) as well; told once",)


def test_what_follows_a_remedy_is_taken_for_granted() -> None:
    nodes = """
    a: {op: conv, filters: 4, kernel: 3}
    sum: {op: concat, from: [a, input]}
    b: {op: conv, filters: 4, kernel: 8}
    c: {op: add, from: [b, input]}
    """
    assert told(nodes) == ["concat cannot join 4 × 6 × 6 (input 1) and 3 × 8 × 8 (input 2)"]


# Several independent mistakes


def test_an_unknown_operator_is_told_though_the_node_above_failed() -> None:
    assert told(
        "a: {op: conv, filters: 4, kernel: 9}\nb: relu\nc: rellu\nd: {op: fc, unit: 1}"
    ) == [
        "a kernel of 9 does not fit into the input of 8",
        "there is no operator or block 'rellu'",
        "fc has no setting 'unit'",
    ]


def test_forgotten_ends_are_told_though_the_output_failed() -> None:
    nodes = (
        "a: relu\nb: {op: tanh, from: input}\nc: {op: relu, from: input}\nd: {op: rellu, from: b}"
    )
    assert told(nodes) == [
        "there is no operator or block 'rellu'",
        "'a' feeds nothing and is no output",
        "'c' feeds nothing and is no output",
    ]


# Remedies


def test_no_remedy_is_offered_where_an_expression_gives_the_setting() -> None:
    with pytest.raises(SpecError) as caught:
        network(
            "a: {op: conv, filters: 3, kernel: $k, padding: $p, stride: $s}\nb: {op: add, from: [a, input]}",
            "args: {k: 3, p: 0, s: 1}",
        )
    assert "tried" not in caught.value.mistakes[0].help


def test_a_remedy_counts_for_every_instance_of_a_repeated_node() -> None:
    with pytest.raises(SpecError) as caught:
        network("a: {op: conv, filters: 3, kernel: 3, repeat: 2}\nb: {op: add, from: [a, input]}")
    assert caught.value.mistakes[0].help.startswith("let a keep 8 × 8")


# Bounds


def test_looking_for_remedies_is_bounded() -> None:
    wide = ", ".join(f"a{i}" for i in range(300))
    nodes = "".join(
        f"a{i}: {{op: conv, filters: 3, kernel: 3, repeat: 30, padding: 1}}\n" for i in range(300)
    )
    nodes += f"sum: {{op: concat, from: [{wide}]}}\nb: {{op: add, from: [sum, input, a0]}}\n"
    nodes += "c: {op: max_pool, kernel: 2, from: a0}\nd: {op: add, from: [c, a0]}\n"
    assert calls(lambda: told(nodes)) < 5_000_000  # three times what was needed
