"""Memory, measured without noise: what PyTorch's allocator was asked for, and what a process held."""

from __future__ import annotations

import resource
import sys
from collections.abc import Iterable
from pathlib import Path

from archc.measure.timing import Task


def peak(task: Task, warm: bool = False) -> int:
    """The most bytes that a call held at once, of those that it allocated itself.

    Every request to PyTorch's CPU allocator counts: results, what autograd keeps, gradients, and what
    kernels ask for to work in. The model and its input are there before, so they do not count; nor what
    a first call makes and keeps, unless the task is ``warm``: was called before.
    """
    from torch.autograd.profiler import profile

    if not warm:
        task()
    with profile(profile_memory=True) as recorded:
        task()
    results = recorded.kineto_results
    assert results is not None
    return highest(event.nbytes() for event in results.events() if event.name() == "[memory]")


def highest(changes: Iterable[int]) -> int:
    """The highest level that changes lead to, from 0.

    >>> highest([100, 50, -100, 80, -50])
    150
    """
    level = most = 0
    for change in changes:
        level += change
        most = max(most, level)
    return most


def process_peak() -> int:
    """The most bytes of memory that this process ever held, since its program began.

    ``getrusage`` would count, on Linux, what the process that started this one held by then.
    """
    status = Path("/proc/self/status")
    if status.exists():
        (line,) = (one for one in status.read_text().splitlines() if one.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
