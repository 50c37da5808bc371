"""How many paths run through a graph, and how long they are: the ensemble view of a network.

A residual network is a sum over all its paths, most of them far shorter than it is deep.
Source: Veit, Wilber, Belongie, Residual Networks Behave Like Ensembles of Relatively Shallow
Networks, NIPS 2016.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, reduce
from itertools import accumulate
from math import gcd, sqrt
from typing import NamedTuple

from archc.analysis.paths import values_read
from archc.budgets import check_time, timed
from archc.collector import paused_collector
from archc.errors import Mistake, SpecError
from archc.graph.graph import Graph, Node

MAX_BITS = 14_000  # of a number of paths, so that Python writes it out (it stops at 4300 digits)
MAX_BYTES = 2**30  # of all the numbers kept while counting
OBJECT = 32  # bytes of a number beside its bits


@dataclass(frozen=True)
class PathLengths:
    """The number of paths of each length, from any input to any main output.

    ``counts`` is ascending by length. A length is in layers with weights (``Operator.weighted``),
    as :func:`archc.analysis.paths.depth` counts them: a convolution or fully connected layer is 1,
    everything else 0. The numbers of paths are exact.
    """

    counts: dict[int, int]

    @cached_property
    def total(self) -> int:
        """The number of all paths."""
        return sum(self.counts.values())

    @property
    def shortest(self) -> int:
        """The length of the shortest paths; ``counts[shortest]`` is how many there are."""
        return next(iter(self.counts))

    @property
    def longest(self) -> int:
        """The length of the longest paths, which is the network's depth."""
        return next(reversed(self.counts))

    @cached_property
    def mean(self) -> float:
        """The mean length over all paths."""
        return self._sum(1) / self.total

    @cached_property
    def std(self) -> float:
        """The standard deviation of the length over all paths."""
        return sqrt((self._sum(2) * self.total - self._sum(1) ** 2) / self.total**2)

    @cached_property
    def step(self) -> int:
        """The largest number that divides every difference of two lengths; 1 for one length only."""
        return reduce(gcd, (length - self.shortest for length in self.counts), 0) or 1

    @property
    def power(self) -> int | None:
        """``n`` where there are 2 to the power of n paths, else None."""
        return self.total.bit_length() - 1 if self.total & (self.total - 1) == 0 else None

    def paths(self, low: int, high: int) -> int:
        """The number of paths of at least ``low`` and at most ``high`` layers."""
        return sum(number for length, number in self.counts.items() if low <= length <= high)

    def share(self, low: int, high: int) -> float:
        """Which part of all paths, from 0 to 1, has at least ``low`` and at most ``high`` layers."""
        return self.paths(low, high) / self.total

    def middle(self, share: float = 0.95) -> tuple[int, int]:
        """The shortest and longest length in the middle ``share`` of the paths.

        At either end, at most half of the remaining paths are left out. As equally long paths stay
        together, the middle may hold more than ``share``.
        """
        left_out = (1 - Fraction(share).limit_denominator(10**9)) / 2 * self.total
        counts = [*self.counts.items()]
        return _first_beyond(left_out, counts), _first_beyond(left_out, counts[::-1])

    def __repr__(self) -> str:
        return f"<PathLengths: {self.shortest} to {self.longest} layers, mean {self.mean:.1f}>"

    def _sum(self, power: int) -> int:
        return sum(length**power * number for length, number in self.counts.items())


def _first_beyond(left_out: Fraction, counts: list[tuple[int, int]]) -> int:
    """The first length up to which there are more paths than ``left_out``."""
    seen = accumulate(number for _, number in counts)
    return next(length for (length, _), up_to in zip(counts, seen, strict=True) if up_to > left_out)


class _Numbers(NamedTuple):
    """``values[k]`` paths have the length ``start + k``."""

    start: int
    values: list[int]


@timed()
@paused_collector()
def path_lengths(graph: Graph) -> PathLengths:
    """Count the paths from every input to every main output, in one sweep.

    A value that is read twice (``add: [x, x]``) is two ways on; where only its shape is read there is
    none. Where an output is listed under two names, its paths count for each. Training-only
    outputs do not count.

    Raises:
        SpecError: there are more paths than can be counted and written out.
    """
    found: dict[Node, _Numbers] = dict.fromkeys(graph.inputs.values(), _Numbers(0, [1]))
    room = MAX_BYTES
    for node in graph.nodes.values():
        start, values = merged = _merged([found[source] for source in values_read(node)])
        found[node] = _Numbers(start + node.op.weighted, values)
        if len(node.inputs) > 1:
            check_time("counting paths")
            room -= _bytes(merged)
            _check(graph, merged, room)
    start, values = every = _merged([found[o.node] for o in graph.outputs if not o.training_only])
    _check(graph, every, room)
    return PathLengths({start + k: number for k, number in enumerate(values) if number})


def _merged(parts: list[_Numbers]) -> _Numbers:
    """The paths of all parts together."""
    if len(parts) == 1:
        return parts[0]
    low = min(part.start for part in parts)
    values = [0] * (max(part.start + len(part.values) for part in parts) - low)
    for start, numbers in parts:
        for place, number in enumerate(numbers, start - low):
            values[place] += number
    return _Numbers(low, values)


def _bytes(numbers: _Numbers) -> int:
    return len(numbers.values) * (OBJECT + max(numbers.values).bit_length() // 8)


def _check(graph: Graph, numbers: _Numbers, room: int) -> None:
    if room < 0 or sum(numbers.values).bit_length() > MAX_BITS:
        message = f"{graph.name} has more paths than archc counts"
        help = f"repeat less: fewer than 2^{MAX_BITS:,} paths, and at most 1 GiB to count them"
        raise SpecError([Mistake("A054", message, help=help)])
