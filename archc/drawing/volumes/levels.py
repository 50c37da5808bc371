"""The two arms of a U: an encoder's levels, the decoder's, and the copies that join them.

A join reads a value from before its way went through smaller maps. Where such pairs are nested, each
inside the one before, and the outermost is about as fine as the input, they are the levels of a U.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from archc.drawing.volumes.tensors import Tensor, layers, tensors
from archc.graph.graph import Graph, Scope

COARSEST = 4  # times that the input may be as high as the outermost copy
FEWEST = 2  # copies; with one, a network is a chain with a shortcut


class Level(NamedTuple):
    """Maps of about one size.

    ``left`` ends with the one that is copied across, by way of ``cut`` where the copy is cropped;
    ``ups`` enlarge the level below; ``right`` starts with the join.
    """

    left: tuple[Tensor, ...]
    cut: Tensor | None
    ups: tuple[Tensor, ...]
    right: tuple[Tensor, ...]


class Arms(NamedTuple):
    levels: tuple[Level, ...]  # the finest first
    bottom: tuple[Tensor, ...]


class Valley(NamedTuple):
    """Where a copied value is made, and where it is joined again."""

    source: int
    join: int
    cut: Tensor | None


def arms(graph: Graph) -> Arms | None:
    """The levels, with calls open that are chains or hold a join; None where there is no U."""
    if not any(node.op.family == "merge" for node in graph.nodes.values()):
        return None
    flat = tensors(graph, lambda scope: True)
    valleys = nested(flat)
    if not valleys:
        return None
    joins = {flat[valley.join].node for valley in valleys}

    def opened(scope: Scope) -> bool:
        nodes = [layer.node for layer in layers(scope)]
        return not joins.isdisjoint(nodes) or all(node.op.family != "merge" for node in nodes)

    found = tensors(graph, opened)
    valleys = nested(found)
    return _levels(found, valleys) if valleys else None


def nested(found: Sequence[Tensor]) -> list[Valley]:
    """The valleys, the widest first; none if they are not nested."""
    place = {tensor: i for i, tensor in enumerate(found)}
    lower = _lower(found)
    valleys = sorted(filter(None, (_valley(tensor, found, place, lower) for tensor in found)))
    inside = all(b.join < a.join and a.source < b.source for a, b in pairwise(valleys))
    if len(valleys) < FEWEST or not inside:
        return []
    outermost = found[valleys[0].source]
    return valleys if COARSEST * outermost.sides[0] >= found[0].sides[0] else []


def _lower(found: Sequence[Tensor]) -> list[int]:
    """For each tensor, the last one before it that is less high; -1 where there is none."""
    heights = [tensor.sides[0] for tensor in found]
    lower: list[int] = []
    for i, height in enumerate(heights):
        before = i - 1
        while before >= 0 and heights[before] >= height:
            before = lower[before]
        lower.append(before)
    return lower


def _valley(
    join: Tensor, found: Sequence[Tensor], place: dict[Tensor, int], lower: Sequence[int]
) -> Valley | None:
    if join.node.op.family != "merge" or join.kind == "folded" or len(join.reads) != 2:
        return None
    copied = min(join.reads, key=lambda tensor: place[_origin(tensor)])
    source, end = place[_origin(copied)], place[join]
    if lower[end] <= source:
        return None
    return Valley(source, end, copied if copied is not found[source] else None)


def _origin(tensor: Tensor) -> Tensor:
    """The tensor that a crop is of."""
    return tensor.reads[0] if tensor.node.op.name == "crop" and tensor.reads else tensor


def _levels(found: Sequence[Tensor], valleys: Sequence[Valley]) -> Arms | None:
    if not _in_line(found, valleys):
        return None
    last = valleys[-1]
    ends = [valley.join for valley in valleys]
    starts = [-1, *(valley.source for valley in valleys)]
    inner = [*ends[1:], last.source + 1]
    ups = [tuple(_ups(found, *pair)) for pair in zip(valleys, inner, strict=True)]
    tails = [len(found), *ends[:-1]]
    levels = tuple(
        Level(
            tuple(found[starts[i] + 1 : valley.source + 1]),
            valley.cut,
            ups[i],
            _without(found[valley.join : tails[i]], ups[i - 1] if i else (), valleys[i - 1].cut),
        )
        for i, valley in enumerate(valleys)
    )
    bottom = _without(found[last.source + 1 : last.join], ups[-1], last.cut)
    if not bottom or not all(level.left and level.right and level.ups for level in levels):
        return None
    return Arms(levels, bottom)


def _without(
    part: Sequence[Tensor], ups: Sequence[Tensor], cut: Tensor | None
) -> tuple[Tensor, ...]:
    apart = {*ups, cut}
    return tuple(tensor for tensor in part if tensor not in apart)


def _ups(found: Sequence[Tensor], valley: Valley, inner: int) -> Iterator[Tensor]:
    """What makes the level below, of ``inner``, as large as the join, the last first."""
    below = found[inner].sides[0]
    for i in range(valley.join - 1, -1, -1):
        tensor = found[i]
        if tensor is valley.cut:
            continue
        if tensor.sides[0] <= below:
            return
        yield tensor


def _in_line(found: Sequence[Tensor], valleys: Sequence[Valley]) -> bool:
    """Whether all but the joins and crops read nothing but the tensor before."""
    apart = {found[valley.join] for valley in valleys} | {valley.cut for valley in valleys}
    line = [tensor for tensor in found if tensor not in apart]
    joined = {found[valley.join] for valley in valleys}
    allowed = all(
        tensor.reads == (before,) or (len(tensor.reads) == 1 and tensor.reads[0] in joined)
        for before, tensor in pairwise(line)
    )
    return allowed and not any(tensor.flat for tensor in found)
