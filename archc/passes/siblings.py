"""Convolutions that read one value become one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any, TypeAlias

from archc.graph.graph import Graph, Node
from archc.graph.rewriting.edits import Merge
from archc.ops.activation import (
    ELU,
    GELU,
    SELU,
    HardSigmoid,
    HardSwish,
    LeakyReLU,
    Mish,
    ReLU,
    ReLU6,
    Sigmoid,
    SiLU,
    Tanh,
)
from archc.ops.base import Operator
from archc.ops.conv import Conv
from archc.ops.linear import FullyConnected
from archc.passes.reading import Reading
from archc.passes.step import Change, Step, Tensors, step

# activations of each number alone: a softmax looks at its siblings, and a PReLU has weights
BY_NUMBER = (
    ReLU, ReLU6, LeakyReLU, ELU, SELU, GELU, SiLU, Mish, Tanh, Sigmoid, HardSigmoid, HardSwish,
)  # fmt: skip
Alike: TypeAlias = tuple[str, Operator, Operator | None]  # scope, settings, activation
LONGEST = 32  # letters of a name that joins those of all siblings


def merge_siblings(graph: Graph) -> Step:
    """Merge convolutions, or fully connected layers, that read one value and differ in their filters alone.

    Exact: each filter sees what it saw. Sums may run in another order. They must stand in one block,
    without norms (which ``fold_norms`` takes away) and with equal activations, of each number alone. Each
    old name is then a slice of channels, which takes no memory. Inception modules have such siblings
    (Szegedy et al., 2015, figure 2b).
    """
    return step(graph, _changes(graph))


def _changes(graph: Graph) -> Iterator[Change]:
    reading = Reading(graph)
    taken: set[str] = set()  # by merges of this run
    for source in [*graph.inputs.values(), *reading.nodes]:
        groups: dict[Alike, list[Node]] = {}
        for node in reading.all_readers(source):
            if _mergeable(reading, node):
                groups.setdefault(_alike(reading, node), []).append(node)
        for nodes in groups.values():
            if len(nodes) > 1:
                yield _merged(reading, nodes, taken)


def _mergeable(reading: Reading, node: Node) -> bool:
    op = node.op
    fits = (isinstance(op, Conv) and op.groups == 1 and op.connections is None) or isinstance(
        op, FullyConnected
    )
    if not fits or not reading.alone(node) or reading.shares(node) or node.training_only:
        return False
    act = reading.place(node).layer.act
    return act is None or isinstance(act.op, BY_NUMBER)


def _alike(reading: Reading, node: Node) -> Alike:
    act = reading.place(node).layer.act
    return reading.scope(node), _one_filter(node.op), act.op if act is not None else None


def _one_filter(op: Operator) -> Operator:
    settings: Any = op
    one: Operator = (
        replace(settings, filters=1, bias=True, init=None)
        if isinstance(op, Conv)
        else replace(settings, units=1, bias=True, init=None)
    )
    return one


def _together(ops: list[Operator]) -> Operator:
    """One operator with the filters of all."""
    first, *rest = ops
    settings: Any = first
    key = "filters" if isinstance(first, Conv) else "units"
    count = getattr(first, key)
    for op in rest:
        count = count + getattr(op, key)
    made: Operator = replace(settings, **{key: count}, bias=True, init=None)
    return made


def _merged(reading: Reading, nodes: list[Node], taken: set[str]) -> Change:
    scope = reading.place(nodes[0]).scope
    ids = [reading.place(node).item.spec.id for node in nodes]
    into = "_".join(ids)
    if len(into) > LONGEST:
        into = f"{ids[0]}_to_{ids[-1]}"
    prefix = f"{scope.path}." if scope.path else ""
    used = {item.spec.id for item in scope.items} | set(scope.inputs)
    while into in used or f"{prefix}{into}" in taken:
        into += "_"
    names = tuple(node.name for node in nodes)
    path = f"{prefix}{into}"
    taken.add(path)
    return Change(
        f"{', '.join(names)} as {path}",
        (path, *names),
        (Merge(scope.path, names, into, _together),),
        partial(_joined, names=names, into=path),
    )


def _joined(tensors: Tensors, names: tuple[str, ...], into: str) -> None:
    import torch

    weights = [tensors.pop(f"{name}.weight") for name in names]
    biases = [tensors.pop(f"{name}.bias", None) for name in names]
    pairs = zip(weights, biases, strict=True)
    filled = [w.new_zeros(len(w)) if b is None else b for w, b in pairs]
    tensors[f"{into}.weight"] = torch.cat(weights)
    tensors[f"{into}.bias"] = torch.cat(filled)
