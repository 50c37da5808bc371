"""The stack style: networks in, a scene out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from archc.drawing.palette import LEGEND, Kind, Theme
from archc.drawing.picture.facts import facts
from archc.drawing.picture.lettering import text_width
from archc.drawing.picture.page import (
    FACT_SIZE,
    KEY_GAP,
    KEY_SIZE,
    SEPARATOR,
    SMALLEST,
    SWATCH_WIDTH,
    Heading,
    Key,
    page,
    room,
)
from archc.drawing.picture.scene import Scene
from archc.drawing.stack.bars import Bar, bars
from archc.drawing.stack.columns import MANY, column, most_rows, sizes
from archc.drawing.stack.paint import painted, share_colours
from archc.drawing.words import title_of
from archc.graph.graph import Graph

KEY_LINES = 2  # of a legend, until it is known
COMPARED = (
    "parameters to the left, multiply-accumulates to the right of each layer",
    "bars show the share of the network’s own total",
)


def stack(graphs: Sequence[Graph], *, theme: Theme, aspect: float | None) -> Scene:
    """Networks side by side, each a column of layers from its input at the foot to its output.

    Each layer has its parameters to the left and its MACs to the right, as bars by their share of
    the network's total and as counts. ``aspect`` is the page's width over its height; None: the
    page is as large as the drawing needs.
    """
    heading = _heading(graphs)
    limit = most_rows(len(graphs), room(aspect, 1, KEY_LINES)[1] * SMALLEST)
    rows = [bars(graph, limit) for graph in graphs]
    shown = [bar for each in rows for bar in each]
    told = _told(shown)
    keys = tuple(_keys(shown, told, theme))
    untold = {bar.kind for bar in shown} - set(told) if len(graphs) < MANY else ()
    columns = [
        column(_title(graph), each, untold, len(graphs))
        for graph, each in zip(graphs, rows, strict=True)
    ]
    body = painted(columns, _prefixes(graphs), sizes(columns, _room(heading, keys, aspect)), theme)
    name = "_".join(graph.name for graph in graphs)
    return page(name, heading, body, keys, theme, aspect)


def _room(heading: Heading, keys: Sequence[Key], aspect: float | None) -> tuple[float, float]:
    """What the heading and the legend leave of a page, in points."""
    width = room(aspect, 1, 1)[0] * SMALLEST
    facts = sum(text_width(fact + SEPARATOR, FACT_SIZE) for fact in heading.facts)
    legend = sum(SWATCH_WIDTH + 6 + KEY_GAP + text_width(key.words, KEY_SIZE) for key in keys)
    lines = (int(facts / width) + 1, int(legend / width) + 1)
    return width, room(aspect, *lines)[1] * SMALLEST


def _title(graph: Graph) -> str:
    return title_of(graph)


def _heading(graphs: Sequence[Graph]) -> Heading:
    left_out = tuple(_left_out(graphs))
    if len(graphs) == 1:
        return Heading(_title(graphs[0]), (*facts(graphs[0]), *left_out))
    *first, last = map(_title, graphs)
    return Heading(f"{', '.join(first)} and {last}, layer by layer", (*COMPARED, *left_out))


def _left_out(graphs: Sequence[Graph]) -> Iterator[str]:
    nodes = [node for graph in graphs for node in graph.nodes.values()]
    words = []
    if any(node.op.family == "dropout" and not node.training_only for node in nodes):
        words.append("dropout")
    if any(node.training_only for node in nodes):
        words.append("training-only heads")
    if words:
        yield f"without {' and '.join(words)}"


def _prefixes(graphs: Sequence[Graph]) -> list[str]:
    """What makes the names of several networks' layers differ."""
    if len(graphs) == 1:
        return [""]
    many = Counter(graph.name for graph in graphs)
    return [
        f"{graph.name}{f' {place}' if many[graph.name] > 1 else ''}/"
        for place, graph in enumerate(graphs, 1)
    ]


def _told(shown: Sequence[Bar]) -> Mapping[Kind, str]:
    """The kinds whose layers all have the same norm and activation, and which these are."""
    found: dict[Kind, set[tuple[str, ...]]] = {}
    for bar in shown:
        found.setdefault(bar.kind, set()).add(bar.after)
    return {
        kind: "".join(f" + {words}" for words in next(iter(after)))
        for kind, after in found.items()
        if len(after) == 1
    }


def _keys(shown: Sequence[Bar], told: Mapping[Kind, str], theme: Theme) -> Iterator[Key]:
    kinds = {bar.kind for bar in shown}
    for kind, colour in theme.families.items():
        if kind in kinds:
            words = _merges(shown) if kind == "merge" else LEGEND[kind]
            words += told.get(kind, "")
            yield Key(words, "box", colour.fill, colour.stroke, colour.dashed)
    params, macs = share_colours(theme)
    yield Key("share of parameters", "square", params, params)
    yield Key("share of MACs", "square", macs, macs)


def _merges(shown: Sequence[Bar]) -> str:
    return ", ".join(sorted({bar.label for bar in shown if bar.kind == "merge"}))
