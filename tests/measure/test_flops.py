"""FLOP of passes, and the share of a ceiling: against PyTorch's counter, and by hand."""

from __future__ import annotations

import pytest
import torch

import archc
from archc.measure.bench import share
from archc.measure.ceiling import Roof, as_convolutions, copy_roof, matmul_roof
from archc.measure.contenders import noise, pass_through
from archc.measure.timing import Timing
from archc.measure.work import counted_flops, forward_flops, training_flops

FROZEN = """\
archc: 1
name: frozen
input: [3, 8, 8]
nodes:
  conv1: {op: conv, filters: 4, kernel: 3}
  conv2: {op: conv, filters: 4, kernel: 3}
  fc: {op: fc, units: 2}
freeze: [conv1]
"""
SMALL = {
    "lenet_caffe": None,
    "resnet20_cifar": None,
    "googlenet": (3, 224, 224),  # with heads that only training runs
    "densenet121": (3, 64, 64),
}


@pytest.mark.parametrize("name", SMALL)
def test_flops_are_those_that_pytorch_counts(name: str) -> None:
    net = archc.load(name, input=SMALL[name])
    module = net.build(weights=False)
    inputs = noise([node.shape for node in net.inputs.values()], 2, "cpu", "float32")
    assert counted_flops(pass_through(module, inputs, "forward")) == 2 * forward_flops(net.graph)
    assert counted_flops(pass_through(module, inputs, "training")) == 2 * training_flops(net.graph)


def test_a_frozen_start_has_no_backward_pass() -> None:
    net = archc.loads(FROZEN)
    conv1, conv2, fc = (node.macs for node in net.nodes)
    assert training_flops(net.graph) == 2 * (conv1 + 2 * conv2 + 3 * fc)
    step = pass_through(net.build(), noise([(3, 8, 8)], 1, "cpu", "float32"), "training")
    assert counted_flops(step) == training_flops(net.graph)


def test_the_share_is_two_macs_over_time_over_the_ceiling() -> None:
    """3 GMAC in 60 ms are 100 GFLOP/s; the ceiling does 20 GFLOP in 100 ms, 200 GFLOP/s."""
    flops = 2 * 3 * 10**9
    found = share(Timing((0.06, 0.06)), flops, Timing((0.1, 0.1)), 20 * 10**9)
    assert found == pytest.approx((0.5, 0.5, 0.5))


def test_a_round_in_which_all_was_slow_does_not_change_the_share() -> None:
    found = share(Timing((0.06, 0.6)), 6 * 10**9, Timing((0.1, 1.0)), 20 * 10**9)
    assert found == pytest.approx((0.5, 0.5, 0.5))


def test_the_roofs_do_the_work_that_they_say() -> None:
    product, copy = matmul_roof(side=16), copy_roof(size=1000)
    assert product.work == 2 * 16**3 == counted_flops(product.task)
    assert copy.work == 2000
    assert product.rate(0.5) == 4 * 16**3
    copied = copy.task()
    assert isinstance(copied, torch.Tensor) and not copied.any()
    assert matmul_roof(dtype="bfloat16", side=8).task().dtype == torch.bfloat16  # type: ignore[attr-defined]


def test_the_ceiling_may_use_tf32_where_convolutions_may() -> None:
    """As torch comes, convolutions on a GPU use it and matrix products do not."""
    matmul = torch.backends.cuda.matmul
    assert as_convolutions(lambda: matmul.allow_tf32)() is torch.backends.cudnn.allow_tf32 is True
    assert matmul.allow_tf32 is False


def test_a_rate_is_work_over_seconds() -> None:
    assert Roof(lambda: None, 6).rate(2.0) == 3.0
