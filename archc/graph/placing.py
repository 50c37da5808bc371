"""Placing nodes: from an operator and its inputs to a node with a shape, or a mistake that explains."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from math import prod
from typing import TYPE_CHECKING, Any

from archc.budgets import check_time, current, machine_memory, remedy
from archc.errors import Label, Mistake, Span, SpecError
from archc.graph.explain import chain, dims, own_source, patches_of
from archc.graph.frame import Fault, Frame, Silent
from archc.graph.graph import Facts, Node
from archc.graph.remembered import inferred, remember
from archc.ops.base import Operator, Remark, Shape, ShapeError, Shapes
from archc.ops.inputs import Input
from archc.ops.linear import FullyConnected
from archc.spec.collect import stopped
from archc.spec.document import Document, NodeSpec

NODE_BYTES = 600  # of memory that one takes at least
SLICE = 500  # nodes between two looks at the clock
if TYPE_CHECKING:
    from archc.graph.remedies.remedy import Effort

MOST_CALLS = 3  # that a note names
MOST_AGAIN = 20  # calls in which the same mistake is followed up


@dataclass
class Told:
    """A mistake or warning, told once, and the other calls that it is true of."""

    mistake: Mistake
    frame: Frame
    again: dict[str, Span] = field(default_factory=dict)

    def noted(self) -> Mistake:
        """The mistake, with a note on the other calls."""
        if not self.again:
            return self.mistake
        shown = [f"{path} ({at})" for path, at in self.again.items()][:MOST_CALLS]
        rest = len(self.again) - len(shown)
        calls = ", ".join(shown) + (f" and {rest} more" if rest else "")
        note = f"the same block fails in {calls} as well; told once"
        if self.mistake.warning:
            note = f"the same holds in {calls}; told once"
        return dataclasses.replace(self.mistake, notes=(*self.mistake.notes, note))


class Placing:
    """The nodes placed so far, and the mistakes met."""

    remembers = True  # facts of other specs are these, where operator and shapes are

    def __init__(self, document: Document) -> None:
        self.document = document
        self.nodes: dict[str, Node] = {}
        self.told: dict[tuple[str, Span | None], Told] = {}
        self._assumed: set[int] = set()  # nodes with the shape they would have without a mistake
        self._facts: dict[tuple[int, Shapes], tuple[Operator, Facts, list[Remark], int]] = {}
        self._limits = current()
        self._effort: Effort | None = None  # made with the first refusal
        self._stop = min(self._limits.nodes, SLICE)  # nodes after which to look at limits and clock
        self._empty = 0  # block calls, absent nodes and those that failed
        self._weights = 0  # numbers in the weights so far

    def report(self, mistake: Mistake, frame: Frame) -> None:
        """Keep a mistake or warning; the same one at the same place is told once."""
        if len(self.told) >= self._limits.mistakes and not mistake.warning:
            self._stop_at_mistakes((mistake.code, mistake.at))
        told = self.told.setdefault((mistake.code, mistake.at), Told(mistake, frame))
        path = frame.scope.path
        if frame.called is not None and path != told.frame.scope.path and mistake.where:
            told.again[path] = frame.called

    def _stop_at_mistakes(self, key: tuple[str, Span | None]) -> None:
        """End the walk if this mistake would be one more than anyone reads."""
        wrong = [told for told in self.told.values() if not told.mistake.warning]
        if len(wrong) >= self._limits.mistakes and key not in self.told:
            last = wrong[-1]
            notes = (*last.mistake.notes, stopped(self._limits.mistakes))
            last.mistake = dataclasses.replace(last.mistake, notes=notes)
            raise SpecError

    def pause(self, spec: NodeSpec, frame: Frame) -> None:
        """Hold what has been placed against the limits.

        Raises:
            SpecError: one is passed, which ends the expansion.
        """
        most = self._limits.nodes
        nodes = len(self.nodes)
        if nodes >= most or self._empty > most:
            raise SpecError([self.too_many(spec, frame, nodes >= most)])
        check_time(f"with {nodes:,} nodes placed", spec.marks.span)
        self._stop = min(most, nodes + SLICE)

    def too_many(self, spec: NodeSpec, frame: Frame, nodes: bool, need: int = 0) -> Mistake:
        """That the spec expands to more nodes, or else more calls of blocks, than the limit.

        ``need`` is how many they are at least, where that is known.
        """
        what = "nodes" if nodes else "block calls and absent nodes"
        message = f"the spec expands to more than {self._limits.nodes:,} {what}"
        help = remedy("nodes", "repeat less", need)
        if need * NODE_BYTES > machine_memory():
            help = "repeat less; no limit lets so many into this machine's memory"
        return Mistake("A054", message, spec.marks.span(), (), frame.where, help=help)

    def count_empty(self, spec: NodeSpec, frame: Frame) -> None:
        """Count what costs time but places no node: a block call, an absent node, one that failed.

        Raises:
            SpecError: there are too many, or time has run out.
        """
        self._empty += 1
        if self._empty % SLICE == 0 or self._empty > self._limits.nodes:
            self.pause(spec, frame)

    def count_failed(self, spec: NodeSpec, frame: Frame) -> None:
        """:meth:`count_empty`, with a look at the clock each time: to explain a mistake may take long."""
        self.count_empty(spec, frame)
        check_time("looking for mistakes", spec.marks.span)

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
                known = self._inferred(op, shapes)
            except ShapeError as error:
                return self._refused(error, name, op, inputs, spec, frame)
            self._facts[id(op), shapes] = known  # keeps op alive, so ids stay unique
        _, facts, remarks, numbers = known
        for message, help in remarks:
            self.report(self._remark(message, help, inputs, spec, frame), frame)
        if name in self.nodes:
            message = f"two nodes would be called '{name}'"
            help = "rename one; `norm` and `act` take the names NODE_norm and NODE_act"
            raise Fault(Mistake("A048", message, spec.marks.span(), (), frame.where, help=help))
        if len(self.nodes) >= self._stop:
            self.pause(spec, frame)
        node = Node(name, op, inputs, facts, spec, **links)
        if frame.share is not None:
            node.shared = self._weights_of(node, frame)
        elif numbers:
            self._weights += numbers
            if self._weights > self._limits.weights:
                raise SpecError([self._too_heavy(spec, frame)])
        self.nodes[name] = node
        if self._assumed and not self._assumed.isdisjoint(map(id, inputs)):
            self._assumed.add(id(node))
        return node

    def _remark(self, message: str, help: str, inputs: tuple[Node, ...], spec: NodeSpec,
                frame: Frame) -> Mistake:  # fmt: skip
        """The warning of a use that is probably not meant: in the author's patch, if that is the cause."""
        at, labels = spec.marks.span(), tuple[Label, ...]()
        own = own_source(self.document)
        if at.source is not own and own is not None:
            line = chain(inputs[0], None)
            patches = [one for node in reversed(line) for one in patches_of(node, frame)]
            cause = next((one.span for one in patches if one.span.source is own), at)
            labels = (*patches[:2], Label(at, "here")) if cause is not at else ()
            at = cause
        return Mistake("W001", message, at, labels, frame.where, help=help, warning=True)

    def _refused(self, error: ShapeError, name: str, op: Operator, inputs: tuple[Node, ...],
                 spec: NodeSpec, frame: Frame) -> Node:  # fmt: skip
        """Report inputs that an operator cannot take. Where one changed setting above would do, go on
        with the shape that follows, to see what else there is.

        Raises:
            Fault: with the mistake, where there is no such setting.
            Silent: it may follow from a mistake told before.
        """
        from archc.graph.explain import disagreement
        from archc.graph.remedies.candidates import remedies
        from archc.graph.remedies.remedy import Effort, Refusal

        mistake = disagreement(error, name, op, inputs, spec, frame, own_source(self.document))
        known = self.told.get((mistake.code, mistake.at))
        if known is not None and len(known.again) > MOST_AGAIN:
            raise Silent
        follows = not self._assumed.isdisjoint(map(id, inputs))
        if follows and known is None:
            raise Silent
        if error.code == "A045":
            frame.unresolved = True  # what it leaves unread may be what it was meant to read
        self._effort = self._effort or Effort()
        refusal = Refusal(error, op, inputs, spec, name, frame, self.document, self._effort)
        found = remedies(refusal)
        mistake = dataclasses.replace(mistake, fixes=tuple(remedy.fix for remedy in found))
        frame.used.update(*(remedy.reads for remedy in found[:1]))
        shapes = next((remedy.inputs for remedy in found if remedy.inputs is not None), None)
        facts = self._assuming(op, shapes) if shapes is not None else None
        if facts is None:
            raise Fault(mistake) from None
        self.report(mistake, frame)
        node = Node(name, op, inputs, facts, spec)
        self.nodes[name] = node
        self._assumed.add(id(node))
        return node

    def _assuming(self, op: Operator, shapes: Shapes) -> Facts | None:
        """Facts of an operator on the inputs that a remedy gives; None where it is none after all."""
        try:
            return self.infer(op, shapes)
        except ShapeError:
            return None

    def _too_heavy(self, spec: NodeSpec, frame: Frame) -> Mistake:
        most = self._limits.weights
        message = f"with this node the weights hold {self._weights:,} numbers, more than {most:,}"
        help = remedy("weights", "look for a factor too many", self._weights)
        return Mistake("A054", message, spec.marks.span(), (), frame.where, help=help)

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

    def _inferred(self, op: Operator, shapes: Shapes) -> tuple[Operator, Facts, list[Remark], int]:
        """The facts of an operator on these shapes, its remarks, and how many numbers its weights hold.

        Raises:
            ShapeError: it cannot take them.
        """
        key = (id(op), shapes, self._limits.elements)
        if self.remembers and (known := inferred.get(key)) is not None:
            return known
        facts = self.infer(op, shapes)
        known = (op, facts, op.remarks(shapes, facts.shape), facts.params)
        if self.remembers:
            remember(inferred, key, known)
        return known

    def infer(self, op: Operator, shapes: Shapes) -> Facts:
        """Shape, weights and costs of an operator on these shapes.

        Raises:
            ShapeError: it cannot take them.
        """
        check_inputs(op, shapes)
        shape = op.infer(shapes)
        weights = op.weights(shapes)
        for what, size in (("result", shape), *weights.items()):
            if prod(size) > self._limits.elements:
                raise _too_large(op, what, size, self._limits.elements)
        return Facts(shape, weights, op.buffers(shapes), op.macs(shapes, shape))


def _sizes(node: Node) -> str:
    """``weight 4 × 3 × 1 × 1, bias 4``"""
    return ", ".join(f"{name} {dims(shape)}" for name, shape in node.facts.weights.items())


def _too_large(op: Operator, what: str, size: Shape, most: int) -> ShapeError:
    """The mistake of a tensor with more numbers than archc takes."""
    count = prod(size)
    first = "look for a factor too many"
    if what != "result" and isinstance(op, FullyConnected):
        first = "pool before it, so that it reads fewer numbers"
    message = f"the {what} of {dims(size)} would hold {count:,} numbers; the limit is {most:,}"
    return ShapeError(message, remedy("elements", first, count), "A054")


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
    return f"{op.name} reads {wanted}, but its input is {shown}", help
