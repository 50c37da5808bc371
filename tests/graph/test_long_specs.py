"""A spec that writes out thousands of nodes costs little for each: a million take seconds, and no 4 GiB."""

from __future__ import annotations

import tracemalloc

import pytest
from effort import calls

import archc

NODES = 2_000
HEAD = "archc: 1\nname: long\ninput: [8, 16, 16]\nnodes:\n"
PLAIN = "{op: conv, filters: 64, kernel: 3, padding: 1}"
QUOTED = "{op: 'conv', filters: 64, kernel: 3, padding: 1}"  # which only YAML's parser reads


def spec(value: str) -> str:
    return HEAD + "".join(f"  link{i}: {value}\n" for i in range(NODES))


def costs(text: str) -> tuple[int, ...]:
    net = archc.loads(text)
    return net.params, net.macs, net.depth, net.peak_activation_bytes


@pytest.mark.parametrize(("value", "most"), [(PLAIN, 120), (QUOTED, 200)])
def test_calls_for_each_node(value: str, most: int) -> None:
    text = spec(value)
    costs(text)
    assert calls(lambda: costs(text)) / NODES < most


@pytest.mark.parametrize(("value", "most"), [(PLAIN, 2_000), (QUOTED, 6_500)])
def test_bytes_for_each_node(value: str, most: int) -> None:
    text = spec(value)
    costs(text)
    tracemalloc.start()
    try:
        costs(text)
        assert tracemalloc.get_traced_memory()[1] / NODES < most
    finally:
        tracemalloc.stop()
