"""Mappings and lists that remember where each of their keys and values stood in the text."""

from __future__ import annotations

from typing import Any

import yaml

from archc.errors import Source, Span


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
    the YAML node of the whole.
    """

    __slots__ = ("mark", "marks")

    def __init__(self, mark: yaml.Node) -> None:
        super().__init__()
        self.mark = mark
        self.marks: dict[str, tuple[yaml.Node, yaml.Node]] = {}

    def span(self, key: str | None = None) -> Span:
        """Where the value of ``key`` stands; without a key, where the mapping begins."""
        return span_of(self.marks[key][1] if key in self.marks else self.mark)

    def key_span(self, key: str) -> Span:
        """Where ``key`` itself stands."""
        return span_of(self.marks[key][0] if key in self.marks else self.mark)


class Removed(Map):
    """A node that a patch has taken out. It keeps its place and its `from`: its name means what it read."""

    __slots__ = ()


class Seq(list[Any]):
    """A list of the spec; ``marks[i]`` is the YAML node of item ``i``."""

    __slots__ = ("mark", "marks")

    def __init__(self, mark: yaml.Node) -> None:
        super().__init__()
        self.mark = mark
        self.marks: list[yaml.Node] = []

    def span(self, index: int | None = None) -> Span:
        """Where an item stands; without an index, where the list begins."""
        return span_of(self.mark if index is None else self.marks[index])
