"""Which tensor of a file goes where in a network: by name through a layout, checked by shape."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import TYPE_CHECKING

from archc.graph.graph import Graph
from archc.graph.naming import naming
from archc.graph.patterns import Pattern
from archc.ops.base import Shape
from archc.spec.layouts import OWN
from archc.weights.files import Checkpoint
from archc.weights.report import Report, Reshaped

if TYPE_CHECKING:
    from torch import Tensor

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
        SpecError: there is no such layout.
    """
    nearest = _nearest_layout(wanted, found, graph)
    layout = layout or nearest
    rename = naming(graph, layout).tensor
    result = Match(Report(found.shown, layout), better=nearest if nearest != layout else "")
    excepted = exception(exceptions)
    names = {path for name in wanted for path in (*paths(name), *paths(rename(name)))}
    names.update(path for name in (*found.tensors, *found.others) for path in paths(name))
    result.idle = [text for text in exceptions if not any(map(Pattern(text).fits, names))]
    left = {**found.tensors, **dict.fromkeys(found.others)}
    for name, tensor in wanted.items():
        theirs = rename(name)
        given = left.pop(theirs, None)
        if excepted(name) or excepted(theirs):
            result.report.missing.append(name)
            if given is not None:
                result.report.unexpected.append(theirs)
        elif given is not None:
            if _place(result, name, given, tuple(tensor.shape)):
                result.taken.append(theirs)
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


def _place(result: Match, name: str, given: Tensor, shape: Shape) -> bool:
    """Take a tensor, in the network's shape if that changes nothing but the view. Whether it fits."""
    if tuple(given.shape) == shape:
        result.report.loaded.append(name)
        result.values[name] = given
        return True
    change = Reshaped(name, tuple(given.shape), shape)
    if same_numbers(change.found, shape):
        result.report.reshaped.append(change)
        result.values[name] = given.reshape(shape)
        return True
    result.shapes.append(change)
    return False


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
        return any(pattern.fits(path) for path in paths(name) for pattern in patterns)

    return covered


def paths(name: str) -> Iterator[str]:
    """A tensor's name, and the paths of all that it is part of; a norm is part of its node."""
    parts = name.split(".")
    for count in range(1, len(parts) + 1):
        path = ".".join(parts[:count])
        yield path
        yield path.removesuffix("_norm")
