"""Mappings and lists that remember where each of their keys and values stood in the text."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias

import yaml

from archc.errors import Source, Span
from archc.spec.line import Line

Pair: TypeAlias = Sequence[yaml.Node]  # the YAML nodes of a key and its value


class Inside(NamedTuple):
    """The value of a key in the mapping that a line writes."""

    line: Line
    key: str

    @property
    def node(self) -> yaml.Node:
        mapping: Any = self.line[1]
        node: yaml.Node = next(value for key, value in mapping.value if key.value == self.key)
        return node


def span_of(node: yaml.Node) -> Span:
    """Where a YAML node stands; a node over several lines is marked on its first."""
    start, end = node.start_mark, node.end_mark
    source: Source = start.name  # type: ignore[assignment]  # the reader's stream name
    stop = end.column if end.line == start.line else len(source.line(start.line + 1))
    return Span(source, start.line + 1, start.column + 1, max(stop, start.column + 1) + 1)


def whole(node: yaml.Node) -> Span | None:
    """All of a YAML node; None where it goes over several lines."""
    start, end = node.start_mark, node.end_mark
    source: Source = start.name  # type: ignore[assignment]  # the reader's stream name
    if start.line != end.line:
        return None
    return Span(source, start.line + 1, start.column + 1, end.column + 1)


class Map(dict[str, Any]):
    """A mapping of the spec. ``marks[key]`` is the pair of YAML nodes (key, value) it came from.

    A merged mapping holds keys from several files; each key brings its own marks along. ``mark`` is
    the YAML node of the whole. What stands on a line that was read without YAML's parser has its nodes
    made when they are asked for.
    """

    __slots__ = ("_mark", "_marks")

    def __init__(self, mark: yaml.Node | Line) -> None:
        super().__init__()
        self._mark = mark
        self._marks: dict[str, Pair] | None = None if mark.__class__ is Line else {}

    @property
    def mark(self) -> yaml.Node:
        mark = self._mark
        return mark[1] if isinstance(mark, Line) else mark

    @property
    def marks(self) -> dict[str, Pair]:
        if self._marks is None:
            node = self.mark
            written = isinstance(node, yaml.MappingNode)
            # a word alone is short for `{op: word}`
            self._marks = (
                {k.value: (k, v) for k, v in node.value} if written else {"op": [node, node]}
            )
        return self._marks

    @marks.setter
    def marks(self, marks: dict[str, Pair]) -> None:
        self._marks = marks

    def emptied(self) -> Map:
        """A mapping without entries, in the place of this one; so are those that it gets."""
        made = Map(self._mark)
        made._marks = self._marks
        return made

    def span(self, key: str | None = None) -> Span:
        """Where the value of ``key`` stands; without a key, where the mapping begins."""
        if key is None or key not in self.marks:
            return self._mark.span if isinstance(self._mark, Line) else span_of(self._mark)
        return span_of(self.marks[key][1])

    def key_span(self, key: str) -> Span:
        """Where ``key`` itself stands."""
        return span_of(self.marks[key][0]) if key in self.marks else self.span()


class Removed(Map):
    """A node that a patch has taken out. It keeps its place and its `from`: its name means what it read."""

    __slots__ = ()


class Seq(list[Any]):
    """A list of the spec; ``marks[i]`` is the YAML node of item ``i``."""

    __slots__ = ("_mark", "_marks")

    def __init__(self, mark: yaml.Node | Inside) -> None:
        super().__init__()
        self._mark = mark
        self._marks: list[yaml.Node] | None = None if mark.__class__ is Inside else []

    @property
    def mark(self) -> yaml.Node:
        return self._mark.node if isinstance(self._mark, Inside) else self._mark

    @property
    def marks(self) -> list[yaml.Node]:
        if self._marks is None:
            self._marks = self.mark.value
        return self._marks

    @marks.setter
    def marks(self, marks: list[yaml.Node]) -> None:
        self._marks = marks

    def emptied(self) -> Seq:
        """A list without items, in the place of this one; so are those that it gets."""
        made = Seq(self._mark)
        made._marks = self._marks
        return made

    def span(self, index: int | None = None) -> Span:
        """Where an item stands; without an index, where the list begins."""
        return span_of(self.mark if index is None else self.marks[index])
