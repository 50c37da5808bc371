"""A `from` that was forgotten, after a branch or at a sum, or that names the wrong node."""

from __future__ import annotations

from collections.abc import Iterator

from archc.errors import Fix
from archc.graph.explain import chain, local
from archc.graph.graph import Node
from archc.graph.remedies.remedy import Refusal, Remedy
from archc.graph.remedies.setting import FARTHEST, accepts
from archc.ops.merge import Merge

MOST = 3  # remedies of this kind


def joined(refusal: Refusal) -> Iterator[Remedy]:
    """What a merge that reads one value was probably meant to join."""
    if refusal.error.code != "A045" or not isinstance(refusal.op, Merge):
        return
    if refusal.spec.sources is not None or len(refusal.inputs) != 1:
        return
    frame, above = refusal.frame, refusal.inputs[0]
    names = {name: result.node for name, result in frame.results.items() if result is not None}
    loose = [name for name in names if name not in frame.used and name != frame.above]
    order = [*reversed(loose), *frame.scope.inputs, *reversed(names)]
    if len(loose) > 1 and accepts(
        refusal.op, (*(names[name].shape for name in loose), above.shape)
    ):
        yield _joins(refusal, [*loose, frame.above])
    for name in list(dict.fromkeys(order)):
        before = _trail(above)
        if name != frame.above and names.get(name) is not None and names[name] in before:
            if accepts(refusal.op, (names[name].shape, above.shape)):
                yield _joins(refusal, [frame.above, name])
        elif name in loose and accepts(refusal.op, (names[name].shape, above.shape)):
            yield _joins(refusal, [frame.above, name])


def unread(refusal: Refusal) -> Iterator[Remedy]:
    """A value that nothing reads, such as a shortcut, in place of one that a merge cannot take."""
    written, frame = refusal.spec.sources, refusal.frame
    if refusal.error.code != "A062" or not isinstance(written, list):
        return
    for name, result in reversed(frame.results.items()):
        if result is None or name in frame.used:
            continue
        for index in range(len(written)):
            shapes = list(refusal.shapes)
            shapes[index] = result.node.shape
            if accepts(refusal.op, tuple(shapes)):
                names = [*written[:index], name, *written[index + 1 :]]
                edits = refusal.edits(refusal.spec, {"from": names})
                yield Remedy(
                    Fix(f"read {name}, which nothing reads", edits), tuple(shapes), (name,)
                )


def _trail(node: Node) -> list[Node]:
    """What a value was computed from along first inputs, its own producer left out."""
    line = chain(node, None, FARTHEST)
    return line[:-2]


def _joins(refusal: Refusal, names: list[str]) -> Remedy:
    edits = refusal.edits(refusal.spec, {"from": names})
    words = f"say what {local(refusal.name, refusal.frame)} joins: from: [{', '.join(names)}]"
    return Remedy(Fix(words, edits))


def branched(refusal: Refusal) -> Iterator[Remedy]:
    """A branch that reads the branch above it, since it does not say where it begins."""
    if refusal.error.code != "A062":
        return
    for ending in refusal.inputs:
        line = chain(ending, None, FARTHEST)
        for other in refusal.inputs:
            if other is ending or other not in line or not other.inputs:
                continue
            first = line[line.index(other) + 1]
            spec = first.spec
            if spec is None or spec.sources is not None or first.role:
                continue
            begin = _begin(other, refusal)
            if begin:
                name = local(first.name, refusal.frame)
                edits = refusal.edits(spec, {"from": begin})
                words = f"let {name} begin where the branch above it does: from: {begin}"
                yield Remedy(Fix(words, edits))


def _begin(ending: Node, refusal: Refusal) -> str:
    """Where a branch begins: the nearest value before it that is read elsewhere too, or the scope's input."""
    frame = refusal.frame
    named = {id(result.node): name for name, result in frame.results.items() if result is not None}
    explicit = [item for item in frame.items.values() if item.spec.sources is not None]
    read = {name for item in explicit for name in item.reads}
    node = ending
    while node.inputs:
        node = node.inputs[0]
        name = named.get(id(node), "")
        if name and (name in read or name in frame.scope.inputs):
            return name
    return ""
