"""The text of the files that a document was made from, and the lines that each part stands on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import yaml

from archc.errors import Source
from archc.graph.graph import Graph, Scope
from archc.spec.document import NodeSpec
from archc.spec.tree import Map

MOST = 400_000  # characters of one file; what follows is left out


class Lines(NamedTuple):
    """A stretch of a file, its lines counted from 1, the last one included."""

    file: int
    first: int
    last: int


@dataclass
class Sources:
    """The files in the order they are met, and where each node is written."""

    files: list[Source] = field(default_factory=list)
    written: dict[NodeSpec, tuple[Lines, ...]] = field(default_factory=dict)
    inputs: tuple[Lines, ...] = ()
    outputs: tuple[Lines, ...] = ()
    home: tuple[Lines, ...] = ()  # where the document, or the variant, says what it is

    def lines(self, marks: Iterable[yaml.Node | None]) -> tuple[Lines, ...]:
        """Where these YAML nodes stand, neighbouring stretches joined."""
        found = sorted({self._stretch(mark) for mark in marks if mark is not None})
        joined: list[Lines] = []
        for each in found:
            if joined and joined[-1].file == each.file and each.first <= joined[-1].last + 1:
                joined[-1] = joined[-1]._replace(last=max(joined[-1].last, each.last))
            else:
                joined.append(each)
        return tuple(joined)

    def _stretch(self, mark: yaml.Node) -> Lines:
        source: Source = mark.start_mark.name  # type: ignore[assignment]  # as the reader names it
        if source not in self.files:
            self.files.append(source)
        first, last = mark.start_mark.line + 1, mark.end_mark.line + 1
        if getattr(mark, "flow_style", None) is False:
            last -= 1  # a block ends where the next thing begins
        while last > first and source.line(last).strip()[:1] in ("", "#"):
            last -= 1
        return Lines(self.files.index(source), first, max(first, last))


def sources(graph: Graph) -> Sources:
    """Every file that the graph's nodes come from, the document's own first."""
    found = Sources()
    marks = graph.document.marks
    named = next((marks.marks[key] for key in ("title", "name") if key in marks.marks), None)
    found.home = found.lines(named or [marks.mark])
    found.inputs = found.lines(marks.marks.get("input", ()))
    found.outputs = found.lines(marks.marks.get("outputs", ()))
    found.lines(node for pair in marks.marks.values() for node in pair)
    _scope(graph.root, marks, found)
    return found


def _scope(scope: Scope, around: Map, found: Sources) -> None:
    """Where the nodes of a call stand; those of equal calls are the same."""
    nodes = around.get("nodes")
    for item in scope.items:
        if item.spec not in found.written:
            found.written[item.spec] = found.lines(_marks(item.spec, nodes))
        for part in item.parts:
            if isinstance(part, Scope) and part.block is not None:
                _scope(part, part.block.marks, found)


def _marks(spec: NodeSpec, nodes: object) -> Iterator[yaml.Node]:
    yield spec.marks.mark
    for key, value in spec.marks.marks.values():
        yield key
        yield value
    if isinstance(nodes, Map) and spec.id in nodes.marks:
        yield nodes.marks[spec.id][0]
