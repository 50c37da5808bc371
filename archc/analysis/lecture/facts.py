"""The facts of one node: its sizes, weights, MACs, memory and receptive field, with their sums."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from archc.analysis.lecture.field import CENTRE, JUMP, SIZE, START, AxisView, views
from archc.analysis.lecture.page import Fact, Piece, Pieces
from archc.analysis.memory import BYTES
from archc.analysis.summary import Summary
from archc.analysis.words import dimensions, memory, plain
from archc.graph.graph import Node
from archc.ops.formula import Expr, Formula, plus, tensors, times

AXES = {1: ("length",), 2: ("height", "width"), 3: ("depth", "height", "width")}


def names_of_sizes(node: Node) -> tuple[str, ...]:
    """What the sizes of a node's result are: channels and positions, or the numbers of a vector."""
    axes = len(node.shape) - 1
    return ("channels", *AXES[axes]) if axes else ("numbers",)


def sizes(node: Node) -> list[Formula | None]:
    """The arithmetic behind each size of a node's result; a plain number where it does not hold."""
    found = node.op.sizes(node.input_shapes, node.shape) if node.inputs else ()
    if len(found) != len(node.shape):
        found = (None,) * len(node.shape)
    pairs = zip(found, node.shape, strict=True)
    return [sum if sum is None or sum.result == size else Formula(size) for sum, size in pairs]


def weights(node: Node) -> Formula | None:
    """The arithmetic behind the node's trained numbers, shared and frozen ones included."""
    count = node.facts.params
    found = node.op.weight_sum(node.input_shapes) if count else None
    return found if found is None or found.result == count else Formula(count)


def macs(node: Node) -> Formula | None:
    """The arithmetic behind the node's MACs."""
    count = node.facts.macs
    found = node.op.mac_sum(node.input_shapes, node.shape) if count else None
    return found if found is None or found.result == count else Formula(count)


def size_facts(node: Node) -> Iterator[Fact]:
    """One fact for each size; axes that come about alike share one."""
    yield Fact("result", (dimensions(node.shape),))
    if not node.inputs:
        return
    alike: dict[tuple[Formula | None, int, bool], list[str]] = {}
    for place, (name, sum) in enumerate(zip(names_of_sizes(node), sizes(node), strict=True)):
        alike.setdefault((sum, node.shape[place], place == 0), []).append(name)
    for (sum, size, _), group in alike.items():
        pieces: Pieces = (sum,) if sum is not None else (f"{size:,}, as in the input",)
        yield Fact(f"  {', '.join(group)}", pieces)


def weight_facts(node: Node, followers: Sequence[Node]) -> Iterator[Fact]:
    """Trained and kept numbers; with those of the norm and act that belong to the node."""
    own = weights(node)
    if own is not None:
        yield Fact("parameters", (own, *_whose(node)))
    extra = [follower for follower in followers if follower.facts.params]
    if own is not None and extra:
        terms = (node.facts.params, *(follower.facts.params for follower in extra))
        yield Fact("  with norm and act", (Formula(plus(*terms)),))
    kept = tensors(node.facts.buffers.values())
    if kept is not None:
        names = " and ".join(name.replace("_", " ") for name in node.facts.buffers)
        yield Fact("buffer values", (Formula(kept), f", {plain(names)}"))


def _whose(node: Node) -> Pieces:
    if node.shared is not None:
        return (f", those of {node.shared.name}, counted there",)
    return (", frozen",) if node.frozen else ()


def cost_facts(node: Node) -> Iterator[Fact]:
    """MACs, and bytes of float32 for one sample."""
    multiplied = macs(node)
    if multiplied is not None:
        yield Fact("MACs", (multiplied,))
    if node.op.view:
        yield Fact("memory", ("none of its own in evaluation: a view of its input",))
    else:
        yield Fact("memory of the result", bytes_of(times(*node.shape, BYTES)))
    if node.facts.params and node.shared is None:
        yield Fact("memory of the weights", bytes_of(times(node.facts.params, BYTES)))


def bytes_of(expr: Expr) -> Pieces:
    """A sum of bytes, and the same in binary units where it is large."""
    sum = Formula(expr)
    count = int(sum.result)
    return (sum, " bytes" + (f" = {memory(count)}" if count >= 1024 else ""))


def field_facts(summary: Summary, node: Node) -> Iterator[Fact]:
    """The receptive field's recurrence, for each document input that the node depends on."""
    found = views(summary.graph, summary.fields, node)
    for name, axes in found.items():
        of = f" of {name}" if len(summary.graph.inputs) > 1 else ""
        if all(axis.whole is not None for axis in axes):
            lengths = [axis.reach.size for axis in axes]
            what = f"all {dimensions(lengths)} positions of the input" if lengths else "the input"
            yield Fact(f"receptive field{of}", (what,))
            continue
        groups: dict[AxisView, list[str]] = {}
        for axis, word in zip(axes, AXES[len(axes)], strict=True):
            groups.setdefault(axis, []).append(word)
        for axis, words in groups.items():
            along = f", {', '.join(words)}" if len(groups) > 1 else ""
            yield from _axis_facts(axis, f"{of}{along}")


def field_cell(summary: Summary, node: Node) -> str:
    """The field in a table: ``59`` where it is as wide as high, ``all`` where it is the whole input."""
    sizes = summary.field_sizes(node)
    return f"{sizes[0]:,}" if sizes and len(set(sizes)) == 1 else summary.field_words(node)


def _axis_facts(axis: AxisView, suffix: str) -> Iterator[Fact]:
    reach = axis.reach
    label = f"receptive field{suffix}"
    if axis.whole is not None:
        yield Fact(label, (f"all {axis.whole:,} positions of the input",))
        return
    if axis.size is None:
        yield Fact(label, (f"{reach.size:,}{_manner(axis)}",))
        return
    rule: tuple[Piece, ...] = (SIZE,) if axis.start is not None else ()
    yield Fact(label, (*rule, axis.size))
    if axis.jump is not None and axis.start is not None:
        yield Fact("  jump", (JUMP, axis.jump))
        yield Fact("  first position", (START, axis.start))
    if axis.centre is not None:
        yield Fact("  its centre", (CENTRE, axis.centre))


def _manner(axis: AxisView) -> str:
    """What to say of a field whose recurrence is no plain sum."""
    reach = axis.reach
    if axis.kept:
        return ", as that of what it reads"
    words = " at most" if len({high - low for low, high in reach.fields}) > 1 else ""
    if reach.stride is not None and reach.stride != 0:
        words += f", jump {reach.stride}"
    return words
