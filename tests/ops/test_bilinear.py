"""`init: bilinear`, against the paper's formula and against torch's own interpolation."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
import torch
from harness import lower, make
from torch import Tensor
from torch.nn import functional as F

from archc.ops.base import AttributeMistake, ShapeError

MODES = {1: "linear", 2: "bilinear", 3: "trilinear"}


def enlarging(channels: int, size: tuple[int, ...], **settings: Any) -> Any:
    op = make("conv_transpose", filters=channels, **{"bias": False, "init": "bilinear"} | settings)
    return lower(op, ((channels, *size),))


def long(kernel: int) -> list[list[float]]:
    """The filter of Long, Shelhamer and Darrell 2015, pixel by pixel."""
    factor = (kernel + 1) // 2
    center = factor - 1 if kernel % 2 == 1 else factor - 0.5

    def height(place: int) -> float:
        return 1 - abs(place - center) / factor

    return [[height(row) * height(column) for column in range(kernel)] for row in range(kernel)]


@pytest.mark.parametrize("kernel", [1, 2, 3, 4, 5, 16, 32, 64])
def test_the_kernel_is_that_of_the_paper(kernel: int) -> None:
    weight = enlarging(3, (4, 4), kernel=kernel).part.weight
    own = torch.tensor(long(kernel))
    for source, target in product(range(3), repeat=2):
        expected = own if source == target else torch.zeros_like(own)
        torch.testing.assert_close(weight[source, target], expected)


@pytest.mark.parametrize("axes", [1, 2, 3])
@pytest.mark.parametrize("factor", [2, 3, 4])
def test_it_enlarges_as_torch_interpolates(axes: int, factor: int) -> None:
    """Beside the border, where torch repeats the last pixel and a transposed convolution has none."""
    kernel, padding = 2 * factor - factor % 2, factor // 2
    image = torch.randn(2, 3, *[6] * axes)
    larger = enlarging(3, (6,) * axes, kernel=kernel, stride=factor, padding=padding)(image)
    expected = F.interpolate(image, scale_factor=float(factor), mode=MODES[axes])
    assert larger.shape == expected.shape
    torch.testing.assert_close(inside(larger, factor), inside(expected, factor))


def inside(image: Tensor, margin: int) -> Tensor:
    for axis in range(2, image.dim()):
        image = image.narrow(axis, margin, image.shape[axis] - 2 * margin)
    return image


@pytest.mark.parametrize("groups", [2, 4])
def test_groups_change_nothing(groups: int) -> None:
    image = torch.randn(1, 4, 5, 5)
    settings = {"kernel": [4, 3], "stride": 2}
    whole = enlarging(4, (5, 5), **settings)(image)
    grouped = enlarging(4, (5, 5), groups=groups, **settings)(image)
    torch.testing.assert_close(grouped, whole)
    assert whole.abs().amax(dim=(0, 2, 3)).gt(0.1).all()


def test_the_bias_is_as_told() -> None:
    assert not enlarging(2, (3, 3), kernel=4, bias=True).part.bias.any()
    init = {"weight": "bilinear", "bias": 1}
    assert enlarging(2, (3, 3), kernel=4, bias=True, init=init).part.bias.tolist() == [1, 1]


def test_channels_go_one_to_one() -> None:
    with pytest.raises(ShapeError) as caught:
        make("conv_transpose", filters=2, kernel=4, init="bilinear").infer(((3, 5, 5),))
    assert caught.value.message == "init bilinear enlarges 3 channels to 3, not to 2 filters"
    assert (caught.value.help, caught.value.code) == ("write filters: 3, or another init", "A066")


@pytest.mark.parametrize("name", ["conv", "depthwise_conv", "fc"])
def test_only_a_transposed_convolution_starts_so(name: str) -> None:
    given: dict[str, Any] = {"conv": {"filters": 2, "kernel": 3}, "depthwise_conv": {"kernel": 3}}
    with pytest.raises(AttributeMistake) as caught:
        make(name, init="bilinear", **given.get(name, {"units": 2}))
    assert caught.value.message.endswith(", zeros, or a mapping of weight, std, bound, gain, mode, "
                                         "bias, not 'bilinear'")  # fmt: skip
    assert caught.value.help == "only conv_transpose can start as bilinear"
