"""What differs between two documents beside their nodes: inputs, outputs, args, what is frozen, weights."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from archc.analysis.difference import Change
from archc.graph.graph import Graph, GraphOutput, Node
from archc.ops.base import Shape


def document_changes(old: Graph, new: Graph, counterparts: Mapping[str, str]) -> Iterator[Change]:
    """The changes; ``counterparts`` has the old name for every new node that has any."""
    for name in _both(old.inputs, new.inputs):
        before, after = _shape(old, name), _shape(new, name)
        if before != after:
            yield Change("document", "input", before, after, "" if _plain(old, new) else name)
    yield from _args(old, new)
    yield from _outputs(old, new, counterparts)
    if set(old.document.freeze) != set(new.document.freeze):
        yield Change("document", "freeze", old.document.freeze, new.document.freeze)
    files = _weights(old), _weights(new)
    if files[0] != files[1]:
        yield Change("document", "weights", files[0], files[1])


def _shape(graph: Graph, name: str) -> Shape | None:
    return graph.inputs[name].shape if name in graph.inputs else None


def _plain(old: Graph, new: Graph) -> bool:
    """Whether each has one input, of the same name."""
    return len(old.inputs) == 1 and [*old.inputs] == [*new.inputs]


def _both(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    return [*dict.fromkeys([*old, *new])]


def _args(old: Graph, new: Graph) -> Iterator[Change]:
    """Args with other values; those that only one has, where the two are of one family."""
    before, after = old.root.args, new.root.args
    related = not {*old.document.lineage}.isdisjoint(new.document.lineage)
    for name in _both(before, after):
        shared = name in before and name in after
        if before.get(name) != after.get(name) and (shared or related):
            yield Change("document", "arg", before.get(name), after.get(name), name)


def _outputs(old: Graph, new: Graph, counterparts: Mapping[str, str]) -> Iterator[Change]:
    """Outputs that came, went, or hand out another value, for another reason than that it was removed."""
    if not (old.document.outputs or new.document.outputs):
        return
    before, after = ({output.name: output for output in graph.outputs} for graph in (old, new))
    for name, other in [*_renamed(before, after, counterparts)]:
        del before[name], after[other]
        yield Change("document", "output", name, other)
    if len(before) == len(after) == 1 and [*before] != [*after]:
        before, after = ({"": output} for found in (before, after) for output in found.values())
    for name in _both(before, after):
        one, two = before.get(name), after.get(name)
        if one is None or two is None or not _same(one, two, counterparts):
            yield Change("document", "output", _value(one), _value(two), name)


def _renamed(
    before: Mapping[str, GraphOutput],
    after: Mapping[str, GraphOutput],
    counterparts: Mapping[str, str],
) -> Iterator[tuple[str, str]]:
    """Outputs that hand out the same value under another name."""
    ends = {_owner(output.node): name for name, output in before.items() if name not in after}
    for name, output in after.items():
        end = counterparts.get(_owner(output.node))
        if name not in before and end in ends:
            yield ends.pop(end), name


def _same(old: GraphOutput, new: GraphOutput, counterparts: Mapping[str, str]) -> bool:
    return old.training_only == new.training_only and (
        counterparts.get(_owner(new.node), "") in (_owner(old.node), "")
    )


def _owner(node: Node) -> str:
    return (node.owner or node).name


def _value(output: GraphOutput | None) -> str | None:
    if output is None:
        return None
    return _owner(output.node) + (" (training only)" if output.training_only else "")


def _weights(graph: Graph) -> str | None:
    written = graph.document.weights
    return None if written is None else written.file
