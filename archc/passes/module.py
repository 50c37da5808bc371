"""A built module made anew from an optimised graph, with the weights that follow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archc.codegen.build import graph_of, network_class
from archc.errors import Mistake, SpecError
from archc.graph.graph import Graph, Node
from archc.ops.base import Shape
from archc.passes.operators import ChannelsLast
from archc.passes.optimise import Optimised, optimise
from archc.passes.step import Pass, Tensors

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import nn


def optimised(module: nn.Module, passes: Sequence[Pass]) -> nn.Module:
    """The module for inference; the one that is given stays as it is.

    Raises:
        SpecError: archc did not build it in this process, it is in training mode, or holds other tensors.
    """
    graph = graph_of(module)
    if graph is None:
        message = f"{type(module).__name__} is no module that archc built in this process"
        help = "build it by archc.build, and load its weights by load_state_dict"
        raise SpecError([Mistake("A101", message, help=help)])
    return carried(module, graph, optimise(graph, passes))


def carried(module: nn.Module, graph: Graph, result: Optimised) -> nn.Module:
    """The optimised graph of ``graph`` as a module, with the weights of ``module``.

    Raises:
        SpecError: ``module`` is in training mode, or its tensors are not those of ``graph``.
    """
    training = next((name for name, part in module.named_modules() if part.training), None)
    if training is not None:
        which = f"{training} of the module" if training else "the module"
        message = (
            f"{which} is in training mode, in which its batch norms and dropouts work otherwise"
        )
        raise SpecError([Mistake("A101", message, help="call .eval() on it first")])
    tensors = {name: tensor.detach() for name, tensor in module.state_dict().items()}
    _check(graph, tensors)
    return module_of(result.graph, result.carry(tensors))


def module_of(graph: Graph, tensors: Tensors) -> nn.Module:
    """A module of the graph in evaluation mode that holds copies of these tensors, on their device."""
    import torch

    with torch.inference_mode(False), torch.no_grad():  # so that a change of weights can be seen
        return _made(graph, tensors)


def _made(graph: Graph, tensors: Tensors) -> nn.Module:
    import torch

    module = _without_numbers(network_class(graph))
    module.load_state_dict({key: t.clone() for key, t in tensors.items()}, assign=True)
    some = next(iter(tensors.values()), torch.empty(0))
    for part in module.modules():
        for name in part._non_persistent_buffers_set:  # codes and tables, in no state dict
            buffer = part.get_buffer(name)
            like = some.dtype if buffer.is_floating_point() else buffer.dtype
            setattr(part, name, buffer.to(some.device, like))
    if any(isinstance(node.op, ChannelsLast) for node in graph.nodes.values()):
        module.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return module.eval().requires_grad_(False)


def _without_numbers(made: type[nn.Module]) -> nn.Module:
    """A module whose tensors wait for their numbers; filling them first would take longest of all."""
    import torch

    try:
        with torch.device("meta"):
            module = made()
    except NotImplementedError:  # an initialisation that computes
        return made()
    return made() if any(part._non_persistent_buffers_set for part in module.modules()) else module


def _check(graph: Graph, tensors: Tensors) -> None:
    """
    Raises:
        SpecError: a tensor that the graph has is missing, or has another shape; or there is one more.
    """
    unknown = {key for key in tensors if not key.endswith(".num_batches_tracked")}
    for node in graph.nodes.values():
        if node.shared is None:
            for key, shape in (*node.facts.weights.items(), *_statistics(node)):
                found = tensors.get(f"{node.name}.{key}")
                if found is None or tuple(found.shape) != tuple(shape):
                    what = (
                        f"has the shape {tuple(found.shape)}" if found is not None else "is missing"
                    )
                    raise _changed(f"{node.name}.{key} {what}; its spec gives it {tuple(shape)}")
            unknown -= {f"{node.name}.{key}" for key in (*node.facts.weights, *node.facts.buffers)}
    if unknown:
        raise _changed(f"{min(unknown)} is none of its spec's")


def _statistics(node: Node) -> tuple[tuple[str, Shape], ...]:
    """The buffers of a norm, which folding needs; others may be in no state dict."""
    return tuple(node.facts.buffers.items()) if node.op.role == "norm" else ()


def _changed(words: str) -> SpecError:
    help = "optimise the module as archc built it, before its layers are changed"
    return SpecError([Mistake("A101", f"the module's tensor {words}", help=help)])
