"""Rules about layers that a neighbour makes idle: biases before norms, linear maps in a row."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from archc.analysis.words import counted, listed
from archc.errors import Fix, Label, Span
from archc.graph.graph import Node
from archc.lint.edits import in_defaults, in_nodes
from archc.lint.finding import Finding
from archc.lint.network import PASSING, Network, span
from archc.lint.settings import Settings
from archc.ops.conv import Conv
from archc.spec.tree import Map

SUBTRACTS = frozenset({"batch_norm", "instance_norm"})  # each channel's mean
BIASED = frozenset({"conv", "depthwise_conv", "conv_transpose", "fc"})
LINEAR = PASSING | {"batch_norm", "scale"}  # may stand between two linear layers


def bias_before_norm(net: Network, settings: Settings) -> Iterator[Finding]:
    """A convolution or fully connected layer with a bias, whose result only norms read that subtract each
    channel's mean (batch_norm, instance_norm): whatever the bias is, it is gone after them.

    Not after layer_norm and group_norm, whose means run over several channels; not where the norm is
    frozen and so keeps the mean it has; and not where something else reads the result as well, or a
    layer without such a norm uses the same weights. Layers of one cause, the file's defaults, are one
    finding.
    """
    causes: dict[int, list[Node]] = {}
    for node in net.nodes:
        biased = node.op.name in BIASED and "bias" in node.facts.weights
        if biased and node.shared is None and all(_normed(net, user) for user in net.users(node)):
            causes.setdefault(id(_cause(net, node)), []).append(node)
    yield from (_idle_biases(net, nodes) for nodes in causes.values())


def _normed(net: Network, node: Node) -> bool:
    """Whether nothing reads the node's result but norms that subtract its mean."""
    readers = net.readers.get(node, [])
    subtracted = all(each.op.name in SUBTRACTS and not each.frozen for each in readers)
    return bool(readers) and subtracted and node not in net.results


def _cause(net: Network, node: Node) -> Map | None:
    """The mapping that says both bias and norm: the node's, or its file's defaults of the operator."""
    if node.spec is None:
        return None
    norm = net.readers[node][0]
    written = node.spec.marks
    defaults = net.lexical(node).defaults.get(node.op.name)
    own = norm.owner is not node or "norm" in written or "bias" in written
    return written if own or defaults is None or "norm" not in defaults else defaults


def _idle_biases(net: Network, nodes: list[Node]) -> Finding:
    first, cause = nodes[0], _cause(net, nodes[0])
    norm = net.readers[first][0]
    count = sum(prod(node.facts.weights["bias"]) for node in nodes)
    names = listed([node.name for node in nodes])
    biases = f"the bias of {names}" if len(nodes) == 1 else f"the biases of {len(nodes):,} layers"
    at, labels = _places(first, norm, cause)
    whole = _is_whole(net, nodes, cause)
    words = f"write `bias: false` on {listed(_lines(net, nodes))}"
    edits = () if whole else in_nodes(net, nodes, "bias", "false")
    if whole:
        words = f"write `bias: false` in the defaults of {first.op.name}"
        if net.lexical(first) is net.graph.document.lexical:
            edits = in_defaults(net.graph.document, first.op.name, "bias", "false")
    return Finding(
        f"{norm.op.name} subtracts {biases} again: {counted(count, 'parameter')} without effect",
        at, first.name, net.call_of[first], labels, words,
        notes=(f"these are {names}",) if whole else (),
        fixes=(Fix(words, edits),) if edits else (),
    )  # fmt: skip


def _lines(net: Network, nodes: list[Node]) -> list[str]:
    """Where the nodes are written, each place once: ``c in block unit``, however often it is called."""
    found: dict[int, str] = {}
    for node in nodes:
        block = net.call_of[node].scope.block
        name = node.spec.id if node.spec else node.name
        found.setdefault(id(node.spec), f"{name} in block {block.name}" if block else name)
    return [*found.values()]


def _is_whole(net: Network, nodes: list[Node], cause: Map | None) -> bool:
    """Whether several layers are all to which their file's defaults give a bias, so that these can change."""
    if len({id(node.spec) for node in nodes}) == 1:
        return False
    op, known = nodes[0].op.name, set(nodes)
    others = (
        node
        for node in net.nodes
        if node.op.name == op
        and node not in known
        and node.spec is not None
        and "bias" not in node.spec.marks
        and net.lexical(node).defaults.get(op) is cause
    )
    return not any(others)


def _places(node: Node, norm: Node, cause: Map | None) -> tuple[Span | None, tuple[Label, ...]]:
    """Where the bias is, or the mapping that could switch it off; and where the norm is."""
    subtracts = "subtracts the mean of each channel"
    if cause is None:
        return span(node), ()
    bias = cause.span("bias") if "bias" in cause.marks else None
    if norm.owner is node and "norm" in cause.marks:
        at = cause.span("norm")
        return bias or at, (Label(at, subtracts),)
    place = span(norm) if norm.owner is not node else None
    return bias or cause.span(), (Label(place, subtracts),) if place else ()


def linear_in_a_row(net: Network, settings: Settings) -> Iterator[Finding]:
    """A linear layer whose result only another linear layer reads, with no activation between them: both
    are fc, or both are conv with windows larger than 1. Together they compute one linear map.

    Not where the first is narrower than its input and the second's result, for that factors a large
    matrix; not for 1×1, grouped and depthwise convolutions, which networks put in a row on purpose;
    and not for windows along one axis (1×7, then 7×1).
    """
    for node in net.nodes:
        if not _mixes(node):
            continue
        after = net.only_reader(node)
        while after is not None and after.op.name in LINEAR:
            after = net.only_reader(after)
        if after is None or after.op.name != node.op.name or not _mixes(after):
            continue
        if _width(node.shape, node) < min(
            _width(node.inputs[0].shape, node), _width(after.shape, node)
        ):
            continue
        place = span(after)
        again = place is None or place == span(node)
        yield Finding(
            f"no activation between {node.name} and {after.name}: together they are one linear map",
            span(node), node.name, net.call_of[node],
            () if again or place is None else (Label(place, "reads it as it is"),),
            f"write `act: relu` on {node.spec.id}" if node.spec else "",
        )  # fmt: skip


def _mixes(node: Node) -> bool:
    """Whether a node is an fc, or a convolution that mixes all channels over a window."""
    if not isinstance(node.op, Conv):
        return node.op.name == "fc"
    windows = node.op.windows(node.input_shapes[0])
    plain = node.op.groups == 1 and node.op.connections is None
    return plain and all(axis.kernel > 1 for axis in windows)


def _width(shape: tuple[int, ...], node: Node) -> int:
    """The numbers that a layer reads or writes: of convolutions at one position."""
    return shape[0] if isinstance(node.op, Conv) else prod(shape)
