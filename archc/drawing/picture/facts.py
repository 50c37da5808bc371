"""What the heading of a drawing says of the whole network, however it is drawn."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from archc.analysis.cost import totals
from archc.analysis.paths import depth
from archc.analysis.words import counted, plain, short
from archc.graph.graph import Graph


def facts(graph: Graph) -> tuple[str, ...]:
    """The paper, the depth, and what the network costs."""
    return tuple(fact for fact in _facts(graph) if fact)


def _facts(graph: Graph) -> Iterator[str]:
    yield paper(graph)
    layers = depth(graph)
    yield f"{counted(layers, 'layer')} with weights" if layers else ""
    whole, heads = totals(graph)
    trained = f" ({short(whole.params)} in training)" if heads.params else ""
    yield f"{short(whole.params - heads.params)} parameters{trained}"
    yield f"{short(whole.frozen)} more frozen" if whole.frozen else ""
    yield f"{short(whole.macs - heads.macs)} MACs"


def paper(graph: Graph) -> str:
    """``He et al., CVPR 2016``; "" where the spec names no paper."""
    facts: Mapping[str, Any] = graph.document.paper or {}
    given = facts.get("authors") or []
    authors = _cleaned(given if isinstance(given, list) else [given])
    names = " and ".join(authors) if len(authors) < 3 else f"{authors[0]} et al."
    when = " ".join(_cleaned(facts[key] for key in ("venue", "year") if facts.get(key)))
    return ", ".join(part for part in (names, when) if part)


def _cleaned(written: Iterable[object]) -> list[str]:
    return [text for text in (plain(str(each)) for each in written) if text]
