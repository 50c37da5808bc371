"""Why an operator cannot take its inputs: how the shape of each came about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from archc.errors import Label, Mistake, Source, Span
from archc.graph.frame import Frame
from archc.graph.graph import Node
from archc.graph.places import Place, place_of
from archc.ops.base import Operator, Shape, ShapeError
from archc.spec.document import Document, NodeSpec
from archc.spec.tree import Seq

LONGEST = 7  # nodes shown of one derivation
MOST_PATCHES = 4  # places in patches that a message marks
OF_NO_SIZE = {"groups", "bias", "act", "norm", "init", "label", "note", "eps", "momentum", "rate"}


def dims(shape: Shape) -> str:
    """``64 × 28 × 28``"""
    return " × ".join(map(str, shape))


def own_source(document: Document) -> Source | None:
    """The text of the document's author; its bases may be others'."""
    if not document.layers:
        return None
    source: Source = document.layers[-1].mark.start_mark.name  # type: ignore[assignment]
    return source


def disagreement(
    error: ShapeError,
    name: str,
    op: Operator | None,
    inputs: tuple[Node, ...],
    spec: NodeSpec,
    frame: Frame,
    own: Source | None,
) -> Mistake:
    """The mistake of an operator that cannot take its inputs, with the derivation of their shapes.

    It stands under the setting that the inputs do not go with, if there is one; in the author's ``own``
    text, if a patch there takes part; else where the operator does.
    """
    spans = _input_spans(spec, len(inputs))
    changed = patched(spec)
    at = changed[0].span if changed else spec.marks.span()
    labels: tuple[Label, ...] = (*changed, *base_of(spec, at))
    place = place_of(error.setting, op.name, spec, frame) if op and error.setting else None
    if place is not None:
        at, labels = _setting(place, at, labels)
    if len(set(spans)) > 1:
        at = spans[error.inputs[0] if error.inputs else 0]
        labels = tuple(Label(s, dims(n.shape)) for s, n in zip(spans, inputs, strict=True))
    where = ", ".join(part for part in (local(name, frame), frame.where) if part)
    chains = shown_chains(inputs, error.inputs)
    patches = dict.fromkeys(
        label for line in chains for node in line for label in patches_of(node, frame)
    )
    labels = (*labels, *list(patches)[:MOST_PATCHES])
    if own is not None and at.source is not own:
        at = next((label.span for label in patches if label.span.source is own), at)
    why = tuple(derivations(inputs, error.inputs, frame, at.source))
    help = error.help
    blamed = error.inputs[0] if error.inputs else 0
    if error.code == "A064" and op and inputs and len(inputs[blamed].shape) == 1 < op.rank[0]:
        help = _maps_help(inputs[blamed], frame)
        if op.reads and blamed:
            help = f"name a node of as many axes under `{op.reads}`"
    return Mistake(error.code, error.message, at, labels, where, why, help)


def _setting(place: Place, at: Span, labels: tuple[Label, ...]) -> tuple[Span, tuple[Label, ...]]:
    """Where a mistake of a setting stands: under its value, or under its node if it has a default."""
    if place.is_default:
        return at, (*labels, Label(place.span, f"its {place.key}"))
    return (place.span if place.span.source is at.source else at), labels


def _maps_help(vector: Node, frame: Frame) -> str:
    """What to do where maps are wanted: where they became a vector, if the network had any."""
    node = vector
    while node.inputs and len(node.input_shapes[0]) == 1:
        node = node.inputs[0]
    if not node.inputs:
        return "give the input as channels × height × width, or `reshape` it first"
    before = dims(node.input_shapes[0])
    return f"place it above {local(node.name, frame)}, which makes {before} a vector"


def patched(spec: NodeSpec, name: str = "") -> list[Label]:
    """Where settings of a node stand that a patch has given it, away from the node itself.

    With a ``name``, for a message about another node: only what decides a size.
    """
    start, end = spec.marks.mark.start_mark, spec.marks.mark.end_mark
    found = []
    for key, (key_node, _) in spec.marks.marks.items():
        mark = key_node.start_mark
        if name and key in OF_NO_SIZE:
            continue
        if mark.name is not start.name or not start.index <= mark.index <= end.index:
            text = f"{name} has its {key} from here" if name else "the patch"
            found.append(Label(spec.marks.span(key), text))
    return found


def base_of(spec: NodeSpec, at: Span) -> tuple[Label, ...]:
    """The node that a patch has changed, where a mistake stands in the patch."""
    span = spec.marks.span()
    same = span.source is at.source and span.line == at.line
    return () if same or not patched(spec) else (Label(span, "what it patches"),)


def patches_of(node: Node, frame: Frame) -> list[Label]:
    """Where a patch has given a node settings that decide its size."""
    if node.spec is None or node.role:
        return []
    return patched(node.spec, local(node.name, frame))


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


def by_shape(inputs: Sequence[Node], odd: Sequence[int]) -> dict[Shape, list[Node]]:
    """The inputs with one shape (or size, if sizes differ) together, odd ones first."""
    order = [*odd, *(i for i in range(len(inputs)) if i not in odd)]
    groups: dict[Shape, list[Node]] = {}
    sizes = len({node.shape[1:] for node in inputs}) > 1  # else it is the channels that differ
    for index in order:
        shape = inputs[index].shape
        groups.setdefault((shape[1:] or shape) if sizes else shape, []).append(inputs[index])
    return groups


def shown_chains(inputs: Sequence[Node], odd: Sequence[int]) -> list[list[Node]]:
    """The steps that led to each differing shape, from where the branches part."""
    meeting = fork(inputs) if len(inputs) > 1 else None
    return [chain(nodes[0], meeting) for nodes in by_shape(inputs, odd).values()]


def derivations(
    inputs: Sequence[Node], odd: Sequence[int], frame: Frame, source: Source
) -> Iterator[str]:
    """How each differing shape came about: a headline and its chain, odd ones first.

    ``source`` is the text that the mistake stands in; lines of others are named with their file.
    """
    if not inputs:
        return
    meeting = fork(inputs) if len(inputs) > 1 else None
    groups = by_shape(inputs, odd)
    chains = shown_chains(inputs, odd)
    if len(chains) == 1 and len(chains[0]) == 1:
        return  # the input itself
    remarks = {}
    same_sizes = len({node.shape[1:] for node in inputs}) == 1
    if len(chains) > 1:
        others = [node for line in chains[1:] for node in line]
        left = departure(chains[0], others) or departure(chains[1], chains[0])
        if left:
            remarks[id(left[1])] = _remark(*left, channels=same_sizes)
    tables = [list(_rows(line, meeting, frame, source, remarks)) for line in chains]
    widths = [max(len(row[column]) for table in tables for row in table) for column in range(4)]
    for (shape, nodes), table in zip(groups.items(), tables, strict=True):
        names = list(dict.fromkeys(local((node.owner or node).name, frame) for node in nodes))
        also = f", and so did {' and '.join(names[1:])}" if names[1:] else ""
        yield f"● {names[0]} came to {dims(shape)}{also}"
        for row in table:
            cells = "  ".join(f"{row[column]:<{widths[column]}}" for column in range(4))
            yield f"    {cells}  {row.remark}".rstrip()


def _rows(
    line: list[Node],
    meeting: Node | None,
    frame: Frame,
    source: Source,
    remarks: dict[int, str],
) -> Iterator[Row]:
    if line[0] is not meeting and line[0].inputs:
        yield Row("…", "", dims(line[0].inputs[0].shape), "")
    outside = {id(node): name for name, node in frame.scope.inputs.items()}
    for node in line:
        place = _place(node.spec.marks.span(), source) if node.spec is not None else ""
        name, arithmetic = local(node.name, frame), ""
        if id(node) in outside:
            name = outside[id(node)]
            arithmetic = f"from {node.name}" if node.name != name else ""
        else:
            arithmetic = node.op.arithmetic(node.input_shapes, node.shape)
        yield Row(name, arithmetic, dims(node.shape), place, remarks.get(id(node), ""))


def _place(span: Span, source: Source) -> str:
    """``line 12``, or ``alexnet.yaml:12`` in another file."""
    if span.source.name == source.name:
        return f"line {span.line}"
    return f"{span.source.name.rpartition('/')[2]}:{span.line}"


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
    if line[-1].shape[1:] != others[-1].shape[1:]:
        known = {node.shape[1:] for node in others}
        steps = [pair for pair in pairwise(line) if pair[1].shape[1:] not in known]
        return steps[0] if steps else None
    known = {node.shape[:1] for node in others}
    for before, node in pairwise(line):
        if node.shape[:1] not in known:
            return before, node
    steps = [pair for pair in pairwise(line) if pair[0].shape[0] != pair[1].shape[0]]
    return steps[-1] if steps else None


def _remark(before: Node, node: Node, channels: bool) -> str:
    """``◀ here a row and a column are lost``, or what becomes of the ``channels`` if these do not agree"""
    if before.shape[1:] == node.shape[1:] or channels:
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
