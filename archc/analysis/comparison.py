"""Several architectures side by side: what each costs, and how well it is said to do."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any, NamedTuple

from archc.analysis.cost import Cost, totals
from archc.analysis.memory import activation_bytes, peak_activation_bytes
from archc.analysis.paths import depth
from archc.analysis.words import plain
from archc.collector import paused_collector
from archc.graph.graph import Graph

LONGEST_LABEL = 40  # characters
MEASURES = {"top1": "top-1", "top5": "top-5", "mean_iou": "mean IoU"}  # percent


class Published(NamedTuple):
    """What a spec says under ``published``; of the figures only percentages count."""

    figures: Mapping[str, float]  # by the keys of MEASURES
    dataset: str
    protocol: str
    source: str

    @property
    def setting(self) -> str:
        """``ImageNet, 1 crop``."""
        return ", ".join(filter(None, (self.dataset, self.protocol))) or "setting unknown"


class Compared(NamedTuple):
    """One network's row. All counts leave out what only training runs; ``heads`` has the cost of that.

    Memory is in bytes of float32, for one sample.
    """

    graph: Graph
    label: str  # its title, made unlike the others'
    year: int | None
    depth: int  # layers with weights on the longest path
    cost: Cost
    heads: Cost
    activation_bytes: int
    peak_bytes: int
    published: Published | None

    def published_figure(self, measure: str) -> float | None:
        return None if self.published is None else self.published.figures.get(measure)


@paused_collector()
def compared(graphs: Sequence[Graph]) -> list[Compared]:
    """A row for each network, in their order."""
    return [_row(*pair) for pair in zip(graphs, _labels(graphs), strict=True)]


def ratio(part: float, base: float) -> float | None:
    """How many times ``base`` it is; None where there is none to compare with."""
    return part / base if base else None


def _row(graph: Graph, label: str) -> Compared:
    cost = totals(graph)
    document = graph.document
    return Compared(
        graph,
        label,
        _year(None if document.paper is None else document.paper.get("year")),
        depth(graph),
        cost.inference,
        cost.training_only,
        activation_bytes(graph),
        peak_activation_bytes(graph).bytes,
        _published(document.published),
    )


def _labels(graphs: Sequence[Graph]) -> list[str]:
    """Titles; where two are alike, with the names, and where these are too, with numbers."""
    titles = [plain(graph.document.title, LONGEST_LABEL) or graph.name for graph in graphs]
    named = [f"{title} ({g.name})" for title, g in zip(titles, graphs, strict=True)]
    often = Counter(titles)
    labels = [
        long if often[title] > 1 and title != graph.name else title
        for title, long, graph in zip(titles, named, graphs, strict=True)
    ]
    many, seen = Counter(labels), Counter[str]()
    for place, label in enumerate(labels):
        seen[label] += 1
        if many[label] > 1:
            labels[place] = f"{label} {seen[label]}"
    return labels


def _year(value: Any) -> int | None:
    """What is written there may be anything."""
    known = isinstance(value, int) and not isinstance(value, bool) and 0 < value < 10_000
    return int(value) if known else None


def _published(written: Mapping[str, Any] | None) -> Published | None:
    if written is None:
        return None
    figures = {key: float(written[key]) for key in MEASURES if _is_percent(written.get(key))}
    dataset, protocol, source = (_word(written, key) for key in ("dataset", "protocol", "source"))
    return Published(figures, dataset, protocol, source)


def _word(written: Mapping[str, Any], key: str) -> str:
    return plain(str(written.get(key, "")))


def _is_percent(value: Any) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and isfinite(value) and 0 <= value <= 100
