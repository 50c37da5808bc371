"""Contenders made ready for their turns: on the device, compiled if wanted, and run once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple, cast

from archc.analysis.words import dimensions
from archc.errors import SpecError
from archc.measure.contenders import Contender, Step, noise, pass_through
from archc.measure.reference import failure, reason
from archc.measure.timing import Task, once, waiter
from archc.measure.work import counted_flops

if TYPE_CHECKING:
    from torch import nn


class Place(NamedTuple):
    """A device and a type of numbers, by torch's names."""

    device: str = "cpu"
    dtype: str = "float32"


class Ready(NamedTuple):
    """A step that has run once: FLOP of one call, and the seconds that preparing it took, once."""

    task: Task
    flops: int | None
    prepared: float | None


def moved(contender: Contender, place: Place) -> None:
    """Bring the module to the place.

    Raises:
        SpecError: there is no room.
    """
    import torch

    try:
        contender.module.to(place.device, getattr(torch, place.dtype))
    except (RuntimeError, MemoryError) as error:
        message = f"{contender.name} does not fit on {place.device}: {reason(error)}"
        raise failure(message, "compare fewer networks at once") from error


def forget_compiled(contenders: Iterable[Contender]) -> None:
    """Drop what was compiled for another batch: torch gives up after eight versions of one module."""
    import torch

    if any(one.compiled for one in contenders):
        torch.compiler.reset()


def ready(contender: Contender, step: Step, batch: int, place: Place) -> Ready:
    """Compile it if wanted, run it once, and count the FLOP of what has no graph.

    Raises:
        SpecError: it does not run, or cannot be compiled.
    """
    module = _compiled(contender) if contender.compiled else contender.module
    flops = contender.flops(step)
    try:
        task = pass_through(module, noise(contender.shapes, batch, *place), step)
        if contender.compiled:
            prepared = once(task, waiter(place.device))
            return Ready(task, flops and batch * flops, prepared)
        total = counted_flops(task) if flops is None else batch * flops
        task()
    except Exception as error:  # whatever a compiler or a stranger's code raises
        raise _does_not_run(contender, step, batch, error) from error
    return Ready(task, total, contender.prepared)


def _compiled(contender: Contender) -> nn.Module:
    """A module that compiles itself when it first runs, for the one shape that it then gets."""
    import torch

    return cast("nn.Module", torch.compile(contender.module, dynamic=False))


def _does_not_run(contender: Contender, step: Step, batch: int, error: Exception) -> SpecError:
    what = "a training step" if step == "training" else "a forward pass"
    message = f"{what} of {contender.name} with batch {batch} failed: {reason(error)}"
    return failure(message, _remedy(contender, error))


def _remedy(contender: Contender, error: Exception) -> str:
    """What may help, by what the exception says."""
    said = str(error)
    if isinstance(error, MemoryError) or "memory" in said:
        return "a smaller --batch or --input needs less memory"
    if "more than 1 value per channel" in said:
        return "batch norm needs several values to train: a larger --batch"
    if contender.compiled:
        return "leave out --compile, or see why torch.compile fails"
    if contender.graph is None:
        shapes = ", ".join(map(dimensions, contender.shapes))
        return f"it gets the input of the first spec, {shapes}; --input gives another"
    return ""
