"""The long run: ``python tests/fuzz/run.py --inputs 1000000 --jobs 2 --seed 0``.

Tells how it goes, and at the end a count for each kind, the slowest inputs, the largest memory and each
failure, made small and written to ``tests/fuzz/found``, where the tests take it up.
"""

from __future__ import annotations

import argparse
import faulthandler
import gc
import heapq
import multiprocessing
import re
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from corpus import FOUND, furnish
from fuzz_cases import case
from minimise import minimised
from survive import SECONDS, SERVICE, Broken, limit_memory, signature, survive

import archc

SLICE = 500  # inputs that a worker takes at once
SLOWEST = 8
QUICK = Path("/dev/shm")  # files in memory, where there are any


@dataclass
class Tally:
    """What became of a range of inputs."""

    kinds: Counter[str] = field(default_factory=Counter)
    accepted: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    slowest: list[tuple[float, int, str]] = field(default_factory=list)  # seconds, seed, kind
    failures: dict[str, tuple[int, str]] = field(default_factory=dict)  # by signature: seed, detail
    failed: Counter[str] = field(default_factory=Counter)
    memory: int = 0  # KiB, the most that a worker held

    def add(self, other: Tally) -> None:
        self.kinds += other.kinds
        self.accepted += other.accepted
        self.codes += other.codes
        self.failed += other.failed
        self.slowest = heapq.nlargest(SLOWEST, self.slowest + other.slowest)
        self.failures = {**other.failures, **self.failures}
        self.memory = max(self.memory, other.memory)


def tried(seeds: range, patience: float) -> Tally:
    """Put a range of inputs through everything."""
    tally = Tally()
    # what no signal reaches, a loop inside C, ends the process with its traceback
    faulthandler.dump_traceback_later(SLICE * 3, exit=True)
    place = QUICK if QUICK.is_dir() else None
    with archc.limits(**SERVICE), tempfile.TemporaryDirectory(dir=place) as name:
        folder = Path(name)
        furnish(folder)
        for seed in seeds:
            kind, data = case(seed)
            tally.kinds[kind] += 1
            start = time.process_time()
            try:
                outcome = survive(data, folder, seed, patience)
            except Broken as broken:
                sign = signature(broken)
                tally.failed[sign] += 1
                tally.failures.setdefault(sign, (seed, broken.detail))
                continue
            tally.accepted[kind] += outcome.accepted
            tally.codes.update(outcome.codes)
            took = (time.process_time() - start, seed, kind)
            tally.slowest = heapq.nlargest(SLOWEST, [*tally.slowest, took])
    faulthandler.cancel_dump_traceback_later()
    tally.memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return tally


def slices(first: int, count: int) -> Iterator[range]:
    for start in range(first, first + count, SLICE):
        yield range(start, min(start + SLICE, first + count))


def report(tally: Tally, seconds: float) -> None:
    count = sum(tally.kinds.values())
    print(f"\n{count:,} inputs in {seconds:,.0f} s, {count / seconds:,.0f} a second; at most "
          f"{tally.memory / 1024:,.0f} MiB")  # fmt: skip
    for kind, number in tally.kinds.most_common():
        print(f"  {kind:<16} {number:>9,}  accepted {tally.accepted[kind]:>8,}")
    print("codes: " + ", ".join(f"{code} {n:,}" for code, n in sorted(tally.codes.items())))
    print(
        "slowest: "
        + ", ".join(f"{t:.2f} s seed {seed} ({kind})" for t, seed, kind in tally.slowest)
    )
    print(f"failures: {sum(tally.failed.values()):,} of {len(tally.failed)} sorts")


def keep(tally: Tally, write: bool) -> None:
    """Print each sort of failure and its input made small; write that where the tests find it."""
    FOUND.mkdir(exist_ok=True)
    for sign, (seed, detail) in sorted(tally.failures.items()):
        print(f"\n{tally.failed[sign]} × {sign}; seed {seed}\n{detail.rstrip()}")
        small = minimised(case(seed).data, sign, seed)
        print(f"{len(small)} bytes:\n{small.decode(errors='replace')[:600]}")
        if write:
            name = re.sub(r"\W+", "_", sign).strip("_").lower()[:60]
            (FOUND / f"{name}.yaml").write_bytes(small)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--inputs", type=int, default=1_000_000)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0, help="the number of the first input")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="what is a hang")
    parser.add_argument("--no-keep", action="store_true", help="leave tests/fuzz/found as it is")
    given = parser.parse_args()
    faulthandler.enable()
    gc.freeze()
    limit_memory()
    tally, start, said = Tally(), time.monotonic(), 0.0
    with multiprocessing.get_context("fork").Pool(given.jobs) as pool:
        task = partial(tried, patience=given.seconds)
        for part in pool.imap_unordered(task, slices(given.seed, given.inputs)):
            for sign, (seed, _) in part.failures.items():
                if sign not in tally.failures:
                    print(f"{sign}: seed {seed}", flush=True)
            tally.add(part)
            if time.monotonic() - said > 20:
                said = time.monotonic()
                done, failed = sum(tally.kinds.values()), len(tally.failed)
                print(f"{done:>9,} inputs, {done / (said - start):,.0f} a second, {failed} sorts of "
                      f"failure, {tally.memory / 1024:,.0f} MiB", flush=True)  # fmt: skip
    report(tally, time.monotonic() - start)
    keep(tally, not given.no_keep)
    return 1 if tally.failed else 0


if __name__ == "__main__":
    sys.exit(main())
