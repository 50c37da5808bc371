"""Which input positions a value depends on, composed from the operators' own fields.

The receptive field of an output position is the smallest interval, along each spatial axis, that
holds every input position it depends on; where branches merge, the smallest that holds the fields
of all. By convention (Araujo, Norris and Sim, Distill 2019) it is not clipped to the input: padding
counts as input, so offsets can be negative and fields larger than the image. Only what reads a
whole map, such as a global pool, is clipped, and then mostly covers all of the input.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from math import ceil, floor, gcd, lcm
from typing import NamedTuple, TypeAlias

from archc.budgets import check_time, timed
from archc.collector import paused_collector
from archc.graph.graph import Facts, Graph, Node
from archc.graph.remembered import remember
from archc.ops.base import NOWHERE, POINT, AxisField, Bins, Operator, Whole, Window

Interval: TypeAlias = tuple[int, int]  # first and last position
LONGEST_PERIOD = 4096  # beyond it, the fields of the positions that exist are listed instead


class Reach(NamedTuple):
    """Along one axis of an input: the field of every output position.

    Of ``n`` fields, position ``p`` has ``fields[p % n]``, moved by ``p // n * shift``. There is one
    for convolutions and pools, and more where upsampling makes neighbours differ. With ``shift``
    None the list is complete, and ``step`` is the stride.
    """

    fields: tuple[Interval, ...]
    shift: int | None
    step: Fraction | None = None

    @property
    def size(self) -> int:
        """How many input positions a field spans; the most, where fields differ."""
        if len(self.fields) == 1:  # nearly always
            ((low, high),) = self.fields
            return high - low + 1
        return max(high - low + 1 for low, high in self.fields)

    @property
    def stride(self) -> Fraction | None:
        """How far the field moves from one output position to the next; None where unevenly."""
        return self.step if self.shift is None else Fraction(self.shift, len(self.fields))

    @property
    def offset(self) -> int:
        """The first input position in the field of output 0; negative where padding comes first."""
        return self.fields[0][0]

    def at(self, position: int) -> Interval:
        """The field of an output position, which may lie outside the map (in its padding)."""
        count = len(self.fields)
        if self.shift is None:  # nothing is known beyond the list: take its end
            return self.fields[min(max(position, 0), count - 1)]
        turns, rest = divmod(position, count)
        low, high = self.fields[rest]
        return low + turns * self.shift, high + turns * self.shift

    def over(self, first: int | Fraction, last: int | Fraction) -> Interval:
        """The smallest interval that holds the fields of positions ``first`` to ``last``."""
        begin, end = ceil(first), floor(last)
        if self.shift is None and begin < end:  # reflected padding turns fields around
            fields = [self.at(position) for position in range(begin, end + 1)]
            return min(low for low, _ in fields), max(high for _, high in fields)
        return self.at(begin)[0], self.at(end)[1]


class Slide(NamedTuple):
    """A window whose numbers are whole, which is nearly every window there is."""

    stride: int
    low: int
    high: int


Step: TypeAlias = AxisField | Slide
Steps: TypeAlias = tuple[tuple[Step, ...], ...]  # for each input, along each of its axes
Field: TypeAlias = dict[str, tuple[Reach, ...]]  # by input name; one reach for each of its axes
SLICE = 16  # nodes between two looks at the clock
ITSELF = Reach(((0, 0),), 1)
_FIELDS: dict[tuple[int, int], tuple[Operator, Facts, Steps]] = {}  # by the ids of the two


@timed()
@paused_collector()
def receptive_fields(graph: Graph) -> dict[str, Field]:
    """For every node, inputs included, what it reads of each document input that it depends on."""
    reached: dict[str, Field] = {}
    lengths = {name: node.shape[1:] for name, node in graph.inputs.items()}
    for name, node in graph.inputs.items():
        reached[node.name] = {name: (ITSELF,) * (len(node.shape) - 1)}
    known: dict[tuple[int, int], Steps] = {}
    plain: set[tuple[int, int]] = set()
    for count, node in enumerate(graph.nodes.values()):
        if count % SLICE == 0:
            check_time("computing receptive fields")
        key = id(node.op), id(node.facts)
        axes = known.get(key)
        if axes is None:
            axes = known[key] = operator_fields(node)
            if len(axes) == 1 and all(field is POINT for field in axes[0]):
                plain.add(key)
        if key in plain:  # norms and activations: what the input reads
            reached[node.name] = reached[node.inputs[0].name]
        else:
            reached[node.name] = _node_field(node, axes, reached, lengths)
    return reached


def operator_fields(node: Node) -> Steps:
    """What a node's operator reads of each of its inputs, along each spatial axis, as plainly as can be."""
    key = id(node.op), id(node.facts)
    known = _FIELDS.get(key)
    if known is not None:
        return known[2]
    fields = node.op.field(node.input_shapes, node.shape)
    found = tuple(tuple(map(_simplest, axes)) for axes in fields)
    if not any(isinstance(step, Bins) for axes in found for step in axes):  # they may be long
        remember(_FIELDS, key, (node.op, node.facts, found))
    return found


def _simplest(field: AxisField) -> Step:
    """A field as plainly as it can be said: bins of an adaptive pool may be spaced evenly."""
    for known in (POINT, NOWHERE):
        if field == known:
            return known
    if isinstance(field, Window) and all(number.denominator == 1 for number in field):
        return Slide(*map(int, field))
    if isinstance(field, Bins) and len(field.spans) > 1:
        (low, high), (second, _) = field.spans[:2]
        even = (
            (p * (second - low) + low, p * (second - low) + high) for p in range(len(field.spans))
        )
        return Slide(second - low, low, high) if field.spans == tuple(even) else field
    return field


def _node_field(
    node: Node,
    axes: Steps,
    reached: dict[str, Field],
    lengths: dict[str, tuple[int, ...]],
) -> Field:
    """The union, over the node's inputs, of what it reads of each document input through them."""
    result: Field = {}
    for source, fields in zip(node.inputs, axes, strict=True):
        if any(field is NOWHERE for field in fields):
            continue
        through = reached[source.name]
        if any(field is not POINT for field in fields):
            through = {
                name: _compose_axes(reaches, fields, source, node, lengths[name])
                for name, reaches in through.items()
            }
        result = _union(result, through, node, lengths) if result else through
    return result


def _compose_axes(
    reaches: tuple[Reach, ...],
    fields: tuple[Step, ...],
    source: Node,
    node: Node,
    lengths: tuple[int, ...],
) -> tuple[Reach, ...]:
    """Compose along each axis of a document input. Axis k of a map runs along axis k of the input.

    Where a map has fewer axes than the input (flattened and reshaped), every position reads the
    same of the axes that are gone.
    """
    composed: list[Reach] = []
    before: tuple[object, ...] = ()
    for axis, reach in enumerate(reaches):
        field = fields[axis] if axis < len(fields) else Whole()
        key = (reach, field, _length(source, axis), _length(node, axis), lengths[axis])
        if key != before:  # square maps have two equal axes
            composed.append(_compose(*key))
        else:
            composed.append(composed[-1])
        before = key
    return tuple(composed)


def _length(node: Node, axis: int) -> int:
    return node.shape[axis + 1] if axis + 1 < len(node.shape) else 1


def _compose(reach: Reach, field: Step, read: int, written: int, length: int) -> Reach:
    """What ``field`` reads of an input through a map of ``read`` positions with this reach."""
    if isinstance(field, Slide):
        if reach.shift is None or len(reach.fields) > 1:
            return _compose_unevenly(reach, Window(*map(Fraction, field)), written)
        ((first, last),) = reach.fields
        moved = first + field.low * reach.shift, last + field.high * reach.shift
        return Reach((moved,), reach.shift * field.stride)
    if isinstance(field, Window):
        return _compose_unevenly(reach, field, written)
    if isinstance(field, Bins) and len(field.spans) > 1:
        step = reach.stride and reach.stride * _pace(field, Fraction(read, written))
        return Reach(tuple(reach.over(*span) for span in field.spans), None, step)
    first, last = field.spans[0] if isinstance(field, Bins) else (0, read - 1)
    low, high = reach.over(first, last)
    return Reach(((max(low, 0), min(high, length - 1)),), 0)


def _pace(bins: Bins, average: Fraction) -> Fraction:
    """How far the bins move from one to the next: evenly in the middle, where nothing is cut off,
    or else on average."""
    edge = len(bins.spans) // 4
    lows = [low for low, _ in bins.spans[edge : len(bins.spans) - edge]]
    steps = {after - before for before, after in pairwise(lows)}
    return Fraction(steps.pop()) if len(steps) == 1 else average


def _compose_unevenly(reach: Reach, window: Window, written: int) -> Reach:
    """Compose where fields of neighbours differ: list one period of them.

    The pattern recurs after the fewest output positions that advance by whole periods of the map.
    """
    stride, low, high = window
    whole = len(reach.fields) * stride.denominator
    period = whole // gcd(stride.numerator, whole)
    periodic = reach.shift is not None and period <= LONGEST_PERIOD
    fields = tuple(
        reach.over(p * stride + low, p * stride + high)
        for p in range(period if periodic else written)
    )
    if reach.shift is None or not periodic:
        return Reach(fields, None, reach.stride and reach.stride * stride)
    return Reach(fields, int(period * stride) // len(reach.fields) * reach.shift)


def _union(some: Field, more: Field, node: Node, lengths: dict[str, tuple[int, ...]]) -> Field:
    """The fields of two inputs of one node, taken together."""
    merged = dict(some)
    for name, reaches in more.items():
        both = enumerate(zip(merged.get(name, reaches), reaches, strict=True))
        merged[name] = tuple(
            _merge(a, b, _length(node, axis), lengths[name][axis]) for axis, (a, b) in both
        )
    return merged


def _merge(a: Reach, b: Reach, written: int, length: int) -> Reach:
    """At every position the smallest interval that holds both fields."""
    if a == b or covers(a, length):
        return a
    if covers(b, length):
        return b
    if a.shift is not None and a.shift == b.shift and len(a.fields) == len(b.fields) == 1:
        return Reach((_hull(a.fields[0], b.fields[0]),), a.shift)  # by far the commonest
    period = lcm(len(a.fields), len(b.fields))
    alike = a.shift is not None and b.shift is not None and a.stride == b.stride
    periodic = alike and period <= LONGEST_PERIOD
    fields = tuple(_hull(a.at(p), b.at(p)) for p in range(period if periodic else written))
    if a.shift is not None and periodic:
        return Reach(fields, a.shift * (period // len(a.fields)))
    strides = {a.stride, b.stride} - {Fraction(0)}  # what does not move sets no pace
    return Reach(fields, None, strides.pop() if len(strides) == 1 else None)


def _hull(a: Interval, b: Interval) -> Interval:
    return min(a[0], b[0]), max(a[1], b[1])


def covers(reach: Reach, length: int) -> bool:
    """Whether every output position reads the whole axis of ``length`` positions."""
    if reach.shift != 0:
        return False
    return all(low <= 0 and high >= length - 1 for low, high in reach.fields)
