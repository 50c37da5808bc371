"""A summary written out: a table for people, Markdown for documents, CSV and JSON for programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from textwrap import wrap

from archc.analysis.cost import Cost, total
from archc.analysis.rows import Row, every_node, layers, lines
from archc.analysis.summary import Format, Summary
from archc.analysis.words import counted, dimensions, markdown, memory, parameters, plain, short
from archc.graph.graph import Graph

COLUMNS = ("name", "layer", "output", "parameters", "MACs", "field")
FROZEN = 4  # where a column of frozen numbers stands, if there are any
LAYER = 1  # the column that may be wrapped; it and those before it stand to the left
CSV_KEYS = (
    "name", "op", "inputs", "shape", "params", "buffers", "macs", "frozen", "training_only",
    "receptive_size", "receptive_stride", "receptive_offset",
)  # fmt: skip
GAP, NARROWEST = "  ", 16  # between columns; the column that may be wrapped is never narrower
PLAIN_WIDTH = 100  # columns of a table that does not go to a terminal
UNITS = (
    "MACs: multiply-accumulates for one sample (FLOPs = 2 × MACs). Memory: float32, one sample.",
    "Field: receptive field in positions of the input; padding counts as input.",
)


def write(summary: Summary, format: Format = "table", every: bool = False) -> str:
    """The summary as text; ``every`` node has a row of its own instead of one for each layer.

    JSON and CSV always list every node.
    """
    if format == "json":
        return _json(summary)
    if format == "csv":
        return _csv(summary)
    return _markdown(summary, every) if format == "markdown" else _plain(summary, every)


def heading(summary: Summary) -> str:
    """Which architecture it is, and what it reads."""
    graph = summary.graph
    shapes = (
        dimensions(node.shape) if len(graph.inputs) == 1 else f"{name} {dimensions(node.shape)}"
        for name, node in graph.inputs.items()
    )
    return f"{named(graph)}: input {', '.join(shapes)}"


def named(graph: Graph) -> str:
    """An architecture's title, and the name by which a command finds it."""
    title = plain(graph.document.title or "")
    return f"{title} ({graph.name})" if title and title != graph.name else graph.name


def columns(summary: Summary) -> tuple[str, ...]:
    """The heads of the columns; frozen numbers have one where there are any."""
    frozen = ("frozen",) if summary.totals.whole.frozen else ()
    return (*COLUMNS[:FROZEN], *frozen, *COLUMNS[FROZEN:])


def table(
    summary: Summary, every: bool = False, width: int = PLAIN_WIDTH
) -> Iterator[tuple[Row | None, str]]:
    """The lines of the table, aligned: the head and its rule, then each row's, with the row.

    One row for each layer, indented inside its block. Where the table would be wider than ``width``,
    descriptions of layers are wrapped.
    """
    rows = [(row, _cells(summary, row, deep, "  ")) for deep, row in _lines(summary, every)]
    heads = columns(summary)
    widths = [max(map(len, column)) for column in zip(heads, *(c for _, c in rows), strict=True)]
    gaps = len(GAP) * (len(widths) - 1)
    room = width - gaps - sum(widths) + widths[LAYER]
    widths[LAYER] = max(NARROWEST, min(widths[LAYER], room))
    yield None, next(_aligned(heads, widths))
    yield None, "─" * (sum(widths) + gaps)
    for row, cells in rows:
        yield from ((row, line) for line in _aligned(cells, widths))


def footer(summary: Summary) -> list[str]:
    """The totals in words, with their units, and what of them only training pays."""
    whole, heads = summary.totals
    training = memory(summary.activation_bytes_in_training)
    trained = f", in training {training}" if summary.has_heads else ""
    lines = [
        f"{parameters(whole.params, whole.frozen)}, {counted(whole.buffers, 'buffer value')}, "
        f"{whole.macs:,} MACs ({short(whole.macs)})",
        f"depth {summary.depth} (layers with weights on the longest path)",
        f"activations {memory(summary.activation_bytes)}{trained}; peak in inference "
        f"{memory(summary.peak.bytes)}, at {summary.peak.node}",
    ]
    if heads != Cost():
        cost = f"{counted(heads.params, 'parameter')}, {heads.macs:,} MACs"
        lines.insert(1, f"of these only for training: {cost}")
    return [*lines, *UNITS]


def _lines(summary: Summary, every: bool) -> Iterator[tuple[int, Row]]:
    return lines(every_node(summary.graph) if every else layers(summary.graph))


def _cells(summary: Summary, row: Row, level: int, indent: str) -> tuple[str, ...]:
    times = f"{row.times} × " if row.times > 1 else ""
    note = " (training only)" if row.training_only and level == 0 else ""
    frozen = (_counted(row.cost.frozen),) if summary.totals.whole.frozen else ()
    return (
        indent * level + row.name,
        f"{times}{row.what}{note}",
        dimensions(row.shape),
        _counted(row.cost.params),
        *frozen,
        short(row.cost.macs) if row.cost.macs else "",
        summary.field_words(row.node),
    )


def _counted(count: int) -> str:
    return f"{count:,}" if count else ""


def _plain(summary: Summary, every: bool) -> str:
    lines = (line for _, line in table(summary, every))
    return "\n".join([heading(summary), "", *lines, "", *footer(summary)])


def _aligned(row: Sequence[str], widths: list[int]) -> Iterator[str]:
    """One row of cells, on several lines where its layer is described at length."""
    what = row[LAYER]
    form = _form(tuple(widths))
    if len(what) <= widths[LAYER] and what.isprintable() and what == what.strip():
        yield (form % tuple(row)).rstrip()  # as `wrap` would leave it
        return
    for index, part in enumerate(wrap(what, widths[LAYER]) or [""]):
        cells = [cell if index == 0 else "" for cell in row]
        cells[LAYER] = part
        yield (form % tuple(cells)).rstrip()


@lru_cache(maxsize=8)
def _form(widths: tuple[int, ...]) -> str:
    """``%-12s  %-30s  %14s``: how cells of these widths are aligned."""
    signs = ("-" if column <= LAYER else "" for column in range(len(widths)))
    return GAP.join(f"%{sign}{width}s" for sign, width in zip(signs, widths, strict=True))


def _markdown(summary: Summary, every: bool) -> str:
    heads = columns(summary)
    rule = ("---" if place <= LAYER else "---:" for place in range(len(heads)))
    rows: list[tuple[str, ...]] = [heads, tuple(rule)]
    rows += (_cells(summary, row, level, "&emsp;") for level, row in _lines(summary, every))
    body = (f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in rows)
    return "\n".join(
        [f"**{markdown(heading(summary))}**", "", *body, "", "  \n".join(footer(summary))]
    )


def _json(summary: Summary) -> str:
    """JSON with one line for each count and each node."""
    import json

    counts = summary.as_dict()
    nodes = ",\n  ".join(json.dumps(node, ensure_ascii=False) for node in counts.pop("nodes"))
    lines = (f'"{key}": {json.dumps(count, ensure_ascii=False)}' for key, count in counts.items())
    return "{\n " + ",\n ".join(lines) + ',\n "nodes": [\n  ' + nodes + "\n ]\n}"


def _csv(summary: Summary) -> str:
    import csv
    from io import StringIO

    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(CSV_KEYS)
    for node in summary.graph.nodes.values():
        cost = total([node])
        fields = summary.fields[node.name].values()
        writer.writerow([
            node.name, node.op.name, " ".join(source.name for source in node.inputs),
            _crossed(node.shape), *cost, node.training_only,
            *(" ".join(_crossed(getattr(axis, key) for axis in axes) for axes in fields)
              for key in ("size", "stride", "offset")),
        ])  # fmt: skip
    return text.getvalue().rstrip("\n")


def _crossed(numbers: Iterable[object]) -> str:
    """``3x224x224``, as `--input` takes it."""
    return "x".join(map(str, numbers))
