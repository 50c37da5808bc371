"""A network in PyTorch and its ONNX file in ONNX Runtime, on the same random input."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import onnxruntime
import torch
from torch import Tensor, nn

import archc
from archc.architecture import Architecture
from archc.errors import SpecError
from archc.graph.graph import Graph

MOST = 1e-4  # largest difference, relative to the largest magnitude of the output


def shaken(module: nn.Module) -> nn.Module:
    """The module in evaluation mode, its scales and statistics no longer ones and zeros."""
    made = torch.Generator().manual_seed(5)
    for name, tensor in module.state_dict().items():
        if not tensor.is_floating_point() or tensor.ndim > 1 or name.endswith("codes"):
            continue
        low, high = (-0.3, 0.3) if name.endswith(("bias", "running_mean")) else (0.6, 1.4)
        noise = torch.rand(tensor.shape, generator=made).to(tensor.dtype)
        tensor.copy_(noise * (high - low) + low)
    return module.eval()


def settled(module: nn.Module, inputs: Sequence[Tensor]) -> nn.Module:
    """The module with running statistics of these inputs, without which very deep ones overflow."""
    for part in module.modules():
        if isinstance(part, nn.BatchNorm2d):
            part.momentum = 1.0
    expected(module.train(), inputs)
    return module.eval()


def noise(graph: Graph, batch: int = 2) -> list[Tensor]:
    made = torch.Generator().manual_seed(3)
    return [torch.randn(batch, *node.shape, generator=made) for node in graph.inputs.values()]


def expected(module: nn.Module, inputs: Sequence[Tensor]) -> list[Tensor]:
    with torch.no_grad():
        found: Any = module(*inputs)
    return [found] if isinstance(found, Tensor) else list(found)


def session(content: bytes) -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3  # no remarks
    return onnxruntime.InferenceSession(content, options)


def run(content: bytes, graph: Graph, inputs: Sequence[Tensor]) -> list[Tensor]:
    """What ONNX Runtime computes."""
    given = {name: x.numpy() for name, x in zip(graph.inputs, inputs, strict=True)}
    return [torch.from_numpy(value) for value in session(content).run(None, given)]


def differences(
    content: bytes, graph: Graph, module: nn.Module, batches: Sequence[int] = (2,)
) -> Iterator[float]:
    """Of each output, the largest difference by the largest magnitude in PyTorch's.

    What is infinite or no number in one has to be so in the other.
    """
    for batch in batches:
        inputs = noise(graph, batch)
        pairs = zip(run(content, graph, inputs), expected(module, inputs), strict=True)
        for found, wanted in pairs:
            assert found.shape == wanted.shape
            assert torch.equal(found.isfinite(), wanted.isfinite())
            one, other = (t.nan_to_num(0, 0, 0).double() for t in (found, wanted))
            largest = float(other.abs().max())
            yield float((one - other).abs().max()) / (largest or 1)


SIDES = (32, 64, 75, 96, 128, 160, 188, 224, 256, 299)


def smallest(name: str) -> Architecture:
    """A bundled spec for the smallest square input that it takes, of some usual ones."""
    net = archc.load(name)
    (shape,) = (node.shape for node in net.inputs.values())
    if len(shape) != 3:
        return net
    for side in SIDES:
        if side < shape[1]:
            try:
                return archc.load(name, input=[shape[0], side, side])
            except SpecError:
                continue
    return net
