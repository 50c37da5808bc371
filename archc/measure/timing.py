"""Rivals timed in turns, so that a slow minute of the machine hits all of them alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from math import ceil
from statistics import median, quantiles
from time import perf_counter
from typing import NamedTuple, TypeAlias

from archc.collector import paused_collector

ROUNDS, WARMUP = 15, 2
LEAST = 0.02  # seconds that a turn lasts at least: shorter ones measure the clock and the scheduler
MOST_CALLS = 10_000  # in one turn
LONG = 0.1  # seconds; a call as long as this fills the caches anew anyway

Task: TypeAlias = Callable[[], object]


class Spread(NamedTuple):
    """A median and the quartiles around it; ``low … high`` holds the middle half of the values."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: tuple[float, ...]) -> Spread:
        """Of at least one value; quartiles are interpolated, the ends included."""
        if len(values) == 1:
            return cls(values[0], values[0], values[0])
        low, _, high = quantiles(values, n=4, method="inclusive")
        return cls(median(values), low, high)

    def scaled(self, factor: float) -> Spread:
        """Each of the three times ``factor``, which is not negative."""
        return Spread(*(factor * value for value in self))


class Timing(NamedTuple):
    """Seconds that one call took, in each round.

    ``median``, ``low`` and ``high`` are in seconds too.
    """

    runs: tuple[float, ...]

    @property
    def median(self) -> float:
        return median(self.runs)

    @property
    def low(self) -> float:
        """The lower quartile."""
        return Spread.of(self.runs).low

    @property
    def high(self) -> float:
        """The upper quartile."""
        return Spread.of(self.runs).high

    def over(self, other: Timing) -> Spread:
        """How many times the other's time this one takes, round by round: 0.5 is twice as fast.

        The median of the rounds' ratios, not the ratio of the medians: what slows a whole round
        down cancels.

        Raises:
            ValueError: they were not measured in the same rounds.
        """
        return Spread.of(tuple(a / b for a, b in zip(self.runs, other.runs, strict=True)))

    def faster_than(self, other: Timing) -> Spread:
        """How many times as fast this one is, round by round: 2 is twice as fast.

        Raises:
            ValueError: they were not measured in the same rounds.
        """
        return other.over(self)


def nothing() -> None:
    """On a CPU a call has ended when it returns, so there is nothing to wait for."""


def compare(
    subjects: Mapping[str, Task],
    rounds: int = ROUNDS,
    warmup: int = WARMUP,
    *,
    least: float = LEAST,
    wait: Callable[[], None] = nothing,
    clock: Callable[[], float] = perf_counter,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, Timing]:
    """The time of one call of each subject, in seconds, measured in ``rounds`` rounds.

    In a round each subject has a turn; every other round goes backwards, so that none always runs in
    the wake of the same rival. A turn repeats the call until about ``least`` seconds have gone; a
    short call is first run once untimed, since the rival before it has emptied the caches. Before the
    first round each is called ``warmup`` times, at least once. ``wait`` returns when the device has
    done all its work (:func:`waiter`). ``progress`` is told after each turn how many of how many are
    done. Python's garbage collector rests meanwhile.

    Raises:
        whatever a subject raises.
    """
    plans = {name: _plan(task, warmup, least, wait, clock) for name, task in subjects.items()}
    runs: dict[str, list[float]] = {name: [] for name in subjects}
    with paused_collector():
        for turn, name in enumerate(_turns(list(subjects), rounds), start=1):
            task, (untimed, calls) = subjects[name], plans[name]
            if untimed:
                task()
            runs[name].append(_seconds(task, calls, wait, clock))
            if progress is not None:
                progress(turn, rounds * len(subjects))
    return {name: Timing(tuple(found)) for name, found in runs.items()}


def once(
    task: Task, wait: Callable[[], None] = nothing, clock: Callable[[], float] = perf_counter
) -> float:
    """The seconds that one call takes, for what happens once, as compiling does."""
    return _seconds(task, 1, wait, clock)


def waiter(device: str) -> Callable[[], None]:
    """What waits until a device has done its work: a GPU works on after a call has returned."""
    if not device.startswith("cuda"):
        return nothing
    import torch

    return lambda: torch.cuda.synchronize(device)


@contextmanager
def threads(count: int | None) -> Iterator[int]:
    """Let torch's operators run on ``count`` threads inside, and say how many; None leaves it as it is."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(count or before)
    try:
        yield torch.get_num_threads()
    finally:
        torch.set_num_threads(before)


def _turns(names: list[str], rounds: int) -> Iterator[str]:
    for turn in range(rounds):
        yield from reversed(names) if turn % 2 else names


class _Plan(NamedTuple):
    """What a turn of one subject is: whether an untimed call comes first, and how many timed ones."""

    untimed: bool
    calls: int


def _plan(
    task: Task, warmup: int, least: float, wait: Callable[[], None], clock: Callable[[], float]
) -> _Plan:
    """Warm up, and see how long a call takes."""
    fastest = min(_seconds(task, 1, wait, clock) for _ in range(max(1, warmup)))
    enough = (
        ceil(least / fastest) if fastest > 0 else MOST_CALLS
    )  # 0 is below the clock's resolution
    return _Plan(fastest < LONG, min(MOST_CALLS, max(1, enough)))


def _seconds(task: Task, calls: int, wait: Callable[[], None], clock: Callable[[], float]) -> float:
    """The time of one call, on average over so many."""
    wait()
    begin = clock()
    for _ in range(calls):
        task()
    wait()
    return (clock() - begin) / calls
