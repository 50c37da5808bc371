"""Another value for the one setting that an operator's input does not go with."""

from __future__ import annotations

from collections.abc import Iterator
from math import gcd, isqrt, prod
from typing import Any

from archc.errors import Fix
from archc.graph.explain import local, own_source
from archc.graph.places import Place, place_of
from archc.graph.remedies.projection import free, inserted
from archc.graph.remedies.remedy import Refusal, Remedy, settings_of, yaml_text
from archc.ops.arrange import Reshape, fitting
from archc.ops.base import AttributeMistake, ShapeError, show
from archc.ops.linear import FullyConnected
from archc.ops.numbers import nearest_divisors
from archc.ops.shuffle import PixelShuffle
from archc.spec.expressions import Expression
from archc.spec.tree import Map

MOST = 2  # remedies of one kind
COLOURS = (1, 3)  # channels of grey and of colour images


def grouped(refusal: Refusal) -> Iterator[Remedy]:
    """Groups that divide the channels, and the filters where there are some."""
    op, given = refusal.op, getattr(refusal.op, "groups", None)
    if refusal.error.code != "A063" or not isinstance(given, int):
        return
    channels = refusal.shapes[0][0]
    filters = getattr(op, "filters", 0)
    near = nearest_divisors(gcd(channels, filters), given)
    order = sorted(near, key=lambda n: (n == channels, abs(n - given)))
    for groups in order[:MOST]:  # a channel for each group comes last
        each = f"{channels} / {groups} = {channels // groups} channel{'s' * (groups < channels)}"
        if filters:
            each += f" and {filters} / {groups} = {filters // groups} filters"
        words = f"give {_name(refusal)} {groups} group{'s' * (groups > 1)}, with {each} in each"
        yield from _with(refusal, words, groups)


def multiple(refusal: Refusal) -> Iterator[Remedy]:
    """As many filters before a pixel shuffle as make whole channels."""
    if not isinstance(refusal.op, PixelShuffle):
        return
    node, square = refusal.inputs[0], refusal.op.factor**2
    node = node.owner or node
    if node.spec is None or isinstance(node.spec.settings.get("filters"), Expression):
        return
    if "filters" in node.op.attributes():
        filters = -(-node.shape[0] // square) * square
        name = local(node.name, refusal.frame)
        words = f"give {name} {filters} filters, which factor² = {square} divides"
        yield Remedy(Fix(words, refusal.edits(node.spec, {"filters": filters})))


def reshaped(refusal: Refusal) -> Iterator[Remedy]:
    """A shape of as many values, with one size changed."""
    if isinstance(refusal.op, Reshape):
        total = prod(refusal.shapes[0])
        for shape in list(fitting(total, refusal.op.shape))[:MOST]:
            words = f"let {_name(refusal)} take the shape {show(shape)} of {total} numbers"
            yield from _with(refusal, words, shape)


def per_axis(refusal: Refusal) -> Iterator[Remedy]:
    """As many numbers as the input has axes, where a list has another number of them."""
    given = getattr(refusal.op, refusal.error.setting, None) if refusal.error.setting else None
    axes = len(refusal.shapes[0]) - 1
    if refusal.error.code != "A064" or not isinstance(given, tuple) or not axes:
        return
    wanted = given[0] if len(set(given)) == 1 else given[-axes:]
    if _would_do(refusal, wanted):
        words = f"give {_name(refusal)} the {refusal.error.setting} {show(wanted)}"
        yield from _with(refusal, words, wanted)


def _would_do(refusal: Refusal, value: Any) -> bool:
    """Whether the operator takes its inputs with another value of the setting."""
    op = refusal.op
    try:
        type(op).make({**settings_of(op), refusal.error.setting: value}).infer(refusal.shapes)
    except (ShapeError, AttributeMistake):
        return False
    return True


def mapped(refusal: Refusal) -> Iterator[Remedy]:
    """A vector that is the network's input as the square map that it probably was."""
    node = refusal.inputs[0]
    while node.inputs:
        node = node.inputs[0]
    if refusal.error.code != "A064" or refusal.op.rank[0] < 2 or len(node.shape) != 1:
        return
    named = refusal.document.input
    holder = named if isinstance(named, Map) else refusal.document.marks
    place = Place(holder, node.name)
    if node.name not in holder.marks or place.span.source is not own_source(refusal.document):
        return
    for channels in COLOURS:
        side = isqrt(node.shape[0] // channels)
        if channels * side * side == node.shape[0] and side > 1:
            shape = (channels, side, side)
            words = f"give {node.name} as channels × height × width: {show(shape)}"
            yield Remedy(Fix(words, place.edit(show(shape))))


def pooled(refusal: Refusal) -> Iterator[Remedy]:
    """The mean of each channel before a fully connected layer with too many weights."""
    reads = refusal.spec.sources is None and len(refusal.shapes[0]) > 1
    if refusal.error.code == "A054" and isinstance(refusal.op, FullyConnected) and reads:
        edits = inserted(refusal, f"{free('pool', refusal)}: global_avg_pool")
        left = refusal.shapes[0][0]
        words = f"take the mean of each channel first, which leaves {left} numbers to connect"
        yield Remedy(Fix(words, edits))


def _with(refusal: Refusal, words: str, value: Any) -> Iterator[Remedy]:
    """The setting with another value, unless an expression gives it."""
    setting = refusal.error.setting
    place = place_of(setting, refusal.op.name, refusal.spec, refusal.frame)
    if place is None or isinstance(refusal.spec.settings.get(setting), Expression):
        return
    edits = refusal.edits(refusal.spec, {setting: value})
    if place.holder is not refusal.spec.marks:
        own = place.span.source is own_source(refusal.document)
        edits = place.edit(yaml_text(value)) if own and "$" not in place.text else ()
    if edits:
        yield Remedy(Fix(words, edits))


def _name(refusal: Refusal) -> str:
    return local(refusal.name, refusal.frame)
