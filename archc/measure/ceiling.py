"""What the machine can do at best, measured: multiplying matrices, and moving memory.

A network's share of the first says how much of the arithmetic it gets out of the machine (the compute
roof of Williams, Waterman & Patterson, "Roofline", CACM 2009); the second is the roof of what only
moves values.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from archc.measure.timing import LEAST, Task, compare, once, threads, waiter

if TYPE_CHECKING:
    import torch

ROUNDS = 5
SMALLEST, LARGEST = 512, 8192  # sides of the matrices
COPIED = 256 * 2**20  # bytes, more than any cache holds


class Roof(NamedTuple):
    """A task that meets a ceiling, and what one call of it does: FLOP, or bytes moved."""

    task: Task
    work: int

    def rate(self, seconds: float) -> float:
        """Work a second: FLOP/s or bytes/s."""
        return self.work / seconds


def matmul_roof(device: str = "cpu", dtype: str = "float32", side: int | None = None) -> Roof:
    """The product of two square matrices of normal noise; its work is 2 × side³ FLOP.

    The side, left out, is the least power of two, 512 … 8192, whose product takes 20 ms: long
    enough to keep every unit busy, and no longer. On a GPU it runs with or without TF32 as
    convolutions do there.
    """
    size = side or SMALLEST
    roof = _product(device, dtype, size)
    while side is None and size < LARGEST and _fastest(roof.task, device) < LEAST:
        size *= 2
        roof = _product(device, dtype, size)
    return roof


def copy_roof(device: str = "cpu", size: int = COPIED) -> Roof:
    """A copy of ``size`` bytes into another tensor; its work is 2 × size bytes, read and written."""
    import torch

    source = torch.zeros(size, dtype=torch.uint8, device=device)
    target = torch.ones_like(source)
    return Roof(partial(target.copy_, source), 2 * size)


def matmul_ceiling(
    count: int | None = None, device: str = "cpu", dtype: str = "float32", rounds: int = ROUNDS
) -> float:
    """FLOP/s of :func:`matmul_roof` on ``count`` threads: the median of the rounds."""
    with threads(count):
        return _measured(matmul_roof(device, dtype), device, rounds)


def memory_bandwidth(
    count: int | None = None, device: str = "cpu", rounds: int = ROUNDS, size: int = COPIED
) -> float:
    """Bytes/s that :func:`copy_roof` reads and writes on ``count`` threads: the median of the rounds."""
    with threads(count):
        return _measured(copy_roof(device, size), device, rounds)


def _product(device: str, dtype: str, side: int) -> Roof:
    import torch

    kind: torch.dtype = getattr(torch, dtype)
    a, b = (torch.randn(side, side, device=device).to(kind) for _ in range(2))
    product = torch.empty(side, side, device=device, dtype=kind)
    task = partial(torch.mm, a, b, out=product)
    return Roof(as_convolutions(task) if device.startswith("cuda") else task, 2 * side**3)


def _fastest(task: Task, device: str) -> float:
    """Seconds of the faster of two calls: the first may have to start threads."""
    return min(once(task, waiter(device)) for _ in range(2))


def _measured(roof: Roof, device: str, rounds: int) -> float:
    timing = compare({"roof": roof.task}, rounds, least=LEAST, wait=waiter(device))["roof"]
    return roof.rate(timing.median)


def as_convolutions(task: Task) -> Task:
    """The task with TF32 allowed where cuDNN may use it: else convolutions could beat the ceiling."""

    def product() -> object:
        with _tf32():
            return task()

    return product


@contextmanager
def _tf32() -> Iterator[None]:
    import torch

    matmul = torch.backends.cuda.matmul
    before = matmul.allow_tf32
    matmul.allow_tf32 = torch.backends.cudnn.allow_tf32
    try:
        yield
    finally:
        matmul.allow_tf32 = before
