"""Networks in two forms: archc's module and torchvision's, with equal random weights."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import archc
from archc.measure.contenders import tensors
from archc.measure.reference import torchvision_models

if TYPE_CHECKING:
    from references import Reference
    from torch import Tensor, nn

ROOT = Path(__file__).parents[1]
sys.path.append(
    str(ROOT / "tests/zoo")
)  # which specs equal which models, and how weights carry over
TOLERANCE = 1e-4  # of the largest output: float32 summed in another order


class Pair(NamedTuple):
    """One network twice, in training mode. ``input`` is an image's shape, ``library`` whose model it is."""

    net: archc.Architecture
    ours: nn.Module
    theirs: nn.Module
    input: tuple[int, ...]
    library: str

    def images(self, batch: int) -> Tensor:
        """Normal noise, the same in every run."""
        import torch

        return torch.randn(batch, *self.input, generator=torch.Generator().manual_seed(0))


def references() -> dict[str, Reference]:
    """The bundled specs that torchvision has too, by name; then timm's, by ``resnet50/timm``."""
    from references import TIMM, TORCHVISION

    return {one.spec: one for one in TORCHVISION} | {one.label: one for one in TIMM}


def pair(spec: str) -> Pair:
    """archc's module and a library's model with its weights, of one of the :func:`references`."""
    import torch

    torchvision_models()
    from weights import of_torch, ours

    torch.manual_seed(0)
    one = references()[spec]
    net, module = ours(one)
    model = of_torch(one, net, module.state_dict())
    return Pair(net, module, model, next(iter(net.inputs.values())).shape, one.library)


def difference(found: Any, expected: Any) -> float:
    """The largest difference between two outputs, in parts of the largest value expected."""
    one, other = next(tensors(found)), next(tensors(expected))
    return ((one.float() - other.float()).abs().max() / other.float().abs().max()).item()


def checked(found: Any, expected: Any, tolerance: float = TOLERANCE) -> float:
    """The difference, if it is small.

    Raises:
        ValueError: it is not, so the two do not compute the same.
    """
    found_difference = difference(found, expected)
    if not found_difference <= tolerance:
        raise ValueError(f"its outputs differ by {found_difference:.1e} of the largest")
    return found_difference
