"""A training step of what archc compiles is one of torchvision's models: gradients, statistics, heads."""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType

import pytest
import torch
from references import REFERENCES, Reference
from torch import Tensor, nn
from torch.nn import functional as F
from weights import of_torch, ours

BY_NAME = {one.spec: one for one in REFERENCES if one.library == "torchvision"}


@pytest.fixture(autouse=True)
def seeded() -> Iterator[None]:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        yield


def without_dropout(model: nn.Module) -> nn.Module:
    """In training mode, but for dropout: the two models would draw their masks in another order."""
    for module in model.modules():
        if isinstance(module, nn.Dropout):
            module.p = 0.0
    return model.train()


def step(model: nn.Module, images: Tensor, labels: Tensor) -> dict[str, Tensor]:
    """Every parameter's gradient and every buffer after one forward and backward pass."""
    result = without_dropout(model)(images)
    if isinstance(result, Tensor):
        loss = F.cross_entropy(result, labels)
    else:  # GoogLeNet section 5: the main output comes first, each auxiliary loss counts 0.3
        main, *heads = (F.cross_entropy(logits, labels) for logits in result)
        loss = main + 0.3 * sum(heads)
    loss.backward()
    gradients = {name: weight.grad for name, weight in model.named_parameters()}
    assert all(gradient is not None for gradient in gradients.values())
    return {**gradients, **dict(model.named_buffers())}


@pytest.mark.parametrize("name", ["resnet18", "googlenet_bn", "densenet121"])
def test_a_training_step_equals_torchvisions(torchvision: ModuleType, name: str) -> None:
    net, module = ours(BY_NAME[name])
    model = of_torch(BY_NAME[name], net, module.state_dict())
    images, labels = torch.randn(2, 3, 224, 224), torch.tensor([3, 5])
    expected = step(model, images, labels)
    found = step(module, images, labels)
    assert len(found) == len(expected)
    for tensor in found:
        theirs = expected[net.renamed(tensor, "torchvision")]
        torch.testing.assert_close(
            found[tensor], theirs, msg=lambda text, at=tensor: f"{at}: {text}"
        )


HEADS = {
    "googlenet_bn": {"main": "logits", "aux1": "aux_logits1", "aux2": "aux_logits2"},
    "inception_v3": {"main": "logits", "aux": "aux_logits"},
}


@pytest.mark.parametrize("name", HEADS)
def test_training_names_the_auxiliary_results(torchvision: ModuleType, name: str) -> None:
    """Each head of ours is the one that torchvision calls so."""
    one: Reference = BY_NAME[name]
    net, module = ours(one)
    model = of_torch(one, net, module.state_dict())
    images = torch.randn(2, *next(iter(net.inputs.values())).shape)
    with torch.no_grad():
        expected, found = without_dropout(model)(images), without_dropout(module)(images)
    for head, theirs in HEADS[name].items():
        torch.testing.assert_close(getattr(found, head), getattr(expected, theirs))
