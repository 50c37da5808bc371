"""A difference written out: text for people, Markdown for documents, JSON for programs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from textwrap import wrap
from typing import Any, Literal, TypeAlias

from archc.analysis.difference import Change, Difference, Mark
from archc.analysis.difference_page import Entry, Page, Part, page
from archc.analysis.summary import Summary
from archc.analysis.words import markdown
from archc.ops.init import Start

DifferenceFormat: TypeAlias = Literal["text", "markdown", "json"]

GAP = "  "
NARROWEST, WIDEST = 10, 30  # the column of names
PLAIN_WIDTH = 100
HARD = "\N{NO-BREAK SPACE}×\N{NO-BREAK SPACE}"
MORE = "… and {} more (--all shows them)"


def write_difference(
    difference: Difference, format: DifferenceFormat = "text", every: bool = False
) -> str:
    """The difference as text; ``every`` line of it, or only the first ones of long lists.

    JSON always has everything.
    """
    if format == "json":
        return _json(difference)
    told = page(difference, every)
    return _markdown(told) if format == "markdown" else "\n".join(line for _, line in lines(told))


def lines(told: Page, width: int = PLAIN_WIDTH) -> Iterator[tuple[str, str]]:
    """The lines of the text, each with a sign: ``+``, ``-``, ``~``, ``#`` for a heading, or nothing."""
    yield "#", told.heading
    yield "", told.summary
    names = [len(entry.name) for part in told.parts for entry in part.entries]
    column = max([NARROWEST, *(length for length in names if length <= WIDEST)])
    for part in told.parts:
        yield "", ""
        if part.heading:
            yield "#", part.heading
        for entry in part.entries:
            yield from ((entry.sign, line) for line in _entry_lines(entry, column, width))
        if part.cut:
            yield "", f"{GAP}{MORE.format(part.cut)}"
    if told.totals:
        yield "", ""
        yield from (("", line) for line in _table(told.totals))


def _entry_lines(entry: Entry, column: int, width: int) -> Iterator[str]:
    """A line, wrapped under its own text; a name that is too long has a line of its own."""
    start = f"{entry.sign or ' '} "
    room = max(20, width - column - len(start) - len(GAP))
    whole = entry.text.replace(" × ", HARD)  # a shape stays on one line
    texts = [text.replace(HARD, " × ") for text in wrap(whole, room, break_on_hyphens=False)] or [
        ""
    ]
    if len(entry.name) > column:
        yield start + entry.name
    else:
        yield f"{start}{entry.name.ljust(column)}{GAP}{texts.pop(0)}".rstrip()
    for text in texts:
        yield " " * (len(start) + column) + GAP + text


def _table(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        first, *rest = zip(row, widths, strict=True)
        *middle, last = (cell.rjust(width) for cell, width in rest)
        yield GAP.join([first[0].ljust(first[1]), *middle, last.strip()]).rstrip()


def _markdown(told: Page) -> str:
    parts = [f"**{markdown(told.heading)}**  \n{markdown(told.summary)}"]
    parts += map(_markdown_part, told.parts)
    if told.totals:
        head, *rows = told.totals
        parts.append("\n".join(map(_row, [head, ("---", *["---:"] * (len(head) - 1)), *rows])))
    return "\n\n".join(parts)


def _markdown_part(part: Part) -> str:
    entries = []
    for entry in part.entries:
        name = f"`{entry.name}` " if entry.name else ""
        verb = {"+": "added: ", "-": "removed: "}.get(entry.sign, "")
        entries.append(f"- {name}{verb}{markdown(entry.text)}")
    heading = [f"{markdown(part.heading)}:", ""] if part.heading else []
    return "\n".join([*heading, *entries, *([f"- {MORE.format(part.cut)}"] if part.cut else [])])


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cell if set(cell) <= set('-:') else markdown(cell) for cell in cells)} |"


def _json(difference: Difference) -> str:
    """JSON with a line for each change."""
    import json

    old, new = difference.old, difference.new
    heads = any(summary.has_heads for summary in difference.summaries)
    totals = [_totals(summary, heads) for summary in difference.summaries]
    parts: dict[str, Any] = {
        "old": old.name,
        "new": new.name,
        "equal": not difference,
        "layers": dict(sorted(difference.layers.items())),
        "totals": {key: [before, totals[1][key]] for key, before in totals[0].items()},
        "document": [_change(change) for change in difference.document],
        "changes": [
            {"node": finding.path, **_change(finding.change)} for finding in difference.findings
        ],
        "follows": [
            {"node": f.new.name, "shape": [list(f.old.shape), list(f.new.shape)]}
            for f in difference.follows
        ],
        "renamed": {new: old for new, old in difference.counterparts.items() if new != old},
        "old_nodes": _marked(difference.old_marks),
        "new_nodes": _marked(difference.new_marks),
    }
    lines = []
    for key, value in parts.items():
        if isinstance(value, list) and value:
            rows = ",\n  ".join(json.dumps(row, ensure_ascii=False) for row in value)
            lines.append(f'"{key}": [\n  {rows}\n ]')
        else:
            lines.append(f'"{key}": {json.dumps(value, ensure_ascii=False)}')
    return "{\n " + ",\n ".join(lines) + "\n}"


def _marked(marks: Mapping[str, Mark]) -> dict[str, Mark]:
    return {name: mark for name, mark in marks.items() if mark != "kept"}


def _totals(summary: Summary, heads: bool) -> dict[str, int]:
    """The counts, and those with training-only ``heads`` if there are any."""
    totals = {
        **summary.totals.inference._asdict(),
        "depth": summary.depth,
        "activation_bytes": summary.activation_bytes,
        "peak_activation_bytes": summary.peak.bytes,
    }
    if heads:
        whole = summary.totals.whole._asdict()
        totals |= {f"{key}_in_training": count for key, count in whole.items()}
        totals["activation_bytes_in_training"] = summary.activation_bytes_in_training
    return totals


def _change(change: Change) -> dict[str, Any]:
    named = {"name": change.name} if change.name else {}
    return {
        "about": change.about,
        "key": change.key,
        **named,
        "old": _plain(change.old),
        "new": _plain(change.new),
    }


def _plain(value: Any) -> Any:
    """A value as JSON has it."""
    if isinstance(value, Start):
        return {key: item for key, item in asdict(value).items() if item not in (None, "")}
    return value
