"""The recurrence of the receptive field with its numbers put in.

Araujo, Norris and Sim, Computing receptive fields of convolutional neural networks, Distill 2019.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import NamedTuple

from archc.analysis.lecture.page import Symbols
from archc.analysis.receptive import Field, Reach, covers
from archc.graph.graph import Graph, Node
from archc.ops.base import NOWHERE, POINT, AxisField, Whole, Window
from archc.ops.formula import Formula, largest, less, plus, ratio, times

SIZE = Symbols("r_in + (k − 1)·j_in", r"r_\text{in} + (k - 1) \cdot j_\text{in}")
JUMP = Symbols("j_in·s", r"j_\text{in} \cdot s")
START = Symbols("o_in − p·j_in", r"o_\text{in} - p \cdot j_\text{in}")
CENTRE = Symbols("o + (r − 1)/2", r"o + \frac{r - 1}{2}")


class AxisView(NamedTuple):
    """What a node sees along one axis of an input; formulas where its recurrence is a plain one.

    ``whole`` is the input's length where all of it is seen. ``kept`` says that the node works
    position by position, so that it sees what its input sees.
    """

    reach: Reach
    whole: int | None = None
    kept: bool = False
    size: Formula | None = None
    jump: Formula | None = None
    start: Formula | None = None
    centre: Formula | None = None


Sources = list[tuple[AxisField, Reach]]


def views(graph: Graph, fields: Mapping[str, Field], node: Node) -> dict[str, list[AxisView]]:
    """For each document input that the node depends on, what it sees along its axes."""
    if not node.inputs:
        return {}
    found = {}
    note = "where k counts the gaps of the dilation" if _dilated(node) else ""
    for name, reaches in fields[node.name].items():
        lengths = graph.inputs[name].shape[1:]
        steps = zip(range(len(reaches)), reaches, lengths, strict=True)
        found[name] = [
            _noted(_view([*_sources(node, fields, name, axis)], reach, length), note)
            for axis, reach, length in steps
        ]
    return found


def _dilated(node: Node) -> bool:
    dilation = getattr(node.op, "dilation", 1)
    return any(step != 1 for step in (dilation if isinstance(dilation, tuple) else (dilation,)))


def _noted(view: AxisView, note: str) -> AxisView:
    if view.size is None or not note:
        return view
    return view._replace(size=view.size._replace(note=note))


def _sources(
    node: Node, fields: Mapping[str, Field], name: str, axis: int
) -> Iterator[tuple[AxisField, Reach]]:
    """What the node reads along an axis of each of its inputs, and what that input sees."""
    read = node.op.field(node.input_shapes, node.shape)
    for source, axes in zip(node.inputs, read, strict=True):
        reaches = fields[source.name].get(name)
        if reaches is not None and NOWHERE not in axes:
            yield (axes[axis] if axis < len(axes) else Whole()), reaches[axis]


def _view(sources: Sources, reach: Reach, length: int) -> AxisView:
    if covers(reach, length):
        return AxisView(reach, whole=length)
    plain = all(len(before.fields) == 1 and before.shift is not None for _, before in sources)
    if not plain or not sources:
        return AxisView(reach)
    if len(sources) == 1:
        return _checked(_through(*sources[0], reach))
    if all(field == POINT for field, _ in sources):
        return _checked(_joined([before for _, before in sources], reach))
    return AxisView(reach)


def _through(field: AxisField, before: Reach, reach: Reach) -> AxisView:
    if field == POINT:
        return AxisView(reach, kept=True)
    if not isinstance(field, Window) or any(number.denominator != 1 for number in field):
        return AxisView(reach)
    stride, low, high = map(int, field)
    moved = before.shift or 0
    return AxisView(
        reach,
        size=Formula(plus(before.size, times(plus(high - low + 1, less(1)), moved))),
        jump=Formula(times(moved, stride)),
        start=Formula(plus(before.offset, less(times(-low, moved)))),
        centre=Formula(plus(reach.offset, ratio(plus(reach.size, less(1)), 2))),
    )


def _joined(befores: list[Reach], reach: Reach) -> AxisView:
    """Where branches meet: the smallest interval that holds the fields of all."""
    sizes = dict.fromkeys(before.size for before in befores)
    if len(sizes) > 1 and reach.size == max(sizes):
        return AxisView(reach, size=Formula(largest(*sizes)))
    if len(sizes) == 1 and reach.size in sizes:
        return AxisView(reach, kept=True)
    first = min(before.fields[0][0] for before in befores)
    last = max(before.fields[0][1] for before in befores)
    size = Formula(plus(last, less(first), 1), f"from position {first} to {last}")
    return AxisView(reach, size=size)


def _checked(view: AxisView) -> AxisView:
    """The view with such formulas only as come to what the analysis found."""
    reach = view.reach
    regular = reach.shift is not None and len(reach.fields) == 1

    def kept(formula: Formula | None, fact: int | Fraction | None) -> Formula | None:
        return formula if formula is not None and regular and formula.result == fact else None

    return view._replace(
        size=kept(view.size, reach.size),
        jump=kept(view.jump, reach.stride),
        start=kept(view.start, reach.offset),
        centre=view.centre if kept(view.start, reach.offset) else None,
    )
