"""What else makes a PyTorch model fast: TorchScript's optimiser, torch.compile, ONNX Runtime.

Each function gives a task that computes the model's output for these images, ready to be timed.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

import archc

if TYPE_CHECKING:
    from torch import Tensor, nn

Compute = Callable[[], Any]


@contextmanager
def quiet() -> Iterator[None]:
    """Without the deprecation warnings of older interfaces, which are measured because they are there."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def torchscript(model: nn.Module, images: Tensor) -> Compute:
    """Traced, frozen and ``optimize_for_inference``; it optimises further at its first two calls."""
    import torch

    with quiet(), torch.inference_mode():
        frozen = torch.jit.freeze(torch.jit.trace(model, images))  # type: ignore[no-untyped-call]
        task = partial(torch.jit.optimize_for_inference(frozen), images)
        task()
        task()
    return task


def compiled(model: nn.Module, images: Tensor, **settings: Any) -> Compute:
    """``torch.compile`` for this batch, with no cache from before: compiled when this returns."""
    import torch

    torch._dynamo.reset()
    with quiet(), torch.inference_mode():
        task = partial(torch.compile(model, dynamic=False, **settings), images)
        task()
    return task


def onnx_runtime(
    net: archc.Architecture, model: nn.Module, images: Tensor, threads: int
) -> Compute:
    """ONNX Runtime on archc's own ONNX file of the same weights; its threads do not wait busily
    after a call, as they would in the next rival's time."""
    import onnxruntime

    from archc.targets.onnx import to_onnx

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    options.add_session_config_entry("session.force_spinning_stop", "1")
    session = onnxruntime.InferenceSession(
        to_onnx(net.graph, model), options, providers=["CPUExecutionProvider"]
    )
    feed = {session.get_inputs()[0].name: images.numpy()}
    return partial(_first, session, feed)


def _first(session: Any, feed: dict[str, Any]) -> Tensor:
    import torch

    return torch.from_numpy(session.run(None, feed)[0])
