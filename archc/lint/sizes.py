"""Rules about how large things are: one layer beside all others, windows beside their input."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator
from math import prod

from archc.analysis.cost import total
from archc.analysis.words import counted, dimensions, short
from archc.budgets import limits, timed
from archc.errors import Label, SpecError
from archc.graph.expand import expand
from archc.graph.graph import Graph, Node
from archc.lint.finding import Finding
from archc.lint.network import Network, source, span
from archc.lint.settings import Settings
from archc.ops.base import Shape
from archc.ops.conv import Convolution
from archc.ops.windows import Axis
from archc.spec.tree import Seq

LARGE_SHARE, LARGE_LAYER = 0.9, 1_000_000
LONGEST_KERNEL = 1_000  # of windows that are looked at point by point
MAX_TRIED = 2_000  # nodes of a network that is expanded again to try other inputs
USUAL = 32  # image sizes are mostly multiples of it
LONGEST_SEARCH = 1.0  # seconds
MOST_TIMES = 64  # how many times higher and wider the inputs that are tried are


def one_large_layer(net: Network, settings: Settings) -> Iterator[Finding]:
    """One layer that holds at least 90 % of all parameters, and more than a million.

    Not in a network of one layer with weights. VGG-16's first fully connected layer, with 74 %, is
    below the bound.
    """
    cost = total(net.nodes)
    whole = cost.params + cost.frozen
    layers = [node for node in net.nodes if node.op.weighted and _own(node)]
    largest = max(layers, key=_own, default=None)
    if largest is None or len(layers) < 2 or _own(largest) <= LARGE_LAYER:
        return
    share = _own(largest) / whole
    if share >= LARGE_SHARE:
        yield Finding(
            f"{largest.name} holds {_own(largest):,} of all {whole:,} parameters, {100 * share:.1f} %",
            span(largest), largest.name, net.call_of[largest],
            help=_smaller(largest),
        )  # fmt: skip


def _own(node: Node) -> int:
    return node.params + node.frozen_params


def _smaller(node: Node) -> str:
    """How the layer could do with fewer parameters, with the numbers."""
    if node.op.name != "fc":
        return "fewer filters, or a 1×1 conv with fewer channels before it"
    before = node.inputs[0] if len(node.inputs[0].shape) > 1 else source(node)
    if len(before.shape) == 1:
        return "fewer units, here or in the layer before"
    units = node.shape[0]
    bias = prod(node.facts.weights.get("bias", (0,)))
    count = before.shape[0] * units + bias
    sizes = dimensions(before.shape)
    return (
        f"it reads {sizes} = {prod(before.shape):,} numbers; after a `global_avg_pool` these are "
        f"{before.shape[0]:,}, and {short(count)} parameters would do"
    )


def windows_beyond_input(net: Network, settings: Settings) -> Iterator[Finding]:
    """Convolutions on maps so small that some of their weights only ever multiply padding: 3×3 with
    padding 1 on a 1×1 map uses the middle weight alone. One finding for the network, with a larger
    input at which it is gone, if one is found by trying.

    Not for windows that meet padding at the edges only, as all padded ones do; and not for pools,
    which have no weights.
    """
    found = list(_with_idle(net.nodes))
    if not found:
        return
    first, idle = found[0]
    window = prod(axis.kernel for axis in _windows(first))
    sizes = dimensions(first.inputs[0].shape[1:])
    more = counted(len(found) - 1, "more layer")
    rest = f"; {more} {'has' if len(found) == 2 else 'have'} such points" if len(found) > 1 else ""
    wasted = sum(_own(node) * idle // prod(map(_kernel, _windows(node))) for node, idle in found)
    notes = [f"in all, about {short(wasted)} weights have no effect"] if len(found) > 1 else []
    pool = next((n for n in net.nodes if _pools_nothing(n)), None)
    if pool is not None:
        notes.append(f"{pool.name} reads a map of 1 × 1 already: it has nothing to pool")
    yield Finding(
        f"{idle} of the {window} points of {first.name}'s windows only ever lie on padding{rest}",
        span(first), first.name, net.call_of[first],
        _label(first, sizes), _larger(net), notes=tuple(notes),
    )  # fmt: skip


def _label(node: Node, sizes: str) -> tuple[Label, ...]:
    at = span(node)
    kernel = dimensions([axis.kernel for axis in _windows(node)])
    return (Label(at, f"windows of {kernel} on a map of {sizes}"),) if at else ()


def _kernel(axis: Axis) -> int:
    return axis.kernel


def _pools_nothing(node: Node) -> bool:
    small = node.inputs and prod(node.inputs[0].shape[1:]) == 1
    return bool(small) and node.op.name in ("global_avg_pool", "global_max_pool")


def _windows(node: Node) -> tuple[Axis, ...]:
    assert isinstance(node.op, Convolution)
    return node.op.windows(node.input_shapes[0])


def _with_idle(nodes: Iterable[Node]) -> Iterator[tuple[Node, int]]:
    """Each convolution with idle weights, and how many of each window are; equal ones are counted once."""
    known: dict[int, int] = {}
    for node in nodes:
        if isinstance(node.op, Convolution):
            key = id(node.facts)  # nodes with equal operators and inputs share their facts
            idle = known[key] if key in known else known.setdefault(key, _idle(node))
            if idle:
                yield node, idle


def _idle(node: Node) -> int:
    """How many weights of each window meet no position of the input, wherever the window lies."""
    axes = _windows(node)
    if any(axis.kernel > LONGEST_KERNEL for axis in axes):
        return 0
    return prod(map(_kernel, axes)) - prod(map(_meeting, axes))


def _meeting(axis: Axis) -> int:
    """How many of a window's points along one axis read a position of the input for some window."""
    if axis.padding.before == axis.padding.after == 0:
        return axis.kernel
    count = 0
    for point in range(axis.kernel):
        offset = point * axis.dilation - axis.padding.before
        window = max(-(offset // axis.stride), 0)  # the first that puts the point at 0 or above
        count += window < axis.output and window * axis.stride + offset < axis.size
    return count


def _larger(net: Network) -> str:
    """A larger input at which no weight is idle, as a remedy; only what was tried is named."""
    with limits(time=LONGEST_SEARCH), timed():
        shape = _grown_until(net.graph, lambda graph: not any(_with_idle(graph.nodes.values())))
    if shape is None:
        return "a larger input, or fewer strides and poolings above"
    such = dimensions(shape)
    return f"a larger input, such as {such}; or a stem with one stride or pooling less"


def _grown_until(graph: Graph, good: Callable[[Graph], bool]) -> Shape | None:
    """A larger input at which a graph is good, the graph's own with its short axes lengthened.

    A graph need not take each size, nor be good at each above another (a U-Net takes what halves to the
    end), so that sizes are tried one by one.
    """
    if len(graph.inputs) != 1 or len(graph.nodes) > MAX_TRIED:
        return None
    (shape,) = (node.shape for node in graph.inputs.values())
    for size in _sizes(min(shape[1:])) if len(shape) > 1 else ():
        other = _with_input(graph, _grown(shape, size))
        if other is not None and good(other):
            return _grown(shape, size)
    return None


def _sizes(least: int) -> list[int]:
    """The sizes to try: the least doubled again and again, and as images are near each of these.

    >>> _sizes(27)[:6]
    [32, 54, 64, 108, 128, 216]
    """
    doubled = [least << times for times in range(MOST_TIMES.bit_length())]
    usual = [(size // USUAL + 1) * USUAL for size in doubled]
    return sorted({*doubled[1:], *usual[:-1]})


def _grown(shape: Shape, size: int) -> Shape:
    """The shape with no axis shorter than this."""
    return (shape[0], *(max(n, size) for n in shape[1:]))


def _with_input(graph: Graph, shape: Shape) -> Graph | None:
    """The graph for another input; None where it does not take it."""
    document = graph.document
    sizes = Seq(document.marks.mark)
    sizes.extend(shape)
    try:
        return expand(dataclasses.replace(document, input=sizes))
    except SpecError:
        return None
