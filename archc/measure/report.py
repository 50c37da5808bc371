"""A measurement written out: tables for people, Markdown for documents."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import wrap
from typing import NamedTuple

from archc.analysis.comparison_table import folded
from archc.analysis.formats import GAP, NARROWEST, PLAIN_WIDTH
from archc.analysis.words import markdown, short
from archc.measure.bench import Bench, Blocks, Machine, Result
from archc.measure.timing import Spread

ABOUT = "Weights are fresh: the speed does not depend on them."
CEILING = (
    "ceiling: FLOP/s of the network, 2 × MACs (in training of forward and backward), "
    "as a share of the matrix product's in the same rounds."
)
BETWEEN = (
    "By block: forward pass, MACs for one sample; "
    "what lies between two blocks counts with the first of them."
)


class Table(NamedTuple):
    """A head and rows of cells; the first column is the name."""

    head: tuple[str, ...]
    rows: list[tuple[str, ...]]


def as_table(bench: Bench, width: int = PLAIN_WIDTH) -> str:
    """Text for a terminal of ``width`` columns; long names are wrapped."""
    return "\n".join(line for _, line in lines(bench, width))


def lines(bench: Bench, width: int = PLAIN_WIDTH) -> Iterator[tuple[bool, str]]:
    """The lines of the text, each with whether it is the head of a table."""
    yield from ((False, line) for line in folded([machine_words(bench.machine)], width))
    yield False, ""
    found = list(tables(bench))
    first = max(len(row[0]) for table in found for row in (table.head, *table.rows))
    for table in found:
        yield from _aligned(table, first, width)
        yield False, ""
    yield from ((False, line) for line in folded(footer(bench), width))


def as_markdown(bench: Bench) -> str:
    """The same tables in Markdown."""
    parts = [f"**{markdown(machine_words(bench.machine))}**"]
    for head, rows in tables(bench):
        rule = ["---", *("---:" for _ in head[1:])]
        escaped = [[markdown(cell) for cell in row] for row in rows]
        body = [f"| {' | '.join(row)} |" for row in (list(head), rule, *escaped)]
        parts.append("\n".join(body))
    parts.append("  \n".join(map(markdown, footer(bench))))
    return "\n\n".join(parts)


def machine_words(machine: Machine) -> str:
    """Where it was measured, and what that machine can do."""
    threads = "1 thread" if machine.threads == 1 else f"{machine.threads} threads"
    where = f"{machine.device}, {threads}, {machine.dtype}, torch {machine.torch}"
    can = f"matrix product {short(machine.matmul)}FLOP/s, copying {short(machine.bandwidth)}B/s"
    return f"{where}: {can}"


def tables(bench: Bench) -> Iterator[Table]:
    """One for each step of each batch, then those of the blocks; empty columns are left out."""
    groups: dict[str, list[Result]] = {}
    for result in bench.results:
        groups.setdefault(f"{result.step}, batch {result.batch:,}", []).append(result)
    for title, results in groups.items():
        yield _filled(Table((title, *_COLUMNS), [_cells(result) for result in results]))
    for blocks in bench.blocks:
        yield _filled(_block_table(blocks))


def footer(bench: Bench) -> list[str]:
    """What the numbers are, and what was paid once."""
    rounds = f"Median of {bench.rounds:,} rounds, in turns; ±: half the interquartile range."
    found = [f"{rounds} {ABOUT}" if bench.rounds > 1 else f"One round. {ABOUT}", CEILING]
    if any(result.speed for result in bench.results):
        found.append(
            f"speed: how many times as fast as {bench.base}; median of the rounds' ratios (quartiles)."
        )
    if bench.blocks:
        found.append(BETWEEN)
    found += [
        f"{one.name} took {seconds(one.prepared)} to prepare, once ({one.step}, batch {one.batch:,})."
        for one in bench.results
        if one.prepared is not None
    ]
    return found


def digits(value: float) -> str:
    """Three digits, or all before the point.

    >>> digits(0.04567), digits(7.5), digits(75.84), digits(1234.5)
    ('0.0457', '7.50', '75.8', '1,234')
    """
    if value < 0.9995:
        return f"{value:#.3g}"
    return f"{value:,.{2 if value < 9.995 else 1 if value < 99.95 else 0}f}"


def percent(part: float) -> str:
    """A share in percent, two digits at least.

    >>> percent(0.5432), percent(0.0321), percent(1.2)
    ('54 %', '3.2 %', '120 %')
    """
    return f"{100 * part:.{1 if part < 0.0995 else 0}f} %"


def seconds(value: float) -> str:
    """A duration, in its unit.

    >>> seconds(37.21), seconds(0.0421)
    ('37.2 s', '42.1 ms')
    """
    return f"{digits(value)} s" if value >= 1 else f"{digits(1e3 * value)} ms"


_COLUMNS = ("images/s", "ms", "±", "ceiling", "speed")


def _cells(result: Result) -> tuple[str, ...]:
    timing = result.timing
    return (
        result.name,
        digits(result.images_per_second),
        digits(1e3 * timing.median),
        percent((timing.high - timing.low) / 2 / timing.median) if len(timing.runs) > 1 else "",
        percent(result.share.median) if result.share else "",
        _ratio(result.speed) if result.speed else "",
    )


def _ratio(speed: Spread) -> str:
    """How many times as fast, fine enough for small ones; quartiles where there are several rounds."""
    median, low, high = (f"{value:.2f}" if value >= 0.0995 else f"{value:.2g}" for value in speed)
    return f"{median} ×" if low == median == high else f"{median} × ({low} … {high})"


def _block_table(blocks: Blocks) -> Table:
    whole = sum(block.timing.median for block in blocks.times)
    rows: list[tuple[str, ...]] = []
    for name, timing, flops in blocks.times:
        rate = blocks.batch * (flops or 0) / timing.median / blocks.matmul
        part = timing.median / whole
        macs, ceiling = (short(flops // 2), percent(rate)) if flops else ("", "")
        rows.append((name, digits(1e3 * timing.median), percent(part), macs, ceiling))
    title = f"{blocks.name}, by block, batch {blocks.batch:,}"
    return Table((title, "ms", "of time", "MACs", "ceiling"), rows)


def _filled(table: Table) -> Table:
    """Without the columns in which nothing stands."""
    kept = [n for n in range(len(table.head)) if any(row[n] for row in table.rows)]
    head, *rows = [tuple(row[n] for n in kept) for row in (table.head, *table.rows)]
    return Table(head, rows)


def _aligned(table: Table, first: int, width: int) -> Iterator[tuple[bool, str]]:
    """The lines of a table: the head, its rule, and the rows; ``first`` columns for names if they fit."""
    rows = [table.head, *table.rows]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    others = sum(widths[1:]) + len(GAP) * len(widths[1:])
    widths[0] = max(NARROWEST, min(first, width - others))
    for place, row in enumerate(rows):
        yield from ((place == 0, line) for line in _wrapped(row, widths))
        if place == 0:
            yield False, "─" * (widths[0] + others)


def _wrapped(row: Sequence[str], widths: list[int]) -> Iterator[str]:
    first, *more = wrap(row[0], widths[0]) or [""]
    cells = (cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))
    yield GAP.join([first.ljust(widths[0]), *cells]).rstrip()
    yield from more
