"""How many floating-point operations a pass does: of a graph by its MACs, of any module by counting."""

from __future__ import annotations

from archc.analysis.cost import totals
from archc.graph.graph import Graph, Node
from archc.measure.timing import Task


def forward_flops(graph: Graph) -> int:
    """FLOP of an inference pass for one sample: 2 for each MAC, without training-only heads."""
    return 2 * totals(graph).inference.macs


def training_flops(graph: Graph) -> int:
    """FLOP of forward and backward for one sample, training-only heads included.

    A layer's backward pass multiplies as often as its forward pass for the gradients of its weights,
    if they are trained, and once more for those of its input, if anything before it is trained.
    """
    wanted: set[Node] = set()  # whose values have gradients
    flops = 0
    for node in graph.nodes.values():
        trained = bool(node.facts.weights) and not node.frozen
        behind = any(source in wanted for source in node.inputs)
        if trained or behind:
            wanted.add(node)
        flops += 2 * node.macs * (1 + trained + behind)
    return flops


def counted_flops(task: Task) -> int:
    """FLOP of one call of ``task`` by PyTorch's counter, which knows convolutions and matrix products."""
    from torch.utils.flop_counter import FlopCounterMode

    counter = FlopCounterMode(display=False)
    with counter:
        task()
    return int(counter.get_total_flops())
