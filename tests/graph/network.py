"""Small documents around a few nodes, expanded, built and run."""

from __future__ import annotations

from textwrap import dedent, indent

import pytest
import torch
from torch import nn

from archc.architecture import Architecture
from archc.errors import SpecError

HEAD = "archc: 1\nname: net\n"


def network(
    nodes: str, rest: str = "", input: str = "input: [3, 8, 8]", **given: object
) -> Architecture:
    """A document of these nodes, and of other keys."""
    text = f"{HEAD}{input}\n{dedent(rest)}\nnodes:\n{indent(dedent(nodes), '  ')}"
    variant = str(given.pop("variant", ""))
    return Architecture.loads(text, variant=variant, **given)  # type: ignore[arg-type]


def variant(patch: str, nodes: str, rest: str = "") -> Architecture:
    """The network with a patch, as a variant of its file."""
    text = f"{dedent(rest)}\nvariants:\n  changed:\n{indent(dedent(patch), '    ')}"
    return network(nodes, text, variant="changed")


def sources(net: Architecture, name: str) -> list[str]:
    """The names of the values that a node reads."""
    return [node.name for node in net.node(name).inputs]


def names(net: Architecture) -> list[str]:
    return [node.name for node in net.nodes]


def result(net: Architecture) -> str:
    """The node that the first output is."""
    return net.outputs[0].node.name


def built(net: Architecture) -> nn.Module:
    """The module, run once; it has the graph's trained names and sizes, and gives its shapes."""
    module = net.build().eval()
    trained = {
        f"{n.name}.{w}": s for n in net.nodes if not n.shared for w, s in n.facts.weights.items()
    }
    assert {name: tuple(p.shape) for name, p in module.named_parameters()} == trained
    assert sum(p.numel() for p in module.parameters()) == net.params
    with torch.no_grad():
        found = module(*(torch.zeros(2, *node.shape) for node in net.inputs.values()))
    found = [found] if isinstance(found, torch.Tensor) else list(found)
    wanted = [output.node.shape for output in net.outputs if not output.training_only]
    assert [tuple(value.shape[1:]) for value in found] == wanted
    return module


def told(nodes: str, rest: str = "", **given: object) -> list[str]:
    """The messages of a network's mistakes."""
    with pytest.raises(SpecError) as caught:
        network(nodes, rest, **given)
    return [mistake.message for mistake in caught.value.mistakes]
