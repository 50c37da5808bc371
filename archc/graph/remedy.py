"""One changed setting that makes an operator accept its inputs, tried before it is offered."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from archc.errors import Mistake
from archc.graph.explain import chain, departure, dims, fork, local
from archc.graph.frame import Frame
from archc.graph.graph import Node
from archc.ops.base import AttributeMistake, Operator, Shape, ShapeError, Shapes, show
from archc.spec.document import Block, Document, NodeSpec
from archc.spec.expressions import Expression

FARTHEST = 40  # steps back that are tried
MOST = 3  # changes that are tried on the whole spec
LONGEST_LINE = 100  # columns; longer lines are not shown rewritten


class Change(NamedTuple):
    """Other settings of one node, with which a merge accepts its inputs."""

    node: Node
    spec: NodeSpec  # the node's
    name: str  # as its scope writes it
    settings: dict[str, Any]
    op: Operator  # with these settings
    shape: Shape  # the node's, then
    inputs: Shapes  # of the merge, then
    branches: int  # how many inputs agreed before


def changes(
    op: Operator, inputs: tuple[Node, ...], odd: Sequence[int], frame: Frame
) -> list[Change]:
    """Changes with which the operator accepts its inputs, likeliest first; few of them."""
    if len(odd) != 1:
        return []
    found = _changes_of(odd[0], op, inputs, frame)
    if not found and len(inputs) == 2:  # then either may be the odd one
        found = _changes_of(1 - odd[0], op, inputs, frame)
    return found


def _changes_of(odd: int, op: Operator, inputs: tuple[Node, ...], frame: Frame) -> list[Change]:
    """Changes above one of the inputs."""
    others = [node for index, node in enumerate(inputs) if index != odd]
    target = Counter(node.shape for node in others).most_common(1)[0][0]
    meeting = fork(inputs)
    line = chain(inputs[odd], meeting, FARTHEST)
    left = departure(line, [node for other in others for node in chain(other, meeting)])
    blamed = [left[1]] if left else []
    found: list[Change] = []
    for node in [*blamed, *(node for node in reversed(line[1:]) if node not in blamed)]:
        spec = node.spec
        if spec is None or node.role or spec.share is not None:
            continue
        for settings in _settings(node.op, spec, target):
            trial = _rerun(line, node, settings)
            if trial is None:
                continue
            made, shape, end = trial
            shapes = tuple(end if i == odd else input.shape for i, input in enumerate(inputs))
            if _accepts(op, shapes):
                name = local(node.name, frame)
                name = name.rpartition(".")[0] if spec.repeat is not None else name
                found.append(Change(node, spec, name, settings, made, shape, shapes, len(others)))
                if len(found) == MOST:
                    return found
    return found


def _settings(op: Operator, spec: NodeSpec, target: Shape) -> Iterator[dict[str, Any]]:
    """Small changes of a node's settings, likeliest first; none of what an expression gives."""
    for settings in _likely(op, target):
        fixed = any(isinstance(spec.settings.get(key), Expression) for key in settings)
        same = all(getattr(op, key) == value for key, value in settings.items())
        if not fixed and not same:
            yield settings


def _likely(op: Operator, target: Shape) -> Iterator[dict[str, Any]]:
    declared = op.attributes()
    kernel = getattr(op, "kernel", None)
    if "padding" in declared and isinstance(kernel, int):
        yield from ({"padding": size} for size in range(1 + kernel // 2))
        near = sorted((3, 5, 7), key=lambda size: abs(size - kernel))
        yield from ({"kernel": size, "padding": size // 2} for size in near)
    elif "padding" in declared and isinstance(kernel, tuple):
        yield {"padding": [size // 2 for size in kernel]}
    if "ceil" in declared:
        yield {"ceil": not getattr(op, "ceil", False)}
    if "stride" in declared:
        yield from ({"stride": step} for step in (1, 2))
    if "filters" in declared:
        yield {"filters": target[0]}


def _rerun(
    line: list[Node], changed: Node, settings: Mapping[str, Any]
) -> tuple[Operator, Shape, Shape] | None:
    """The changed operator, its shape and that at the chain's end; None where it fails."""
    shape = line[0].shape
    made, own = changed.op, shape
    for node in line[1:]:
        op = node.op
        try:
            if node.spec is changed.spec and not node.role:
                op = type(op).make({**_given(op), **settings})
            shape = op.infer((shape, *node.input_shapes[1:]))
        except (ShapeError, AttributeMistake):
            return None
        if node is changed:
            made, own = op, shape
    return made, own, shape


def _given(op: Operator) -> dict[str, Any]:
    values = {key: getattr(op, key) for key in op.attributes()}
    return {key: value for key, value in values.items() if value is not None}


def _accepts(op: Operator, shapes: Shapes) -> bool:
    try:
        op.infer(shapes)
    except ShapeError:
        return False
    return True


def changed(document: Document, change: Change) -> Document:
    """The document with the change made in it."""
    old = change.spec
    new = dataclasses.replace(old, settings={**old.settings, **change.settings})

    def swap(nodes: dict[str, NodeSpec]) -> dict[str, NodeSpec]:
        return {id: new if spec is old else spec for id, spec in nodes.items()}

    def with_nodes(block: Block) -> Block:
        return dataclasses.replace(block, nodes=swap(block.nodes))

    blocks = {name: with_nodes(block) for name, block in document.blocks.items()}
    return dataclasses.replace(document, nodes=swap(document.nodes), blocks=blocks)


def advice(change: Change, mistake: Mistake, passes: bool) -> str:
    """What to do, the line before and after, and what was tried; ``passes`` if that is the whole spec."""
    before = change.node.input_shapes
    size, verb = change.shape[1:], "keep"
    if "filters" in change.settings:
        aim = f"give {change.shape[0]} channels, as the other branch does"
    else:
        if size != before[0][1:]:
            verb = "come to"
        does = "branches do" if change.branches > 1 else "branch does"
        agree = f", as the other {does}" if change.shape[1:] == change.inputs[0][1:] else ""
        aim = f"{verb} {dims(size)}{agree}"
    words = " with ".join(
        f"{key}: {show(value)}" if isinstance(value, bool) else f"{key} {show(value)}"
        for key, value in change.settings.items()
    ).replace("'", "")
    arithmetic = ""
    if "filters" not in change.settings:
        arithmetic = change.op.arithmetic(before, change.shape)
    lines = [f"let {change.name} {aim}: {words}", *_rewritten(change, mistake)]
    outcome = "with this change the whole spec passes"
    if not passes:
        outcome = "with this change these inputs agree"
    lines.append(
        f"       tried: {arithmetic}; {outcome}" if arithmetic else f"       tried: {outcome}"
    )
    return "\n".join(lines)


class Edit(NamedTuple):
    """Text for the columns from ``start`` to ``end`` (from 0) of a line."""

    start: int
    end: int
    text: str


def _rewritten(change: Change, mistake: Mistake) -> Iterator[str]:
    """The node's line before and after, if it stands on one line."""
    edits = sorted(_edits(change.spec, change.settings))
    if not edits:
        return
    span = change.spec.marks.span()
    old = span.source.line(span.line)
    new, marks, end = "", "", 0
    for edit in edits:
        new += old[end : edit.start] + edit.text
        blank = len(edit.text) - len(edit.text.lstrip(", "))
        marks = marks.ljust(len(new) - len(edit.text) + blank) + "~" * (len(edit.text) - blank)
        end = edit.end
    new += old[end:]
    if max(len(old), len(new)) > LONGEST_LINE:
        return
    lines = [label.span.line for label in mistake.labels]
    gutter = max(4, len(str(max(lines, default=1))) + 2)  # as that of the excerpt above
    yield f"{span.line:>{gutter}} │-{old}"
    yield f"{span.line:>{gutter}} │+{new}"
    yield f"{'':>{gutter}} │ {marks}"


def _edits(spec: NodeSpec, settings: Mapping[str, Any]) -> Iterator[Edit]:
    """Where the line changes; nothing where the node is not a mapping written on one line."""
    mark, marks = spec.marks.mark, spec.marks.marks
    values = {key: value for key, (_, value) in marks.items()}
    nodes = [mark, *values.values()]
    places = {(id(m.name), m.line) for node in nodes for m in (node.start_mark, node.end_mark)}
    if len(places) != 1 or not getattr(mark, "flow_style", False) or "op" not in values:
        return
    own = [values[key] for key in ("op", *spec.settings) if key in values]
    last = max(node.end_mark.column for node in own)
    added = ""
    for key, value in settings.items():
        if key in values:
            node = values[key]
            text = show(value).replace("'", "")
            if spec.marks[key] != value:
                yield Edit(node.start_mark.column, node.end_mark.column, text)
        else:
            added += f", {key}: {show(value)}".replace("'", "")
    if added:
        yield Edit(last, last, added)
