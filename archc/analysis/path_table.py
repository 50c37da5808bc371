"""The distribution of path lengths written out: a table with bars, Markdown, CSV and JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from archc.analysis.formats import GAP, PLAIN_WIDTH, named
from archc.analysis.path_lengths import PathLengths
from archc.analysis.words import counted
from archc.graph.graph import Graph

COLUMNS = ("layers", "paths", "share")
CSV_KEYS = ("name", "layers", "paths")
EIGHTHS = " ▏▎▍▌▋▊▉"
LONGEST_BAR = 50
MOST_ROWS = 32  # of a table; what has more is folded
IN_ROWS = 0.999  # of the paths are not in the first and last row of a folded table
EXACT_IN_TABLE = 10**7  # numbers from here on are rounded in a row
EXACT_IN_WORDS = 10**40  # and from here on in words
UNITS = "Layers: convolutions and fully connected ones on the path; the longest path is the depth."


class Bin(NamedTuple):
    """Lengths that share a row, and the number of their paths."""

    low: int
    high: int
    paths: int


class Measured(NamedTuple):
    """An architecture and its path lengths."""

    graph: Graph
    lengths: PathLengths


def bins(lengths: PathLengths) -> list[Bin]:
    """The rows of a table: a row for each length, or where these are too many, folded.

    Folded, the middle 99.9 % of the paths have bins of equal width, and what is shorter or longer
    has one row each.
    """
    low, high, step = lengths.shortest, lengths.longest, lengths.step
    width = step
    if (high - low) // step >= MOST_ROWS:
        low, high = lengths.middle(IN_ROWS)
        slots = (high - low) // step + 1
        width = step * -(-slots // (MOST_ROWS - 2))
    rows = [(lengths.shortest, low - step)]
    rows += ((a, min(a + width - step, lengths.longest)) for a in range(low, high + 1, width))
    rows.append((rows[-1][1] + step, lengths.longest))
    return [Bin(a, b, lengths.paths(a, b)) for a, b in rows if a <= b]


def shown(lengths: PathLengths) -> list[Bin]:
    """The rows of a table; without the empty ones where these are most."""
    rows = bins(lengths)
    full = [row for row in rows if row.paths]
    return full if 2 * len(full) < len(rows) else rows


def heading(graph: Graph) -> str:
    """Which architecture it is, and where its paths begin and end."""
    ends = ", ".join(output.name for output in graph.outputs if not output.training_only)
    return f"{named(graph)}: paths from {', '.join(graph.inputs)} to {ends}"


def totals(lengths: PathLengths) -> str:
    """How many paths there are, and how long they are on the whole."""
    low, high = lengths.shortest, lengths.longest
    noun = "path" if lengths.total == 1 else "paths"
    if low == high:
        return f"{number_of(lengths)} {noun}, {counted(low, 'layer')} long"
    return (
        f"{number_of(lengths)} {noun}, {low:,} to {counted(high, 'layer')} long; "
        f"mean {rounded(lengths.mean)}, standard deviation {rounded(lengths.std)}"
    )


def footer(lengths: PathLengths) -> list[str]:
    """The ends and the middle of the distribution in words, where it has more than one length."""
    shortest, longest = lengths.shortest, lengths.longest
    if shortest == longest:
        return []
    low, high = lengths.middle()
    held = percent(lengths.share(low, high))
    return [
        "",
        f"Shortest: {counted(shortest, 'layer')}, {counted_paths(lengths.counts[shortest])}; "
        f"longest: {counted(longest, 'layer')}, {counted_paths(lengths.counts[longest])}.",
        f"The middle 95 %: {low:,} to {counted(high, 'layer')}, which {held} of the paths have.",
    ]


def number_of(lengths: PathLengths) -> str:
    """``2^54 = 18,014,398,509,481,984``; ``2^600 ≈ 4.15e180``."""
    total = lengths.total
    exact = total < EXACT_IN_WORDS
    shown = f"{total:,}" if exact else scientific(total)
    if lengths.power is None or total < 4:
        return shown if exact else f"≈ {shown}"
    return f"2^{lengths.power} {'=' if exact else '≈'} {shown}"


def counted_paths(number: int) -> str:
    return f"{shortened(number)} path" + ("s" if number != 1 else "")


def shortened(number: int) -> str:
    """A number of paths, exact where it is short.

    >>> shortened(48620), shortened(2**54)
    ('48,620', '1.80e16')
    """
    return f"{number:,}" if number < EXACT_IN_TABLE else scientific(number)


def scientific(number: int) -> str:
    """To three digits, however large.

    >>> scientific(10**400)
    '1.00e400'
    """
    return f"{Decimal(number):.2e}".replace("e+", "e")


def rounded(number: float) -> str:
    """
    >>> rounded(56.0), rounded(7.3484692)
    ('56', '7.35')
    """
    return f"{number:,.2f}".rstrip("0").rstrip(".")


def percent(share: float) -> str:
    """
    >>> percent(0.1079), percent(1e-9), percent(1)
    ('10.8 %', '< 0.1 %', '100 %')
    """
    if 0 < share < 0.0005:
        return "< 0.1 %"
    return "100 %" if share == 1 else f"{100 * share:.1f} %"


def table(lengths: PathLengths, width: int = PLAIN_WIDTH) -> Iterator[tuple[str, str]]:
    """The lines of the table, each with its bar: the head and its rule, then the rows.

    The longest bar fills up ``width`` columns, as far as bars go.
    """
    rows = shown(lengths)
    cells = [COLUMNS, *(_cells(lengths, row) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = [
        GAP.join(cell.rjust(size) for cell, size in zip(row, widths, strict=True)) for row in cells
    ]
    room = min(LONGEST_BAR, max(1, width - len(lines[0]) - len(GAP)))
    most = max(row.paths for row in rows)
    yield lines[0], ""
    yield "─" * len(lines[0]), ""
    for line, row in zip(lines[1:], rows, strict=True):
        yield line, bar(row.paths / most, room)


def bar(part: float, width: int) -> str:
    """``part`` of ``width`` columns, to an eighth of one.

    >>> bar(0.5, 5)
    '██▌'
    """
    full, eighths = divmod(round(8 * part * width), 8)
    return ("█" * full + EIGHTHS[eighths]).rstrip()


def as_table(measured: Sequence[Measured]) -> str:
    """The tables, one below the other."""
    return "\n\n".join([*("\n".join(_plain(*one)) for one in measured), UNITS])


def as_markdown(measured: Sequence[Measured]) -> str:
    """The tables for a document, without bars."""
    return "\n\n".join([*("\n".join(_markdown(*one)) for one in measured), UNITS])


def as_csv(measured: Sequence[Measured]) -> str:
    """A line for each architecture and length, never folded."""
    lines = [",".join(CSV_KEYS)]
    lines += (
        f"{graph.name},{length},{number}"
        for graph, lengths in measured
        for length, number in lengths.counts.items()
    )
    return "\n".join(lines)


def as_json(measured: Sequence[Measured]) -> str:
    """A list with an object for each architecture. The numbers of paths are exact, however large."""
    objects = (
        ",\n  ".join(
            f'"{key}": {json.dumps(value, ensure_ascii=False)}'
            for key, value in _as_dict(*one).items()
        )
        for one in measured
    )
    return "[\n " + ",\n ".join(f"{{\n  {lines}\n }}" for lines in objects) + "\n]"


def _cells(lengths: PathLengths, row: Bin) -> tuple[str, str, str]:
    length = f"{row.low:,}" if row.low == row.high else f"{row.low:,}–{row.high:,}"
    return length, shortened(row.paths), percent(row.paths / lengths.total)


def _plain(graph: Graph, lengths: PathLengths) -> list[str]:
    rows = [f"{line}{GAP}{blocks}".rstrip() for line, blocks in table(lengths)]
    return [heading(graph), totals(lengths), "", *rows, *footer(lengths)]


def _markdown(graph: Graph, lengths: PathLengths) -> list[str]:
    cells = (COLUMNS, ("---:",) * 3, *(_cells(lengths, row) for row in shown(lengths)))
    rows = [f"| {' | '.join(row)} |" for row in cells]
    return [f"**{heading(graph)}**  ", totals(lengths), "", *rows, *footer(lengths)]


def _as_dict(graph: Graph, lengths: PathLengths) -> dict[str, Any]:
    counts = lengths.counts
    return {
        "name": graph.name,
        "title": graph.document.title or graph.name,
        "total": lengths.total,
        "power_of_two": lengths.power,
        "shortest": {"layers": lengths.shortest, "paths": counts[lengths.shortest]},
        "longest": {"layers": lengths.longest, "paths": counts[lengths.longest]},
        "mean": lengths.mean,
        "std": lengths.std,
        "middle_95_percent": lengths.middle(),
        "counts": counts,
    }
