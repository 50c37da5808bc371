"""The parts of what a network needs in memory, its peak, and the largest batch that fits."""

from __future__ import annotations

from math import prod
from typing import NamedTuple

from archc.analysis.cost import totals
from archc.analysis.estimate.heap import Moment
from archc.analysis.estimate.settings import BYTES, STATES, DType, Optimizer
from archc.analysis.estimate.walk import inference, training
from archc.budgets import timed
from archc.collector import paused_collector
from archc.graph.graph import Graph


class Estimate(NamedTuple):
    """Bytes that torch's allocator holds, for one batch in inference or in a step of training.

    ``activations`` are what autograd keeps for the backward pass, masks and indices included; in inference,
    the most that live at once. The parts of training need not sum to the ``peak``, since they are not all
    held at the same moment.
    """

    batch: int
    train: bool
    optimizer: Optimizer
    dtype: DType
    weights: int  # frozen ones included
    buffers: int
    gradients: int
    state: int  # the optimiser's, kept from step to step
    inputs: int
    activations: int
    moments: tuple[Moment, ...]  # at which most is held, for small batches and for large ones

    @property
    def peak(self) -> int:
        """The most bytes that are held at once."""
        return self.at.of(self.batch)

    @property
    def at(self) -> Moment:
        """The moment of the peak."""
        return max(self.moments, key=lambda moment: moment.of(self.batch))

    def largest_batch(self, memory: int) -> int:
        """The most samples whose peak fits into so many bytes; 0 where not even one does."""
        return min(moment.largest(memory) for moment in self.moments)


@paused_collector()
@timed()
def estimate(
    graph: Graph,
    *,
    batch: int = 1,
    train: bool = False,
    optimizer: Optimizer = "momentum",
    dtype: DType = "float32",
) -> Estimate:
    """What a forward pass, or with ``train`` a step of training, needs in memory.

    A step is a forward pass, a backward pass and the ``optimizer``'s step, with all numbers of one ``dtype``,
    as ``module.to(dtype)`` makes them. Gradients are freed between steps, as `zero_grad` does. The loss, the
    workspaces of convolution libraries and torch itself are not counted.

    Raises:
        ValueError: the batch has no samples.
    """
    if batch < 1:
        raise ValueError(f"a batch has at least 1 sample, not {batch}")
    number = BYTES[dtype]
    cost = totals(graph).whole  # the module has what only training runs in inference, too
    weights, buffers = number * (cost.params + cost.frozen), number * cost.buffers
    kept, working = STATES[optimizer]
    gradients = number * cost.params if train else 0
    state = kept * gradients
    walk = training(graph, number, working) if train else inference(graph, number)
    held = weights + buffers + state
    moments = tuple(m._replace(fixed=m.fixed + held) for m in walk.heap.peaks())
    inputs = number * batch * sum(prod(node.shape) for node in graph.inputs.values())
    most = max(moments, key=lambda moment: moment.of(batch))
    activations = walk.fixed + batch * walk.sample if train else most.of(batch) - held - inputs
    return Estimate(
        batch, train, optimizer, dtype, weights, buffers, gradients, state, inputs, activations, moments
    )  # fmt: skip
