"""What torchvision does not have, compared with the formulas of the papers written out."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

import archc

Weights = Mapping[str, Tensor]
TABLE_I = """
X...XXX..XXXX.XX
XX...XXX..XXXX.X
XXX...XXX..X.XXX
.XXX..XXXX..X.XX
..XXX..XXXX.XX.X
...XXX..XXXX.XXX
"""  # LeCun et al. 1998: a row for each map of S2, a column for each map of C3


def squash(x: Tensor) -> Tensor:
    return 1.7159 * torch.tanh(2 / 3 * x)


def subsample(x: Tensor, weights: Weights, name: str) -> Tensor:
    """Section II.B: four pixels are added, multiplied by a coefficient, and a bias is added."""
    blocks = x.unfold(2, 2, 2).unfold(3, 2, 2).sum(dim=(4, 5))
    coefficient = weights[f"{name}.gain.weight"] / 4  # archc's factor is that of the average
    bias = weights[f"{name}.gain.bias"]
    return squash(blocks * coefficient[:, None, None] + bias[:, None, None])


def lenet5_1998(x: Tensor, weights: Weights) -> Tensor:
    x = squash(F.conv2d(x, weights["C1.weight"], weights["C1.bias"]))
    x = subsample(x, weights, "S2")
    maps, kernels = [], iter(weights["C3.weight"])
    for o, column in enumerate(zip(*TABLE_I.split(), strict=True)):
        inputs = [i for i, mark in enumerate(column) if mark == "X"]
        kernel = torch.stack([next(kernels) for _ in inputs])[None]
        maps.append(F.conv2d(x[:, inputs], kernel, weights["C3.bias"][o : o + 1]))
    x = subsample(squash(torch.cat(maps, dim=1)), weights, "S4")
    x = squash(F.conv2d(x, weights["C5.weight"], weights["C5.bias"])).flatten(1)
    x = squash(F.linear(x, weights["F6.weight"], weights["F6.bias"]))
    return torch.cdist(x, weights["output.codes"]) ** 2  # equation 7


def unit(x: Tensor, weights: Weights, name: str, shortcut: bool) -> Tensor:
    """Two convolutions; option A: every second pixel, and zeros for the channels that are new."""
    first, second = weights[f"{name}.conv1.weight"], weights[f"{name}.conv2.weight"]
    stride = len(first) // x.shape[1]
    y = normalise(F.conv2d(x, first, stride=stride, padding=1), weights, f"{name}.conv1_norm")
    y = normalise(F.conv2d(y.relu(), second, padding=1), weights, f"{name}.conv2_norm")
    if shortcut:
        x = x[:, :, ::stride, ::stride]
        y = y + torch.cat([x, torch.zeros_like(y[:, x.shape[1] :])], dim=1)
    return y.relu()


def normalise(x: Tensor, weights: Weights, name: str) -> Tensor:
    keys = ("running_mean", "running_var", "weight", "bias")
    return F.batch_norm(x, *(weights[f"{name}.{key}"] for key in keys))


def cifar(x: Tensor, weights: Weights, shortcut: bool) -> Tensor:
    x = normalise(F.conv2d(x, weights["conv1.weight"], padding=1), weights, "conv1_norm").relu()
    for stage in (1, 2, 3):
        for index in range(3):
            x = unit(x, weights, f"stage{stage}.{index}", shortcut)
    return F.linear(x.mean(dim=(2, 3)), weights["fc.weight"], weights["fc.bias"])


def test_lenet5_is_that_of_1998() -> None:
    torch.manual_seed(0)
    net = archc.build("lenet5_1998").eval()
    image = torch.randn(2, 1, 32, 32)
    with torch.no_grad():
        for weight in net.parameters():
            weight.add_(torch.randn_like(weight), alpha=0.05)
        expected = lenet5_1998(image, net.state_dict())
        torch.testing.assert_close(net(image), expected, rtol=1e-5, atol=1e-3)


@pytest.mark.parametrize(("name", "shortcut"), [("resnet20_cifar", True), ("plain20_cifar", False)])
def test_cifar_networks_differ_by_the_shortcuts(name: str, shortcut: bool) -> None:
    torch.manual_seed(0)
    net = archc.build(name).eval()
    image = torch.randn(2, 3, 32, 32)
    with torch.no_grad():
        expected = cifar(image, net.state_dict(), shortcut)
        torch.testing.assert_close(net(image), expected, rtol=1e-5, atol=1e-5)
