"""Which tensor of a file goes where in a network: by name through a layout, checked by shape."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import TYPE_CHECKING

from archc.analysis.words import counted, dimensions
from archc.errors import Mistake, Span, SpecError
from archc.graph.graph import Graph
from archc.graph.naming import naming
from archc.graph.patterns import Pattern
from archc.ops.base import Shape
from archc.spec.layouts import OWN
from archc.weights.files import Checkpoint
from archc.weights.report import Report, Reshaped, enumeration, possessive

if TYPE_CHECKING:
    from torch import Tensor

COUNTER = "num_batches_tracked"  # of batch norm; files of other libraries and of old torch lack it
FEW = 3  # layers that a help names one by one


@dataclass
class Match:
    """The values for a network's tensors, and what was not as it should be."""

    report: Report
    values: dict[str, Tensor] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    unexpected: list[str] = field(default_factory=list)
    shapes: list[Reshaped] = field(default_factory=list)  # that cannot be brought to fit


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
        SpecError: there is no such layout.
    """
    layout = layout or _nearest_layout(wanted, found, graph)
    rename = naming(graph, layout).tensor
    result = Match(Report(found.shown, layout))
    excepted = exception(exceptions)
    left = {**found.tensors, **dict.fromkeys(found.others)}
    for name, tensor in wanted.items():
        theirs = rename(name)
        given = left.pop(theirs, None)
        if excepted(name) or excepted(theirs):
            result.report.missing.append(name)
            if given is not None:
                result.report.unexpected.append(theirs)
        elif given is not None:
            _place(result, name, given, tuple(tensor.shape))
        elif name.endswith(f".{COUNTER}"):
            result.report.counters.append(name)
        else:
            result.missing.append(name)
    for theirs in left:
        # a file of the whole network fits one that ends earlier, at the features it is wanted for
        allowed = excepted(theirs) or graph.left_out
        (result.report.unexpected if allowed else result.unexpected).append(theirs)
    return result


def _nearest_layout(wanted: Mapping[str, Tensor], found: Checkpoint, graph: Graph) -> str:
    """The layout in which most of the names wanted are in the file; archc's own where several are."""

    def hits(layout: str) -> int:
        rename = naming(graph, layout).tensor
        return sum(rename(name) in found.tensors for name in wanted)

    return max((OWN, *graph.document.layouts), key=hits)


def _place(result: Match, name: str, given: Tensor, shape: Shape) -> None:
    """Take a tensor, in the network's shape if that changes nothing but the view."""
    if tuple(given.shape) == shape:
        result.report.loaded.append(name)
        result.values[name] = given
        return
    change = Reshaped(name, tuple(given.shape), shape)
    if same_numbers(change.found, shape):
        result.report.reshaped.append(change)
        result.values[name] = given.reshape(shape)
    else:
        result.shapes.append(change)


def same_numbers(one: Shape, other: Shape) -> bool:
    """Whether a tensor of one shape is one of the other, seen differently.

    A fully connected layer is a convolution over all that it reads, row by row (Long et al. 2015); and axes
    of size 1 mean nothing.

    >>> same_numbers((4096, 25088), (4096, 512, 7, 7)), same_numbers((64, 32), (32, 64))
    (True, False)
    """
    if prod(one) != prod(other):
        return False
    squeezed = [tuple(size for size in shape if size != 1) for shape in (one, other)]
    flat = min(len(one), len(other)) == len("OI") and one[0] == other[0]
    return flat or squeezed[0] == squeezed[1]


def exception(texts: Iterable[str]) -> Callable[[str], bool]:
    """Whether a tensor's name is covered by a pattern: of the tensor, its node, or what that is part of.

    A node's pattern covers its norm too.
    """
    patterns = [Pattern(text) for text in texts]

    def covered(name: str) -> bool:
        return any(pattern.fits(path) for path in _paths(name) for pattern in patterns)

    return covered


def _paths(name: str) -> Iterator[str]:
    """A tensor's name, and the paths of all that it is part of; a norm is part of its node."""
    parts = name.split(".")
    for count in range(1, len(parts) + 1):
        path = ".".join(parts[:count])
        yield path
        yield path.removesuffix("_norm")


def require_fit(result: Match, graph: Graph, at: Span | None) -> None:
    """Every tensor must have found its place.

    Raises:
        SpecError: one did not; the message lists all.
    """
    if not (result.missing or result.unexpected or result.shapes):
        return
    file, fit = result.report.file, len(result.values)
    message = f"the weights in '{file}' do not fit {graph.name}"
    everything = fit + len(result.missing) + len(result.shapes)
    notes = (
        f"{fit:,} of {counted(everything, 'tensor')} fit, by {possessive(result.report.layout)} names",
    )
    raise SpecError(
        [
            Mistake(
                "A093", message, at, why=tuple(_why(result)), help=_help(result, graph), notes=notes
            )
        ]
    )


def _why(result: Match) -> Iterator[str]:
    if result.missing:
        yield f"missing      {enumeration(result.missing)}"
    if result.unexpected:
        yield f"unexpected   {enumeration(result.unexpected)}"
    for change in result.shapes[:FEW]:
        found, shape = dimensions(change.found), dimensions(change.shape)
        yield f"other shape  {change.name} is {found} in the file, {shape} here"
    if len(result.shapes) > FEW:
        yield f"other shape  {enumeration([change.name for change in result.shapes[FEW:]])}"


def _help(result: Match, graph: Graph) -> str:
    """The layers to allow by name where they are few; otherwise the file is another's."""
    if not result.values:
        known = ", ".join((OWN, *graph.document.layouts))
        return f"the names are of none of its layouts: {known}"
    concerned = [*result.missing, *(one.name for one in result.shapes), *result.unexpected]
    layers = list(dict.fromkeys(name.rpartition(".")[0] or name for name in concerned))
    if len(layers) <= FEW:
        options = " ".join(f"--except {layer}" for layer in layers)
        return f"if they are meant to differ, allow them by name: {options}"
    return "is it the file of another architecture? What may differ is allowed by name, --except PATTERN"
