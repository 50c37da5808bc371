"""Interleaved timing: rivals take turns, so that a slow minute of the machine hits both alike."""

from __future__ import annotations

import gc
from collections.abc import Callable, Mapping
from statistics import median, quantiles
from time import perf_counter
from typing import NamedTuple

WIDTH = 46  # of a table's first column


class Timing(NamedTuple):
    """Seconds of several runs of one task."""

    runs: tuple[float, ...]

    @property
    def median(self) -> float:
        return median(self.runs)

    def over(self, other: Timing) -> str:
        """How many times the other's time it takes: the median of the rounds' ratios, and their
        middle half."""
        ratios = [ours / theirs for ours, theirs in zip(self.runs, other.runs, strict=True)]
        low, _, high = quantiles(ratios, n=4, method="inclusive")
        return f"{median(ratios):8.2f} ×  ({low:.2f} … {high:.2f})"

    def __str__(self) -> str:
        """Median, then fastest and slowest run, in milliseconds."""
        low, high = min(self.runs), max(self.runs)
        return f"{self.median * 1e3:10,.1f} ms  ({low * 1e3:,.1f} … {high * 1e3:,.1f})"


def seconds(task: Callable[[], object]) -> float:
    """The time of one run, which does not pay for clearing up after those before it."""
    gc.collect()
    begin = perf_counter()
    task()
    return perf_counter() - begin


def interleave(tasks: Mapping[str, Callable[[], object]], runs: int) -> dict[str, Timing]:
    """Time every task ``runs`` times, in turns, after one round to warm up.

    Every other round goes backwards, so that none always runs in the wake of the same rival.
    """
    for task in tasks.values():
        task()
    times: dict[str, list[float]] = {name: [] for name in tasks}
    for turn in range(runs):
        for name in list(tasks)[:: -1 if turn % 2 else 1]:
            times[name].append(seconds(tasks[name]))
    return {name: Timing(tuple(found)) for name, found in times.items()}


def head(title: str, *columns: str) -> None:
    """The first lines of a table."""
    print(f"\n{title:{WIDTH}}{'  '.join(columns)}")
    print("─" * (WIDTH + 60))


def compare(
    title: str, ours: Callable[[], object], rival: str, theirs: Callable[[], object], runs: int
) -> None:
    """Print our time beside the rival's, and how many times theirs it is."""
    timings = interleave({"archc": ours, rival: theirs}, runs)
    head(title, f"median of {runs}, fastest … slowest", "ratio, middle half")
    for name, timing in timings.items():
        ratio = timing.over(timings[rival]) if name != rival else ""
        print(f"  {name:{WIDTH - 2}}{timing!s:34}{ratio}".rstrip())
