"""One forward pass of a module on random input, to see that it runs and how long that takes."""

from __future__ import annotations

from collections.abc import Sequence
from time import perf_counter
from typing import TYPE_CHECKING, NamedTuple

from archc.errors import Mistake, SpecError
from archc.ops.base import Shape

if TYPE_CHECKING:
    import torch
    from torch import nn


class Trial(NamedTuple):
    """What happened: where it ran, what came out (shapes with the batch axis), in which time."""

    device: str
    outputs: tuple[Shape, ...]
    seconds: float


def has_cuda() -> bool:
    """Whether torch can use a GPU here."""
    import torch

    return torch.cuda.is_available()


def try_out(module: nn.Module, shapes: Sequence[Shape], batch: int, device: str) -> Trial:
    """Run ``module`` in evaluation mode on ``batch`` samples of normal noise, after a warm-up.

    Raises:
        SpecError: the module does not run, mostly because memory is short.
    """
    try:
        return _run(module, shapes, batch, device)
    except (RuntimeError, MemoryError) as error:
        reason = str(error).strip().partition("\n")[0] or "memory is short"
        help = "a smaller --batch or --input needs less memory"
        raise SpecError(
            [Mistake("A083", f"the forward pass failed: {reason}", help=help)]
        ) from error


def _run(module: nn.Module, shapes: Sequence[Shape], batch: int, device: str) -> Trial:
    import torch

    module.to(device).eval()
    noise = [torch.randn(batch, *shape, device=device) for shape in shapes]
    with torch.inference_mode():
        module(*noise)  # the first pass also loads kernels and picks algorithms
        _wait(device)
        begin = perf_counter()
        result = module(*noise)
        _wait(device)
    seconds = perf_counter() - begin
    tensors: Sequence[torch.Tensor] = (result,) if isinstance(result, torch.Tensor) else result
    return Trial(device, tuple(tuple(tensor.shape) for tensor in tensors), seconds)


def _wait(device: str) -> None:
    """A GPU works on after a call has returned."""
    import torch

    if device.startswith("cuda"):
        torch.cuda.synchronize(device)
