"""What archc promises about speed and memory, and whether a run's results keep it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from eager import BATCH, TORCHVISION, TRAINING_BATCH, beside
from frontend import FROM_GRAPH, PROCESS, REPEATED, SPECS, WRITTEN
from optimised import BATCHES, COMPILE, OPTIMISED
from record import Results, Row, cases, faster, less

MILLION = 10**6
SPEED_UPS = {
    "googlenet_bn": 2.0, "inception_v3": 1.6, "resnet50": 1.6, "densenet121": 1.5, "vgg16": 1.2,
}  # fmt: skip


class Found(NamedTuple):
    """One measurement that a promise is about."""

    of: str
    value: float


class Verdict(NamedTuple):
    """A promise, and every measurement that it is about.

    ``least`` or ``most`` is the goal; ``unit`` is ``×``, ``s`` or ``GiB``.
    """

    promise: str
    found: tuple[Found, ...]
    least: float | None = None
    most: float | None = None
    unit: str = "×"

    def kept_by(self, one: Found) -> bool:
        """Whether a measurement reaches the goal."""
        if self.least is not None:
            return one.value >= self.least
        return self.most is not None and one.value <= self.most

    @property
    def kept(self) -> int:
        """How many measurements reach the goal."""
        return sum(map(self.kept_by, self.found))

    @property
    def worst(self) -> Found:
        """The measurement farthest from the goal."""
        pick = min if self.least is not None else max
        return pick(self.found, key=lambda one: one.value)


def verdicts(results: Results) -> list[Verdict]:
    """Every promise about which something was measured."""
    every = (*_unoptimised(results), *_optimised(results), *_front_end(results))
    return [one for one in every if one.found]


def _unoptimised(results: Results) -> Iterator[Verdict]:
    modes = (("inference", 1), ("inference", BATCH), ("training", TRAINING_BATCH))
    for mode, batch in modes:
        found = _found(
            (case, faster(ours, theirs)) for case, ours, theirs in _pairs(results, mode, batch)
        )
        promise = f"unoptimised speed beside the library's, {_words(mode, batch)}"
        yield Verdict(promise, found, least=0.98)
    for mode, batch in modes:
        found = _found(
            (case, less(ours, theirs)) for case, ours, theirs in _pairs(results, mode, batch)
        )
        promise = f"unoptimised peak memory beside the library's, {_words(mode, batch)}"
        yield Verdict(promise, found, most=1.02)


def _words(mode: str, batch: int) -> str:
    return f"{'a training step' if mode == 'training' else mode} at batch {batch}"


def _pairs(results: Results, mode: str, batch: int) -> Iterator[tuple[str, Row | None, Row | None]]:
    for case in cases(results.of("eager")):
        yield case, *beside(results, case, mode, batch)


def _optimised(results: Results) -> Iterator[Verdict]:
    for case, least in SPEED_UPS.items():
        pairs = [(f"batch {size}", _rows(results, case, size)) for size in BATCHES]
        found = _found((name, faster(rows[0], rows[1])) for name, rows in pairs)
        yield Verdict(f"optimised `{case}` beside torchvision's eager speed", found, least=least)
    settings = [(case, size) for case in SPEED_UPS for size in BATCHES]
    named = {f"{case}, batch {size}": _rows(results, case, size) for case, size in settings}
    yield Verdict(
        "optimised speed beside `torch.compile`",
        _found((name, faster(rows[0], rows[2])) for name, rows in named.items()),
        least=0.95,
    )
    yield Verdict(
        "time to optimise beside that of `torch.compile`",
        _found((name, less(rows[0], rows[2], "prepare")) for name, rows in named.items()),
        most=0.02,
    )
    yield Verdict(
        "optimised peak memory beside eager torchvision",
        _found((name, less(rows[0], rows[1])) for name, rows in named.items()),
        most=0.8,
    )


def _rows(results: Results, case: str, size: int) -> tuple[Row | None, Row | None, Row | None]:
    """Those of the optimised module, of torchvision's and of torch.compile."""
    subjects = (OPTIMISED, TORCHVISION, COMPILE)
    ours, theirs, compiled = (
        results.one("optimised", case, subject, "inference", size) for subject in subjects
    )
    return ours, theirs, compiled


def _front_end(results: Results) -> Iterator[Verdict]:
    command = results.one("frontend", PROCESS, "archc summary")
    imports = results.one("frontend", PROCESS, "its imports")
    yield Verdict(
        "`archc summary googlenet.yaml`, a process, beside one that only imports",
        _found([("", faster(imports, command))]),
        most=1.2,
    )
    specs = dict.fromkeys(row.mode for row in results.of("frontend", SPECS))
    for subject, words in (
        (FROM_GRAPH, "of a loaded graph"),
        ("archc", "by name, with its reading"),
    ):
        found = _found(
            (name, faster(results.one("frontend", SPECS, "torchinfo", name),
                          results.one("frontend", SPECS, subject, name)))
            for name in specs
        )  # fmt: skip
        yield Verdict(f"analysis of a bundled spec, {words}, beside torchinfo", found, most=0.25)
    rows = [
        (kind, results.one("frontend", kind, "archc", "nodes", MILLION))
        for kind in (REPEATED, WRITTEN)
    ]
    times = [(kind, row.timing.median) for kind, row in rows if row]
    memory = [(kind, row.facts["peak"] / 2**30) for kind, row in rows if row]
    yield Verdict("a chain of 10⁶ nodes, text to totals", _found(times), most=30, unit="s")
    yield Verdict("memory of the process meanwhile", _found(memory), most=4, unit="GiB")


def _found(values: Iterable[tuple[str, float | None]]) -> tuple[Found, ...]:
    return tuple(Found(name, value) for name, value in values if value is not None)
