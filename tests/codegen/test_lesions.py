"""A lesioned or reordered residual network runs, on the weights of the whole one."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from archc.architecture import Architecture

IMAGES = torch.randn(4, 3, 32, 32, generator=torch.Generator().manual_seed(1))


def patched(base: str, patch: str) -> nn.Module:
    text = f"archc: 1\nextends: {base}\nname: patched\nnodes:\n  {patch}\n"
    return Architecture.loads(text).build().eval()


@pytest.fixture(params=["resnet20_cifar", "resnet18", "resnet50"])
def whole(request: pytest.FixtureRequest) -> tuple[str, nn.Module]:
    """A network whose norms do something."""
    torch.manual_seed(0)
    net = Architecture.load(request.param).build().eval()
    for part in net.modules():
        if isinstance(part, nn.BatchNorm2d):
            nn.init.uniform_(part.weight, 0.5, 1.5)
            nn.init.normal_(part.bias, std=0.2)
            nn.init.normal_(part.running_mean, std=0.2)
    return request.param, net


def unit_of(name: str) -> str:
    return "stage2.1" if name.endswith("cifar") else "layer2.1"


def run(module: nn.Module) -> Tensor:
    with torch.no_grad():
        result: Tensor = module(IMAGES)
    return result


def test_a_lesion_is_the_network_with_the_unit_skipped(whole: tuple[str, nn.Module]) -> None:
    name, full = whole
    unit = unit_of(name)
    lesion = patched(name, f"{unit}: null")
    missing, unused = lesion.load_state_dict(full.state_dict(), strict=False)
    assert missing == []
    assert {".".join(key.split(".")[:2]) for key in unused} == {unit}
    found = run(lesion)
    assert not torch.allclose(found, run(full), rtol=1e-2)

    def pass_by(part: nn.Module, inputs: Any, output: Tensor) -> Tensor:
        read: Tensor = inputs[0]
        return read

    hook = full.get_submodule(unit).register_forward_hook(pass_by)
    torch.testing.assert_close(found, run(full), rtol=0, atol=0)
    hook.remove()


def test_a_lesion_is_the_branch_at_zero(whole: tuple[str, nn.Module]) -> None:
    """The unit's ReLU changes nothing then, as what it reads came out of a ReLU."""
    name, full = whole
    unit = unit_of(name)
    lesion = patched(name, f"{unit}: null")
    lesion.load_state_dict(full.state_dict(), strict=False)
    last = "conv3_norm" if name == "resnet50" else "conv2_norm"
    norm = full.get_submodule(f"{unit}.{last}")
    assert isinstance(norm, nn.BatchNorm2d)
    nn.init.zeros_(norm.weight)
    nn.init.zeros_(norm.bias)
    torch.testing.assert_close(run(lesion), run(full), rtol=0, atol=0)


def test_a_reordering_is_the_network_with_the_units_swapped() -> None:
    torch.manual_seed(0)
    full = Architecture.load("resnet32_cifar").build().eval()
    reordered = patched("resnet32_cifar", "stage2.4: {before: stage2.1}")
    reordered.load_state_dict(full.state_dict(), strict=True)
    found = run(reordered)
    assert not torch.allclose(found, run(full), rtol=1e-2)
    stage = full.get_submodule("stage2")
    assert isinstance(stage, nn.Sequential)
    full.stage2 = nn.Sequential(*(stage[k] for k in (0, 4, 1, 2, 3)))
    torch.testing.assert_close(found, run(full), rtol=0, atol=0)
