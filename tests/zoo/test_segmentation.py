"""U-Net and FCN, compared with what the papers and the authors' Caffe nets say, written out in torch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn import functional as F
from weights import random_values

import archc

Weights = Mapping[str, Tensor]
NARROW = """
archc: 1
name: narrow
extends: {base}
nodes:
  conv1: {{filters: 8}}
  conv2: {{filters: 12}}
  conv3: {{filters: 16}}
  conv4: {{filters: 20}}
  conv5: {{filters: 24}}
  fc6: {{{units}: 48}}
  fc7: {{{units}: 32}}
"""
CHANNELS = (64, 128, 256, 512, 1024)
FINAL = {
    "fcn32s": (32, 19),
    "fcn16s": (16, 27),
    "fcn8s": (8, 31),
}  # stride, and offset of the last crop
FUSED = {"fcn32s": {}, "fcn16s": {4: 5}, "fcn8s": {4: 5, 3: 9}}  # pool, and offset of its scores


@pytest.fixture(autouse=True)
def seeded() -> Iterator[None]:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        yield


def randomised(net: archc.Architecture) -> nn.Module:
    """With random numbers for all that is trained; what is frozen keeps the values it starts with."""
    with torch.device("cpu" if net.frozen else "meta"):
        module = net.build().eval()
    drawn = {
        name: weight.data if name in frozen(module) else random_values(name, weight.shape)
        for name, weight in module.state_dict().items()
    }
    module.load_state_dict(drawn, assign=True)
    return module


def frozen(module: nn.Module) -> set[str]:
    return {name for name, weight in module.named_parameters() if not weight.requires_grad}


def narrow(base: str) -> archc.Architecture:
    """VGG-16 or a FCN with fewer filters and units: its work is in large maps of zeros around the image."""
    return archc.loads(NARROW.format(base=base, units="units" if base == "vgg16" else "filters"))


def conv(x: Tensor, weights: Weights, name: str, padding: int = 0) -> Tensor:
    return F.conv2d(x, weights[f"{name}.weight"], weights[f"{name}.bias"], padding=padding)


def twice(x: Tensor, weights: Weights, name: str) -> Tensor:
    return conv(conv(x, weights, f"{name}.conv1").relu(), weights, f"{name}.conv2").relu()


def unet(x: Tensor, weights: Weights) -> Tensor:
    """Fig. 1: 3×3 convolutions without padding; the middle of each map is copied to the other side."""
    left = []
    for level in (1, 2, 3, 4):
        left.append(twice(x, weights, f"down{level}"))
        x = F.max_pool2d(left[-1], 2)
    x = twice(x, weights, "bottom")
    for level in (4, 3, 2, 1):
        up = f"up{level}.up"
        x = F.conv_transpose2d(x, weights[f"{up}.weight"], weights[f"{up}.bias"], stride=2)
        margin = (left[level - 1].shape[2] - x.shape[2]) // 2
        x = torch.cat([F.pad(left[level - 1], [-margin] * 4), x], dim=1)
        x = twice(x, weights, f"up{level}.conv")
    return conv(x, weights, "out")


def test_unet_is_that_of_figure_1() -> None:
    module = randomised(archc.load("unet"))
    tile = torch.randn(1, 1, 188, 188)  # built for 572, it takes any size that halves evenly
    with torch.inference_mode():
        found = module(tile)
        expected = unet(tile, module.state_dict())
    assert found.shape == (1, 2, 4, 4)
    assert expected.std() > 0.1
    torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-5)


def within(name: str, inner: nn.Module) -> nn.Module:
    outer = nn.Module()
    outer.add_module(name, inner)
    return outer


def doubled(inputs: int, outputs: int) -> nn.Module:
    layers: list[nn.Module] = []
    for channels in (inputs, outputs):
        layers.append(nn.Conv2d(channels, outputs, 3, 1, 1, bias=False))
        layers += [nn.BatchNorm2d(outputs), nn.ReLU()]
    return within("double_conv", nn.Sequential(*layers))


class Milesial(nn.Module):
    """The layers of milesial's Pytorch-UNet (``bilinear=False``), under its names."""

    def __init__(self) -> None:
        super().__init__()
        self.add_module("inc", doubled(3, 64))
        for level in (1, 2, 3, 4):
            below = doubled(*CHANNELS[level - 1 : level + 1])
            pooled = within("maxpool_conv", nn.Sequential(nn.MaxPool2d(2), below))
            self.add_module(f"down{level}", pooled)
            half, whole = CHANNELS[4 - level], CHANNELS[5 - level]
            up = nn.Module()
            up.add_module("up", nn.ConvTranspose2d(whole, half, 2, 2))
            up.add_module("conv", doubled(whole, half))
            self.add_module(f"up{level}", up)
        self.add_module("outc", within("conv", nn.Conv2d(64, 2, 1)))

    def forward(self, x: Tensor) -> Tensor:
        parts: Any = self
        left = [parts.inc.double_conv(x)]
        for down in (parts.down1, parts.down2, parts.down3, parts.down4):
            pool, below = down.maxpool_conv
            left.append(below.double_conv(pool(left[-1])))
        x = left.pop()
        for up in (parts.up1, parts.up2, parts.up3, parts.up4):
            x = up.conv.double_conv(torch.cat([left.pop(), up.up(x)], dim=1))
        result: Tensor = parts.outc.conv(x)
        return result


def test_unet_bn_is_milesials_and_takes_its_weights() -> None:
    net = archc.load("unet_bn")
    module = randomised(net)
    with torch.device("meta"):
        other = Milesial()
    renamed = {net.renamed(name, "milesial"): value for name, value in module.state_dict().items()}
    other.load_state_dict(renamed, assign=True)
    image = torch.randn(1, 3, 32, 48)
    with torch.inference_mode():
        expected = other.eval()(image)
        assert expected.std() > 0.1
        torch.testing.assert_close(module(image), expected, rtol=1e-5, atol=1e-5)


def bilinear(size: int, classes: int) -> Tensor:
    """One kernel for each class, on the diagonal, as in the authors' ``surgery.py``."""
    factor = (size + 1) // 2
    center = factor - 1 if size % 2 == 1 else factor - 0.5
    places = torch.arange(size)
    line = 1 - (places - center).abs() / factor
    return torch.eye(classes)[:, :, None, None] * torch.outer(line, line)


def enlarge(x: Tensor, kernel: int) -> Tensor:
    return F.conv_transpose2d(x, bilinear(kernel, x.shape[1]), stride=kernel // 2)


def crop(x: Tensor, offset: int, like: Tensor) -> Tensor:
    """Caffe's Crop layer."""
    height, width = like.shape[2:]
    assert x.shape[2] >= offset + height
    assert x.shape[3] >= offset + width
    return x[:, :, offset : offset + height, offset : offset + width]


def pool(x: Tensor) -> Tensor:
    """Caffe counts up: an odd row or column has a window of its own. Zeros do no harm after a ReLU."""
    return F.max_pool2d(F.pad(x, (0, x.shape[3] % 2, 0, x.shape[2] % 2)), 2)


def fcn(image: Tensor, weights: Weights, name: str) -> Tensor:
    """The authors' voc-fcn32s, voc-fcn16s and voc-fcn8s."""
    x, pools = image, {}
    for stage, count in enumerate((2, 2, 3, 3, 3), start=1):
        for index in range(count):
            padding = 100 if (stage, index) == (1, 0) else 1
            x = conv(x, weights, f"conv{stage}.{index}", padding).relu()
        x = pools[stage] = pool(x)
    x = conv(conv(x, weights, "fc6").relu(), weights, "fc7").relu()
    x = conv(x, weights, "score_fr")
    for stage, offset in FUSED[name].items():
        x = enlarge(x, 4)
        x = x + crop(conv(pools[stage], weights, f"fuse_pool{stage}.score"), offset, x)
    stride, offset = FINAL[name]
    return crop(enlarge(x, 2 * stride), offset, image)


@pytest.mark.parametrize("name", ["fcn32s", "fcn16s", "fcn8s"])
def test_fcn_is_the_authors(name: str) -> None:
    module = randomised(narrow(name))
    image = torch.randn(1, 3, 33, 46)  # built for 500 × 500, it takes any size
    with torch.inference_mode():
        found = module(image)
        expected = fcn(image, module.state_dict(), name)
    assert found.shape == (1, 21, 33, 46)
    assert expected.std() > 0.1
    torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-5)


def test_vgg16_carries_over_by_name(tmp_path: Path) -> None:
    """fc6 is the same function as a matrix and as a convolution with 7×7 kernels."""
    vgg: Any = narrow("vgg16").build()
    file = tmp_path / "vgg16.safetensors"
    save_file(vgg.state_dict(), file)
    net = narrow("fcn8s")
    module: Any = net.build()
    report = net.load_weights(module, file, except_=["fc8", "score_fr", "fuse_*", "upscore"])
    assert [one.name for one in report.reshaped] == ["fc6.weight", "fc7.weight"]
    maps = torch.randn(2, 24, 7, 7)
    torch.testing.assert_close(module.fc6(maps).flatten(1), vgg.fc6(maps.flatten(1)))
    for name, weight in vgg.conv5.named_parameters():
        assert torch.equal(weight, module.conv5.get_parameter(name))


def test_fcn_starts_undecided_and_trains_all_but_the_interpolation() -> None:
    module = narrow("fcn8s").build()
    assert frozen(module) == {"fuse_pool4.up.weight", "fuse_pool3.up.weight", "upscore.weight"}
    assert not module.eval()(torch.randn(1, 3, 32, 32)).any()
    for name, size in (("fuse_pool4.up", 4), ("upscore", 16)):
        weight = module.get_parameter(f"{name}.weight")
        torch.testing.assert_close(weight.data, bilinear(size, 21))
