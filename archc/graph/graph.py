"""The typed graph: every node has a shape, and the tree of block calls it came from is kept.

``Node.inputs`` is the truth for order and repetition (``add: [x, x]``); :meth:`Graph.networkx` derives
the graph that networkx's algorithms run on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from math import prod
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

from archc.errors import Mistake
from archc.graph.remembered import labels, remember
from archc.ops.base import Operator, Shape, Shapes
from archc.spec.document import Block, Document, NodeSpec

if TYPE_CHECKING:
    import networkx

    from archc.graph.rewriting.edits import Edit


class _Facts(NamedTuple):
    shape: Shape
    weights: Mapping[str, Shape]
    buffers: Mapping[str, Shape]
    macs: int


class Facts(_Facts):
    """What follows from an operator and its input shapes alone; shared by all equal nodes."""

    @cached_property
    def params(self) -> int:
        """Numbers in the weights."""
        return sum(map(prod, self.weights.values()))

    @cached_property
    def kept(self) -> int:
        """Numbers in the buffers."""
        return sum(map(prod, self.buffers.values()))

    @cached_property
    def size(self) -> int:
        """Numbers in the result."""
        return prod(self.shape)


@dataclass(slots=True, eq=False)
class Node:
    """One operation of the graph, named by its path: ``layer2.0.conv1_norm``.

    ``owner`` is the node whose ``norm`` or ``act`` this one is; ``shared`` the node whose weights it
    uses. A document's input is a node too, with the operator ``input`` and no inputs.
    """

    name: str
    op: Operator
    inputs: tuple[Node, ...]
    facts: Facts
    spec: NodeSpec | None = None
    role: Literal["", "norm", "act"] = ""
    owner: Node | None = None
    shared: Node | None = None
    training_only: bool = False
    frozen: bool = False  # not trained; its running statistics stay too

    @property
    def shape(self) -> Shape:
        """The result's shape without the batch axis: ``(C, H, W)``."""
        return self.facts.shape

    @property
    def input_shapes(self) -> Shapes:
        return tuple(node.shape for node in self.inputs)

    @property
    def params(self) -> int:
        """Trained numbers that are this node's own; 0 where it shares another's or is frozen."""
        return 0 if self.shared is not None or self.frozen else self.facts.params

    @property
    def frozen_params(self) -> int:
        """Numbers of its own that training would change, had the spec not frozen them."""
        return self.facts.params if self.frozen and self.shared is None else 0

    @property
    def buffers(self) -> int:
        """Numbers kept but not trained; 0 where it shares another's."""
        return 0 if self.shared is not None else self.facts.kept

    @property
    def macs(self) -> int:
        """Multiply-accumulates for one sample."""
        return self.facts.macs

    @property
    def label(self) -> str:
        """The operation as a paper's figure writes it: ``3×3 conv, 64, /2``; ``3 conv`` on one axis."""
        axes = max(len(self.inputs[0].facts.shape) - 1, 1) if self.inputs else 2
        key = id(self.op), axes
        known = labels.get(key)
        if known is None:
            known = (self.op, self.op.label(axes))
            remember(labels, key, known)
        return known[1]

    def __repr__(self) -> str:
        return f"Node({self.name}: {self.op.name} {self.shape})"


@dataclass(slots=True, eq=False)
class Layer:
    """An operator node with the norm and activation that its author wrote beside it."""

    node: Node
    norm: Node | None = None
    act: Node | None = None

    @property
    def result(self) -> Node:
        return self.act or self.norm or self.node

    @property
    def nodes(self) -> Iterator[Node]:
        return (n for n in (self.node, self.norm, self.act) if n is not None)


@dataclass(slots=True, eq=False)
class Bypass:
    """An instance removed by a path patch: its name is kept, the signal passes by."""

    path: str
    node: Node  # an identity

    @property
    def result(self) -> Node:
        return self.node

    @property
    def nodes(self) -> Iterator[Node]:
        yield self.node


@dataclass(slots=True, eq=False)
class Item:
    """One written node as it was expanded: its instances in the order they run, one unless it repeats.

    ``reads`` are its sources as references within the scope (``conv5.2``, ``down1.skip``). ``sources[k]`` are
    the values that ``parts[k]`` read, and ``order[k]`` is its index in the name. An absent item (``when``
    false, ``repeat: 0``) has no parts, and its name means ``sources[0][0]``.
    """

    spec: NodeSpec
    path: str
    parts: list[Layer | Scope | Bypass]
    sources: list[tuple[Node, ...]]
    reads: tuple[str, ...] = ()
    repeated: bool = False
    order: list[int] = field(default_factory=list)
    shares: Item | None = None  # the item whose weights this one uses
    calls: list[tuple[str, ...]] | None = (
        None  # each instance's own reads, where a stage has parts of some
    )


@dataclass(slots=True, eq=False)
class Scope:
    """One call of a block (or the document itself, whose ``block`` is None) as it was expanded."""

    path: str  # "" for the document
    block: Block | None
    args: dict[str, Any]  # every arg with its value
    inputs: dict[str, Node]
    items: list[Item] = field(default_factory=list)
    outputs: dict[str, Node] = field(default_factory=dict)  # the first is the bare call's
    patched: bool = False  # an instance inside it was patched by path
    part: bool = False  # it has only some of the call's layers: a stage of a pipeline has not all

    @property
    def result(self) -> Node:
        return next(iter(self.outputs.values()))

    @property
    def nodes(self) -> Iterator[Node]:
        """Every node inside, in the order of the document."""
        return (node for item in self.items for part in item.parts for node in part.nodes)


Part: TypeAlias = Layer | Scope | Bypass  # what an item expands to; each has nodes and a result


class GraphOutput(NamedTuple):
    """One output of the graph."""

    name: str
    node: Node
    training_only: bool


@dataclass(eq=False)
class Graph:
    """An architecture with a shape for every value. ``nodes`` are in document order, inputs left out.

    ``left_out`` holds the paths of nodes and instances that a patch left out by naming other outputs.
    ``edits`` made this graph of the one that the document describes. On a CPU a forward pass takes at most
    ``slice`` samples at a time, or all of them if that is 0.
    """

    name: str
    document: Document
    root: Scope
    inputs: dict[str, Node]
    nodes: dict[str, Node]
    outputs: list[GraphOutput]
    warnings: list[Mistake] = field(default_factory=list)
    left_out: tuple[str, ...] = ()
    edits: tuple[Edit, ...] = ()
    slice: int = 0

    def networkx(self) -> networkx.DiGraph[str]:
        """Nodes by name, the document's inputs included; edges from producer to consumer."""
        import networkx  # a tenth of a second that `check` need not pay

        graph: networkx.DiGraph[str] = networkx.DiGraph()
        graph.add_nodes_from(self.inputs)
        graph.add_nodes_from(self.nodes)
        graph.add_edges_from(
            (source.name, name) for name, node in self.nodes.items() for source in node.inputs
        )
        return graph
