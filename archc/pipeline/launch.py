"""The script that trains the stages on torch.distributed: a start for a user's own."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from importlib.resources import files
from string import Template

from archc.codegen.emit import network_name
from archc.codegen.printer import layout
from archc.graph.graph import Graph
from archc.output import signed

ONE_OUTPUT = """
def loss(output: Tensor, target: Tensor) -> Tensor:
    return F.cross_entropy(output, target)
"""
WITH_HEADS = '''
def loss(outputs: Tensor | tuple[Tensor, ...], target: Tensor) -> Tensor:
    """The heads that only training has count 0.3, as in GoogLeNet's paper."""
    main, *heads = as_tuple(outputs)
    losses = [F.cross_entropy(head, target) for head in heads]
    return F.cross_entropy(main, target) + 0.3 * sum(losses)
'''
ANY_OUTPUTS = '''
def loss(outputs: Tensor | tuple[Tensor, ...], target: Tensor) -> Tensor:
    """The mean square of every output, in place of a real loss."""
    return sum(output.square().mean() for output in as_tuple(outputs))
'''
PLAIN = """
    if rank == len(STAGES) - 1:  # a pipeline takes plain tuples, no named ones
        module.register_forward_hook(lambda _, inputs, outputs: as_tuple(outputs))
"""


def launch_script(graph: Graph, stages: Sequence[Graph]) -> str:
    """The source of ``train.py``, which stands beside ``whole.py`` and a file for each stage."""
    names = [network_name(stage) for stage in stages]
    whole = network_name(graph)
    imports = [f"from stage{index} import {name}" for index, name in enumerate(names)]
    loss, target = _loss(graph)
    template = files("archc.pipeline").joinpath("train.py.txt").read_text(encoding="utf-8")
    text = Template(template).substitute(
        name=graph.name,
        count=len(stages),
        batch=2 * len(stages),
        microbatches=len(stages),
        imports="\n".join([*imports, f"from whole import {whole}"]),
        stages=_tuple("STAGES", names),
        inputs=_tuple("INPUTS", [repr(node.shape) for node in graph.inputs.values()]),
        whole=whole,
        plain=PLAIN.lstrip("\n") if len(graph.outputs) > 1 else "",
        functional="" if loss is ANY_OUTPUTS else "import torch.nn.functional as F\n",
        loss=loss.strip(),
        target=target,
    )
    return signed(text)


def _tuple(name: str, items: Sequence[str]) -> str:
    """The statement that gives a tuple of expressions a name."""
    expressions = [ast.parse(item, mode="eval").body for item in items]
    return "\n".join(layout(f"{name} = ", ast.Tuple(expressions, ast.Load()), 0))


def _loss(graph: Graph) -> tuple[str, str]:
    """A loss that fits the outputs, and an expression for a random target."""
    first, *others = graph.outputs
    classes, *places = first.node.shape
    heads = all(one.training_only and one.node.shape == first.node.shape for one in others)
    if classes < 2 or first.training_only or not heads:
        return ANY_OUTPUTS, "torch.zeros(size)  # the loss below needs none"
    sizes = ", ".join(["size", *map(str, places)]) + ("" if places else ",")
    target = f"torch.randint({classes}, ({sizes}), generator=generator)"
    return (WITH_HEADS if others else ONE_OUTPUT), target
