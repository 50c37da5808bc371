"""One changed setting above a merge with which it accepts its inputs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any, NamedTuple, TypeAlias

from archc.errors import Fix
from archc.graph.explain import chain, departure, dims, fork, local
from archc.graph.frame import Frame
from archc.graph.graph import Node
from archc.graph.remedies.remedy import Effort, EffortSpent, Refusal, Remedy, settings_of
from archc.ops.base import AttributeMistake, Operator, Shape, ShapeError, Shapes, show
from archc.spec.document import NodeSpec
from archc.spec.expressions import Expression

FARTHEST = 40  # steps back that are tried
MOST = 3  # remedies of this kind
MOST_PADDING = 16  # that is tried; a kernel of a billion would have half a billion

Likely: TypeAlias = Callable[[Operator, Shape], Iterator[dict[str, Any]]]


class Change(NamedTuple):
    """Other settings of one node, with which a merge accepts its inputs."""

    node: Node
    name: str  # as its scope writes it
    settings: dict[str, Any]
    op: Operator  # with these settings
    shape: Shape  # the node's, then
    inputs: Shapes  # of the merge, then
    branches: int  # how many inputs agreed before


def one_setting(refusal: Refusal) -> Iterator[Remedy]:
    """Changes of one node's settings, likeliest first; few of them."""
    for spec, change in islice(_changes(refusal), MOST):
        arithmetic = ""
        if change.shape[1:] != change.node.shape[1:]:
            arithmetic = change.op.arithmetic(change.node.input_shapes, change.shape)
        edits = refusal.edits(spec, change.settings)
        yield Remedy(Fix(_words(change), edits, arithmetic), change.inputs)


def _changes(refusal: Refusal) -> Iterator[tuple[NodeSpec, Change]]:
    """Changes above the odd input, and of two above either; small ones first."""
    odd = refusal.error.inputs
    if len(odd) != 1 or len(refusal.inputs) < 2:
        return
    sides = [odd[0], 1 - odd[0]] if len(refusal.inputs) == 2 else [odd[0]]
    for likely in (_small, _large):
        for side in sides:
            found = list(islice(_changes_of(side, refusal, likely), MOST))
            yield from found
            if found:
                return


def _changes_of(odd: int, refusal: Refusal, likely: Likely) -> Iterator[tuple[NodeSpec, Change]]:
    """Changes above one of the inputs."""
    inputs = refusal.inputs
    others = [node for index, node in enumerate(inputs) if index != odd]
    target = Counter(node.shape for node in others).most_common(1)[0][0]
    meeting = fork(inputs)
    line = chain(inputs[odd], meeting, FARTHEST)
    left = departure(line, [node for other in others for node in chain(other, meeting)])
    blamed = [left[1]] if left else []
    for node in [*blamed, *(node for node in reversed(line[1:]) if node not in blamed)]:
        spec = node.spec
        if spec is None or node.role or spec.share is not None:
            continue
        for settings in _settings(node.op, spec, target, likely):
            trial = _rerun(line, node, settings, refusal.effort)
            if trial is None:
                continue
            made, shape, end = trial
            shapes = tuple(end if i == odd else input.shape for i, input in enumerate(inputs))
            if accepts(refusal.op, shapes):
                name = written_name(node.name, spec, refusal.frame)
                yield spec, Change(node, name, settings, made, shape, shapes, len(others))


def written_name(path: str, spec: NodeSpec, frame: Frame) -> str:
    """A node's name as its author wrote it: without its scope, and without an instance's number."""
    name = local(path, frame)
    return name.rpartition(".")[0] if spec.repeat is not None else name


def _settings(
    op: Operator, spec: NodeSpec, target: Shape, likely: Likely
) -> Iterator[dict[str, Any]]:
    """Changes of a node's settings, likeliest first; none of what an expression gives."""
    for settings in likely(op, target):
        fixed = any(isinstance(spec.settings.get(key), Expression) for key in settings)
        as_before = [getattr(op, key) == value for key, value in settings.items()]
        # of two settings that only change together, one alone has been tried before
        same = any(as_before) if likely is _large else all(as_before)
        if not fixed and not same:
            yield settings


def _small(op: Operator, target: Shape) -> Iterator[dict[str, Any]]:
    declared = op.attributes()
    kernel = getattr(op, "kernel", None)
    if "padding" in declared and isinstance(kernel, int):
        yield from ({"padding": size} for size in range(1 + min(kernel // 2, MOST_PADDING)))
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


def _large(op: Operator, target: Shape) -> Iterator[dict[str, Any]]:
    """What is tried only where no smaller change will do."""
    declared = op.attributes()
    kernel = getattr(op, "kernel", None)
    if not isinstance(kernel, int) or "padding" not in declared:
        return
    padding = {"padding": kernel // 2}
    if "stride" in declared:
        yield from ({"stride": step, **padding} for step in (1, 2))
    if "filters" in declared:
        yield {"filters": target[0], **padding}
        yield from ({"filters": target[0], "stride": step} for step in (1, 2))


def _rerun(
    line: list[Node], changed: Node, settings: Mapping[str, Any], effort: Effort
) -> tuple[Operator, Shape, Shape] | None:
    """The changed operator, its shape and that at the chain's end; None where it fails."""
    first = next(i for i, node in enumerate(line) if i and node.spec is changed.spec)
    shape = line[first - 1].shape
    made, own = changed.op, shape
    for node in line[first:]:
        op = node.op
        try:
            if node.spec is changed.spec and not node.role:
                op = type(op).make({**settings_of(op), **settings})
            effort.spend()
            shape = op.infer((shape, *node.input_shapes[1:]))
        except (ShapeError, AttributeMistake, EffortSpent):
            return None
        if node is changed:
            made, own = op, shape
    return made, own, shape


def accepts(op: Operator, shapes: Shapes) -> bool:
    """Whether an operator takes inputs of these shapes."""
    try:
        op.infer(shapes)
    except ShapeError:
        return False
    return True


def _words(change: Change) -> str:
    """``let bp keep 28 × 28, as the other branches do: kernel 3 with padding 1``"""
    size, verb = change.shape[1:], "keep"
    if "filters" in change.settings:
        what = f"{change.shape[0]} channels"
        if len(change.settings) > 1:
            what = dims(change.shape)
        aim = f"give {what}, as the other branch does"
    else:
        if size != change.node.input_shapes[0][1:]:
            verb = "come to"
        does = "branches do" if change.branches > 1 else "branch does"
        agree = f", as the other {does}" if change.shape[1:] == change.inputs[0][1:] else ""
        aim = f"{verb} {dims(size)}{agree}"
    return f"let {change.name} {aim}: {said(change.settings)}"


def said(settings: Mapping[str, Any]) -> str:
    """``kernel 3 with padding 1``"""
    return " with ".join(
        f"{key}: {show(value)}" if isinstance(value, bool) else f"{key} {show(value)}"
        for key, value in settings.items()
    ).replace("'", "")
