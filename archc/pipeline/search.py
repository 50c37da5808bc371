"""The best way through a sequence of places in a given number of steps, by dynamic programming."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from archc.pipeline.costs import Costs


class Rule(Protocol):
    """What makes one path better than another: its value is less."""

    start: Any

    def step(self, before: Any, first: int, end: int) -> Any:
        """The value of a path with one more stage; None where that stage may not be."""

    def hopeless(self, work: float, best: Any) -> bool:
        """Whether no stage with this much work, or more, can make a path better than ``best``."""


class Fastest:
    """Paths compared by their slowest stage."""

    start: Any = 0.0

    def __init__(self, costs: Costs) -> None:
        self._costs = costs

    def step(self, before: Any, first: int, end: int) -> Any:
        return max(before, self._costs.time(first, end))

    def hopeless(self, work: float, best: Any) -> bool:
        return best is not None and work >= best


class Neatest:
    """Paths compared by the blocks they cut, then by what they send, then by how equal their stages are.

    No stage takes more than ``limit``.
    """

    start: Any = (0, 0, 0.0)

    def __init__(self, costs: Costs, limit: float) -> None:
        self._costs, self._limit = costs, limit

    def step(self, before: Any, first: int, end: int) -> Any:
        costs = self._costs
        time = costs.time(first, end)
        if time > self._limit:
            return None
        depth, sent, squares = before
        return depth + costs.depth[first], sent + costs.sent[first], squares + time * time

    def hopeless(self, work: float, best: Any) -> bool:
        return work > self._limit


def search(
    ends: Sequence[int], count: int, work: Sequence[float], rule: Rule
) -> list[tuple[int, int]]:
    """The best path over ``ends`` in ``count`` steps, by dynamic programming.

    A stage that begins earlier has more work: so the search for its beginning, from its end backwards,
    stops as soon as the work alone is too much.
    """
    values: list[Any] = [rule.start, *[None] * (len(ends) - 1)]
    origins: list[list[int]] = []
    for _ in range(count):
        values, origin = _layer(ends, values, work, rule)
        origins.append(origin)
    spans: list[tuple[int, int]] = []
    at = len(ends) - 1
    for origin in reversed(origins):
        spans.append((ends[origin[at]], ends[at]))
        at = origin[at]
    return spans[::-1]


def _layer(ends: Sequence[int], before: Sequence[Any], work: Sequence[float],
           rule: Rule) -> tuple[list[Any], list[int]]:  # fmt: skip
    """The best paths with one more stage, and where their last stage begins."""
    values: list[Any] = [None] * len(ends)
    origin = [0] * len(ends)
    for at in range(1, len(ends)):
        for start in range(at - 1, -1, -1):
            if rule.hopeless(work[ends[at]] - work[ends[start]], values[at]):
                break
            if before[start] is None:
                continue
            found = rule.step(before[start], ends[start], ends[at])
            if found is not None and (values[at] is None or found < values[at]):
                values[at], origin[at] = found, start
    return values, origin
