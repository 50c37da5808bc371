"""The tables of docs/performance.md, as lines of Markdown. No number here is typed by hand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from eager import ARCHC, BATCH, TORCHVISION, TRAINING_BATCH, beside
from frontend import ANALYSED, BUILD, FROM_GRAPH, PROCESS, REPEATED, SPECS, WRITTEN, YAML
from gpu import BATCHES as GPU_BATCHES
from gpu import TYPES
from optimised import BATCHES, COMPILE, ONNX, OPTIMISED, TORCHSCRIPT
from record import Results, Row, cases, faster, less, quartiles
from roofline import Work
from verdicts import Found, Verdict, verdicts

from archc.analysis.words import short_memory
from archc.measure.report import digits, seconds

RIVALS = (ARCHC, OPTIMISED, TORCHSCRIPT, COMPILE, ONNX)
NONE = "–"


def measure(value: float, unit: str) -> str:
    """A number with its unit."""
    return seconds(value) if unit == "s" else f"{digits(value)} {unit}"


def speed(row: Row | None, than: Row | None) -> str:
    """How many times as fast, and the middle half of the rounds."""
    ratio = faster(row, than)
    if row is None or than is None or ratio is None:
        return NONE
    spread = quartiles(row, than)
    return f"{digits(ratio)}" + (
        f" ({digits(spread.low)} … {digits(spread.high)})" if spread else ""
    )


def memory(row: Row | None, than: Row | None) -> str:
    """How many times the peak memory."""
    ratio = less(row, than)
    return NONE if ratio is None else digits(ratio)


def held(row: Row | None) -> str:
    """The peak memory."""
    return short_memory(int(row.facts["peak"])) if row and "peak" in row.facts else NONE


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """A table whose first column is text, and nothing without rows."""
    lines = [f"| {' | '.join(row)} |" for row in rows]
    if lines:
        yield f"| {' | '.join(head)} |"
        yield f"| --- |{' ---: |' * (len(head) - 1)}"
        yield from lines
        yield ""


def goals(results: Results) -> Iterator[str]:
    """Every promise, and whether it is kept."""
    rows = [(one.promise, goal(one), kept(one), farthest(one)) for one in verdicts(results)]
    yield from table(("what", "goal", "reached", "farthest from it"), rows)


def goal(one: Verdict) -> str:
    """What is to be reached."""
    bound, word = (one.least, "at least") if one.least is not None else (one.most, "at most")
    assert bound is not None
    return f"{word} {bound:g} {one.unit}"


def kept(one: Verdict) -> str:
    """Whether it is reached, and by how many."""
    every = len(one.found)
    if every == 1:
        return "yes" if one.kept else "**no**"
    return f"by {one.kept} of {every}" if one.kept == every else f"**by {one.kept} of {every}**"


def farthest(one: Verdict) -> str:
    """The measurement farthest from the goal."""
    worst: Found = one.worst
    return f"{measure(worst.value, one.unit)}" + (f", {worst.of}" if worst.of else "")


def unoptimised(results: Results) -> Iterator[str]:
    """Speed and memory of each network beside the library's."""
    modes = (("inference", 1), ("inference", BATCH), ("training", TRAINING_BATCH))

    def row(case: str) -> Iterator[str]:
        yield f"`{case}`"
        pairs = [beside(results, case, mode, batch) for mode, batch in modes]
        yield from (speed(*both) for both in pairs)
        yield from (memory(*both) for both in (pairs[0], pairs[2]))

    head = [
        f"{'speed' if mode == 'inference' else 'training'}, batch {size}" for mode, size in modes
    ]
    rows = [list(row(case)) for case in cases(results.of("eager"))]
    yield from table(("network", *head, "memory, inference", "memory, training"), rows)


def optimised(results: Results, batch: int) -> Iterator[str]:
    """Each rival's speed beside torchvision's eager one."""

    def row(case: str) -> Iterator[str]:
        base = results.one("optimised", case, TORCHVISION, size=batch)
        yield f"`{case}`"
        yield seconds(base.timing.median) if base else NONE
        for subject in RIVALS:
            yield speed(results.one("optimised", case, subject, size=batch), base)

    rows = [list(row(case)) for case in cases(results.of("optimised", size=batch))]
    yield from table(("network", "torchvision", *RIVALS), rows)


def preparing(results: Results) -> Iterator[str]:
    """What it takes to make each rival's module, at the smallest batch."""
    subjects = (OPTIMISED, TORCHSCRIPT, COMPILE, ONNX)

    def cell(row: Row | None) -> str:
        return seconds(row.facts["prepare"]) if row else NONE

    rows = [
        [f"`{case}`", *(cell(results.one("optimised", case, one, size=1)) for one in subjects)]
        for case in cases(results.of("optimised", size=1))
    ]
    yield from table(("network", *subjects), rows)


def memories(results: Results) -> Iterator[str]:
    """Peak memory, and the least that computing one layer after the other needs."""
    subjects = (TORCHVISION, *RIVALS[:-1])

    def row(case: str, size: int) -> Iterator[str]:
        yield f"`{case}`, batch {size}"
        yield from (held(results.one("optimised", case, one, size=size)) for one in subjects)
        counted = results.one("optimised", case, ARCHC, size=size)
        yield short_memory(int(counted.facts["largest"])) if counted else NONE

    rows = [
        list(row(case, size))
        for size in BATCHES
        for case in cases(results.of("optimised", size=size))
    ]
    yield from table(("network", *subjects, "largest layer"), rows)


def limits(results: Results) -> Iterator[str]:
    """The least time at the machine's ceilings, beside what was measured."""

    def row(case: str, size: int) -> list[str]:
        ours, base, best = (
            results.one("optimised", case, one, size=size)
            for one in (ARCHC, TORCHVISION, OPTIMISED)
        )
        name = f"`{case}`, batch {size}"
        if ours is None or base is None:
            return [name, *[NONE] * 6]
        counts = Work(*(int(ours.facts[key]) for key in Work._fields))
        least = counts.seconds(results.ceilings)
        bound = base.timing.median / least
        measured = [NONE, NONE]
        if best is not None:
            time = best.timing.median
            measured = [seconds(time), f"{100 * least / time:.0f} %"]
        flops, moved = digits(counts.flops / 1e9), digits(counts.bytes / 1e6)
        return [name, flops, moved, seconds(least), digits(bound), *measured]

    rows = [
        row(case, size) for size in BATCHES for case in cases(results.of("optimised", size=size))
    ]
    head = (
        "network", "GFLOP", "MB", "least time", "times eager speed at most", "optimised",
        "of the ceiling",
    )  # fmt: skip
    yield from table(head, rows)


COMPARED = (
    ("`archc summary googlenet.yaml`, a process", PROCESS, "archc summary",
     "a process that imports the same modules", "its imports"),
    ("the same", PROCESS, "archc summary",
     "a process that imports those of other packages only", "those of other packages"),
    ("text to totals, {size:,} nodes written out", YAML, "archc",
     "`yaml.compose` in C, which gives places but no values", "yaml.compose"),
    ('`archc.build("resnet50")`, from YAML text', BUILD, "archc",
     "`torchvision.models.resnet50()`", "torchvision"),
)  # fmt: skip


def front_end(results: Results) -> Iterator[str]:
    """Times of archc beside those of rivals; below 1 archc takes less."""
    yield from table(("what", "beside", "ratio", "medians"), _compared(results))


def _compared(results: Results) -> Iterator[Sequence[str]]:
    for what, case, subject, rival_words, rival in COMPARED:
        row = results.one("frontend", case, subject)
        other = results.one("frontend", case, rival)
        if row and other:
            medians = f"{seconds(row.timing.median)} / {seconds(other.timing.median)}"
            yield what.format(size=row.size), rival_words, speed(other, row), medians


def analysed(results: Results) -> Iterator[str]:
    """Summaries of networks by archc and by others."""
    subjects = ("archc", "torchinfo", "fvcore", "torchview")

    def row(case: str) -> Iterator[str]:
        yield f"`{case}`"
        for subject in subjects:
            found = results.one("frontend", case, subject)
            yield seconds(found.timing.median) if found else NONE

    found = [case for case in ANALYSED if any(results.of("frontend", case))]
    yield from table(("network", *subjects), [list(row(case)) for case in found])


def specs(results: Results) -> Iterator[str]:
    """The bundled specs that archc is slowest at beside torchinfo."""
    rows = []
    for name in dict.fromkeys(row.mode for row in results.of("frontend", SPECS)):
        ours, graph, cpu, meta = (
            results.one("frontend", SPECS, one, name)
            for one in ("archc", FROM_GRAPH, "torchinfo", "torchinfo on meta")
        )
        share = faster(cpu, ours)
        if share is not None and ours is not None:
            time = seconds(ours.timing.median)
            shares = (speed(cpu, ours), speed(cpu, graph), speed(meta, ours))
            rows.append((share, [f"`{name}`", time, *shares]))
    worst = [row for _, row in sorted(rows, reverse=True)[:5]]
    heads = ("spec", "archc", "of torchinfo's time", "from a loaded graph", "of its time on `meta`")
    yield from table(heads, worst)


def growth(results: Results) -> Iterator[str]:
    """Time and memory over the nodes."""
    rows = [
        [
            f"{kind}, {row.size:,} nodes",
            seconds(row.timing.median),
            f"{digits(row.timing.median / row.size * 1e6)} µs",
            held(row),
        ]
        for kind in (REPEATED, WRITTEN)
        for row in results.of("frontend", kind)
        if row.runs
    ]
    yield from table(("a chain of convolutions", "time", "a node", "memory of the process"), rows)


def batches(results: Results) -> Iterator[str]:
    """Times of whole batches."""
    subjects = (TORCHVISION, ARCHC, OPTIMISED)

    def row(case: str, size: int) -> Iterator[str]:
        yield f"`{case}`, batch {size}"
        found = [results.one("batches", case, one, size=size) for one in subjects]
        yield from (seconds(one.timing.median) if one else NONE for one in found)
        yield speed(found[2], found[0])

    sizes = dict.fromkeys((row.case, row.size) for row in results.of("batches") if row.size)
    head = ("network", *subjects, "optimised, times torchvision's speed")
    yield from table(head, [list(row(*each)) for each in sizes])


def drawing(results: Results) -> Iterator[str]:
    """Whole processes that draw."""
    rows = []
    for case in cases(results.of("drawing")):
        ours, other = (results.one("drawing", case, one) for one in ("archc draw", "torchview"))
        if ours:
            beside = f"{seconds(other.timing.median)}" if other else NONE
            rows.append([case, seconds(ours.timing.median), beside, speed(other, ours)])
    yield from table(("`archc draw`", "archc", "torchview", "ratio"), rows)


def gpu(results: Results) -> Iterator[str]:
    """The same networks on a GPU."""
    subjects = [
        name for name in dict.fromkeys(row.subject for row in results.of("gpu"))
        if name not in ("", TORCHVISION)
    ]  # fmt: skip

    def row(case: str, dtype: str, size: int) -> Iterator[str]:
        base = results.one("gpu", case, TORCHVISION, dtype, size)
        yield f"`{case}`, {dtype}, batch {size}"
        yield seconds(base.timing.median) if base else NONE
        for subject in subjects:
            yield speed(results.one("gpu", case, subject, dtype, size), base)

    settings = [(dtype, size) for dtype in TYPES for size in GPU_BATCHES]
    rows = [
        list(row(case, *each))
        for each in settings
        for case in cases(results.of("gpu", mode=each[0], size=each[1]))
    ]
    yield from table(("network", TORCHVISION, *subjects), rows)


def failures(results: Results) -> Iterator[str]:
    """What could not be measured, and why."""
    for row in results.rows:
        if row.failed:
            where = ", ".join(
                filter(None, [row.part, row.case, f"batch {row.size}" * bool(row.size)])
            )
            reason = row.failed.replace("`", "'")
            yield f"- {where}: {row.subject or 'all'}: `{reason}`"
