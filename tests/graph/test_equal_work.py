"""Equal operators are one object, so shapes and costs are worked out once; messages know each place."""

from __future__ import annotations

import gc

import pytest

import archc

HEAD = "archc: 1\nname: net\ninput: [8, 16, 16]\nnodes:\n"


def net(*nodes: str) -> archc.Architecture:
    return archc.loads(HEAD + "".join(f"  {node}\n" for node in nodes))


def operators(*nodes: str) -> int:
    return len({id(node.op) for node in net(*nodes).nodes})


def test_equal_settings_make_one_operator() -> None:
    conv = "{op: conv, filters: 8, kernel: 3, padding: 1, norm: batch_norm, act: relu}"
    assert operators(*(f"c{i}: {conv}" for i in range(20))) == 3  # and a norm, and an activation


def test_computed_settings_are_compared_by_their_value() -> None:
    assert (
        operators(
            "a: {op: conv, filters: 8, kernel: 1}", "b: {op: conv, filters: $(4 * 2), kernel: 1}"
        )
        == 1
    )


@pytest.mark.parametrize(
    "other", ["kernel: [1, 1]", "kernel: 1, bias: false", "kernel: 1, groups: 2"]
)
def test_other_settings_make_another_operator(other: str) -> None:
    assert (
        operators("a: {op: conv, filters: 8, kernel: 1}", f"b: {{op: conv, filters: 8, {other}}}")
        == 2
    )


def test_a_number_is_no_truth_value() -> None:
    with pytest.raises(archc.SpecError, match="bias must be true or false, not 1"):
        net(
            "a: {op: conv, filters: 8, kernel: 1, bias: true}",
            "b: {op: conv, filters: 8, kernel: 1, bias: 1}",
        )


def test_every_place_is_warned_of() -> None:
    pool = "{op: max_pool, kernel: 3, stride: 2}"
    warnings = net(
        "a: {op: max_pool, kernel: 3, stride: 2}", "up: {op: upsample, size: 16}", f"b: {pool}"
    ).warnings
    assert [warning.at.line for warning in warnings if warning.at] == [5, 7]


def test_the_garbage_collector_goes_on_afterwards() -> None:
    net("a: relu").summary()
    assert gc.isenabled()
    with pytest.raises(archc.SpecError):
        net("a: {op: conv, filters: 8, kernel: 99}")
    assert gc.isenabled()
