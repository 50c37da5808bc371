"""The rule about memory: what training and inference need, and the largest batch that fits."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import NamedTuple

from archc.analysis.cost import totals
from archc.analysis.memory import BYTES, activation_bytes_in_training, peak_activation_bytes
from archc.analysis.words import memory
from archc.errors import Label
from archc.graph.graph import Graph, Node
from archc.lint.finding import Finding
from archc.lint.network import Network, span
from archc.lint.settings import Settings

PER_TRAINED = 3  # numbers for each trained parameter: its weight, its gradient, its momentum


class Need(NamedTuple):
    """Bytes of float32: those that do not depend on the batch, and those for each sample."""

    fixed: int
    sample: int

    def of(self, batch: int) -> int:
        """Bytes for a batch of so many samples."""
        return self.fixed + batch * self.sample

    def largest(self, budget: int) -> int:
        """The most samples that fit into so many bytes; 0 where not even one does."""
        return max((budget - self.fixed) // max(self.sample, 1), 0)


def training(graph: Graph) -> Need:
    """What a step of SGD with momentum needs: three numbers for each trained parameter, one for each
    that is frozen or a buffer, and the inputs and every activation, which the backward pass reads.
    """
    cost = totals(graph).whole
    kept = PER_TRAINED * cost.params + cost.frozen + cost.buffers
    inputs = BYTES * sum(prod(node.shape) for node in graph.inputs.values())
    return Need(BYTES * kept, inputs + activation_bytes_in_training(graph))


def inference(graph: Graph) -> Need:
    """What a forward pass needs: the weights and buffers, and the most activations alive at once."""
    cost = totals(graph).inference
    held = cost.params + cost.frozen + cost.buffers
    return Need(BYTES * held, peak_activation_bytes(graph).bytes)


def over_budget(net: Network, settings: Settings) -> Iterator[Finding]:
    """Training (or even inference) with the batch given needs more memory than the budget. Only with
    `--budget`.

    To first order: float32; SGD with momentum, so weights, gradients and momentum; all activations kept
    for the backward pass. The workspace of libraries, other optimisers and the memory of the framework
    itself are not counted, nor are operators that work in place or activations computed twice.
    """
    budget, batch = settings.budget, settings.batch
    if budget is None or not net.nodes:
        return
    needs = {"training": training(net.graph), "inference": inference(net.graph)}
    over = [name for name, need in needs.items() if need.of(batch) > budget]
    if not over:
        return
    first = needs[over[0]]
    adam = memory(BYTES * totals(net.graph).whole.params)
    node = max(net.nodes, key=_weight if first.fixed > budget else _activation)
    message = (
        f"{over[0]} with a batch of {batch:,} needs {memory(first.of(batch))}, "
        f"more than the {_given(budget)} there are"
    )
    yield Finding(
        message, span(node), node.name, net.call_of[node], _label(node, first, budget),
        _advice(needs, budget),
        notes=(f"Adam keeps one number more for each parameter: {adam} more in training",),
        why=tuple(line for name in needs for line in _sum(name, needs[name], batch, net.graph)),
    )  # fmt: skip


def _given(budget: int) -> str:
    """The budget in binary units as the needs are, and before that as it was written in decimal ones.

    >>> _given(8 * 10**9), _given(8 * 2**30)
    ('8 GB (7.45 GiB)', '8.00 GiB')
    """
    units = {"TB": 10**12, "GB": 10**9, "MB": 10**6}
    fitting = (f"{budget / size:g} {unit}" for unit, size in units.items() if budget >= size)
    decimal = next(fitting, "") if not budget % 10**6 else ""
    return f"{decimal} ({memory(budget)})" if decimal else memory(budget)


def _weight(node: Node) -> int:
    return node.params + node.frozen_params


def _activation(node: Node) -> int:
    return 0 if node.op.view else prod(node.shape)


def _label(node: Node, need: Need, budget: int) -> tuple[Label, ...]:
    at = span(node)
    words = f"the largest activation, {memory(BYTES * _activation(node))} for each sample"
    if need.fixed > budget:
        words = f"the most parameters, {memory(BYTES * _weight(node))}"
    return (Label(at, words),) if at else ()


def _sum(name: str, need: Need, batch: int, graph: Graph) -> Iterator[str]:
    """The sum behind a need, as a headline and a line for each summand."""
    cost = totals(graph).whole if name == "training" else totals(graph).inference
    still = cost.frozen + cost.buffers
    yield f"● {name} takes {memory(need.of(batch))}"
    rows = [(memory(BYTES * (cost.params + still)), "weights and buffers")]
    activations = "the most activations that live at once"
    if name == "training":
        rows = [
            (memory(BYTES * PER_TRAINED * cost.params), "weights, gradients and momentum (SGD)"),
            *([(memory(BYTES * still), "frozen weights and buffers")] if still else []),
        ]
        activations = "inputs and all activations, kept for the backward pass"
    product = f"{batch:,} × {memory(need.sample)}"
    rows.append((memory(batch * need.sample), f"{activations}: {product}"))
    width = max(len(size) for size, _ in rows)
    yield from (f"    {size:>{width}}  {words}" for size, words in rows)


def _advice(needs: dict[str, Need], budget: int) -> str:
    """The largest batch that fits, for each."""
    fitting = [(name, need.largest(budget)) for name, need in needs.items()]
    words = [f"{most:,} for {name}" if most else f"none for {name}" for name, most in fitting]
    return f"the largest batch that fits: {', '.join(words)}"
