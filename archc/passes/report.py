"""What the passes did and saved, in words, as JSON and as a picture's two graphs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Literal, NamedTuple, TypeAlias

from archc.analysis.words import counted, short, short_memory
from archc.passes.optimise import Optimised, Ran
from archc.passes.proof import Difference
from archc.passes.savings import Work, work

OptimiseFormat: TypeAlias = Literal["text", "json"]
HEAD = ("pass", "changes", "nodes", "MACs", "bytes moved", "launches")
SHOWN = 4  # changes of a pass that are told, unless all are wanted


class Line(NamedTuple):
    """A pass with the work before and after it."""

    ran: Ran
    before: Work
    after: Work


def lines_of(result: Optimised) -> list[Line]:
    return [Line(ran, work(ran.before), work(ran.after)) for ran in result.ran]


def told(
    name: str,
    result: Optimised,
    found: Difference,
    format: OptimiseFormat = "text",
    every: bool = False,
) -> str:
    """The report of an optimised network; with ``every``, each change and not just the first of a pass."""
    lines = lines_of(result)
    if format == "json":
        return _json(name, lines, found)
    return "\n".join([*_table(name, lines), "", *_changes(lines, every), *_closing(lines, found)])


def _table(name: str, lines: Sequence[Line]) -> Iterator[str]:
    rows = [HEAD, *map(_row, lines)]
    if lines:
        rows.append(("together", *_saved(lines[0].before, lines[-1].after, _count(lines))))
    filled = [column for column in zip(*rows, strict=True) if any(column[1:])]
    rows = list(zip(*filled, strict=True))
    widths = [max(map(len, column)) for column in filled]
    yield f"{name}: what the passes saved, for one sample"
    for row in rows:
        first, *rest = (cell for cell in zip(row, widths, strict=True))
        cells = [first[0].ljust(first[1]), *(cell.rjust(width) for cell, width in rest)]
        yield "  ".join(cells).rstrip()


def _row(line: Line) -> tuple[str, ...]:
    return (line.ran.name, *_saved(line.before, line.after, len(line.ran.changes)))


def _count(lines: Sequence[Line]) -> int:
    return sum(len(line.ran.changes) for line in lines)


def _saved(before: Work, after: Work, changes: int) -> tuple[str, ...]:
    return (
        f"{changes:,}" if changes else "none",
        _less(before.nodes, after.nodes, "{:,}".format),
        _less(before.macs, after.macs, short),
        _less(before.bytes, after.bytes, short_memory),
        _less(before.launches, after.launches, "{:,}".format),
    )


def _less(before: int, after: int, words: Callable[[int], str]) -> str:
    """``−12``; nothing where nothing changed."""
    if before == after:
        return ""
    return f"{'−' if after < before else '+'}{words(abs(before - after))}"


def _changes(lines: Sequence[Line], every: bool) -> Iterator[str]:
    for line in lines:
        changes = line.ran.changes
        if not changes:
            continue
        yield f"{line.ran.name}:"
        shown = changes if every or len(changes) <= SHOWN + 1 else changes[:SHOWN]
        yield from (f"  {change.words}" for change in shown)
        if len(shown) < len(changes):
            yield f"  and {len(changes) - len(shown):,} more; --all lists them"
        yield ""


def _closing(lines: Sequence[Line], found: Difference) -> Iterator[str]:
    if lines:
        yield f"{_went(lines[0].before, lines[-1].after)}."
    yield proof_words(found)


def _went(before: Work, after: Work) -> str:
    return (
        f"{counted(before.nodes, 'node')} became {after.nodes:,}; kernel launches went from "
        f"{before.launches:,} to {after.launches:,}, and bytes moved from {short_memory(before.bytes)} "
        f"to {short_memory(after.bytes)}"
    )


def proof_words(found: Difference) -> str:
    """``largest difference of the outputs on 6 random inputs: 3.1e-07 of the largest number``"""
    on = f"on {counted(found.samples, 'random input')}"
    if found.absolute == 0:
        return f"Outputs {on} are equal, bit for bit."
    words = f"Largest difference of outputs {on}: {found.relative:.1e} of the largest number."
    if found.rounding:
        words += f" Rounding alone makes {found.rounding:.1e}, as float64 shows."
    return words


def _json(name: str, lines: Sequence[Line], found: Difference) -> str:
    passes = [
        {
            "pass": line.ran.name,
            "changes": [
                {"what": change.words, "nodes": change.nodes} for change in line.ran.changes
            ],
            "before": line.before._asdict(),
            "after": line.after._asdict(),
        }
        for line in lines
    ]
    whole = {"name": name, "passes": passes, "difference": found._asdict()}
    return json.dumps(whole, indent=2, ensure_ascii=False)
