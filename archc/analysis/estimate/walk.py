"""A pass through the network with nothing computed: what is allocated when, and what is freed.

Forward in the order of the nodes; backward in the opposite order, as autograd's engine takes them.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import prod
from typing import NamedTuple

from archc.analysis.estimate.heap import Heap, Storage
from archc.analysis.estimate.lifetimes import freed, scheduled
from archc.analysis.estimate.sharing import sharing
from archc.graph.graph import Graph, Node
from archc.ops.base import Kept

NOTHING = Kept()


class Walk(NamedTuple):
    """What a pass left: the heap, and bytes that autograd kept, for any batch and for each sample."""

    heap: Heap
    fixed: int
    sample: int


def inference(graph: Graph, number: int) -> Walk:
    """A forward pass that keeps nothing, training-only nodes left out; a ``number`` takes so many bytes."""
    order = [node for node in graph.nodes.values() if not node.training_only]
    forward = Forward(graph, order, number, training=False)
    forward.run()
    return Walk(forward.heap, 0, 0)


def training(graph: Graph, number: int, working: int) -> Walk:
    """A forward and a backward pass, and a step that needs ``working`` numbers for each parameter."""
    forward = Forward(graph, scheduled(graph), number, training=True)
    forward.run()
    fixed, sample = forward.kept_bytes()
    Backward(forward, graph).run()
    heap = forward.heap
    heap.phase = "step"
    heap.mark("", fixed=number * working * sum(node.params for node in graph.nodes.values()))
    return Walk(heap, fixed, sample)


class Forward:
    """The forward pass: values live as long as a name or autograd holds them."""

    def __init__(self, graph: Graph, order: list[Node], number: int, training: bool) -> None:
        self.order, self.number, self.training = order, number, training
        self.heap, self.inputs = Heap(), graph.inputs.values()
        self.holder, self.copied = sharing(order, graph, training)
        self.freed = freed(order, graph, self.holder)
        self.needs = _needing(order) if training else set()
        self.values: dict[Node, Storage] = {
            node: self.heap.take(self.size(node)) for node in self.inputs
        }
        self.kept: dict[Node, list[Storage]] = {}  # by the node whose derivative reads them

    def size(self, node: Node) -> int:
        """Bytes of a node's result for one sample."""
        return self.number * prod(node.shape)

    def run(self) -> None:
        for node in self.order:
            kept = self._kept(node)
            working = self.number * kept.working
            if self.holder[node] is node:
                self.values[node] = self.heap.take(self.size(node))
            if node in self.needs:
                working -= self._keep(node, kept)
            self.heap.mark(node.name, max(working, 0))
            for value in self.freed.get(node, ()):
                self.heap.give(self.values[value])

    def _kept(self, node: Node) -> Kept:
        """What autograd keeps of a node: of an input that is written over, a copy."""
        if node in self.copied:
            return Kept(values=prod(node.shape))
        return node.op.kept(node.input_shapes, node.shape)

    def _keep(self, node: Node, kept: Kept) -> int:
        """Hold what the node's derivative reads until it is computed; the bytes that are new."""
        sources = [node.inputs[place] for place in kept.inputs]
        read = dict.fromkeys(self.holder[value] for value in [*sources, *[node] * kept.output])
        storages = [self.values[value] for value in read]
        for storage in storages:
            storage.holders += 1
        own = self.number * kept.values + kept.bytes
        self.kept[node] = [*storages, self.heap.take(own, self.number * kept.fixed)]
        return own

    def kept_bytes(self) -> tuple[int, int]:
        """Bytes that autograd keeps beside the inputs, each piece once: fixed, and for each sample."""
        pieces = {id(storage): storage for kept in self.kept.values() for storage in kept}
        for given in self.inputs:
            pieces.pop(id(self.values[given]), None)
        return sum(s.fixed for s in pieces.values()), sum(s.sample for s in pieces.values())


class Backward:
    """The backward pass: gradients flow from the outputs, and what was kept is given back."""

    def __init__(self, forward: Forward, graph: Graph) -> None:
        self.forward, self.heap = forward, forward.heap
        self.trained: set[Node] = set()  # those whose parameters have gradients already
        self.gradients: dict[Node, Storage] = {}
        for node in dict.fromkeys(output.node for output in graph.outputs):
            self.gradients[node] = self.heap.take(forward.size(node))

    def run(self) -> None:
        self.heap.phase = "backward"
        for node in reversed(self.forward.order):
            gradient = self.gradients.pop(node, None)
            if gradient is None:
                continue
            if node in self.forward.needs:
                self._derive(node, gradient)
            else:
                self.heap.give(gradient)

    def _derive(self, node: Node, gradient: Storage) -> None:
        """The gradients of a node's inputs and parameters from that of its result."""
        sources = [source for source in node.inputs if source in self.forward.needs]
        if node.op.reads:
            sources = sources[:1]  # of the second only the shape is used
        passed = self._passed(node, gradient, sources)
        again = self._parameters(node)
        self.heap.mark(node.name, fixed=again)
        self.heap.give(gradient)
        for storage in self.forward.kept.pop(node, ()):
            self.heap.give(storage)
        for source, storage in zip(sources, passed, strict=True):
            self._add(source, storage)

    def _passed(self, node: Node, gradient: Storage, sources: Iterable[Node]) -> list[Storage]:
        """A gradient for each source: the result's own memory where the operator only moves numbers."""
        if node.op.same_gradient:
            passed = [gradient for _ in sources]
            gradient.holders += len(passed)
            return passed
        return [self.heap.take(self.forward.size(source)) for source in sources]

    def _parameters(self, node: Node) -> int:
        """Take memory for the parameters' gradients; bytes of those that are added to earlier ones."""
        owner = node.shared or node
        if owner.frozen:
            return 0
        size = self.forward.number * owner.facts.params
        if owner in self.trained:
            return size
        self.trained.add(owner)
        self.heap.take(0, size)
        return 0

    def _add(self, source: Node, storage: Storage) -> None:
        """Sum the gradients that reach a value: in the first one's memory, if nothing else holds it."""
        first = self.gradients.get(source)
        if first is None:
            self.gradients[source] = storage
            return
        if first.holders == 1:
            self.heap.give(storage)
            return
        self.gradients[source] = self.heap.take(self.forward.size(source))
        self.heap.mark(source.name)
        self.heap.give(first)
        self.heap.give(storage)


def _needing(order: list[Node]) -> set[Node]:
    """The nodes whose result depends on a trained parameter."""
    found: set[Node] = set()
    for node in order:
        own = node.facts.params > 0 and not (node.shared or node).frozen
        if own or not found.isdisjoint(node.inputs):
            found.add(node)
    return found
