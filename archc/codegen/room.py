"""Whether a network's tensors fit into memory, told before torch tries to allocate them."""

from __future__ import annotations

from math import prod

from archc.analysis.cost import total
from archc.analysis.memory import BYTES
from archc.analysis.words import memory
from archc.budgets import current, remedy
from archc.errors import Mistake, SpecError
from archc.graph.graph import Graph, Node


def check_room(graph: Graph) -> None:
    """Hold weights and buffers against the limit ``memory``, by default what the machine has.

    Nothing is checked where torch makes tensors elsewhere: on the meta device, or on a GPU.

    Raises:
        SpecError: they need more; the mistake stands at the node that needs most.
    """
    cost = total(graph.nodes.values())
    need = BYTES * (cost.params + cost.frozen + cost.buffers)
    most = current().memory
    if need <= most or not _on_cpu():
        return
    largest = max(graph.nodes.values(), key=_bytes)
    message = f"the weights need {memory(need)}, and at most {memory(most)} may be allocated"
    at = largest.spec.marks.span() if largest.spec else None
    why = (f"{largest.name} has most of them: {memory(_bytes(largest))}",)
    help = remedy("memory", "make it smaller", need)
    raise SpecError([Mistake("A084", message, at, why=why, help=help)])


def _bytes(node: Node) -> int:
    """The memory of a node's own weights."""
    if node.shared is not None:
        return 0
    return BYTES * sum(map(prod, node.facts.weights.values()))


def _on_cpu() -> bool:
    import torch

    return torch.get_default_device().type == "cpu"
