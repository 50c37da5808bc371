"""Why an operator cannot take its inputs: how each shape came about, and a remedy that was tried."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterator, Mapping

from archc.errors import Label, Mistake, Span
from archc.graph.frame import Frame
from archc.graph.graph import Node
from archc.ops.base import AttributeMistake, Operator, Shape, ShapeError
from archc.spec.document import NodeSpec
from archc.spec.tree import Seq

LONGEST = 7  # nodes shown of one derivation


def dims(shape: Shape) -> str:
    """``64 × 28 × 28``"""
    return " × ".join(map(str, shape))


def disagreement(
    error: ShapeError,
    name: str,
    op: Operator,
    inputs: tuple[Node, ...],
    spec: NodeSpec,
    frame: Frame,
) -> Mistake:
    """The mistake of an operator that cannot take its inputs, with the derivation of their shapes."""
    spans = list(_input_spans(spec, len(inputs)))
    labels = tuple(Label(span, dims(node.shape)) for span, node in zip(spans, inputs, strict=True))
    if len(inputs) < 2 or len(spans) < 2:
        at, labels = spec.marks.span(), ()
    else:
        at = spans[error.inputs[0] if error.inputs else 0]
    where = ", ".join(part for part in (name, frame.where) if part)
    why, help = tuple(derivations(inputs, error.inputs)), error.help
    if len(inputs) > 1 and error.inputs:
        help = remedy(op, inputs, error.inputs) or help
    return Mistake(error.code, error.message, at, labels, where, why, help)


def _input_spans(spec: NodeSpec, count: int) -> Iterator[Span]:
    written = spec.marks.get("from")
    for index in range(count):
        if isinstance(written, Seq) and index < len(written):
            yield written.span(index)
        else:
            yield spec.marks.span()


def derivations(inputs: tuple[Node, ...], odd: tuple[int, ...]) -> Iterator[str]:
    """How each differing shape came about: a headline and its chain, odd ones first."""
    fork = _fork(inputs) if len(inputs) > 1 else None
    order = [*odd, *(i for i in range(len(inputs)) if i not in odd)]
    groups: dict[Shape, list[Node]] = {}
    for index in order:
        groups.setdefault(inputs[index].shape[1:] or inputs[index].shape, []).append(inputs[index])
    for nodes in groups.values():
        first, others = nodes[0], list(dict.fromkeys(n.name for n in nodes[1:]))
        also = f", and so did {' and '.join(others)}" if others else ""
        yield f"● {first.name} came to {dims(first.shape)}{also}"
        yield from _chain_lines(first, fork)


def _chain_lines(last: Node, fork: Node | None) -> Iterator[str]:
    chain = list(_chain(last, fork))
    names = max(len(node.name) for node in chain)
    sums = [node.op.arithmetic(node.input_shapes, node.shape) for node in chain]
    width = max(map(len, sums))
    for node, arithmetic in zip(chain, sums, strict=True):
        line = f"   line {node.spec.marks.span().line}" if node.spec is not None else ""
        yield f"    {node.name:<{names}}  {arithmetic:<{width}}  {dims(node.shape)}{line}".rstrip()


def _chain(last: Node, fork: Node | None) -> list[Node]:
    """From the fork (or the nodes shortly before) down to the node, along first inputs."""
    chain = [last]
    while chain[-1] is not fork and chain[-1].inputs and len(chain) < LONGEST:
        chain.append(chain[-1].inputs[0])
    return chain[::-1]


def _fork(inputs: tuple[Node, ...]) -> Node | None:
    """The nearest value from which all inputs come, along first inputs."""

    def back(node: Node) -> Iterator[Node]:
        while True:
            yield node
            if not node.inputs:
                return
            node = node.inputs[0]

    shared = [set(map(id, back(node))) for node in inputs[1:]]
    return next((n for n in back(inputs[0]) if all(id(n) in line for line in shared)), None)


def remedy(op: Operator, inputs: tuple[Node, ...], odd: tuple[int, ...]) -> str:
    """One changed setting that makes the operator accept its inputs, tried before it is offered."""
    target = Counter(node.shape[1:] for i, node in enumerate(inputs) if i not in odd).most_common(1)
    fork = _fork(inputs)
    if not target or len(odd) != 1 or fork is None:
        return ""
    chain = _chain(inputs[odd[0]], fork)
    for node in reversed(chain[1:] if chain[0] is fork else chain):
        for change in _changes(node):
            shapes = [n.shape for n in inputs]
            shapes[odd[0]] = _rerun(chain, node, change)
            if shapes[odd[0]] and _accepts(op, tuple(shapes)):
                words = " with ".join(f"{key} {value}" for key, value in change.items())
                size = dims(shapes[odd[0]])
                return f"let {node.name} have {words}: then {inputs[odd[0]].name} comes to {size}"
    return ""


def _changes(node: Node) -> Iterator[Mapping[str, object]]:
    """Small changes of a node's settings, likeliest first."""
    declared = node.op.attributes()
    kernel = getattr(node.op, "kernel", 0)
    if "padding" in declared:
        yield from (
            {"padding": p} for p in range(1 + (kernel if isinstance(kernel, int) else 3) // 2)
        )
        yield from ({"kernel": k, "padding": k // 2} for k in (1, 3, 5, 7))
    if "ceil" in declared:
        yield {"ceil": not getattr(node.op, "ceil", False)}
    if "stride" in declared:
        yield from ({"stride": s} for s in (1, 2))


def _rerun(chain: list[Node], changed: Node, change: Mapping[str, object]) -> Shape:
    """The shape at the chain's end with one node's settings changed; empty where it fails."""
    shape = chain[0].shape
    for node in chain[1:]:
        try:
            op = node.op if node is not changed else dataclasses.replace(node.op, **change)
            op.check()
            shape = op.infer((shape, *node.input_shapes[1:]))
        except (ShapeError, AttributeMistake):
            return ()
    return shape


def _accepts(op: Operator, shapes: tuple[Shape, ...]) -> bool:
    try:
        op.infer(shapes)
    except ShapeError:
        return False
    return True
