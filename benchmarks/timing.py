"""Interleaved timing: rivals take turns, so that a slow minute of the machine hits both alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from statistics import median
from time import perf_counter
from typing import NamedTuple


class Timing(NamedTuple):
    """Seconds of several runs of one task."""

    runs: tuple[float, ...]

    @property
    def median(self) -> float:
        return median(self.runs)

    def __str__(self) -> str:
        """Median, then fastest and slowest run, in milliseconds."""
        low, high = min(self.runs), max(self.runs)
        return f"{self.median * 1e3:10.1f} ms   ({low * 1e3:.1f} … {high * 1e3:.1f})"


def seconds(task: Callable[[], object]) -> float:
    begin = perf_counter()
    task()
    return perf_counter() - begin


def interleave(tasks: Mapping[str, Callable[[], object]], runs: int) -> dict[str, Timing]:
    """Time every task ``runs`` times, in turns, after one round to warm up."""
    for task in tasks.values():
        task()
    rounds = [[seconds(task) for task in tasks.values()] for _ in range(runs)]
    columns = zip(*rounds, strict=True)
    return {name: Timing(column) for name, column in zip(tasks, columns, strict=True)}


def compare(
    title: str, ours: Callable[[], object], theirs: Mapping[str, Callable[[], object]], runs: int
) -> None:
    """Print our time beside that of each rival, and how many times theirs it is."""
    timings = interleave({"archc": ours, **theirs}, runs)
    print(f"\n{title}  [median (fastest … slowest) of {runs} runs]")
    for name, timing in timings.items():
        ratio = timings["archc"].median / timing.median
        print(f"  {name:34}{timing}" + ("" if name == "archc" else f"   archc takes {ratio:.2f}×"))
