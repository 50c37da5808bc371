"""``archc explain``: the arithmetic of an architecture with its numbers put in, as a lecture writes it."""

from __future__ import annotations

from collections.abc import Sequence

from archc.analysis.lecture.block import bypass_page, item_page, scope_page
from archc.analysis.lecture.find import Instance, find, places
from archc.analysis.lecture.latex import latex_lines
from archc.analysis.lecture.markdown import markdown_lines
from archc.analysis.lecture.network import network_page
from archc.analysis.lecture.node import node_page
from archc.analysis.lecture.page import LectureFormat, Page
from archc.analysis.lecture.text import Shown, text_lines
from archc.analysis.summary import Summary
from archc.graph.graph import Bypass, Item

__all__ = ["LectureFormat", "Page", "Shown", "explain", "pages", "places", "text_lines"]


def pages(summary: Summary, names: Sequence[str] = ()) -> list[Page]:
    """A page for each node, block call or repeated node named; without names, the whole network's.

    Raises:
        SpecError: a name is not there.
    """
    return [_page(summary, name) for name in names] or [network_page(summary)]


def _page(summary: Summary, name: str) -> Page:
    place = find(summary.graph, name)
    if isinstance(place, Instance):
        return scope_page(summary, place.scope, place.spec)
    if isinstance(place, Item):
        return item_page(summary, place)
    if isinstance(place, Bypass):
        return bypass_page(summary.graph, place)
    return node_page(summary, place)


def explain(summary: Summary, names: Sequence[str] = (), format: LectureFormat = "text") -> str:
    """The pages as text, Markdown or LaTeX.

    Raises:
        SpecError: a name is not there.
    """
    found = pages(summary, names)
    if format == "text":
        texts = ("\n".join(line.text for line in text_lines(page)) for page in found)
    else:
        write = markdown_lines if format == "markdown" else latex_lines
        texts = ("\n".join(write(page)) for page in found)
    return "\n\n".join(texts)
