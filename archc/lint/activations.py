"""Rules about activations: softmax where a loss brings its own, and activations that do nothing."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from archc.errors import Label
from archc.graph.graph import Node
from archc.lint.finding import Finding
from archc.lint.network import PASSING, Network, source, span
from archc.lint.settings import Settings
from archc.ops.spatial import Pad

NOT_NEGATIVE = frozenset({"relu", "relu6", "sigmoid", "hard_sigmoid", "softmax"})
STRAIGHT = frozenset({"relu", "leaky_relu", "prelu", "elu"})  # what is above 0 they leave as it is
# of numbers that are not negative these make such numbers
KEEPING = PASSING | {
    "max_pool", "avg_pool", "adaptive_avg_pool", "adaptive_max_pool", "global_avg_pool",
    "global_max_pool", "slice", "crop", "pad", "upsample", "pixel_shuffle", "concat", "add", "mul",
}  # fmt: skip
FARTHEST = 16  # values in which the activations above a node are looked for
MOST_MARKED = 3  # of them


def softmax_at_output(net: Network, settings: Settings) -> Iterator[Finding]:
    """An output that is a softmax over two or more channels. nn.CrossEntropyLoss takes logits and applies
    the softmax itself; applied twice, differences shrink and training is slow.

    Not for log_softmax: applied twice it changes nothing, and nn.NLLLoss wants it. A network that is only
    ever used for its probabilities is right with a softmax; its spec says `lint: {W021: off}`.
    """
    for output in net.graph.outputs:
        node = output.node
        while node.op.name in PASSING and node.inputs:
            node = node.inputs[0]
        if node.op.name != "softmax" or node.shape[0] == 1:
            continue
        own = "act" in node.spec.marks.marks if node.spec and node.role else False
        yield Finding(
            f"{node.name} is a softmax at an output, and nn.CrossEntropyLoss would apply a second one",
            span(node), node.name, net.call_of[node],
            help="leave the logits as they are" + (": `act: none`" if own else ""),
            notes=("for probabilities, apply softmax to the result in evaluation",),
        )  # fmt: skip


def idle_activation(net: Network, settings: Settings) -> Iterator[Finding]:
    """An activation that reads another one's result; or one that changes nothing, since all that it reads
    is at least 0 already, as after a relu, pooled, joined or summed, and such numbers it leaves as they are.

    Not where a layer or a norm lies between, nor for activations of products: `x · sigmoid(x)` is a
    gate. A single activation that could have been another one is no finding.
    """
    above = _not_negative(net)
    for node in net.nodes:
        if node.op.family != "activation":
            continue
        before = source(node)
        direct = before.op.family == "activation"
        idle = node.op.name in STRAIGHT and node.inputs[0] in above
        if not direct and not idle:
            continue
        first, second = before.op.name, node.op.name
        message = f"two activations in a row: {second} reads what {first} gives"
        if idle:
            message = f"the {second} {node.name} changes nothing: all that it reads is at least 0"
        roots = [before] if direct else list(dict.fromkeys(_roots(node)))
        places = {span(root): root.op.name for root in roots}
        yield Finding(
            message, span(node), node.name, net.call_of[node],
            tuple(Label(at, f"{name}{_gives(idle)}") for at, name in places.items() if at)[:MOST_MARKED],
            _advice(net, node, roots, idle),
        )  # fmt: skip


def _gives(idle: bool) -> str:
    return " gives nothing below 0" if idle else " comes first"


def _advice(net: Network, node: Node, roots: list[Node], idle: bool) -> str:
    """Which of the activations could go."""
    join = source(node)
    if join.op.name == "add":  # the branch comes after the value that it is added to
        branch = max(join.inputs, key=net.order.__getitem__)
        if branch.role == "act" and branch.spec is not None:
            return f"`act: none` on {branch.spec.id} lets its branch subtract as well"
    before = node.op.name in ("softmax", "log_softmax")
    return _without(roots[0] if before else node) if idle or before else "keep one of the two"


def _without(node: Node) -> str:
    if node.spec is None or node.role != "act":
        return f"remove {node.spec.id if node.spec else node.name}"
    return f"write `act: none` on {node.spec.id}"


def _not_negative(net: Network) -> set[Node]:
    """The values that hold no number below 0, whatever the weights and the input are."""
    found: set[Node] = set()
    for node in net.nodes:
        kept = node.op.name in KEEPING and all(source in found for source in node.inputs)
        if node.op.name in NOT_NEGATIVE or (kept and not _adds_negative(node)):
            found.add(node)
    return found


def _adds_negative(node: Node) -> bool:
    return isinstance(node.op, Pad) and node.op.value < 0


def _roots(node: Node) -> Iterator[Node]:
    """The nearest activations above, from which what a node reads is made."""
    waiting = deque(node.inputs)
    for _ in range(FARTHEST):
        if not waiting:
            return
        each = waiting.popleft()
        if each.op.name in NOT_NEGATIVE:
            yield each
        else:
            waiting.extend(each.inputs)


def softmax_of_one(net: Network, settings: Settings) -> Iterator[Finding]:
    """A softmax or log_softmax over a single channel: its result is 1 (or 0) whatever it reads.

    Softmax runs over channels, never over positions, so a single map of attention is meant too.
    """
    for node in net.nodes:
        if node.op.name in ("softmax", "log_softmax") and node.shape[0] == 1:
            value = 1 if node.op.name == "softmax" else 0
            yield Finding(
                f"a {node.op.name} over a single channel is {value} whatever it reads",
                span(node), node.name, net.call_of[node],
                help="for one probability use `sigmoid`, for two classes two channels",
            )  # fmt: skip
