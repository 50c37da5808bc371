"""Norms and scales as what they are in evaluation, a factor and a summand for each channel; and layers
that can take those in.

Folded numbers are computed in float64 and rounded once, to the type that the layer's weight has.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from archc.graph.graph import Node
from archc.ops.base import Operator
from archc.ops.conv import Conv, Convolution
from archc.ops.conv_transpose import ConvTranspose
from archc.ops.linear import FullyConnected
from archc.ops.norm import BatchNorm
from archc.ops.scale import Scale
from archc.passes.step import Tensors

if TYPE_CHECKING:
    from torch import Tensor

Affine = BatchNorm | Scale
Linear = Convolution | ConvTranspose | FullyConnected


def takes(op: Operator) -> bool:
    """Whether factors and summands can be folded into the operator's weights."""
    return isinstance(op, Linear) and not (isinstance(op, Conv) and op.connections is not None)


def with_bias(op: Operator) -> Operator:
    """The layer with a bias, which the summands become."""
    changed: Any = op
    made: Operator = replace(changed, bias=True)
    return made


@dataclass(frozen=True)
class Norm:
    """Where the numbers of a norm or scale stand in a state dict."""

    name: str
    eps: float | None  # None: a scale

    @classmethod
    def of(cls, node: Node) -> Norm:
        return cls(node.name, node.op.eps if isinstance(node.op, BatchNorm) else None)

    def take(self, tensors: Tensors) -> tuple[Tensor, Tensor]:
        """Its factors and summands (C,) in float64; its tensors leave the state dict."""
        own = {
            key: tensors.pop(f"{self.name}.{key}", None)
            for key in ("weight", "bias", "running_mean", "running_var", "num_batches_tracked")
        }
        mean, variance = own["running_mean"], own["running_var"]
        some = next(tensor for tensor in own.values() if tensor is not None)
        factor = (
            some.new_ones(some.shape).double() if own["weight"] is None else own["weight"].double()
        )
        summand = factor * 0 if own["bias"] is None else own["bias"].double()
        if self.eps is None or mean is None or variance is None:
            return factor, summand
        factor = factor / (variance.double() + self.eps).sqrt()
        return factor, summand - mean.double() * factor


@dataclass(frozen=True)
class Layer:
    """Where the numbers of a layer stand in a state dict, and how they are laid out."""

    name: str
    op: Operator
    repeats: int = 1  # how many of its inputs come from one channel: positions that it flattens

    @classmethod
    def of(cls, node: Node) -> Layer:
        shape = node.inputs[0].shape
        positions = node.facts.weights["weight"][-1] // shape[0]
        return cls(node.name, node.op, positions if isinstance(node.op, FullyConnected) else 1)

    def scale_outputs(self, tensors: Tensors, factor: Tensor, summand: Tensor) -> None:
        """Its result times ``factor`` plus ``summand``, by channel."""
        weight = tensors[f"{self.name}.weight"]
        bias = tensors.get(f"{self.name}.bias")
        wide = weight.double()
        if isinstance(self.op, ConvTranspose):  # (in, out / groups, …)
            groups = self.op.groups
            split = wide.reshape(groups, -1, *wide.shape[1:])
            scaled = split * _along(factor.view(groups, 1, -1), split)
            wide = scaled.flatten(0, 1)
        else:
            wide = wide * _along(factor, wide)
        moved = summand if bias is None else bias.double() * factor + summand
        self._store(tensors, wide, moved, weight)

    def take_inputs(self, tensors: Tensors, factor: Tensor, summand: Tensor) -> None:
        """Made for inputs that come without their ``factor`` and ``summand``, by channel.

        Its windows must not reach into padding, which would have had neither.
        """
        weight = tensors[f"{self.name}.weight"]
        bias = tensors.get(f"{self.name}.bias")
        wide = weight.double()
        factor, summand = (self._by_filter(numbers, wide) for numbers in (factor, summand))
        moved = (wide * summand).flatten(1).sum(1)
        moved = moved if bias is None else bias.double() + moved
        self._store(tensors, wide * factor, moved, weight)

    def _by_filter(self, numbers: Tensor, weight: Tensor) -> Tensor:
        """Numbers of the input's channels as the filters see them: (filters or 1, channels read, …)."""
        if self.repeats != 1:
            numbers = numbers.repeat_interleave(self.repeats)
        filters, read = weight.shape[:2]
        groups = len(numbers) // read
        if groups == 1:
            return _along(numbers.view(1, -1), weight)
        each = numbers.view(groups, 1, read).expand(groups, filters // groups, read)
        return _along(each.reshape(filters, read), weight)

    def _store(self, tensors: Tensors, weight: Tensor, bias: Tensor, like: Tensor) -> None:
        tensors[f"{self.name}.weight"] = weight.to(like.dtype)
        tensors[f"{self.name}.bias"] = bias.to(like.dtype)


def _along(numbers: Tensor, tensor: Tensor) -> Tensor:
    """With axes of size 1 behind, so that the numbers go along the tensor's first axes."""
    return numbers.reshape(*numbers.shape, *(1,) * (tensor.ndim - numbers.ndim))
