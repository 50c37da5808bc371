"""Time by block, by a clock that the layers move: each by what is written in it."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

import archc
from archc.measure.blocks import BlockTimes, block_flops, block_names, block_times
from archc.measure.contenders import noise, pass_through
from archc.measure.work import forward_flops

NET = """\
archc: 1
name: net
input: [3, 8, 8]
nodes:
  conv1: {op: conv, filters: 4, kernel: 3, norm: batch_norm, act: relu}
  pool: {op: max_pool, kernel: 2}
  body: {op: unit, repeat: 2}
  fc: {op: fc, units: 2}
blocks:
  unit:
    nodes:
      conv: {op: conv, filters: 4, kernel: 3, padding: 1, norm: batch_norm, act: relu}
"""


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Slow(nn.Module):
    """A layer that takes so many seconds."""

    def __init__(self, clock: Clock, seconds: float, weights: bool = True) -> None:
        super().__init__()
        self.clock, self.seconds = clock, seconds
        self.weight = nn.Parameter(torch.ones(1)) if weights else None

    def forward(self, x: Tensor) -> Tensor:
        self.clock.now += self.seconds
        return x


class Network(nn.Module):
    """Layers, a list whose members it calls, and work of its own: 1 s before all, 2 s after `a`."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self.clock = clock
        self.a = Slow(clock, 3.0)
        self.parts = nn.ModuleList([Slow(clock, 4.0), Slow(clock, 5.0)])
        self.never = Slow(clock, 100.0)

    def forward(self, x: Tensor) -> Tensor:
        self.clock.now += 1.0
        x = self.a(x)
        self.clock.now += 2.0
        for part in self.parts:
            x = part(x)
        x = self.a(x)
        return x


def measured(module: nn.Module, clock: Clock, rounds: int = 2) -> BlockTimes:
    def ceiling() -> None:
        clock.now += 0.5

    return block_times(module, lambda: module(torch.ones(1)), ceiling, rounds, clock=clock)


def test_times_add_up_to_the_whole() -> None:
    """`a` runs twice; what lies before it and between it and the next counts with it."""
    clock = Clock()
    found = measured(Network(clock), clock)
    runs = {block.name: block.timing.runs for block in found.blocks}
    assert runs == {"a": (9.0, 9.0), "parts.0": (4.0, 4.0), "parts.1": (5.0, 5.0)}
    assert found.ceiling.runs == (0.5, 0.5)
    assert [block.flops for block in found.blocks] == [None] * 3


def test_short_passes_are_averaged() -> None:
    clock = Clock()
    module = nn.Sequential(Slow(clock, 0.002), Slow(clock, 0.001))
    runs = {one.name: one.timing.runs for one in measured(module, clock, 3).blocks}
    assert runs == {"0": pytest.approx((0.002,) * 3), "1": pytest.approx((0.001,) * 3)}


def test_a_module_without_parts_is_one_block() -> None:
    clock = Clock()
    (block,) = measured(Slow(clock, 2.0), clock).blocks
    assert (block.name, block.timing.runs) == ("(network)", (2.0, 2.0))


def test_an_only_child_with_weights_is_opened() -> None:
    clock = Clock()
    body = nn.Sequential(Slow(clock, 1.0), Slow(clock, 2.0))
    module = nn.Sequential()
    module.add_module("drop", Slow(clock, 1.0, weights=False))
    module.add_module("body", body)
    assert list(block_names(module)) == ["drop", "body.0", "body.1"]


def test_names_are_those_of_the_spec() -> None:
    """A norm counts with the layer that it is written beside."""
    net = archc.loads(NET)
    names = block_names(net.build(), net.graph)
    assert names == {
        "conv1": "conv1",
        "conv1_norm": "conv1",
        "pool": "pool",
        "body": "body",
        "fc": "fc",
    }
    flops = block_flops(net.graph, set(names.values()))
    assert flops == {
        "conv1": 2 * 3 * 9 * 4 * 36,
        "pool": 0,
        "body": 2 * 2 * 4 * 9 * 4 * 9,
        "fc": 2 * 36 * 2,
    }
    assert sum(flops.values()) == forward_flops(net.graph)


def test_a_built_network_has_all_its_blocks() -> None:
    net = archc.loads(NET)
    module = net.build()
    task = pass_through(module, noise([(3, 8, 8)], 2, "cpu", "float32"), "forward")
    found = block_times(module, task, lambda: None, 2, graph=net.graph)
    assert [block.name for block in found.blocks] == ["conv1", "pool", "body", "fc"]
    assert all(len(block.timing.runs) == 2 for block in found.blocks)
    assert not any(child._forward_pre_hooks for child in module.modules()), "hooks are taken away"


@pytest.mark.parametrize("name", ["googlenet", "resnet50", "unet", "densenet121", "fcn8s"])
def test_every_mac_belongs_to_a_block(name: str) -> None:
    net = archc.load(name)
    with torch.device("meta"):
        names = block_names(net.build(weights=False), net.graph)
    assert sum(block_flops(net.graph, set(names.values())).values()) == forward_flops(net.graph)
