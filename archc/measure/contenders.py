"""What takes part in a measurement: modules, and the passes through them as calls that can be timed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

from archc.graph.graph import Graph
from archc.measure.timing import Task
from archc.measure.work import forward_flops, training_flops
from archc.ops.base import Shape

if TYPE_CHECKING:
    import torch
    from torch import nn

Step: TypeAlias = Literal["forward", "training"]


class Contender(NamedTuple):
    """A module under the name that tables show, and the shapes that it reads, without the batch axis.

    ``graph`` is what it was built from; None of a reference. ``prepared`` are the seconds that making it
    faster took, once.
    """

    name: str
    module: nn.Module
    shapes: tuple[Shape, ...]
    graph: Graph | None = None
    trained: bool = True  # whether it can do training steps
    compiled: bool = False  # whether torch.compile gets it first
    prepared: float | None = None

    def flops(self, step: Step) -> int | None:
        """FLOP of a step for one sample, by the graph."""
        if self.graph is None:
            return None
        return forward_flops(self.graph) if step == "forward" else training_flops(self.graph)


def noise(shapes: Sequence[Shape], batch: int, device: str, dtype: str) -> list[torch.Tensor]:
    """A batch of normal noise for each input."""
    import torch

    kind: torch.dtype = getattr(torch, dtype)
    return [torch.randn(batch, *shape, device=device).to(kind) for shape in shapes]


def pass_through(module: nn.Module, inputs: Sequence[torch.Tensor], step: Step) -> Task:
    """The step as a call: :func:`forward` or :func:`training`; sets the module's mode."""
    module.train(step == "training")
    return (training if step == "training" else forward)(module, inputs)


def forward(module: nn.Module, inputs: Sequence[torch.Tensor]) -> Task:
    """An inference pass, without anything kept for gradients."""
    import torch

    def task() -> object:
        with torch.inference_mode():
            return module(*inputs)

    return task


def training(module: nn.Module, inputs: Sequence[torch.Tensor]) -> Task:
    """Forward and backward: gradients of the sum of all outputs' means, no optimiser's step."""

    def task() -> None:
        module.zero_grad(set_to_none=True)
        loss: Any = sum(tensor.float().mean() for tensor in tensors(module(*inputs)))
        loss.backward()

    return task


def tensors(outputs: Any) -> Iterator[torch.Tensor]:
    """The floating-point tensors in what a module returns: alone, in tuples, in dictionaries."""
    import torch

    if isinstance(outputs, torch.Tensor):
        if outputs.is_floating_point():
            yield outputs
    elif isinstance(outputs, dict):
        for value in outputs.values():
            yield from tensors(value)
    elif isinstance(outputs, tuple | list):
        for value in outputs:
            yield from tensors(value)
