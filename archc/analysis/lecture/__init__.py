"""``archc explain``: the arithmetic of an architecture with its numbers put in, as a lecture writes it."""

from __future__ import annotations

from collections.abc import Sequence

from archc.analysis.lecture.block import bypass_page, item_page, scope_page
from archc.analysis.lecture.find import Instance, Place, find, places
from archc.analysis.lecture.latex import latex_lines
from archc.analysis.lecture.markdown import markdown_lines
from archc.analysis.lecture.network import network_page
from archc.analysis.lecture.node import node_page
from archc.analysis.lecture.page import LectureFormat, Page
from archc.analysis.lecture.text import Shown, text_lines
from archc.analysis.summary import Summary
from archc.graph.graph import Bypass, Item

__all__ = ["LectureFormat", "Page", "Shown", "explain", "pages", "places", "text_lines"]


def pages(summary: Summary, names: Sequence[str] = (), spec: str = "") -> list[Page]:
    """A page for each node, block call or repeated node named; without names, the whole network's.

    ``spec`` is what the command line calls the network.

    Raises:
        SpecError: names are not there, each of which it tells.
    """
    found = find(summary.graph, names, spec)
    return [_page(summary, place) for place in found] or [network_page(summary)]


def _page(summary: Summary, place: Place) -> Page:
    if isinstance(place, Instance):
        return scope_page(summary, place.scope, place.spec)
    if isinstance(place, Item):
        return item_page(summary, place)
    if isinstance(place, Bypass):
        return bypass_page(summary.graph, place)
    return node_page(summary, place)


def explain(
    summary: Summary, names: Sequence[str] = (), format: LectureFormat = "text", spec: str = ""
) -> str:
    """The :func:`pages` as text, Markdown or LaTeX.

    Raises:
        SpecError: names are not there.
    """
    found = pages(summary, names, spec)
    if format == "text":
        texts = ("\n".join(line.text for line in text_lines(page)) for page in found)
    else:
        write = markdown_lines if format == "markdown" else latex_lines
        texts = ("\n".join(write(page)) for page in found)
    return "\n\n".join(texts)
