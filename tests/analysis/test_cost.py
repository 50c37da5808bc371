"""Totals, and what of them only training pays."""

from __future__ import annotations

import archc
from archc.analysis.cost import Cost, total, totals


def test_totals_count_trained_numbers_buffers_and_macs() -> None:
    net = archc.loads(
        "archc: 1\nname: net\ninput: [3, 8, 8]\nnodes:\n"
        "  a: {op: conv, filters: 4, kernel: 3, padding: 1, norm: batch_norm}\n"
        "  b: {op: fc, units: 10}\n"
    )
    weights = 4 * 3 * 9 + 4 + 2 * 4 + 10 * 4 * 64 + 10
    macs = 4 * 3 * 9 * 64 + 10 * 4 * 64
    assert totals(net.graph).whole == Cost(weights, 8, macs)
    assert totals(net.graph).training_only == Cost(0, 0, 0)


def test_shared_weights_count_once_and_their_macs_each_time() -> None:
    net = archc.loads(
        "archc: 1\nname: net\ninput: [3, 8, 8]\nnodes:\n"
        "  a: {op: conv, filters: 3, kernel: 3, padding: 1}\n  b: {share: a}\n"
    )
    assert (net.params, net.macs) == (3 * 3 * 9 + 3, 2 * 3 * 3 * 9 * 64)
    assert total([net.node("b")]) == Cost(0, 0, 3 * 3 * 9 * 64)


def test_googlenets_heads_are_for_training_only() -> None:
    net = archc.load("googlenet")
    whole, heads = totals(net.graph)
    assert whole.params == 13_378_280
    assert whole.params - heads.params == 6_998_552  # Caffe's model without its auxiliary heads
    assert whole.macs - heads.macs == 1_582_671_872
