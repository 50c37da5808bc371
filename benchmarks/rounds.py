"""How many rounds a measurement gets, and rows from what it found."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from record import Row

from archc.analysis.words import plain
from archc.measure.timing import Task, compare, nothing, once

FEWEST, MOST, QUICK = 5, 41, 3
LONGEST = 160  # characters of an error
SLOW = 1.0  # seconds
WARMUP = 1  # the calls that find out how long a round takes warm up too


def rounds(seconds: float, budget: float, quick: bool) -> int:
    """How many rounds of so many seconds fit into a budget; an odd number, so that one is the median.

    >>> rounds(0.1, 5.0, False), rounds(3.0, 5.0, False), rounds(0.001, 5.0, False), rounds(3.0, 5.0, True)
    (41, 5, 41, 3)
    """
    if quick:
        return QUICK
    return max(FEWEST, min(MOST, int(budget / seconds) // 2 * 2 + 1))


def timed(
    row: Callable[..., Row],
    tasks: Mapping[str, Task],
    budget: float,
    quick: bool,
    *,
    wait: Callable[[], None] = nothing,
    least: float = 0.0,
    facts: Mapping[str, Mapping[str, float]] = {},
) -> Iterator[Row]:
    """A row for each task, timed in turns for about ``budget`` seconds.

    A task that fails at its first call has a row that says so, and the others are timed without it.
    """
    able: dict[str, Task] = {}
    spent = 0.0
    for name, task in tasks.items():
        try:
            seconds = once(task, wait)
            if seconds < SLOW:  # a first call may do more than later ones
                seconds = once(task, wait)
            spent += max(least, seconds)
            able[name] = task
        except Exception as error:  # whatever a peer raises
            yield row(subject=name, failed=reason(error), facts=facts.get(name, {}))
    if able:
        found = compare(able, rounds(spent, budget, quick), WARMUP, least=least, wait=wait)
        for name, timing in found.items():
            yield row(subject=name, runs=timing.runs, facts=facts.get(name, {}))


def reason(error: BaseException) -> str:
    """An error in one line.

    >>> reason(ValueError("no such file\\nor other"))
    'ValueError: no such file'
    """
    first = plain(str(error).strip().partition("\n")[0], LONGEST)
    return f"{type(error).__name__}: {first}" if first else type(error).__name__


def clocked(make: Callable[[], Any]) -> tuple[Any, float]:
    """What a function makes, and the seconds that it took."""
    begin = time.perf_counter()
    made = make()
    return made, time.perf_counter() - begin
