"""A network as ``torch.export`` captures it: one file of graph and weights that needs torch alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import wraps
from typing import TYPE_CHECKING, Any

from archc.errors import Mistake, SpecError
from archc.graph.graph import Graph
from archc.output import marked_weights

if TYPE_CHECKING:
    from torch import nn
    from torch.export import ExportedProgram

SAMPLES = 2  # in the example: torch takes a batch of 1 for one that is always 1


def to_pt2(graph: Graph, module: nn.Module) -> bytes:
    """The content of a ``.pt2`` file: ``module`` in evaluation mode, for any batch.

    ``torch.export.load(file).module()`` gives it back. Several outputs come as a plain tuple, in the
    spec's order. The module stays as it was.

    Raises:
        SpecError: torch.export cannot capture the module.
    """
    import io
    import warnings

    import torch

    buffer = io.BytesIO()
    with _evaluating(module), _plain(module), warnings.catch_warnings():
        # weights with the channels last are whole, but not in the order that torch asks for
        warnings.filterwarnings("ignore", "No complete tensor found", UserWarning)
        torch.export.save(exported(graph, module), buffer)
    return marked_weights(buffer.getbuffer())


def exported(graph: Graph, module: nn.Module) -> ExportedProgram:
    """Like :func:`to_pt2`, as torch's own object; the module has to be in evaluation mode."""
    import torch

    batch = torch.export.Dim("batch", min=1)
    tensor = next(module.parameters(), torch.empty(()))
    example = tuple(
        torch.zeros(SAMPLES, *node.shape, device=tensor.device, dtype=tensor.dtype)
        for node in graph.inputs.values()
    )
    try:
        program = torch.export.export(
            module, example, dynamic_shapes=[{0: batch}] * len(example), strict=False
        )
    except Exception as error:  # torch raises of its own kinds, and whatever the module raises
        reason = str(error).strip().partition("\n")[0] or type(error).__name__
        message = f"torch.export cannot take {graph.name}: {reason}"
        help = "leave pt2 out of --emit; onnx is written from the spec, not captured"
        raise SpecError([Mistake("A104", message, help=help)]) from error
    for node in program.graph.nodes:
        node.meta.pop("stack_trace", None)  # paths of this machine
    return program


@contextmanager
def _evaluating(module: nn.Module) -> Iterator[None]:
    """The module in evaluation mode; afterwards each part is in the mode that it was in."""
    modes = [(part, part.training) for part in module.modules()]
    module.eval()
    try:
        yield
    finally:
        for part, training in modes:
            part.training = training


@contextmanager
def _plain(module: nn.Module) -> Iterator[None]:
    """The module returns a plain tuple: who loads the file does not have the class of a named one."""
    before = vars(module).get("forward")
    forward = module.forward

    @wraps(forward)
    def plain(*inputs: Any) -> Any:
        found = forward(*inputs)
        return tuple(found) if isinstance(found, tuple) else found

    module.forward = plain
    try:
        yield
    finally:
        del module.forward
        if before is not None:
            module.forward = before
