"""Turns, medians and ratios, by a clock that only the tasks move."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch

from archc.measure.timing import Spread, Timing, compare, once, threads


class Clock:
    """Seconds that go by when somebody says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def task(self, *seconds: float) -> Callable[[], None]:
        """A call that takes so long, the next one the next time, and the last one ever after."""
        left = list(seconds)

        def run() -> None:
            self.now += left.pop(0) if len(left) > 1 else left[0]

        return run


def test_a_spread_is_the_median_and_the_quartiles_around_it() -> None:
    assert Spread.of((5.0, 1.0, 2.0, 4.0, 3.0)) == (3.0, 2.0, 4.0)
    assert Spread.of((1.0, 2.0)) == (1.5, 1.25, 1.75)
    assert Spread.of((7.0,)) == (7.0, 7.0, 7.0)
    assert Spread(2.0, 1.0, 4.0).scaled(0.5) == (1.0, 0.5, 2.0)


def test_a_timing_has_those_of_its_rounds() -> None:
    timing = Timing((5.0, 1.0, 2.0, 4.0, 3.0))
    assert (timing.median, timing.low, timing.high) == (3.0, 2.0, 4.0)


def test_a_ratio_is_the_median_of_the_rounds_ratios() -> None:
    """A slow round hits both: the ratio of the medians would be 2.5, and no round shows it."""
    ours, theirs = Timing((1.0, 10.0, 2.0)), Timing((2.0, 20.0, 5.0))
    assert tuple(ours.over(theirs)) == pytest.approx((0.5, 0.45, 0.5))
    assert ours.faster_than(theirs) == (2.0, 2.0, 2.25)
    with pytest.raises(ValueError, match="shorter"):
        ours.over(Timing((1.0,)))


def test_they_take_turns_every_other_round_backwards() -> None:
    clock, called = Clock(), ""

    def task(name: str) -> Callable[[], None]:
        def run() -> None:
            nonlocal called
            called += name
            clock.now += 1.0

        return run

    timings = compare({name: task(name) for name in "abc"}, 3, warmup=1, clock=clock)
    assert called == "abc" + "abc" + "cba" + "abc"
    assert timings == dict.fromkeys("abc", Timing((1.0, 1.0, 1.0)))


def test_the_warm_up_does_not_count() -> None:
    clock = Clock()
    timings = compare({"a": clock.task(9.0, 8.0, 1.0, 2.0, 3.0)}, 3, warmup=2, clock=clock)
    assert timings["a"].runs == (1.0, 2.0, 3.0)


def test_a_short_call_is_repeated_after_one_that_does_not_count() -> None:
    """Two calls warm up; each turn has one untimed call, and as many as fill 40 ms."""
    clock = Clock()
    seconds = (0.5, 0.01, 0.3, 0.01, 0.02, 0.01, 0.02, 0.3, 0.01)
    timings = compare({"a": clock.task(*seconds)}, 2, warmup=2, least=0.04, clock=clock)
    assert timings["a"].runs == pytest.approx((0.015, 0.01))


def test_each_turn_waits_for_the_device_before_and_after() -> None:
    clock, waits = Clock(), 0

    def wait() -> None:  # the device works on for a second after a call has returned
        nonlocal waits
        waits += 1
        clock.now += 1.0

    assert once(clock.task(2.0), wait, clock) == 3.0
    assert compare({"a": clock.task(2.0)}, 2, 1, wait=wait, clock=clock)["a"].runs == (3.0, 3.0)
    assert waits == 2 + 2 + 4


def test_progress_is_told_after_each_turn() -> None:
    told: list[tuple[int, int]] = []
    clock = Clock()
    tasks = {"a": clock.task(1.0), "b": clock.task(1.0)}
    compare(tasks, 2, clock=clock, progress=lambda turn, of: told.append((turn, of)))
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_what_a_task_raises_comes_through() -> None:
    def fails() -> None:
        raise RuntimeError("no memory")

    with pytest.raises(RuntimeError, match="no memory"):
        compare({"a": fails}, 1)


def test_threads_are_as_before_afterwards() -> None:
    before = torch.get_num_threads()
    with threads(before + 1) as count:
        assert count == torch.get_num_threads() == before + 1
    with threads(None) as count:
        assert count == before
    assert torch.get_num_threads() == before
