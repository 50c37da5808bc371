"""The rule about memory: what training and inference need, and the largest batch that fits."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod

from archc.analysis.cost import totals
from archc.analysis.estimate import Estimate, estimate
from archc.analysis.estimate.formats import when
from archc.analysis.memory import BYTES
from archc.analysis.words import memory
from archc.errors import Label
from archc.graph.graph import Node
from archc.lint.finding import Finding
from archc.lint.network import Network, span
from archc.lint.settings import Settings


def over_budget(net: Network, settings: Settings) -> Iterator[Finding]:
    """Training (or even inference) with the batch given needs more memory than the budget. Only with
    `--budget`.

    As `archc estimate` has it, in float32: training is a step of SGD with momentum. The workspace of
    libraries, other optimisers and the memory of the framework itself are not counted, nor activations
    computed twice.
    """
    budget, batch = settings.budget, settings.batch
    if budget is None or not net.nodes:
        return
    needs = {
        "training": estimate(net.graph, batch=batch, train=True),
        "inference": estimate(net.graph, batch=batch),
    }
    over = [name for name, need in needs.items() if need.peak > budget]
    if not over:
        return
    first = needs[over[0]]
    adam = memory(BYTES * totals(net.graph).whole.params)
    node = max(net.nodes, key=_weight if first.at.fixed > budget else _activation)
    message = (
        f"{over[0]} with a batch of {batch:,} needs {memory(first.peak)}, "
        f"more than the {_given(budget)} there are"
    )
    yield Finding(
        message, span(node), node.name, net.call_of[node], _label(node, first, budget),
        _advice(needs, budget),
        notes=(f"Adam keeps one number more for each parameter: {adam} more in training",),
        why=tuple(line for name, need in needs.items() for line in _sum(name, need)),
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


def _label(node: Node, need: Estimate, budget: int) -> tuple[Label, ...]:
    at = span(node)
    words = f"the largest activation, {memory(BYTES * _activation(node))} for each sample"
    if need.at.fixed > budget:
        words = f"the most parameters, {memory(BYTES * _weight(node))}"
    return (Label(at, words),) if at else ()


def _sum(name: str, need: Estimate) -> Iterator[str]:
    """The sum behind a need at its peak, as a headline and a line for each summand."""
    yield f"● {name} takes {memory(need.peak)}, {when(need.at)}"
    fixed, activations = "weights and buffers", "inputs and activations"
    if need.train:
        fixed = "weights, momentum (SGD) and the gradients that are there by then"
        activations = "inputs, activations for the backward pass and their gradients"
    product = f"{need.batch:,} × {memory(need.at.sample)}"
    rows = (
        (memory(need.at.fixed), fixed),
        (memory(need.batch * need.at.sample), f"{activations}: {product}"),
    )
    width = max(len(size) for size, _ in rows)
    yield from (f"    {size:>{width}}  {words}" for size, words in rows)


def _advice(needs: dict[str, Estimate], budget: int) -> str:
    """The largest batch that fits, for each."""
    fitting = [(name, need.largest_batch(budget)) for name, need in needs.items()]
    words = [f"{most:,} for {name}" if most else f"none for {name}" for name, most in fitting]
    return f"the largest batch that fits: {', '.join(words)}"
