"""Placing nodes: from an operator and its inputs to a node with a shape, or a mistake that explains."""

from __future__ import annotations

from math import prod
from typing import Any

from archc.errors import Mistake, Span
from archc.graph.explain import disagreement
from archc.graph.frame import Fault, Frame
from archc.graph.graph import Facts, Node
from archc.ops.base import Operator, Shape, ShapeError, Shapes
from archc.ops.inputs import Input
from archc.spec.document import Document, NodeSpec

MAX_NODES = 2_000_000
MAX_ELEMENTS = 2**40  # of one tensor


class Placing:
    """The nodes placed so far, and the mistakes met."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.nodes: dict[str, Node] = {}
        self.mistakes: list[Mistake] = []
        self.warnings: list[Mistake] = []
        self._told: set[tuple[str, Span | None]] = set()
        self._facts: dict[tuple[int, Shapes], tuple[Operator, Facts]] = {}

    def report(self, mistake: Mistake) -> None:
        """Keep a mistake or warning; the same one at the same place is told once."""
        key = (mistake.code, mistake.at)
        if key not in self._told:
            self._told.add(key)
            (self.warnings if mistake.warning else self.mistakes).append(mistake)

    def place_input(self, name: str, shape: Shape) -> Node:
        return Node(name, Input(), (), Facts(shape, {}, {}, 0))

    def place(self, name: str, op: Operator, inputs: tuple[Node, ...], spec: NodeSpec, frame: Frame,
              **links: Any) -> Node:  # fmt: skip
        """Add a node to the graph.

        Raises:
            Fault: the operator cannot take these inputs, the name is taken, or there are too many nodes.
        """
        shapes = tuple([node.facts.shape for node in inputs])
        known = self._facts.get((id(op), shapes))
        if known is None:
            try:
                facts = self.infer(op, shapes)
            except ShapeError as error:
                raise Fault(disagreement(error, name, op, inputs, spec, frame)) from None
            self._facts[id(op), shapes] = (op, facts)  # keeps op alive, so ids stay unique
            for remark in op.remarks(shapes, facts.shape):
                at = spec.marks.span()
                self.report(Mistake("W001", remark, at, (), frame.where, warning=True))
        else:
            facts = known[1]
        if name in self.nodes:
            message = f"two nodes would be called '{name}'"
            help = "rename one; `norm` and `act` take the names NODE_norm and NODE_act"
            raise Fault(Mistake("A048", message, spec.marks.span(), (), frame.where, help=help))
        if len(self.nodes) >= MAX_NODES:
            message = f"the spec expands to more than {MAX_NODES:,} nodes"
            help = "repeat less"
            raise Fault(Mistake("A054", message, spec.marks.span(), (), frame.where, help=help))
        node = Node(name, op, inputs, facts, spec, **links)
        if frame.share is not None:
            node.shared = self._weights_of(node, frame)
        self.nodes[name] = node
        return node

    def _weights_of(self, node: Node, frame: Frame) -> Node | None:
        """The node whose weights this one uses: the one at the same place under the shared path."""
        own, target = frame.share or ("", "")
        other = self.nodes.get(target + node.name.removeprefix(own))
        if other is None:
            return None
        if other.facts.weights != node.facts.weights:
            at = node.spec.marks.span() if node.spec else None
            sizes = [dict(n.facts.weights) for n in (other, node)]
            message = f"'{node.name}' needs weights of another shape than '{other.name}' has"
            why = (f"{other.name}: {sizes[0]}", f"{node.name}: {sizes[1]}")
            help = "shared layers read values with the same number of channels"
            raise Fault(Mistake("A049", message, at, (), frame.where, why=why, help=help))
        return other.shared or other

    def infer(self, op: Operator, shapes: Shapes) -> Facts:
        """Shape, weights and costs of an operator on these shapes.

        Raises:
            ShapeError: it cannot take them.
        """
        check_inputs(op, shapes)
        shape = op.infer(shapes)
        weights = op.weights(shapes)
        for size in (shape, *weights.values()):
            if prod(size) > MAX_ELEMENTS:
                text = " × ".join(f"{n:,}" for n in size)
                raise ShapeError(f"a tensor of {text} numbers is too large", code="A054")
        return Facts(shape, weights, op.buffers(shapes), op.macs(shapes, shape))


def check_inputs(op: Operator, shapes: Shapes) -> None:
    """Number and ranks of the inputs against what the operator's class declares."""
    least, most = op.arity
    if len(shapes) < least or (most is not None and len(shapes) > most):
        wanted = (
            f"{least}"
            if least == most
            else f"{least} or more"
            if most is None
            else f"{least} to {most}"
        )
        plural = "" if wanted == "1" else "s"
        raise ShapeError(
            f"{op.name} takes {wanted} input{plural}, but `from` names {len(shapes)}", code="A045"
        )
    low, high = op.rank
    for index, shape in enumerate(shapes):
        if len(shape) < low or (high is not None and len(shape) > high):
            raise ShapeError(*_rank_mistake(op, shape), inputs=(index,))


AXES = {
    1: "a vector",
    2: "channels × length",
    3: "channels × height × width",
    4: "channels × depth × height × width",
}


def _rank_mistake(op: Operator, shape: Shape) -> tuple[str, str]:
    low, high = op.rank
    ranks = range(low, (high or 4) + 1)
    wanted = " or ".join(AXES[rank] for rank in ranks if rank in AXES)
    shown = " × ".join(map(str, shape))
    help = "put a `flatten` before it" if high == 1 else ""
    if len(shape) == 1 and low > 1:
        help = "it has lost its height and width above, in an fc or flatten"
    return f"{op.name} reads {wanted}, but its input is {shown}", help
