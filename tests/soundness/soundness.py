"""One random spec held to the promise: accepted, it builds and runs as said; refused, the reason is true."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from math import prod

import torch
from downstream import told_at_the_change
from located import Refused
from mutants import EACH, Mutant, mutant
from promises import built, random_inputs, results
from truths import TRUTHS
from watch import watched

from archc.architecture import Architecture
from archc.codegen import build
from archc.errors import SpecError
from archc.graph.graph import Graph

RUN = 3_000_000  # numbers in all values of a network that is run; a larger one goes without numbers


def hold(seed: int) -> list[str]:
    """Check the spec of this number. Returns: the codes of its mistakes, none if it is accepted.

    Raises:
        AssertionError: the promise is broken; its notes say by which spec.
    """
    one = mutant(seed)
    try:
        return _held(one, seed)
    except Exception as error:
        error.add_note(f"seed {seed}, changed: {one.changes}\n{one.text}")
        raise


def _held(one: Mutant, seed: int) -> list[str]:
    with watched() as seen:
        try:
            net = Architecture.loads(one.text)
        except SpecError as error:
            refused = error
        else:
            _check_accepted(net.graph, seed)
            return []
    for mistake in refused.mistakes:
        try:
            case = Refused(one.text, mistake, seen)
            TRUTHS[mistake.code](case)
            if len(one.changes) == 1 and _is_valid(seed - seed % EACH):
                told_at_the_change(one, case)
        except Exception as error:
            error.add_note(str(SpecError([mistake])))
            raise
    return [mistake.code for mistake in refused.mistakes]


@lru_cache(maxsize=2)
def _is_valid(seed: int) -> bool:
    """Whether the spec that was changed is accepted; one of a hundred is not."""
    try:
        Architecture.loads(mutant(seed).text)
    except SpecError:
        return False
    return True


def _check_accepted(graph: Graph, seed: int) -> None:
    """The source is a module that gives every output the promised shape, in training and evaluation."""
    module = built(graph) if seed % 20 else build(graph)
    size = sum(prod(node.shape) for node in graph.nodes.values())
    inputs = random_inputs(graph)
    module = module.double()
    if size > RUN:
        module, inputs = module.to("meta"), [x.to("meta") for x in inputs]
    with torch.no_grad():
        for training in (True, False):
            found = results(module.train(training)(*inputs))
            wanted = [o.node.shape for o in graph.outputs if training or not o.training_only]
            assert [tuple(value.shape) for value in found] == [(2, *shape) for shape in wanted]


def run(seeds: Sequence[int]) -> Counter[str]:
    """How many specs were accepted, and how many mistakes each code had."""
    counts: Counter[str] = Counter()
    for seed in seeds:
        codes = hold(seed)
        counts["accepted" if not codes else "refused"] += 1
        counts.update(codes)
    return counts
