"""The peak over the batch, the largest batch that fits, and who holds what."""

from __future__ import annotations

import pytest

import archc
from archc.analysis.estimate import estimate
from archc.analysis.estimate.heap import Heap, Moment
from archc.graph.graph import Graph

HEAD = "archc: 1\nname: net\ninput: [2, 4, 4]\ndefaults: {conv: {kernel: 1}}\nnodes:\n"
MAP = 4 * 16  # bytes of one channel: 16 positions of float32


def graph(nodes: str) -> Graph:
    return archc.loads(HEAD + nodes).graph


@pytest.mark.parametrize("train", [True, False])
@pytest.mark.parametrize("name", ["alexnet", "vgg11", "resnet18", "googlenet", "unet"])
def test_the_largest_batch_fits_and_one_more_does_not(name: str, train: bool) -> None:
    net = archc.load(name).graph
    most = estimate(net, train=train).largest_batch(2**34)
    assert estimate(net, batch=most, train=train).peak <= 2**34
    assert estimate(net, batch=most + 1, train=train).peak > 2**34


def test_another_moment_is_the_peak_of_a_large_batch() -> None:
    net = archc.load("alexnet").graph
    few, many = (estimate(net, batch=n, train=True, optimizer="adam") for n in (1, 1000))
    assert (few.at.phase, many.at.phase) == ("step", "backward")
    assert few.moments == many.moments


def test_nothing_fits_where_the_weights_do_not() -> None:
    assert estimate(archc.load("vgg16").graph).largest_batch(2**20) == 0
    assert Moment(100, 10, "a").largest(99) == 0


def test_only_moments_that_some_batch_may_have_as_its_peak_are_kept() -> None:
    lines = [(9, 1, "a"), (1, 3, "b"), (4, 1, "c"), (9, 1, "d"), (4, 2, "below"), (99, 0, "e")]
    heap = Heap(moments=[Moment(*line) for line in lines])
    assert [moment.node for moment in heap.peaks()] == ["e", "b"]
    heap.moments.pop()
    assert [moment.node for moment in heap.peaks()] == ["a", "b"]


def test_a_relu_in_place_and_a_view_take_no_memory() -> None:
    found = estimate(graph("  a: {op: conv, filters: 8, act: relu}\n  b: flatten\n"))
    assert found.activations == 8 * MAP


def test_a_copy_of_what_is_overwritten_is_kept() -> None:
    nodes = "  a: {op: conv, filters: 8, act: silu}\n  b: {op: conv, filters: 3}\n"
    found = estimate(graph(nodes), train=True)
    assert found.activations == (8 + 8) * MAP  # silu's input, and its result: b's input
    frozen = estimate(graph(nodes + "freeze: [a]\n"), train=True)
    assert frozen.activations == 8 * MAP
    assert estimate(graph("  a: {op: conv, filters: 8, act: silu}\n")).activations == 8 * MAP


def test_what_two_operators_keep_counts_once() -> None:
    nodes = "  a: {op: conv, filters: 8, act: relu}\n  b: {op: conv, filters: 3}\n"
    assert estimate(graph(nodes), train=True).activations == 8 * MAP  # relu's result, b's input


def test_a_frozen_beginning_keeps_nothing() -> None:
    nodes = (
        "  a: {op: conv, filters: 8}\n  b: {op: conv, filters: 3}\n  c: {op: conv, filters: 4}\n"
    )
    found = estimate(graph(nodes + "freeze: [a]\n"), train=True)
    assert found.activations == (8 + 3) * MAP
    assert found.gradients == 4 * (8 * 3 + 3 + 3 * 4 + 4)
    assert found.weights == found.gradients + 4 * (2 * 8 + 8)


def test_numbers_of_two_bytes_take_half_but_for_indices() -> None:
    nodes = "  a: {op: conv, filters: 8}\n  b: {op: max_pool, kernel: 2}\n"
    one, half = (
        estimate(graph(nodes), train=True, dtype=dtype) for dtype in ("float32", "bfloat16")
    )
    indices = 8 * 8 * 4  # bytes: 8 for each of 8 maps of 2 × 2
    assert one.activations == 8 * MAP + indices
    assert half.activations == 4 * MAP + indices
    assert (one.weights, one.state) == (2 * half.weights, 2 * half.state)


def test_a_batch_has_samples() -> None:
    with pytest.raises(ValueError, match="at least 1 sample, not 0"):
        estimate(archc.load("lenet5").graph, batch=0)
