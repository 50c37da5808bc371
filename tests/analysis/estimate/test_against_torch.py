"""Estimates against what torch holds. The tolerance is 10 %; most are far closer."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
import torch
from held import kept, peak, size, state, step
from torch import Tensor, nn, optim

import archc
from archc.analysis.estimate import DType, Optimizer, estimate
from archc.architecture import Architecture

CLOSE = partial(pytest.approx, rel=0.1)
EXACT = partial(pytest.approx, rel=0.005)
NETWORKS = {
    "alexnet": 2, "googlenet": 1, "resnet50": 1, "densenet121": 1, "efficientnet_b0": 1,
}  # fmt: skip  # each with a batch
OPTIMIZERS: dict[Optimizer, Callable[..., optim.Optimizer]] = {
    "sgd": partial(optim.SGD, lr=1e-3, foreach=True),
    "momentum": partial(optim.SGD, lr=1e-3, momentum=0.9, foreach=True),
    "adam": partial(optim.Adam, foreach=True),
    "adamw": partial(optim.AdamW, foreach=True),
}


def made(
    net: Architecture, batch: int, dtype: torch.dtype = torch.float32
) -> tuple[nn.Module, Tensor]:
    (given,) = net.inputs.values()
    return net.build(weights=False).to(dtype), torch.randn(batch, *given.shape, dtype=dtype)


@pytest.mark.parametrize("name", NETWORKS)
def test_a_forward_pass_and_a_step_of_known_networks(name: str) -> None:
    net, batch = archc.load(name), NETWORKS[name]
    module, images = made(net, batch)
    held = size([*module.parameters(), *module.buffers(), images])

    found = estimate(net.graph, batch=batch, train=True, optimizer="sgd")
    assert found.weights + found.buffers + found.inputs == EXACT(held)
    assert found.activations + found.inputs == EXACT(kept(module, images))
    optimizer = OPTIMIZERS["sgd"](module.parameters())
    assert found.peak == CLOSE(held + peak(step(module, optimizer, images)))
    assert found.gradients == size(p.grad for p in module.parameters() if p.grad is not None)

    optimizer.zero_grad()
    with torch.no_grad():
        most = peak(partial(module.eval(), images))
    assert estimate(net.graph, batch=batch).peak == CLOSE(held + most)


def test_large_weights_make_the_optimisers_step_the_peak() -> None:
    text = "archc: 1\nname: wide\ninput: [256]\nnodes: {a: {op: fc, units: 4096}, b: {op: fc, units: 64}}\n"
    net = archc.loads(text)
    module, images = made(net, 2)
    optimizer = OPTIMIZERS["adam"](module.parameters())
    run = step(module, optimizer, images)
    run()
    optimizer.zero_grad()
    held = size([*module.parameters(), images, *state(optimizer)])
    found = estimate(net.graph, batch=2, train=True, optimizer="adam")
    assert found.at.phase == "step"
    assert found.peak == EXACT(held + peak(run))


HEAD = "archc: 1\nname: net\ninput: [96]\n"  # of layers for which no library takes a workspace
SPECS = {
    "frozen": """\
freeze: [a, b]
nodes:
  a: {op: fc, units: 64, act: relu}
  b: {op: fc, units: 64, act: relu}
  c: {op: fc, units: 64, act: relu}
  d: {op: fc, units: 9}
""",
    "shared": """\
nodes:
  a: {op: fc, units: 96, act: tanh}
  b: {share: a}
  c: {share: a}
  sum: {op: add, from: [a, b, c]}
  d: {op: fc, units: 9}
""",
    "gates": """\
nodes:
  a: {op: fc, units: 64, norm: batch_norm, act: silu}
  low: {op: slice, channels: [0, 32]}
  high: {op: slice, channels: [32, 64], from: a, act: sigmoid}
  gate: {op: mul, from: [low, high]}
  drop: {op: dropout, rate: 0.2}
  path: {op: drop_path, rate: 0.2}
  joined: {op: concat, from: [path, a]}
  norm: {op: layer_norm, act: gelu}
  out: {op: fc, units: 4}
""",
    "overwritten": """\
nodes:
  a: {op: fc, units: 64, act: silu}
  b: {op: fc, units: 64, norm: batch_norm, act: hard_swish}
  c: {op: fc, units: 64, act: relu6}
  d: {op: fc, units: 64, act: leaky_relu}
  sum: {op: add, from: [d, c], act: mish}
  e: {op: fc, units: 64, act: hard_sigmoid}
  out: {op: fc, units: 4}
""",
    "branches": """\
nodes:
  a: {op: fc, units: 64, act: elu}
  b: tanh
  c: {op: sigmoid, from: a}
  sum: {op: add, from: [b, c]}
  out: {op: fc, units: 4}
""",
    "dense": """\
blocks:
  layer:
    inputs: [x]
    nodes:
      grown: {op: fc, units: 32, norm: batch_norm, act: relu}
      out: {op: concat, from: [x, grown]}
nodes:
  layers: {op: layer, repeat: 5}
  fc: {op: fc, units: 4}
""",
    "residual": """\
blocks:
  unit:
    inputs: [x]
    nodes:
      one: {op: fc, units: 96, norm: batch_norm, act: relu}
      two: {op: fc, units: 96, norm: batch_norm}
      sum: {op: add, from: [two, x], act: relu}
nodes:
  units: {op: unit, repeat: 3}
  fc: {op: fc, units: 4}
""",
    "heads": """\
nodes:
  a: {op: fc, units: 64, act: relu}
  b: {op: fc, units: 64, act: relu}
  head: {op: fc, units: 512, act: relu, from: a}
  aux: {op: fc, units: 4}
  out: {op: fc, units: 4, from: b}
outputs: {main: out, aux: {from: aux, training_only: true}}
""",
}


@pytest.mark.parametrize("train", [True, False], ids=["training", "inference"])
@pytest.mark.parametrize("name", SPECS)
def test_small_networks_almost_to_the_byte(name: str, train: bool) -> None:
    net = archc.loads(HEAD + SPECS[name])
    module, rows = made(net, 4096)
    optimizer = OPTIMIZERS["sgd"](p for p in module.parameters() if p.requires_grad)
    held = size([*module.parameters(), *module.buffers(), rows])
    found = estimate(net.graph, batch=4096, train=train, optimizer="sgd")
    if train:
        assert found.peak == EXACT(held + peak(step(module, optimizer, rows)))
    else:
        with torch.no_grad():
            assert found.peak == EXACT(held + peak(partial(module.eval(), rows)))


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_the_state_of_optimisers(name: Optimizer, dtype: DType) -> None:
    net = archc.loads(HEAD + SPECS["residual"])
    module, rows = made(net, 64, getattr(torch, dtype))
    optimizer = OPTIMIZERS[name](module.parameters())
    run = step(module, optimizer, rows)
    run()
    optimizer.zero_grad()
    held = size([*module.parameters(), *module.buffers(), rows, *state(optimizer)])
    found = estimate(net.graph, batch=64, train=True, optimizer=name, dtype=dtype)
    assert found.state == size(state(optimizer))
    assert found.activations + found.inputs == CLOSE(kept(module, rows))
    assert found.peak == CLOSE(held + peak(run))


def test_a_network_with_skips_that_cross_it() -> None:
    net = archc.load("unet", input=[1, 188, 188])
    module, images = made(net, 1)
    found = estimate(net.graph, train=True)
    assert found.activations + found.inputs == EXACT(kept(module, images))
