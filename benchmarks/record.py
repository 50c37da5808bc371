"""What was measured, where and with what: rows of one run, and the file that keeps them.

The times of all rounds are kept, so that medians, quartiles and ratios follow from the file and
nothing on docs/performance.md is typed by hand.
"""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from archc.budgets import machine_memory
from archc.measure.timing import Spread, Timing

PACKAGES = (
    "torch", "torchvision", "timm", "onnx", "onnxruntime", "torchinfo", "fvcore", "torchview",
    "pygraphviz", "PyYAML", "typer", "networkx", "jsonschema", "archc",
)  # fmt: skip
DIGITS = 5  # of a time that is kept


@dataclass(frozen=True)
class Row:
    """One subject in one measurement. Subjects of one measurement were timed in the same rounds.

    ``runs`` are seconds, one for each round. ``facts`` are what does not vary or was measured once:
    ``peak`` (bytes), ``prepare`` (seconds of compiling), ``macs``, ``bytes``, ``difference``.
    ``failed`` says why there is no measurement.
    """

    part: str
    case: str
    mode: str = ""  # inference, training, float32, …
    size: int = 0  # images in a batch, or nodes
    subject: str = ""
    runs: tuple[float, ...] = ()
    facts: Mapping[str, float] = field(default_factory=dict)
    failed: str = ""

    @property
    def timing(self) -> Timing:
        return Timing(self.runs)


@dataclass(frozen=True)
class Results:
    """A run's rows, and what it ran on. Ceilings are FLOP/s and bytes/s; ``took`` is in seconds."""

    machine: Mapping[str, str | int]
    versions: Mapping[str, str]
    ceilings: Mapping[str, float]
    date: str
    quick: bool
    rows: tuple[Row, ...]
    took: Mapping[str, float] = field(default_factory=dict)

    def of(self, part: str, case: str = "", mode: str = "", size: int = 0) -> Iterator[Row]:
        """The rows of a part, and of it those with a case, a mode and a size if these are given."""
        for row in self.rows:
            asked = (part, case or row.case, mode or row.mode, size or row.size)
            if asked == (row.part, row.case, row.mode, row.size):
                yield row

    def one(self, part: str, case: str, subject: str, mode: str = "", size: int = 0) -> Row | None:
        """That row if it was measured."""
        rows = self.of(part, case, mode, size)
        return next((row for row in rows if row.subject == subject and not row.failed), None)


def cases(rows: Iterator[Row]) -> list[str]:
    """The cases of rows, each once, in the order of the run."""
    return list(dict.fromkeys(row.case for row in rows))


def faster(row: Row | None, than: Row | None) -> float | None:
    """How many times as fast a row is: the median of the rounds' ratios, or the ratio of the medians where
    rounds are not the same; None where one was not measured."""
    if row is None or than is None or not row.runs or not than.runs:
        return None
    spread = quartiles(row, than)
    return spread.median if spread else than.timing.median / row.timing.median


def quartiles(row: Row, than: Row) -> Spread | None:
    """How many times as fast round by round, where both were measured in the same rounds."""
    same = len(row.runs) == len(than.runs) > 0
    return row.timing.faster_than(than.timing) if same else None


def less(row: Row | None, than: Row | None, fact: str = "peak") -> float | None:
    """How many times as much of a fact a row has: 0.8 is a fifth less."""
    if row is None or than is None or not than.facts.get(fact) or fact not in row.facts:
        return None
    return row.facts[fact] / than.facts[fact]


def read(path: Path) -> Results:
    """The results that a file keeps."""
    document = json.loads(path.read_text(encoding="utf-8"))
    rows = tuple(of_json(row) for row in document.pop("rows"))
    return Results(**document, rows=rows)


def of_json(values: Mapping[str, object]) -> Row:
    """A row from its values in a file."""
    row = Row(**values)  # type: ignore[arg-type]
    return Row(**{**vars(row), "runs": tuple(row.runs)})


def text(results: Results) -> str:
    """The file: one line for each row, so that two runs can be compared line by line."""
    document = {**asdict(results), "rows": []}
    head = json.dumps(document, indent=1, ensure_ascii=False).replace(
        '"rows": []', '"rows": [\n%s\n ]'
    )
    return head % ",\n".join("  " + line(row) for row in results.rows) + "\n"


def line(row: Row) -> str:
    """A row as JSON, without what it does not say."""
    runs = [float(f"{seconds:.{DIGITS}g}") for seconds in row.runs]
    facts = {name: float(f"{value:.{DIGITS}g}") if value % 1 else int(value)
             for name, value in row.facts.items()}  # fmt: skip
    values = {**vars(row), "runs": runs, "facts": facts}
    return json.dumps({key: value for key, value in values.items() if value}, ensure_ascii=False)


def merged(before: Results | None, after: Results, part: str) -> Results:
    """The new results of a part, and the older ones of other parts.

    Results of another machine, of other versions or of a quick look do not belong together with new
    ones, so they are left out.
    """
    if before is None or not comparable(before, after):
        return after
    rows = tuple(row for row in before.rows if row.part != part) + after.rows
    return replace(after, rows=rows, took={**before.took, **after.took})


def comparable(one: Results, other: Results) -> bool:
    """Whether two runs measured the same programs on the same machine."""
    return (one.machine, one.versions, one.quick) == (other.machine, other.versions, other.quick)


def versions() -> dict[str, str]:
    """Python's version and those of the packages that are measured or measure, where installed."""
    found = {"Python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found


def machine(threads: int) -> dict[str, str | int]:
    """Processor, cores, memory in bytes, operating system, the threads used, and a GPU if there is one."""
    import torch

    found: dict[str, str | int] = {
        "cpu": processor(),
        "cores": len(os.sched_getaffinity(0)),
        "memory": machine_memory(),
        "system": f"{platform.system()} {platform.machine()}",
        "threads": threads,
    }
    if torch.cuda.is_available():
        found["gpu"] = torch.cuda.get_device_name()
    return found


def processor() -> str:
    """The processor's name, with its instruction set where the name does not tell."""
    path = Path("/proc/cpuinfo")
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    fields = dict(line.split(":", 1) for line in reversed(lines) if ":" in line)
    known = {key.strip(): value.strip() for key, value in fields.items()}
    name = known.get("model name", platform.processor() or "unknown")
    widest = "AVX-512" if " avx512f" in known.get("flags", "") else "AVX2"
    family = f"family {known.get('cpu family', '?')} model {known.get('model', '?')}"
    return f"{name} ({family}, {widest})"


def today() -> str:
    """The date, as ISO 8601 writes it."""
    return date.today().isoformat()
