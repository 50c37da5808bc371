"""Which tensor of a file goes where in a network: by name through a layout, checked by shape."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import prod
from typing import TYPE_CHECKING

from archc.errors import Mistake, SpecError
from archc.graph.expand import expand
from archc.graph.graph import Graph, Node
from archc.graph.naming import naming
from archc.graph.patterns import Pattern, covering, heads
from archc.ops.base import Operator, Shape
from archc.spec.document import Output
from archc.spec.layouts import OWN
from archc.weights.files import Checkpoint
from archc.weights.report import Report, Reshaped

if TYPE_CHECKING:
    from torch import Tensor

# what nn.DataParallel, torch.compile and Lightning put before every name
PREFIXES = ("module.", "_orig_mod.", "model.")
MATRIX = 2  # axes of a fully connected layer's weights
COUNTER = "num_batches_tracked"  # of batch norm; files of other libraries and of old torch lack it


@dataclass
class Match:
    """The values for a network's tensors, and what was not as it should be."""

    report: Report
    values: dict[str, Tensor] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    unexpected: list[str] = field(default_factory=list)
    shapes: list[Reshaped] = field(default_factory=list)  # that cannot be brought to fit
    taken: list[str] = field(default_factory=list)  # the file's names of the values
    idle: list[str] = field(default_factory=list)  # exceptions that name nothing
    better: str = ""  # a layout by which more would fit


def match(
    wanted: Mapping[str, Tensor],
    found: Checkpoint,
    graph: Graph,
    layout: str | None,
    exceptions: Sequence[str] = (),
) -> Match:
    """The tensors of a file for those ``wanted``, a module's state dict.

    ``layout`` says whose names the file has; without it they say it themselves. What ``exceptions`` name, by
    patterns of nodes or tensors, is neither loaded nor a mistake.

    Raises:
        SpecError: there is no such layout, or it gives two tensors one name.
    """
    known = {one: _names(wanted, graph, one) for one in (OWN, *graph.document.layouts)}
    if layout is not None and layout not in known:
        naming(graph, layout)
    tensors, nearest = _recognised(found.tensors, known)
    layout = layout or nearest
    names = known[layout]
    require_distinct(names, layout)
    result = Match(Report(found.shown, layout), better=nearest if nearest != layout else "")
    patterns = [Pattern(text) for text in exceptions]
    left = {**tensors, **dict.fromkeys(found.others)}
    for name, tensor in wanted.items():
        theirs = names[name]
        given = left.pop(theirs, None)
        if covers(patterns, own_paths(graph, name)):
            result.report.missing.append(name)
            if given is not None:
                result.report.unexpected.append(theirs)
        elif given is not None:
            op = _node(graph, name).op
            if _place(result, name, given, tuple(tensor.shape), op):
                result.taken.append(theirs)
        elif name.endswith(f".{COUNTER}"):
            result.report.counters.append(name)
        else:
            result.missing.append(name)
    former = left_out_names(graph, layout) if graph.left_out and left else frozenset()
    for theirs in left:
        allowed = theirs in former or covers(patterns, heads(theirs))
        (result.report.unexpected if allowed else result.unexpected).append(theirs)
    everything = {path for name in wanted for path in own_paths(graph, name)}
    everything.update(path for name in (*left, *tensors, *names.values()) for path in heads(name))
    result.idle = [one.text for one in patterns if not any(map(one.fits, everything))]
    return result


def _names(wanted: Iterable[str], graph: Graph, layout: str) -> dict[str, str]:
    rename = naming(graph, layout).tensor
    return {name: rename(name) for name in wanted}


def require_distinct(names: Mapping[str, str], layout: str) -> None:
    """A layout must give each tensor a name of its own.

    Raises:
        SpecError: it does not.
    """
    first: dict[str, str] = {}
    for name, theirs in names.items():
        other = first.setdefault(theirs, name)
        if other != name:
            message = f"the layout '{layout}' calls both {other} and {name} '{theirs}'"
            raise SpecError([Mistake("A091", message, help="mend its rules in `layouts`")])


def _recognised(
    tensors: dict[str, Tensor], known: Mapping[str, Mapping[str, str]]
) -> tuple[dict[str, Tensor], str]:
    """The tensors without what wrappings put before their names, and the layout that most names are of.

    archc's own names come first where several fit as well.
    """
    forms = [tensors]
    while (shorter := _without_prefix(forms[-1])) is not None:
        forms.append(shorter)

    def hits(choice: tuple[dict[str, Tensor], str]) -> int:
        form, layout = choice
        return sum(theirs in form for theirs in known[layout].values())

    return max(((form, layout) for form in forms for layout in known), key=hits)


def _without_prefix(tensors: dict[str, Tensor]) -> dict[str, Tensor] | None:
    for prefix in PREFIXES:
        if tensors and all(name.startswith(prefix) for name in tensors):
            return {name.removeprefix(prefix): value for name, value in tensors.items()}
    return None


def left_out_names(graph: Graph, layout: str) -> frozenset[str]:
    """What a file of the whole network holds beside what is wanted of it, by the names of a layout."""
    former = [Output(reference, reference) for reference in graph.document.former]
    try:
        whole = expand(replace(graph.document, outputs=former, former=()))
    except SpecError:  # the rest need not fit the input
        return frozenset()
    rename = naming(whole, layout).tensor
    nodes = (node for node in whole.nodes.values() if node.shared is None)
    names = (
        f"{node.name}.{tensor}"
        for node in nodes
        for tensor in (*node.facts.weights, *node.facts.buffers, COUNTER)
    )
    return frozenset(map(rename, names))


def _place(result: Match, name: str, given: Tensor, shape: Shape, op: Operator) -> bool:
    """Take a tensor, in the network's shape if that changes nothing but the view. Whether it fits."""
    if tuple(given.shape) == shape:
        result.report.loaded.append(name)
        result.values[name] = given
        return True
    change = Reshaped(name, tuple(given.shape), shape)
    if same_numbers(change.found, shape, op):
        result.report.reshaped.append(change)
        result.values[name] = given.reshape(shape)
        return True
    result.shapes.append(change)
    return False


def same_numbers(found: Shape, shape: Shape, op: Operator) -> bool:
    """Whether a tensor of one shape is one of the other, seen differently.

    A fully connected layer is a convolution over all that it reads, row by row (Long et al. 2015).
    """
    dense = op.name == "fc" or (op.name == "conv" and getattr(op, "groups", 1) == 1)
    flat, deep = sorted((len(found), len(shape)))
    rows = found[:1] == shape[:1] and prod(found) == prod(shape)
    return dense and rows and flat == MATRIX < deep


def covers(patterns: Sequence[Pattern], names: Iterable[str]) -> bool:
    """Whether one of the names that something goes by fits a pattern."""
    return any(pattern.fits(name) for name in names for pattern in patterns)


def own_paths(graph: Graph, tensor: str) -> Iterator[str]:
    """The names that a tensor of the network goes by: its own, its node's, and all that these stand in."""
    yield tensor
    yield from covering(_node(graph, tensor))


def _node(graph: Graph, tensor: str) -> Node:
    path = tensor.rpartition(".")[0]
    while path not in graph.nodes:
        path = path.rpartition(".")[0]
    return graph.nodes[path]
