"""The modules on a GPU: as they are, optimised, compiled, and recorded as a CUDA graph.

Measured where PyTorch finds one, and kept in a file of its own: ``run.py gpu --results FILE``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from eager import ARCHC, TORCHVISION
from networks import checked, pair
from optimised import COMPILE, OPTIMISED
from peers import compiled
from record import Row
from rounds import clocked, reason, timed

import archc
from archc.measure.timing import LEAST, waiter

DEVICE = "cuda"
GRAPH, OPTIMISED_GRAPH = "CUDA graph", "archc optimised, CUDA graph"
TYPES = {"float32": 1e-2, "bfloat16": 0.1}  # and the largest difference that its rounding explains
BATCHES = (1, 64)
SECONDS = 3.0


def cases(quick: bool) -> list[str]:
    """The networks that the targets name."""
    import torch
    from optimised import cases as networks

    if not torch.cuda.is_available():
        raise ValueError("PyTorch finds no GPU here")
    return networks(quick)


def measure(case: str, quick: bool) -> Iterator[Row]:
    """Each type of numbers at each batch."""
    for dtype in TYPES:
        for batch in BATCHES[:1] if quick else BATCHES:
            yield from at_batch(case, dtype, batch, quick)


def at_batch(case: str, dtype: str, batch: int, quick: bool) -> Iterator[Row]:
    """Every way to run the same network on the same images."""
    import torch

    both = pair(case)
    kind = getattr(torch, dtype)
    optimised = archc.optimize(both.ours.eval()).to(DEVICE, kind)
    theirs, ours = (model.eval().to(DEVICE, kind) for model in (both.theirs, both.ours))
    images = both.images(batch).to(DEVICE, kind)
    makers: dict[str, Callable[[], Callable[[], Any]]] = {
        TORCHVISION: lambda: partial(theirs, images),
        ARCHC: lambda: partial(ours, images),
        OPTIMISED: lambda: partial(optimised, images),
        COMPILE: lambda: compiled(theirs, images),
        GRAPH: lambda: recorded(theirs, images),
        OPTIMISED_GRAPH: lambda: recorded(optimised, images),
    }
    row = partial(Row, "gpu", case, dtype, batch)
    tasks: dict[str, Callable[[], Any]] = {}
    facts: dict[str, dict[str, float]] = {}
    with torch.inference_mode():
        expected = theirs(images)
        for name, make in makers.items():
            try:
                task, prepare = clocked(make)
                found = checked(task(), expected, TYPES[dtype])
                tasks[name], facts[name] = task, {"prepare": prepare, "difference": found}
                facts[name]["peak"] = peak(task)
            except Exception as error:  # whatever a peer raises
                yield row(subject=name, failed=reason(error))
        wait = waiter(DEVICE)
        yield from timed(row, tasks, SECONDS, quick, wait=wait, least=LEAST, facts=facts)


def recorded(model: Any, images: Any) -> Callable[[], Any]:
    """The model's kernels as one CUDA graph, which is played again at each call."""
    import torch

    aside = torch.cuda.Stream()  # type: ignore[no-untyped-call]
    aside.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(aside):
        for _ in range(3):
            model(images)
    torch.cuda.current_stream().wait_stream(aside)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        output = model(images)

    def play() -> Any:
        graph.replay()
        return output

    return play


def peak(task: Callable[[], Any]) -> int:
    """The most bytes that a call held at once beyond those held before it."""
    import torch

    torch.cuda.synchronize()
    before = torch.cuda.memory_allocated()
    torch.cuda.reset_peak_memory_stats()
    task()
    torch.cuda.synchronize()
    return torch.cuda.max_memory_allocated() - before
