"""Equal operators are one object, so shapes and costs are worked out once; messages know each place."""

from __future__ import annotations

import gc

import pytest

import archc
from archc.graph import remembered

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


def test_equal_lists_and_mappings_make_one_operator() -> None:
    init = "init: {weight: normal, std: 0.01}"
    conv = "{op: conv, filters: 8, kernel: [1, 3], padding: [0, 1]"
    assert operators(f"a: {conv}, {init}}}", f"b: {conv}, {init}}}") == 1
    assert operators(f"a: {conv}, {init}}}", f"b: {conv}, {init.replace('0.01', '0.02')}}}") == 2
    with pytest.raises(archc.SpecError, match="kernel must be"):
        net(f"a: {conv}}}", f"b: {conv.replace('[1, 3]', '[true, 3]')}}}")


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


def test_two_specs_share_what_is_equal() -> None:
    conv = "a: {op: conv, filters: 8, kernel: 3}"
    one, two = (net(conv, f"b: {other}").node("a") for other in ("relu", "tanh"))
    assert one is not two
    assert one.op is two.op
    assert one.facts is two.facts


def test_what_is_remembered_is_held_against_the_limits_of_each_spec() -> None:
    net("a: {op: conv, filters: 8, kernel: 3}")
    with archc.limits(elements=500), pytest.raises(archc.SpecError, match="the limit is 500"):
        net("a: {op: conv, filters: 8, kernel: 3}")


def test_no_more_is_remembered_than_fits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembered, "MOST", 3)
    monkeypatch.setattr(remembered, "made", {})
    nodes = net(*(f"c{i}: {{op: conv, filters: {i + 1}, kernel: 1}}" for i in range(10))).nodes
    assert [node.shape[0] for node in nodes] == [*range(1, 11)]
    assert len(remembered.made) <= 3
