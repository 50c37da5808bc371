"""What an ONNX file cannot hold, told before anything is built."""

from __future__ import annotations

from importlib.util import find_spec
from math import prod

from archc.analysis.cost import total
from archc.analysis.memory import BYTES
from archc.analysis.words import counted, memory
from archc.errors import Mistake, SpecError
from archc.graph.graph import Graph, Node
from archc.targets.onnx.rules import RULES

OPSET, IR_VERSION = 18, 8  # the first with Mish, LayerNormalization, and Resize and Pad by axes
MOST_BYTES = 2**31 - 2**20  # protobuf's limit, less room for all that is no weight
INSTEAD = "leave onnx out of --emit"


def installed() -> bool:
    """Whether the package onnx is there."""
    return find_spec("onnx") is not None


def evaluated(graph: Graph) -> list[Node]:
    """The nodes that evaluation needs, in order."""
    return [node for node in graph.nodes.values() if not node.training_only]


def require(graph: Graph) -> None:
    """Make sure that the graph can be an ONNX file.

    Raises:
        SpecError: an operator has no rule, or the weights are larger than a file may be.
    """
    without: dict[type, list[Node]] = {}
    for node in evaluated(graph):
        if type(node.op) not in RULES:
            without.setdefault(type(node.op), []).append(node)
    mistakes = [_unknown(nodes) for nodes in without.values()]
    mistakes += _too_large(evaluated(graph))
    if mistakes:
        raise SpecError(mistakes)


def _unknown(nodes: list[Node]) -> Mistake:
    """One operator without a rule, at the first node of it."""
    first, *others = nodes
    also = (f"{counted(len(others), 'other node')} of it",) if others else ()
    return Mistake(
        "A103",
        f"{first.name} cannot be written as ONNX: {first.op.name} has no rule for it",
        first.spec.marks.span() if first.spec else None,
        why=also,
        help=f"{INSTEAD}, or register a rule with archc.targets.onnx.rule",
    )


def _too_large(nodes: list[Node]) -> list[Mistake]:
    cost = total(nodes)
    need = BYTES * (cost.params + cost.frozen + cost.buffers)
    if need <= MOST_BYTES:
        return []
    largest = max(nodes, key=_bytes)
    return [
        Mistake(
            "A103",
            f"the weights need {memory(need)}, and an ONNX file holds at most 2 GiB",
            largest.spec.marks.span() if largest.spec else None,
            why=(f"{largest.name} has most of them: {memory(_bytes(largest))}",),
            help=f"{INSTEAD}; pt2 and weights have no such limit",
        )
    ]


def _bytes(node: Node) -> int:
    """The memory of a node's own weights."""
    if node.shared is not None:
        return 0
    return BYTES * sum(map(prod, node.facts.weights.values()))
