"""A whole measurement: every contender, batch and step, in turns with the machine's own ceiling."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from archc.measure.blocks import BlockTime, block_times
from archc.measure.ceiling import Roof, matmul_roof, memory_bandwidth
from archc.measure.contenders import Contender, Step, noise, pass_through
from archc.measure.ready import Place, Ready, forget_compiled, moved, ready
from archc.measure.timing import ROUNDS, Spread, Timing, compare, waiter

CPU = Place()
ROOF = ""  # the name under which the ceiling takes its turns; no contender has it


@dataclass(frozen=True)
class Plan:
    """What is measured, and how. ``base`` is the contender to whose speed the others' are ratios."""

    batches: tuple[int, ...] = (1,)
    training: bool = False
    blocks: bool = False
    place: Place = CPU
    rounds: int = ROUNDS
    base: str = ""

    @property
    def steps(self) -> Iterator[tuple[Step, int]]:
        """Each step with each batch."""
        for batch in self.batches:
            yield "forward", batch
            if self.training:
                yield "training", batch


class Result(NamedTuple):
    """One contender's times for a step of one batch.

    ``flops`` are those of one call; ``share`` is FLOP/s over the matrix product's, ``speed`` how
    many times as fast as the base, both round by round; ``prepared`` the seconds paid once before.
    """

    name: str
    step: Step
    batch: int
    timing: Timing
    flops: int | None
    share: Spread | None
    speed: Spread | None
    prepared: float | None

    @property
    def images_per_second(self) -> float:
        return self.batch / self.timing.median


class Blocks(NamedTuple):
    """Where one contender's forward pass spends its time; ``matmul`` is FLOP/s in the same rounds."""

    name: str
    batch: int
    times: tuple[BlockTime, ...]
    matmul: float


class Machine(NamedTuple):
    """Where it was measured, and what it can do: FLOP/s of matrix products, bytes/s of copying."""

    device: str
    threads: int
    dtype: str
    torch: str
    matmul: float
    bandwidth: float


class Bench(NamedTuple):
    """All that was measured."""

    machine: Machine
    results: tuple[Result, ...]
    blocks: tuple[Blocks, ...]
    base: str
    rounds: int


def bench(
    contenders: Sequence[Contender], plan: Plan, progress: Callable[[str], None] = lambda _: None
) -> Bench:
    """Measure the contenders in turns; ``progress`` is told in words what goes on.

    Their names differ. The modules are moved to the plan's device and type.

    Raises:
        SpecError: one of them does not run.
    """
    progress("measuring what the machine can do")
    device = plan.place.device
    for contender in contenders:
        moved(contender, plan.place)
    roof, bandwidth = matmul_roof(*plan.place), memory_bandwidth(None, device)
    results: list[Result] = []
    products: tuple[float, ...] = ()
    for step, batch in plan.steps:
        progress(f"{step}, batch {batch}: warming up")
        forget_compiled(contenders)
        running = {
            one.name: ready(one, step, batch, plan.place)
            for one in contenders
            if one.trained or step == "forward"
        }
        timings = _timed(running, roof, plan, f"{step}, batch {batch}", progress)
        results += _results(running, timings, roof, plan.base, (step, batch))
        products += timings[ROOF].runs
        for contender in contenders:
            contender.module.zero_grad(set_to_none=True)
    blocks = tuple(_blocks(contenders, plan, roof, progress)) if plan.blocks else ()
    machine = _machine(plan.place, roof.rate(Timing(products).median), bandwidth)
    return Bench(machine, tuple(results), blocks, plan.base, plan.rounds)


def share(timing: Timing, flops: int, ceiling: Timing, work: int) -> Spread:
    """FLOP/s of a task over those of the ceiling, round by round; 1 is all that the machine can do.

    One call does ``flops``, and one of the ceiling's task ``work``.
    """
    return ceiling.over(timing).scaled(flops / work)


def _timed(
    running: Mapping[str, Ready],
    roof: Roof,
    plan: Plan,
    words: str,
    progress: Callable[[str], None],
) -> dict[str, Timing]:
    """All of them and the matrix product, in turns."""
    tasks = {ROOF: roof.task, **{name: one.task for name, one in running.items()}}

    def tell(turn: int, of: int) -> None:
        progress(f"{words}: turn {turn:,} of {of:,}")

    return compare(tasks, plan.rounds, wait=waiter(plan.place.device), progress=tell)


def _results(
    running: Mapping[str, Ready],
    timings: Mapping[str, Timing],
    roof: Roof,
    base: str,
    now: tuple[Step, int],
) -> Iterator[Result]:
    for name, one in running.items():
        timing = timings[name]
        part = share(timing, one.flops, timings[ROOF], roof.work) if one.flops else None
        compared = base in timings and name != base
        speed = timing.faster_than(timings[base]) if compared else None
        yield Result(name, *now, timing, one.flops, part, speed, one.prepared)


def _blocks(
    contenders: Sequence[Contender], plan: Plan, roof: Roof, progress: Callable[[str], None]
) -> Iterator[Blocks]:
    """The blocks of everything that is not compiled: compiled code calls no part of a module."""
    wait = waiter(plan.place.device)
    for batch in plan.batches:
        for one in contenders:
            if one.compiled:
                continue
            progress(f"blocks of {one.name}, batch {batch}")
            task = pass_through(one.module, noise(one.shapes, batch, *plan.place), "forward")
            found = block_times(
                one.module, task, roof.task, plan.rounds, graph=one.graph, wait=wait
            )
            yield Blocks(one.name, batch, found.blocks, roof.rate(found.ceiling.median))


def _machine(place: Place, matmul: float, bandwidth: float) -> Machine:
    import torch

    gpu = place.device.startswith("cuda")
    name = torch.cuda.get_device_name(place.device) if gpu else "cpu"
    return Machine(
        name, torch.get_num_threads(), place.dtype, str(torch.__version__), matmul, bandwidth
    )
