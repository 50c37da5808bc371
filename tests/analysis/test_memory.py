"""Activation memory: what is materialised, and what is live at once."""

from __future__ import annotations

import archc
from archc.analysis.memory import (
    Peak,
    activation_bytes,
    activation_bytes_in_training,
    peak_activation_bytes,
)
from archc.graph.graph import Graph

HEAD = "archc: 1\nname: net\ninput: [2, 4, 4]\ndefaults: {conv: {kernel: 1}}\nnodes:\n"
MAP = 4 * 16  # bytes of one channel: 16 positions of float32


def graph(nodes: str, rest: str = "") -> Graph:
    return archc.loads(HEAD + nodes + rest).graph


def test_every_result_counts_but_views_and_the_input() -> None:
    net = graph("  a: {op: conv, filters: 3, act: relu}\n  b: dropout\n  c: flatten\n")
    assert activation_bytes(net) == (3 + 3) * MAP


def test_a_chain_holds_two_values_at_a_time() -> None:
    chain = (
        "  a: {op: conv, filters: 3}\n  b: {op: conv, filters: 5}\n  c: {op: conv, filters: 1}\n"
    )
    assert peak_activation_bytes(graph(chain)) == Peak((3 + 5) * MAP, "b")


def test_a_skip_keeps_its_value_alive() -> None:
    skip = (
        "  a: {op: conv, filters: 3}\n  b: {op: conv, filters: 4}\n"
        "  c: {op: conv, filters: 3}\n  out: {op: add, from: [c, a]}\n"
    )
    assert peak_activation_bytes(graph(skip)) == Peak((3 + 4 + 3) * MAP, "c")


def test_a_view_keeps_its_producer_alive_and_takes_no_memory() -> None:
    view = (
        "  a: {op: conv, filters: 3}\n  part: {op: slice, channels: [0, 1]}\n"
        "  b: {op: conv, filters: 8, from: a}\n  c: {op: conv, filters: 1, from: b}\n"
        "  out: {op: add, from: [c, part]}\n"
    )
    assert peak_activation_bytes(graph(view)) == Peak((3 + 8 + 1) * MAP, "c")


def test_the_input_counts_while_it_is_read() -> None:
    late = (
        "  a: {op: conv, filters: 3}\n  b: {op: conv, filters: 2}\n"
        "  out: {op: add, from: [b, input]}\n"
    )
    assert peak_activation_bytes(graph(late)) == Peak((2 + 3 + 2) * MAP, "b")


def test_outputs_stay_until_the_end() -> None:
    two = "  a: {op: conv, filters: 3}\n  b: {op: conv, filters: 4}\n  c: {op: conv, filters: 5}\n"
    assert peak_activation_bytes(graph(two, "outputs: [c, a]\n")) == Peak((3 + 4 + 5) * MAP, "c")


def test_training_only_heads_count_in_a_training_pass_alone() -> None:
    heads = (
        "  a: {op: conv, filters: 3}\n  out: {op: conv, filters: 1}\n"
        "  aux: {op: conv, filters: 50, from: a}\n"
    )
    net = graph(heads, "outputs:\n  main: out\n  aux: {from: aux, training_only: true}\n")
    assert activation_bytes(net) == (3 + 1) * MAP
    assert activation_bytes_in_training(net) == (3 + 1 + 50) * MAP
    assert peak_activation_bytes(net) == Peak((2 + 3) * MAP, "a")
