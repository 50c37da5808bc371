"""Measure archc beside its peers, and write what was found to a file.

    make bench                          everything, about 25 minutes
    make bench BENCH_ARGS="frontend"    one part
    make bench BENCH_ARGS="--quick"     a look whether all of it runs

Every case is a process of its own: what one leaves in memory or breaks is not another's. Subjects of a
case take turns. A subject that fails has a row that says so, and the run goes on. docs/performance.md
and its charts follow from the file alone (``make docs``).
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import record
from record import Results, Row

from archc.measure.ceiling import matmul_ceiling, memory_bandwidth

RESULTS = Path(__file__).with_name("results.json")
ON_GPU = Path(__file__).with_name("gpu.json")
PARTS = ("eager", "optimised", "batches", "frontend", "drawing")
GPU = "gpu"  # on request, in a run and a file of its own
LIMIT = 900  # seconds that a case may take


class Options(NamedTuple):
    """How the measurements are made."""

    quick: bool
    threads: int
    folder: Path  # for rows and for caches that must be empty


def main(arguments: Sequence[str]) -> int:
    """Run the parts that are asked for, and keep what they found."""
    options = parsed(arguments)
    if options.case:
        return child(options.parts[0], options.case, options.quick, Path(options.rows))
    if GPU in options.parts and not has_gpu():
        say("PyTorch finds no GPU here, so there is nothing to measure")
        return 1
    before = record.read(options.results) if options.results.exists() else None
    with tempfile.TemporaryDirectory() as folder:
        how = Options(options.quick, options.threads, Path(folder))
        for results in measured(options.parts, how, before):  # kept after each part
            options.results.write_text(record.text(results), encoding="utf-8")
    failed = sum(1 for row in results.rows if row.failed)
    say(f"{options.results}: {len(results.rows)} rows, {failed} of them failures")
    return 0


def parsed(arguments: Sequence[str]) -> Any:
    """The command line."""
    words = (__doc__ or "").partition("\n")[0]
    parser = argparse.ArgumentParser("benchmarks/run.py", description=words)
    known = (*PARTS, GPU)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(known)}")
    parser.add_argument("--quick", action="store_true", help="few networks, three rounds")
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--results", type=Path, default=None, help="the file to write")
    parser.add_argument("--case", default="", help=argparse.SUPPRESS)  # one case, in this process
    parser.add_argument("--rows", default="", help=argparse.SUPPRESS)  # where its rows go
    options = parser.parse_args(arguments)
    unknown = [part for part in options.parts if part not in known]
    if unknown and not options.case:
        parser.error(f"no part is called {unknown[0]}; there are {', '.join(known)}")
    if options.threads < 1:
        parser.error("--threads takes a number from 1")
    if GPU in options.parts and len(options.parts) > 1 and not options.case:
        parser.error("gpu is a run of its own")
    options.parts = options.parts or list(PARTS)
    options.results = options.results or results_file(options.parts, options.quick)
    return options


def results_file(parts: Sequence[str], quick: bool) -> Path:
    """Where results belong; those of a quick look are no results."""
    if quick:
        return Path(tempfile.gettempdir()) / "archc-bench-quick.json"
    return ON_GPU if GPU in parts else RESULTS


def measured(
    parts: Sequence[str], options: Options, before: Results | None = None
) -> Iterator[Results]:
    """The results after each part, with those of other parts that an earlier run on this machine had."""
    ceilings = measured_ceilings(options.threads, "cuda" if GPU in parts else "cpu")
    about = record.machine(options.threads), record.versions(), ceilings, record.today()
    for part in parts:
        begin = time.monotonic()
        rows = tuple(part_rows(part, options))
        took = {part: round(time.monotonic() - begin, 1)}
        before = record.merged(before, Results(*about, options.quick, rows, took), part)
        yield before


def has_gpu() -> bool:
    """Whether PyTorch finds one."""
    import torch

    return torch.cuda.is_available()


def measured_ceilings(threads: int, device: str) -> dict[str, float]:
    """FLOP/s and bytes/s of float32 on the machine or its GPU."""
    flops = matmul_ceiling(threads, device)
    copied = memory_bandwidth(threads, device)
    say(f"ceilings: {flops / 1e9:,.0f} GFLOP/s, {copied / 1e9:,.1f} GB/s")
    return {"flops": flops, "bytes": copied}


def part_rows(part: str, options: Options) -> Iterator[Row]:
    """The rows of all cases of a part."""
    try:
        cases = import_module(part).cases(options.quick)
    except Exception as error:
        yield Row(part, "", failed=str(error))
        return
    for number, case in enumerate(cases, start=1):
        begin = time.monotonic()
        found = list(in_a_process(part, case, options))
        yield from found
        failures = "".join(
            f"; {row.subject or 'it'} failed: {row.failed}" for row in found if row.failed
        )
        seconds = time.monotonic() - begin
        say(f"{part} {number}/{len(cases)}: {case}, {seconds:.0f} s{failures}")


def in_a_process(part: str, case: str, options: Options) -> Iterator[Row]:
    """The rows of one case, measured by a process of its own; those it wrote count if it dies."""
    file = options.folder / "rows"
    file.write_text("", encoding="utf-8")
    command = [sys.executable, __file__, part, "--case", case, "--rows", str(file)]
    with tempfile.TemporaryDirectory() as caches:
        ended = finished([*command, *["--quick"] * options.quick], environment(options, caches))
    for line in file.read_text(encoding="utf-8").splitlines():
        yield record.of_json(json.loads(line))
    if ended:
        yield Row(part, case, failed=ended)


def environment(options: Options, caches: str) -> dict[str, str]:
    """That of the process, with so many threads, and torch.compile's cache in an empty folder."""
    kept = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    threads = str(options.threads)
    return {
        **kept, "OMP_NUM_THREADS": threads, "MKL_NUM_THREADS": threads,
        "TORCHINDUCTOR_CACHE_DIR": caches,
    }  # fmt: skip


def finished(command: list[str], environment: dict[str, str]) -> str:
    """Run it to its end, and say in a line what went wrong, if anything."""
    try:
        done = subprocess.run(
            command, env=environment, timeout=LIMIT, capture_output=True, text=True, check=False
        )
    except subprocess.TimeoutExpired:
        return f"took more than {LIMIT} seconds"
    if not done.returncode:
        return ""
    lines = done.stderr.strip().splitlines()
    return lines[-1] if lines and done.returncode > 0 else f"ended with status {done.returncode}"


def child(part: str, case: str, quick: bool, rows: Path) -> int:
    """Measure one case, and write each row as soon as it is known."""
    with rows.open("a", encoding="utf-8") as file:
        for row in import_module(part).measure(case, quick):
            file.write(record.line(row) + "\n")
            file.flush()
    return 0


def say(words: str) -> None:
    """Progress, which is no result."""
    print(words, file=sys.stderr, flush=True)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)  # as the shell says it; the parts that were done are kept
