"""A measurement for programs: CSV with a line for each result, and JSON with every round."""

from __future__ import annotations

from typing import Any

from archc.measure.bench import Bench, Blocks, Result
from archc.measure.timing import Spread, Timing

CSV_KEYS = (
    "name", "step", "batch", "block", "images_per_second", "seconds", "seconds_low", "seconds_high",
    "flops", "share", "share_low", "share_high", "speed", "speed_low", "speed_high", "prepared_seconds",
)  # fmt: skip


def as_csv(bench: Bench) -> str:
    """A line for each result and, below them, for each block; times in seconds, FLOP of one pass."""
    import csv
    from io import StringIO

    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(CSV_KEYS)
    for one in bench.results:
        writer.writerow([
            one.name, one.step, one.batch, "", one.images_per_second, *_three(one.timing), one.flops,
            *(one.share or ("",) * 3), *(one.speed or ("",) * 3), one.prepared,
        ])  # fmt: skip
    for part in bench.blocks:
        for name, timing, flops in part.times:
            of_batch = None if flops is None else part.batch * flops
            row = [part.name, "forward", part.batch, name, "", *_three(timing), of_batch]
            writer.writerow([*row, *[""] * (len(CSV_KEYS) - len(row))])
    return text.getvalue().rstrip("\n")


def as_json(bench: Bench) -> str:
    """Machine, results with the seconds of every round, and blocks."""
    import json

    machine = bench.machine
    content = {
        "machine": {
            "device": machine.device,
            "threads": machine.threads,
            "dtype": machine.dtype,
            "torch": machine.torch,
            "matmul_flops_per_second": machine.matmul,
            "copy_bytes_per_second": machine.bandwidth,
        },
        "base": bench.base or None,
        "rounds": bench.rounds,
        "results": [_result(one) for one in bench.results],
        "blocks": [_blocks(part) for part in bench.blocks],
    }
    return json.dumps(content, indent=1, ensure_ascii=False)


def _result(one: Result) -> dict[str, Any]:
    return {
        "name": one.name,
        "step": one.step,
        "batch": one.batch,
        "images_per_second": one.images_per_second,
        "seconds": _timing(one.timing),
        "flops": one.flops,
        "share": _spread(one.share),
        "speed": _spread(one.speed),
        "prepared_seconds": one.prepared,
        "runs": list(one.timing.runs),
    }


def _blocks(part: Blocks) -> dict[str, Any]:
    return {
        "name": part.name,
        "batch": part.batch,
        "blocks": [
            {"name": name, "seconds": _timing(timing), "flops": flops and part.batch * flops}
            for name, timing, flops in part.times
        ],
    }


def _timing(timing: Timing) -> dict[str, float]:
    return Spread(*_three(timing))._asdict()


def _spread(spread: Spread | None) -> dict[str, float] | None:
    return None if spread is None else spread._asdict()


def _three(timing: Timing) -> tuple[float, float, float]:
    return timing.median, timing.low, timing.high
