"""An estimate written out: a table for people, Markdown for documents, CSV and JSON for programs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from archc.analysis.estimate.estimate import Estimate
from archc.analysis.estimate.heap import Moment
from archc.analysis.formats import named
from archc.analysis.summary import Format
from archc.analysis.words import counted, dimensions, markdown, memory
from archc.graph.graph import Graph
from archc.printable import safe

GIB = 2**30
COMMON = tuple(size * GIB for size in (8, 16, 24, 48, 80))  # of graphics cards
NUMBERS = ("weights", "buffers", "gradients", "state", "inputs", "activations", "peak")
NOTES = (
    "Not counted: the loss, workspaces of convolution libraries, and torch itself.",
    "Gradients are freed between steps, as by zero_grad().",
    "The optimiser's step is that of a GPU, which updates all tensors at once.",
)


def write(
    found: Estimate, graph: Graph, format: Format = "table", sizes: Sequence[int] = ()
) -> str:
    """The estimate as text, with the largest batch for memories of these ``sizes``; else for common ones."""
    if format == "json":
        return _json(as_dict(found, graph, sizes or COMMON))
    if format == "csv":
        return _csv(as_dict(found, graph, sizes))
    title = f"{named(graph)}: {_what(found)}"
    notes = NOTES if found.train else NOTES[:1]
    if format == "markdown":
        body = [f"**{markdown(title)}**", "", "| part | memory | |", "| --- | ---: | --- |"]
        body += [
            f"| {name} | {size} | {markdown(note)} |" for name, size, note in _rows(found, graph)
        ]
        body += ["", "| memory | largest batch |", "| ---: | ---: |"]
        body += [f"| {size} | {batch} |" for size, batch in _batches(found, sizes or COMMON)]
        return "\n".join([*body, "", "  \n".join(notes)])
    return "\n".join([title, "", *_table(found, graph), "", *_fitting(found, sizes), "", *notes])


def _what(found: Estimate) -> str:
    samples = f"with a batch of {found.batch:,}, {found.dtype}"
    return (
        f"a training step {samples}, {found.optimizer}" if found.train else f"inference {samples}"
    )


def _rows(found: Estimate, graph: Graph) -> list[tuple[str, str, str]]:
    """Name, size and remark of each part and of the peak."""
    kept = "kept for the backward pass" if found.train else "the most that live at once"
    parts = (
        ("weights", found.weights, ""),
        ("buffers", found.buffers, "kept but not trained"),
        ("gradients", found.gradients, ""),
        ("optimiser state", found.state, f"of {found.optimizer}"),
        ("inputs", found.inputs, _batch(found, graph)),
        ("activations", found.activations, kept),
    )
    rows = [(name, memory(size), note) for name, size, note in parts if size]
    return [*rows, ("peak", memory(found.peak), when(found.at))]


def _batch(found: Estimate, graph: Graph) -> str:
    """``32 × 3 × 224 × 224``; of several inputs, how many samples each has."""
    shapes = [node.shape for node in graph.inputs.values()]
    one = len(shapes) == 1
    return dimensions((found.batch, *shapes[0])) if one else counted(found.batch, "sample")


def when(moment: Moment) -> str:
    """At which moment most memory is held."""
    node = safe(moment.node)
    if moment.phase == "step":
        return "in the optimiser's step"
    return f"while {node} runs" if moment.phase == "forward" else f"in the backward pass of {node}"


def _table(found: Estimate, graph: Graph) -> list[str]:
    rows = _rows(found, graph)
    first, second = (max(len(row[column]) for row in rows) for column in (0, 1))
    lines = [f"{name:{first}}  {size:>{second}}  {note}".rstrip() for name, size, note in rows]
    return [*lines[:-1], "─" * (first + 2 + second), lines[-1]]


def _batches(found: Estimate, sizes: Sequence[int]) -> list[tuple[str, str]]:
    """Sizes of memory, each with the largest batch that fits."""
    fitting = ((size, found.largest_batch(size)) for size in sizes)
    return [(_size(size), f"{batch:,}" if batch else "none") for size, batch in fitting]


def _size(size: int) -> str:
    return f"{size // GIB} GiB" if size % GIB == 0 else memory(size)


def _fitting(found: Estimate, sizes: Sequence[int]) -> list[str]:
    batches = _batches(found, sizes or COMMON)
    if len(batches) == 1:
        ((size, batch),) = batches
        over = f"; {found.batch:,} need {memory(found.peak)}" if found.peak > sizes[0] else ""
        return [f"largest batch in {size}: {batch}{over}"]
    widths = [max(map(len, pair)) for pair in batches]
    lines = zip(("memory", "largest batch"), zip(*batches, strict=True), strict=True)
    return [
        "  ".join([f"{head:13}", *(f"{c:>{w}}" for c, w in zip(cells, widths, strict=True))])
        for head, cells in lines
    ]


def as_dict(found: Estimate, graph: Graph, sizes: Sequence[int]) -> dict[str, Any]:
    """The estimate as JSON holds it; all sizes are bytes."""
    return {
        "name": graph.name,
        "batch": found.batch,
        "train": found.train,
        "optimizer": found.optimizer if found.train else None,
        "dtype": found.dtype,
        **{key: getattr(found, key) for key in NUMBERS},
        "peak_node": found.at.node or None,
        "peak_phase": found.at.phase,
        "largest_batch": [
            {"memory": size, "batch": found.largest_batch(size)} for size in sizes
        ],
    }  # fmt: skip


def _json(cells: dict[str, Any]) -> str:
    import json

    return json.dumps(cells, ensure_ascii=False, indent=1)


def _csv(cells: dict[str, Any]) -> str:
    """A line of heads and one of numbers; a column for each size of memory that was asked for."""
    import csv
    from io import StringIO

    batches = cells.pop("largest_batch")
    cells |= {f"largest_batch_in_{one['memory']}": one["batch"] for one in batches}
    text = StringIO()
    csv.writer(text, lineterminator="\n").writerows([list(cells), list(cells.values())])
    return text.getvalue().rstrip("\n")
