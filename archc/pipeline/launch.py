"""The script that trains the stages on torch.distributed: a start for a user's own."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from importlib.resources import files
from string import Template

from archc.codegen.emit import network_name
from archc.codegen.printer import layout
from archc.graph.graph import Graph, Node
from archc.ops.dropout import Dropout
from archc.output import signed

CROSS_ENTROPY = "F.cross_entropy({}, target)"
AFTER = {  # the cross-entropy of what these operators give, and why it is none of logits
    "softmax": (
        "F.nll_loss({}.clamp_min(1e-30).log(), target)",
        "the network ends in softmax; 0 has no logarithm",
    ),
    "log_softmax": ("F.nll_loss({}, target)", "the network ends in log softmax"),
}
ONE_OUTPUT = """
def loss(output: Tensor, target: Tensor) -> Tensor:
    # {note}
    return {output}
"""
WITH_HEADS = '''
def loss(outputs: Tensor | tuple[Tensor, ...], target: Tensor) -> Tensor:
    """The heads that only training has count 0.3, as in GoogLeNet's paper."""
    # {note}
    main, *heads = as_tuple(outputs)
    losses = [{head} for head in heads]
    return {main} + 0.3 * sum(losses)
'''
ANY_OUTPUTS = '''
def loss(outputs: Tensor | tuple[Tensor, ...], target: Tensor) -> Tensor:
    """The mean square of every output, in place of a real loss."""
    return sum(output.square().mean() for output in as_tuple(outputs))
'''


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
    last = _operator(first.node)
    heads = all(
        one.training_only and one.node.shape == first.node.shape and _operator(one.node) == last
        for one in others
    )
    if classes < 2 or first.training_only or not heads:
        return ANY_OUTPUTS, "torch.zeros(size)  # the loss below needs none"
    sizes = ", ".join(["size", *map(str, places)]) + ("" if places else ",")
    target = f"torch.randint({classes}, ({sizes}), generator=generator)"
    return _cross_entropy(WITH_HEADS if others else ONE_OUTPUT, last), target


def _operator(node: Node) -> str:
    """The operator that makes a value's numbers, if that says what loss fits."""
    while node.inputs and (node.op.view or isinstance(node.op, Dropout)):
        node = node.inputs[0]
    return node.op.name if node.op.name in AFTER else ""


def _cross_entropy(template: str, last: str) -> str:
    criterion, note = AFTER.get(last, (CROSS_ENTROPY, ""))
    text = template if note else template.replace("    # {note}\n", "")
    terms = {name: criterion.format(name) for name in ("output", "main", "head")}
    return text.format(note=note, **terms)
