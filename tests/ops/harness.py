"""Runs what an operator lowers to, with the real torch: no code generator in between."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from archc.ops import OPERATORS
from archc.ops.base import Operator, Shape, Shapes
from archc.ops.lowering import Lowered


def make(name: str, **settings: Any) -> Operator:
    return OPERATORS[name].make(settings)


class Lowering(nn.Module):
    """An operator's lowering as a module."""

    def __init__(self, lowered: Lowered) -> None:
        super().__init__()
        self.scope: dict[str, Any] = {"torch": torch, "nn": nn, "F": F, "Tensor": Tensor}
        for source in lowered.support:
            exec(source, self.scope)
        if lowered.module is not None:
            args = lowered.module.args
            build = eval(lowered.module.function, self.scope)
            self.part = build(
                *(arg.value for arg in args if not arg.name),
                **{arg.name: arg.value for arg in args if arg.name},
            )
        for function, tensor, settings in lowered.init:
            eval(function, self.scope)(getattr(self.part, tensor), **settings)
        self.values = dict(lowered.values)
        names = {f"{index}": f"inputs[{index}]" for index in range(9)}
        inputs = [names[f"{index}"] for index in range(9)]
        text = lowered.forward.format(*inputs, self="part", **{v: v for v in self.values})
        self.code = compile(text, text, "eval")

    def forward(self, *inputs: Tensor) -> Tensor:
        scope = {**self.scope, **self.values, "inputs": inputs, "part": getattr(self, "part", None)}
        result = eval(self.code, scope)
        assert isinstance(result, Tensor)
        return result


def lower(op: Operator, inputs: Shapes) -> Lowering:
    return Lowering(op.lower(inputs, op.infer(inputs)))


def run(op: Operator, inputs: Shapes, batch: int = 2) -> Shape:
    """The output's shape, without the batch, as torch computes it."""
    with torch.no_grad():
        result = lower(op, inputs).eval()(*(torch.randn(batch, *shape) for shape in inputs))
    assert result.shape[0] == batch
    return tuple(result.shape[1:])


def reads(op: Operator, inputs: Shapes, index: int, axis: int) -> dict[int, tuple[int, int] | None]:
    """By gradients: the first and last position along an axis that each output position reads."""
    module = lower(op, inputs).eval().double()
    for parameter in module.parameters():
        nn.init.uniform_(parameter, 0.5, 1.5)
    tensors = [torch.rand(1, *shape, dtype=torch.double) + 0.5 for shape in inputs]
    tensors[index].requires_grad_(True)
    output = module(*tensors)
    found: dict[int, tuple[int, int] | None] = {}
    if not output.requires_grad:
        return dict.fromkeys(range(output.shape[axis + 2]))
    for position in range(output.shape[axis + 2]):
        part = output.select(axis + 2, position)
        weights = torch.rand_like(part) + 0.5
        (gradient,) = torch.autograd.grad(
            (part * weights).sum(), tensors[index], retain_graph=True, materialize_grads=True
        )
        others = [d for d in range(gradient.ndim) if d != axis + 2]
        nonzero = gradient.abs().sum(dim=others).nonzero().flatten().tolist()
        found[position] = (nonzero[0], nonzero[-1]) if nonzero else None
    return found
