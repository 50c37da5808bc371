"""Placing nodes: from an operator and its inputs to a node with a shape, or a mistake that explains."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Any

from archc.errors import Mistake, Span
from archc.graph.explain import dims, disagreement
from archc.graph.frame import Fault, Frame, Silent
from archc.graph.graph import Facts, Node
from archc.graph.remedy import Change, changes
from archc.ops.base import Operator, Shape, ShapeError, Shapes
from archc.ops.inputs import Input
from archc.spec.document import Document, NodeSpec

MAX_NODES = 2_000_000
MAX_ELEMENTS = 2**40  # of one tensor
MOST_CALLS = 3  # that a note names
MOST_AGAIN = 20  # calls in which the same mistake is followed up


@dataclass
class Told:
    """A mistake or warning, told once; the other calls that it is true of, and changes to try."""

    mistake: Mistake
    frame: Frame
    changes: Sequence[Change]
    again: dict[str, Span] = field(default_factory=dict)

    def noted(self) -> Mistake:
        """The mistake, with a note on the other calls."""
        if not self.again:
            return self.mistake
        shown = [f"{path} ({at})" for path, at in self.again.items()][:MOST_CALLS]
        rest = len(self.again) - len(shown)
        calls = ", ".join(shown) + (f" and {rest} more" if rest else "")
        note = f"the same block fails in {calls} for the same reason; told once"
        if self.mistake.warning:
            note = f"the same holds in {calls}; told once"
        return dataclasses.replace(self.mistake, notes=(*self.mistake.notes, note))


class Placing:
    """The nodes placed so far, and the mistakes met."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.nodes: dict[str, Node] = {}
        self.told: dict[tuple[str, Span | None], Told] = {}
        self._assumed: set[int] = set()  # nodes with the shape they would have without a mistake
        self._facts: dict[tuple[int, Shapes], tuple[Operator, Facts, list[str]]] = {}

    def report(self, mistake: Mistake, frame: Frame, changes: Sequence[Change] = ()) -> None:
        """Keep a mistake or warning; the same one at the same place is told once."""
        told = self.told.setdefault((mistake.code, mistake.at), Told(mistake, frame, changes))
        path = frame.scope.path
        if frame.called is not None and path != told.frame.scope.path and mistake.where:
            told.again[path] = frame.called

    @property
    def warnings(self) -> list[Mistake]:
        return [told.noted() for told in self.told.values() if told.mistake.warning]

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
                return self._refused(error, name, op, inputs, spec, frame)
            known = (op, facts, op.remarks(shapes, facts.shape))
            self._facts[id(op), shapes] = known  # keeps op alive, so ids stay unique
        _, facts, remarks = known
        for remark in remarks:
            at = spec.marks.span()
            self.report(Mistake("W001", remark, at, (), frame.where, warning=True), frame)
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
        if self._assumed and not self._assumed.isdisjoint(map(id, inputs)):
            self._assumed.add(id(node))
        return node

    def _refused(self, error: ShapeError, name: str, op: Operator, inputs: tuple[Node, ...],
                 spec: NodeSpec, frame: Frame) -> Node:  # fmt: skip
        """Report inputs that an operator cannot take. Where one changed setting above would do, go on
        with the shape that follows, to see what else there is.

        Raises:
            Fault: with the mistake, where there is no such setting.
            Silent: it may follow from a mistake told before.
        """
        mistake = disagreement(error, name, inputs, spec, frame)
        known = self.told.get((mistake.code, mistake.at))
        if known is not None and len(known.again) > MOST_AGAIN:
            raise Silent
        follows = not self._assumed.isdisjoint(map(id, inputs))
        if follows and known is None:
            raise Silent
        remedies = changes(op, inputs, error.inputs, frame) if len(inputs) > 1 else []
        if not remedies:
            raise Fault(mistake) from None
        self.report(mistake, frame, remedies)
        node = Node(name, op, inputs, self.infer(op, remedies[0].inputs), spec)
        self.nodes[name] = node
        self._assumed.add(id(node))
        return node

    def _weights_of(self, node: Node, frame: Frame) -> Node | None:
        """The node whose weights this one uses: the one at the same place under the shared path."""
        own, target = frame.share or ("", "")
        other = self.nodes.get(target + node.name.removeprefix(own))
        at = node.spec.marks.span() if node.spec else None
        if other is None:
            if not node.facts.weights:
                return None
            message = f"'{node.name}' has no counterpart in '{target}' whose weights it could share"
            help = "a `when` or `repeat` inside comes out differently for the two"
            raise Fault(Mistake("A049", message, at, (), frame.where, help=help))
        if other.facts.weights != node.facts.weights:
            message = f"'{node.name}' needs weights of another shape than '{other.name}' has"
            why = tuple(f"{n.name}: {_sizes(n)}" for n in (other, node))
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
                help = "look for a factor too many"
                raise ShapeError(f"a tensor of {text} numbers is too large", help, "A054")
        return Facts(shape, weights, op.buffers(shapes), op.macs(shapes, shape))


def _sizes(node: Node) -> str:
    """``weight 4 × 3 × 1 × 1, bias 4``"""
    return ", ".join(f"{name} {dims(shape)}" for name, shape in node.facts.weights.items())


def check_inputs(op: Operator, shapes: Shapes) -> None:
    """Number and ranks of the inputs against what the operator's class declares."""
    check_count(op, len(shapes))
    low, high = op.rank
    for index, shape in enumerate(shapes):
        if len(shape) < low or (high is not None and len(shape) > high):
            raise ShapeError(*_rank_mistake(op, shape), inputs=(index,))


def check_count(op: Operator, count: int) -> None:
    """The number of inputs against what the operator's class declares."""
    least, most = op.arity
    if count < least or (most is not None and count > most):
        wanted = (
            f"{least}"
            if least == most
            else f"{least} or more"
            if most is None
            else f"{least} to {most}"
        )
        plural = "" if wanted == "1" else "s"
        raise ShapeError(
            f"{op.name} takes {wanted} input{plural}, not {count}",
            "write `from` with one node" if most == 1 else "name them in order: from: [a, b]",
            "A045",
        )


AXES = {
    1: "a vector",
    2: "channels × length",
    3: "channels × height × width",
    4: "channels × depth × height × width",
}


def _rank_mistake(op: Operator, shape: Shape) -> tuple[str, str]:
    low, high = op.rank
    wanted = AXES[low] if low == high else "channels and 1 to 3 spatial axes"
    if low == 1 and high != 1:
        wanted = "1 to 4 axes"
    shown = f"a vector of {shape[0]}" if len(shape) == 1 else " × ".join(map(str, shape))
    help = "put a `flatten` before it" if high == 1 else ""
    if len(shape) == 1 and low > 1:
        help = "place it before the fc or flatten that takes height and width away"
    return f"{op.name} reads {wanted}, but its input is {shown}", help
