"""A generated module holds no more memory than torchvision's, in a forward pass and in a training step."""

from __future__ import annotations

import weakref
from types import ModuleType
from typing import Any

import pytest
import torch
from references import SMALL, TORCHVISION, Reference
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_iter
from weights import of_torch, ours

MOST = 1.02  # of torchvision's peak
NAMES = ("vgg11_bn", "resnet50", "densenet121", "efficientnet_b0")
COMPARED = [one for one in TORCHVISION if one.spec in NAMES]
COMPARED = [one if "vgg" in one.spec else one._replace(image=SMALL) for one in COMPARED]


class Allocations(TorchDispatchMode):
    """Follows the bytes of all tensors made within; ``peak`` is the most that lived at once."""

    def __init__(self, *known: Tensor) -> None:
        super().__init__()
        self.now = self.peak = 0
        self.living = {tensor.untyped_storage()._cdata: 0 for tensor in known}

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        made = func(*args, **(kwargs or {}))
        for tensor in tree_iter(made):
            if isinstance(tensor, Tensor):
                self._follow(tensor.untyped_storage())
        return made

    def _follow(self, storage: torch.UntypedStorage) -> None:
        if storage._cdata not in self.living:
            self.living[storage._cdata] = storage.nbytes()
            self.now += storage.nbytes()
            self.peak = max(self.peak, self.now)
            weakref.finalize(storage, self._gone, storage._cdata)

    def _gone(self, key: int) -> None:
        self.now -= self.living.pop(key)


def peak(module: nn.Module, images: Tensor, train: bool) -> int:
    """Bytes: of results, of what autograd keeps, and of gradients."""
    module.train(train)
    counted = Allocations(*module.parameters(), *module.buffers(), images)
    with torch.inference_mode(not train), counted:
        outputs = module(images)
        if train:
            loss = sum(t.sum() for t in tree_iter(outputs) if isinstance(t, Tensor))
            del outputs
            loss.backward()
    return counted.peak


@pytest.mark.parametrize("one", COMPARED, ids=lambda one: one.spec)
def test_memory_is_at_most_torchvisions(torchvision: ModuleType, one: Reference) -> None:
    net, module = ours(one)
    model = of_torch(one, net, module.state_dict())
    (node,) = net.inputs.values()
    images = torch.randn(2, *node.shape)
    for train in (False, True):
        assert peak(module, images, train) <= MOST * peak(model, images, train)
