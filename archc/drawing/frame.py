"""What stands around a drawing: a title with the facts that no folding changes, and a legend."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from archc.analysis.cost import totals
from archc.analysis.paths import depth
from archc.analysis.words import counted, short
from archc.drawing.labels import GAP, blank, html, kind, span
from archc.drawing.palette import PALETTE, QUIET, SHORTCUT, TITLE
from archc.drawing.view import View
from archc.graph.graph import Graph, Layer

TITLE_SIZE, SUBTITLE_SIZE, LEGEND_SIZE = 20, 11, 10
SUBTITLE_WIDTH = 60  # characters of a line below the title
LEGEND_ROW = 3  # entries


def title(graph: Graph) -> str:
    """The name, the paper, and what the whole network costs, as a label set to the left."""
    heading = span(graph.document.title or graph.name, TITLE_SIZE, bold=True, color=TITLE)
    facts = [span(line, SUBTITLE_SIZE, color=QUIET) for line in _lines(_facts(graph))]
    left = '<br align="left"/>'
    return html([left.join([heading, blank(4), *facts, ""])])


def _facts(graph: Graph) -> Iterator[str]:
    yield _paper(graph)
    layers = depth(graph)
    yield f"{counted(layers, 'layer')} with weights" if layers else ""
    whole, heads = totals(graph)
    trained = f" ({short(whole.params)} in training)" if heads.params else ""
    yield f"{short(whole.params - heads.params)} parameters{trained}"
    yield f"{short(whole.frozen)} more frozen" if whole.frozen else ""
    yield f"{short(whole.macs - heads.macs)} MACs"
    if all(len(node.shape) == 3 for node in graph.inputs.values()):
        yield "shapes are channels × height × width"


def _paper(graph: Graph) -> str:
    paper: Mapping[str, Any] = graph.document.paper or {}
    given = paper.get("authors") or []
    authors = [str(name) for name in (given if isinstance(given, list) else [given])]
    names = " and ".join(authors) if len(authors) < 3 else f"{authors[0]} et al."
    when = " ".join(str(paper[key]) for key in ("venue", "year") if paper.get(key))
    return ", ".join(part for part in (names, when) if part)


def _lines(facts: Iterable[str]) -> list[str]:
    """The facts with dots between them, as many on a line as fit."""
    lines: list[str] = []
    for fact in filter(None, facts):
        joined = f"{lines[-1]} · {fact}" if lines else fact
        if lines and len(joined) <= SUBTITLE_WIDTH:
            lines[-1] = joined
        else:
            lines.append(fact)
    return lines


def legend(view: View) -> str:
    """A swatch for every kind of box and edge in the drawing, as a label."""
    entries = list(_entries(view))
    rows = [entries[i : i + LEGEND_ROW] for i in range(0, len(entries), LEGEND_ROW)]
    cells = "".join(f"<tr>{''.join(row)}</tr>" for row in rows)
    return f'<<table border="0" cellborder="0" cellspacing="4" cellpadding="1">{cells}</table>>'


def _entries(view: View) -> Iterator[str]:
    kinds = {kind(box) for box in view.boxes}
    for each, colour in PALETTE.items():
        if each in kinds:
            words = _merges(view) if each == "merge" else colour.legend
            fill = f"{colour.header};0.5:{colour.fill}" if colour.header else colour.fill
            yield _entry(_swatch(fill, colour.stroke, colour.dashed), words)
    shortcuts = {edge.shortcut for edge in view.edges} - {""}
    if shortcuts:
        dashed = ", dashed with a projection" if "projection" in shortcuts else ""
        yield _entry(f"<td>{span('→', LEGEND_SIZE + 4, True, SHORTCUT)}</td>", f"shortcut{dashed}")
    if any(box.training_only for box in view.boxes):
        yield _entry(_swatch(PALETTE["input"].fill, QUIET, True), "dashed: training only")


def _merges(view: View) -> str:
    layers = (box.subject for box in view.boxes if isinstance(box.subject, Layer))
    return ", ".join(
        sorted({each.node.op.name for each in layers if each.node.op.family == "merge"})
    )


def _swatch(fill: str, stroke: str, dashed: bool) -> str:
    style = ' style="dashed"' if dashed else ""
    inside = f'<font point-size="{LEGEND_SIZE - 2}">{GAP * 3}</font>'
    return (
        f'<td bgcolor="{fill}" border="1" color="{stroke}"{style} gradientangle="270">{inside}</td>'
    )


def _entry(cell: str, words: str) -> str:
    return f'{cell}<td align="left">{span(words, LEGEND_SIZE)}{GAP}</td>'
