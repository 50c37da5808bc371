"""What outputs do not show of EfficientNet: how it is trained, and that its block serves others too."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch
from torch import nn

import archc

NAMES = [f"efficientnet_b{number}" for number in range(8)]


def theirs(torchvision: ModuleType, name: str) -> nn.Module:
    with torch.device("meta"):
        return torchvision.models.get_model(name)  # type: ignore[no-any-return]


def settings(net: archc.Architecture, op: str, *names: str) -> list[tuple[Any, ...]]:
    """These settings of every node with this operator, in order."""
    return [tuple(getattr(n.op, key) for key in names) for n in net.nodes if n.op.name == op]


@pytest.mark.parametrize("name", NAMES)
def test_training_settings_are_torchvisions(torchvision: ModuleType, name: str) -> None:
    net, model = archc.load(name), theirs(torchvision, name)
    units = [part for part in model.modules() if type(part).__name__ == "MBConv"]
    paths = [(part.stochastic_depth.p,) for part in units if part.use_res_connect]
    norms = [part for part in model.modules() if isinstance(part, nn.BatchNorm2d)]
    assert settings(net, "drop_path", "rate") == paths
    assert settings(net, "dropout", "rate") == [(model.classifier[0].p,)]
    expected = [(part.eps, part.momentum) for part in norms]
    assert settings(net, "batch_norm", "eps", "momentum") == expected


def test_weights_start_as_torchvisions(torchvision: ModuleType) -> None:
    """Spread and largest value; a depthwise kernel's few numbers leave both uncertain."""
    net = archc.load("efficientnet_b0")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        module, model = net.build(), torchvision.models.get_model("efficientnet_b0")
    expected = model.state_dict()
    for name, weight in module.named_parameters():
        start = expected[net.renamed(name, "torchvision")]
        if weight.numel() > 10_000:
            assert weight.std().item() == pytest.approx(start.std().item(), rel=0.05), name
        elif weight.dim() == 1:
            assert torch.equal(weight, start), name
    bound = expected["classifier.1.weight"].abs().max().item()
    assert module.fc.weight.abs().max().item() == pytest.approx(bound, rel=1e-3)


def test_a_spec_elsewhere_uses_the_included_block(tmp_path: Path) -> None:
    spec = tmp_path / "mine.yaml"
    spec.write_text(
        "archc: 1\nextends: efficientnet_b0\nname: mine\nargs: {classes: 10}\n"
        "nodes: {attention: {op: squeeze_excite, squeeze: 8, after: stem}}\n"
    )
    base, net = archc.load("efficientnet_b0", classes=10), archc.load(spec)
    assert net.params - base.params == (32 * 8 + 8) + (8 * 32 + 32)
