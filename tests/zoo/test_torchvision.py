"""What archc compiles computes what torchvision's models compute, with the same weights."""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

import archc

OTHER_NAMES = {"alexnet_torchvision": "alexnet", "googlenet_bn": "googlenet"}
VGGS = [f"vgg{depth}{norm}" for norm in ("", "_bn") for depth in (11, 13, 16, 19)]
RESNETS = [f"resnet{depth}" for depth in (18, 34, 50, 101, 152)]


@pytest.fixture(autouse=True)
def seeded() -> Iterator[None]:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        yield


def reference(torchvision: ModuleType, name: str) -> nn.Module:
    """torchvision's model, its tensors still without memory."""
    build = getattr(torchvision.models, OTHER_NAMES.get(name, name))
    settings = {"aux_logits": True, "init_weights": False} if name == "googlenet_bn" else {}
    with torch.device("meta"):
        model: nn.Module = build(weights=None, **settings)
    return model


def values(name: str, tensor: Tensor) -> Tensor:
    """Random weights and statistics that keep activations near 1 through any depth."""
    if name.endswith("num_batches_tracked"):
        return torch.tensor(0)
    if tensor.dim() > 1:  # He et al. 2015; uniform is several times faster to draw than normal
        bound = (6 / tensor[0].numel()) ** 0.5
        return torch.empty(tensor.shape).uniform_(-bound, bound)
    if name.endswith(("weight", "running_var")):
        return torch.empty(tensor.shape).uniform_(0.5, 1.0)
    return torch.empty(tensor.shape).uniform_(-0.1, 0.1)


def names(name: str, ours: nn.Module, theirs: nn.Module) -> dict[str, str]:
    """torchvision's name of each tensor by ours: torchvision registers in the order of use.

    So does archc, but for repeated layers: `conv1.0` and `conv1_norm.0` stand in two lists. The graph has
    the order of use. torchvision's GoogLeNet has its auxiliary heads before the classifier, ours at the end.
    """
    order = {node.name: place for place, node in enumerate(archc.load(name).nodes)}
    mine = sorted(ours.state_dict(), key=lambda tensor: order[tensor.rpartition(".")[0]])
    ordered = sorted(theirs.state_dict(), key=lambda tensor: tensor.startswith("aux"))
    return dict(zip(mine, ordered, strict=True))


def pair(torchvision: ModuleType, name: str) -> tuple[nn.Module, nn.Module]:
    """torchvision's model and archc's, with equal weights."""
    theirs = reference(torchvision, name)
    with torch.device("meta"):
        ours = archc.load(name).build()
    drawn = {key: values(key, tensor) for key, tensor in theirs.state_dict().items()}
    theirs.load_state_dict(drawn, assign=True)
    copied = {key: drawn[other].clone() for key, other in names(name, ours, theirs).items()}
    ours.load_state_dict(copied, assign=True)
    return theirs, ours


@pytest.mark.parametrize("name", ["alexnet_torchvision", *VGGS, "googlenet_bn", *RESNETS])
def test_output_equals_torchvisions(torchvision: ModuleType, name: str) -> None:
    theirs, ours = pair(torchvision, name)
    image = torch.randn(1, 3, 224, 224)
    with torch.inference_mode():
        expected = theirs.eval()(image)
        torch.testing.assert_close(ours.eval()(image), expected, rtol=1e-5, atol=1e-5)
    assert expected.std() > 0.1  # the comparison would be worth little on a signal that died away


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


@pytest.mark.parametrize("name", ["resnet18", "googlenet_bn"])
def test_a_training_step_equals_torchvisions(torchvision: ModuleType, name: str) -> None:
    theirs, ours = pair(torchvision, name)
    images, labels = torch.randn(2, 3, 224, 224), torch.tensor([3, 5])
    expected = step(theirs, images, labels)
    found = step(ours, images, labels)
    assert len(found) == len(expected)
    for ours_name, theirs_name in names(name, ours, theirs).items():
        torch.testing.assert_close(
            found[ours_name], expected[theirs_name], msg=lambda text, at=ours_name: f"{at}: {text}"
        )


def test_training_names_the_auxiliary_results(torchvision: ModuleType) -> None:
    """The heads after 4a and 4d are torchvision's aux_logits1 and aux_logits2."""
    theirs, ours = pair(torchvision, "googlenet_bn")
    images = torch.randn(2, 3, 224, 224)
    with torch.no_grad():
        expected, found = without_dropout(theirs)(images), without_dropout(ours)(images)
    torch.testing.assert_close(found.main, expected.logits)
    torch.testing.assert_close(found.aux1, expected.aux_logits1)
    torch.testing.assert_close(found.aux2, expected.aux_logits2)
