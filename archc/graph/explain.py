"""Why an operator cannot take its inputs: how the shape of each came about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from archc.errors import Label, Mistake, Span
from archc.graph.frame import Frame
from archc.graph.graph import Node
from archc.ops.base import Shape, ShapeError
from archc.spec.document import NodeSpec
from archc.spec.tree import Seq

LONGEST = 7  # nodes shown of one derivation


def dims(shape: Shape) -> str:
    """``64 × 28 × 28``"""
    return " × ".join(map(str, shape))


def disagreement(
    error: ShapeError, name: str, inputs: tuple[Node, ...], spec: NodeSpec, frame: Frame
) -> Mistake:
    """The mistake of an operator that cannot take its inputs, with the derivation of their shapes."""
    spans = _input_spans(spec, len(inputs))
    at = spec.marks.span()
    labels: tuple[Label, ...] = ()
    if len(set(spans)) > 1:
        at = spans[error.inputs[0] if error.inputs else 0]
        labels = tuple(Label(s, dims(n.shape)) for s, n in zip(spans, inputs, strict=True))
    where = ", ".join(part for part in (local(name, frame), frame.where) if part)
    why = tuple(derivations(inputs, error.inputs, frame))
    return Mistake(error.code, error.message, at, labels, where, why, error.help)


def local(name: str, frame: Frame) -> str:
    """A node's name as its own scope writes it."""
    return name.removeprefix(f"{frame.scope.path}.") if frame.scope.path else name


def _input_spans(spec: NodeSpec, count: int) -> list[Span]:
    written = spec.marks.get("from")
    return [
        written.span(index)
        if isinstance(written, Seq) and index < len(written)
        else spec.marks.span()
        for index in range(count)
    ]


class Row(NamedTuple):
    """One step of a derivation."""

    name: str
    sum: str
    shape: str
    line: str
    remark: str = ""


def derivations(inputs: Sequence[Node], odd: Sequence[int], frame: Frame) -> Iterator[str]:
    """How each differing shape came about: a headline and its chain, odd ones first."""
    if not inputs:
        return
    meeting = fork(inputs) if len(inputs) > 1 else None
    order = [*odd, *(i for i in range(len(inputs)) if i not in odd)]
    groups: dict[Shape, list[Node]] = {}
    sizes = len({node.shape[1:] for node in inputs}) > 1  # else it is the channels that differ
    for index in order:
        shape = inputs[index].shape
        groups.setdefault((shape[1:] or shape) if sizes else shape, []).append(inputs[index])
    chains = [chain(nodes[0], meeting) for nodes in groups.values()]
    if len(chains) == 1 and len(chains[0]) == 1:
        return  # the input itself
    remarks = {}
    if len(chains) > 1:
        others = [node for line in chains[1:] for node in line]
        left = departure(chains[0], others) or departure(chains[1], chains[0])
        if left:
            remarks[id(left[1])] = _remark(*left)
    tables = [list(_rows(line, meeting, frame, remarks)) for line in chains]
    widths = [max(len(row[column]) for table in tables for row in table) for column in range(4)]
    for (shape, nodes), table in zip(groups.items(), tables, strict=True):
        names = list(dict.fromkeys(local((node.owner or node).name, frame) for node in nodes))
        also = f", and so did {' and '.join(names[1:])}" if names[1:] else ""
        yield f"● {names[0]} came to {dims(shape)}{also}"
        for row in table:
            cells = "  ".join(f"{row[column]:<{widths[column]}}" for column in range(4))
            yield f"    {cells}  {row.remark}".rstrip()


def _rows(
    line: list[Node], meeting: Node | None, frame: Frame, remarks: dict[int, str]
) -> Iterator[Row]:
    if line[0] is not meeting and line[0].inputs:
        yield Row("…", "", dims(line[0].inputs[0].shape), "")
    outside = {id(node): name for name, node in frame.scope.inputs.items()}
    for node in line:
        place = f"line {node.spec.marks.span().line}" if node.spec is not None else ""
        name, arithmetic = local(node.name, frame), ""
        if id(node) in outside:
            name = outside[id(node)]
            arithmetic = f"from {node.name}" if node.name != name else ""
        else:
            arithmetic = node.op.arithmetic(node.input_shapes, node.shape)
        yield Row(name, arithmetic, dims(node.shape), place, remarks.get(id(node), ""))


def chain(last: Node, meeting: Node | None, longest: int = LONGEST) -> list[Node]:
    """From where the branches part (or shortly before) down to the node, along first inputs."""
    line = [last]
    while line[-1] is not meeting and line[-1].inputs and len(line) < longest:
        line.append(line[-1].inputs[0])
    return line[::-1]


def fork(inputs: Sequence[Node]) -> Node | None:
    """The nearest value from which all inputs come, along first inputs."""

    def back(node: Node) -> Iterator[Node]:
        yield node
        while node.inputs:
            node = node.inputs[0]
            yield node

    shared = [set(map(id, back(node))) for node in inputs[1:]]
    return next((n for n in back(inputs[0]) if all(id(n) in line for line in shared)), None)


def departure(line: list[Node], others: list[Node]) -> tuple[Node, Node] | None:
    """The first step whose result has a size (or else channels) that no step of the others has."""
    known = {node.shape[1:] for node in others}
    for before, node in pairwise(line):
        if node.shape[1:] not in known:
            return before, node
    if line[-1].shape[1:] != others[-1].shape[1:]:
        return None
    steps = [pair for pair in pairwise(line) if pair[0].shape != pair[1].shape]
    return steps[-1] if steps else None


def _remark(before: Node, node: Node) -> str:
    """``◀ here a row and a column are lost``"""
    if before.shape[1:] == node.shape[1:]:
        return f"◀ here the channels become {node.shape[0]}"
    steps = {old - new for old, new in zip(before.shape[1:], node.shape[1:], strict=False)}
    axes = len(node.shape) - 1
    lost = next(iter(steps), 0)
    if len(steps) != 1 or len(before.shape) != len(node.shape) or axes > 2 or abs(lost) > 3:
        return f"◀ here {dims(before.shape[1:])} becomes {dims(node.shape[1:]) or 'a vector'}"
    what = "lost" if lost > 0 else "added"
    count = abs(lost)
    names = ("position",) if axes == 1 else ("row", "column")
    parts = [f"a {name}" if count == 1 else f"{count} {name}s" for name in names]
    plural = "is" if count == axes == 1 else "are"
    return f"◀ here {' and '.join(parts)} {plural} {what}"
