"""What the rules say without running a network is so when it runs."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

import archc
from archc.architecture import Architecture

FOUND = Path(__file__).parent / "found"


@pytest.fixture(autouse=True)
def seeded() -> None:
    torch.manual_seed(0)


def run(net: Architecture) -> tuple[torch.nn.Module, torch.Tensor]:
    """The module, in training mode, and a batch for it."""
    (input,) = net.inputs.values()
    return net.build(), torch.randn(4, *input.shape)


def test_a_bias_before_a_norm_has_no_effect() -> None:
    module, batch = run(archc.load(FOUND / "w020_bias_in_defaults.yaml"))
    before = module(batch)
    with torch.no_grad():
        for name, weight in module.named_parameters():
            if name.startswith("conv") and name.endswith(".bias") and "norm" not in name:
                weight.add_(torch.randn_like(weight))
    torch.testing.assert_close(module(batch), before, atol=1e-4, rtol=1e-4)


def test_a_relu_of_what_is_not_negative_has_no_effect() -> None:
    net = archc.load(FOUND / "w022_relu_of_sum.yaml")
    text = (FOUND / "w022_relu_of_sum.yaml").read_text(encoding="utf-8")
    without = archc.loads(text.replace("from: [conv2, input], act: relu", "from: [conv2, input]"))
    module, batch = run(net)
    other = without.build()
    other.load_state_dict(module.state_dict())
    torch.testing.assert_close(other(batch), module(batch))


def test_weights_that_meet_only_padding_have_no_gradient() -> None:
    net = archc.load(FOUND / "w026_small_input.yaml")
    (warning,) = net.warnings
    module, batch = run(net)
    module(batch).square().sum().backward()
    weight = module.get_parameter("conv6.weight")
    assert weight.grad is not None
    idle = int((weight.grad.abs().sum(dim=(0, 1)) == 0).sum())
    assert warning.message.startswith(f"{idle} of the 9 points of conv6's windows")
