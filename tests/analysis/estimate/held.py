"""What torch really holds: what autograd keeps, by its hooks, and the peak, by the allocator's own events."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import Tensor, nn
from torch.profiler import ProfilerActivity, profile


def kept(module: nn.Module, *inputs: Tensor) -> int:
    """Bytes that autograd keeps of a forward pass, each piece once; weights and buffers left out."""
    own = {_address(tensor) for tensor in _tensors(module)}
    sizes: dict[int, int] = {}
    alive = []  # so that no address is used twice

    def pack(tensor: Tensor) -> Tensor:
        alive.append(tensor)
        sizes[_address(tensor)] = tensor.untyped_storage().nbytes()
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        result = module(*inputs)
    del result
    return sum(size for address, size in sizes.items() if address not in own)


def peak(work: Callable[[], object]) -> int:
    """The most bytes that were allocated at once beyond what was there before."""
    with profile(activities=[ProfilerActivity.CPU], profile_memory=True, acc_events=True) as seen:
        result = work()
    del result
    events = [e for e in seen.profiler.kineto_results.events() if e.name() == "[memory]"]
    now = most = 0
    for event in sorted(events, key=lambda event: event.start_ns()):
        now += event.nbytes()
        most = max(most, now)
    return most


class Loss(torch.autograd.Function):
    """A loss that needs no memory but for the outputs' gradients, made when they are needed."""

    @staticmethod
    def forward(ctx: Any, *outputs: Tensor) -> Tensor:
        ctx.shapes = [(output.shape, output.dtype) for output in outputs]
        return torch.zeros(())

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, ...]:  # type: ignore[override]
        return tuple(torch.ones(shape, dtype=dtype) for shape, dtype in ctx.shapes)


def step(
    module: nn.Module, optimizer: torch.optim.Optimizer, *inputs: Tensor
) -> Callable[[], object]:
    """A step of training, from gradients of 1."""

    def run() -> object:
        optimizer.zero_grad()
        result = module(*inputs)
        outputs = result if isinstance(result, tuple) else (result,)
        Loss.apply(*outputs).backward()
        optimizer.step()
        return result

    return run


def size(tensors: Iterable[Tensor]) -> int:
    """Bytes of these tensors."""
    return sum(tensor.nbytes for tensor in tensors)


def state(optimizer: torch.optim.Optimizer) -> list[Tensor]:
    """What an optimiser keeps from step to step, without its counts of steps."""
    values = (value for state in optimizer.state.values() for value in state.values())
    return [value for value in values if isinstance(value, Tensor) and value.ndim]


def _tensors(module: nn.Module) -> list[Tensor]:
    return [*module.parameters(), *module.buffers()]


def _address(tensor: Tensor) -> int:
    return tensor.untyped_storage().data_ptr()
