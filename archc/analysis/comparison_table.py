"""A comparison written out: a table for people, Markdown for documents, CSV and JSON for programs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from textwrap import wrap
from typing import Any, NamedTuple

from archc.analysis.comparison import MEASURES, Compared, ratio
from archc.analysis.formats import GAP, PLAIN_WIDTH, UNITS
from archc.analysis.words import dimensions, plain, short, short_memory, times

MARKUP = re.compile(r"[\\`*\[\]<>|~&#!]|(?<![^\W_])_|_(?![^\W_])")
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would take for one
ACTIVATIONS = (
    "Activations: all values of a forward pass; peak: the most that are live at once in inference."
)
CSV_KEYS = (
    "name", "title", "year", "depth", "params", "frozen", "macs", "activation_bytes",
    "peak_activation_bytes", "training_only_params", "training_only_macs", *MEASURES, "dataset",
    "protocol", "source",
)  # fmt: skip


class Column(NamedTuple):
    """A head, and the cells below it: each a value and its ratio to the first network's."""

    head: str
    cells: list[tuple[str, str]]


def columns(rows: Sequence[Compared]) -> list[Column]:
    """What a table shows; a column that would be empty is left out."""
    found = [
        _plain_column("network", [row.label for row in rows]),
        _plain_column("year", [str(row.year or "") for row in rows]),
        _plain_column("layers", [f"{row.depth:,}" for row in rows]),
        _counted("parameters", rows, lambda row: row.cost.params, short),
        _counted("MACs", rows, lambda row: row.cost.macs, short),
        _counted("activations", rows, lambda row: row.activation_bytes, short_memory),
        _counted("peak", rows, lambda row: row.peak_bytes, short_memory),
        *(
            _plain_column(head, [_percent(row.published_figure(key)) for row in rows])
            for key, head in MEASURES.items()
        ),
    ]
    return [column for column in found if any(cell for cell, _ in column.cells)]


def table(rows: Sequence[Compared], width: int = PLAIN_WIDTH) -> Iterator[tuple[bool, str]]:
    """The lines of the table, each with whether it is a head.

    What does not fit ``width`` goes on below, under the networks' names again.
    """
    first, *rest = [_aligned(column) for column in columns(rows)]
    first = [cell.strip().ljust(len(first[0])) for cell in first]
    while rest:
        room = width - len(first[0])
        fitting = 0
        while fitting < len(rest) and (room := room - len(GAP) - len(rest[fitting][0])) >= 0:
            fitting += 1
        here, rest = rest[: max(1, fitting)], rest[max(1, fitting) :]
        lines = [GAP.join(cells).rstrip() for cells in zip(first, *here, strict=True)]
        yield True, lines[0]
        yield False, "─" * sum((len(GAP) * len(here), *(len(c[0]) for c in (first, *here))))
        yield from ((False, line) for line in lines[1:])
        yield False, ""


def footer(rows: Sequence[Compared]) -> list[str]:
    """What the numbers are, and what they are of."""
    lines = [
        _grouped("Input", [_inputs(row) for row in rows], rows),
        _grouped("Accuracy as published, in percent", [_setting(row) for row in rows], rows),
        f"Ratios (×) are to {rows[0].label}." if len(rows) > 1 else "",
        _grouped("Frozen parameters, not counted", [_some(row.cost.frozen) for row in rows], rows),
        _grouped(
            "Parameters of heads that only training runs, not counted",
            [_some(row.heads.params) for row in rows],
            rows,
        ),
    ]
    return [*filter(None, lines), UNITS[0], ACTIVATIONS]


def as_table(rows: Sequence[Compared], width: int = PLAIN_WIDTH) -> str:
    lines = [line for _, line in table(rows, width)]
    return "\n".join([*lines, *folded(footer(rows), width)])


def folded(lines: Sequence[str], width: int) -> list[str]:
    """Lines of words folded to a width, but not within a shape."""
    whole = (line.replace(" × ", "\xa0×\xa0") for line in lines)
    parts = (part for line in whole for part in wrap(line, max(width, 40), subsequent_indent="  "))
    return [part.replace("\xa0", " ") for part in parts]


def as_markdown(rows: Sequence[Compared]) -> str:
    found = columns(rows)
    lines = [[_escaped(column.head) for column in found]]
    lines.append(["---", *("---:" for _ in found[1:])])
    for place in range(len(rows)):
        cells = (column.cells[place] for column in found)
        lines.append([_escaped(f"{value} ({more})" if more else value) for value, more in cells])
    body = (f"| {' | '.join(line)} |" for line in lines)
    return "\n".join([*body, "", "  \n".join(map(_escaped, footer(rows)))])


def as_csv(rows: Sequence[Compared]) -> str:
    """A line for each network, with exact numbers."""
    import csv
    from io import StringIO

    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(CSV_KEYS)
    for row in rows:
        published = row.published
        figures = [row.published_figure(key) for key in MEASURES]
        words = (
            (published.dataset, published.protocol, published.source) if published else ("",) * 3
        )
        writer.writerow([
            row.graph.name, _cell(_title(row)), row.year, row.depth, row.cost.params,
            row.cost.frozen, row.cost.macs, row.activation_bytes, row.peak_bytes,
            row.heads.params, row.heads.macs, *figures, *map(_cell, words),
        ])  # fmt: skip
    return text.getvalue().rstrip("\n")


def as_json(rows: Sequence[Compared]) -> str:
    """A list with an object for each network."""
    import json

    objects = (
        ",\n  ".join(
            f'"{key}": {json.dumps(value, ensure_ascii=False)}'
            for key, value in _as_dict(row, rows[0]).items()
        )
        for row in rows
    )
    return "[\n " + ",\n ".join(f"{{\n  {lines}\n }}" for lines in objects) + "\n]"


def _plain_column(head: str, cells: list[str]) -> Column:
    return Column(head, [(cell, "") for cell in cells])


def _counted(
    head: str,
    rows: Sequence[Compared],
    count: Callable[[Compared], int],
    words: Callable[[int], str],
) -> Column:
    base = count(rows[0])
    cells = [(words(count(row)), times(ratio(count(row), base))) for row in rows]
    return Column(head, [(cells[0][0], ""), *cells[1:]])


def _aligned(column: Column) -> list[str]:
    """Head and cells, all of one width: values and ratios to the right, each by itself."""
    values, ratios = (max(map(len, part)) for part in zip(*column.cells, strict=True))
    lines = [
        f"{value.rjust(values)} {more.rjust(ratios)}" if ratios else value.rjust(values)
        for value, more in column.cells
    ]
    width = max(len(column.head), *map(len, lines))
    return [text.rjust(width) for text in (column.head, *lines)]


def _grouped(head: str, facts: Sequence[str], rows: Sequence[Compared]) -> str:
    """``Input: 3 × 224 × 224.``; where not all have the same, each with the networks it is of.

    Nothing, where none has any.
    """
    groups: dict[str, list[str]] = {}
    for fact, row in zip(facts, rows, strict=True):
        groups.setdefault(fact, []).append(row.label)
    if len(groups) == 1:
        return f"{head}: {facts[0]}." if facts[0] else ""
    parts = (f"{fact} ({', '.join(of)})" for fact, of in groups.items() if fact)
    return f"{head}: {'; '.join(parts)}."


def _inputs(row: Compared) -> str:
    return ", ".join(dimensions(node.shape) for node in row.graph.inputs.values())


def _setting(row: Compared) -> str:
    return row.published.setting if row.published and row.published.figures else ""


def _some(count: int) -> str:
    return short(count) if count else ""


def _percent(figure: float | None) -> str:
    return "" if figure is None else f"{figure:.1f}"


def _escaped(text: str) -> str:
    """Text that Markdown shows as it is."""
    return MARKUP.sub(lambda found: f"\\{found[0]}", text)


def _cell(text: str) -> str:
    """Text that a spreadsheet shows as it is."""
    return f"'{text}" if text.startswith(FORMULA) else text


def _title(row: Compared) -> str:
    return plain(row.graph.document.title) or row.graph.name


def _as_dict(row: Compared, first: Compared) -> dict[str, Any]:
    counts, base = _counts(row), _counts(first)
    published = row.published
    return {
        "name": row.graph.name,
        "title": _title(row),
        "year": row.year,
        "input": [list(node.shape) for node in row.graph.inputs.values()],
        **counts,
        "frozen": row.cost.frozen,
        "training_only": {"params": row.heads.params, "macs": row.heads.macs},
        "published": published
        and {
            **published.figures,
            "dataset": published.dataset,
            "protocol": published.protocol,
            "source": published.source,
        },
        "ratios": {key: ratio(count, base[key]) for key, count in counts.items()},
    }


def _counts(row: Compared) -> dict[str, int]:
    return {
        "depth": row.depth,
        "params": row.cost.params,
        "macs": row.cost.macs,
        "activation_bytes": row.activation_bytes,
        "peak_activation_bytes": row.peak_bytes,
    }
