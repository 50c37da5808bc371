"""A line such as ``  conv7: {op: conv, filters: 64}``, in which places of words are found when asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, overload

import yaml

from archc.errors import Source, Span
from archc.spec.composer import compose_line


class Line(Sequence[yaml.Node]):
    """The pair of YAML nodes (key, value) that a line stands for, made when one is asked for.

    Of a long spec hardly any is; kept, they would take most of its memory.
    """

    __slots__ = ("_pair", "number", "source")

    def __init__(self, source: Source, number: int) -> None:
        self.source = source
        self.number = number  # from 1
        self._pair: tuple[yaml.Node, yaml.Node] | None = None

    @property
    def span(self) -> Span:
        """Where the value stands: it ends with the line."""
        text = self.source.line(self.number)
        return Span(self.source, self.number, text.index(": ") + 3, len(text) + 1)

    @property
    def pair(self) -> tuple[yaml.Node, yaml.Node]:
        """The key's node and the value's."""
        if self._pair is None:
            root = compose_line(self.source.line(self.number))
            _move(root, self.source, self.source.start(self.number), self.number - 1)
            self._pair = root.value[0]
        return self._pair

    def __len__(self) -> int:
        return 2

    def __iter__(self) -> Iterator[yaml.Node]:
        return iter(self.pair)

    @overload
    def __getitem__(self, index: int) -> yaml.Node: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[yaml.Node]: ...
    def __getitem__(self, index: int | slice) -> yaml.Node | Sequence[yaml.Node]:
        return self.pair[index]


def _move(node: Any, source: Source, index: int, line: int) -> None:
    """Give the nodes of one line their places in the whole text."""
    start, end = node.start_mark, node.end_mark
    node.start_mark = yaml.Mark(source, start.index + index, line, start.column, None, 0)  # type: ignore[arg-type]
    node.end_mark = yaml.Mark(source, end.index + index, line, end.column, None, 0)  # type: ignore[arg-type]
    if isinstance(node, yaml.ScalarNode):
        return
    for child in node.value:
        for inner in child if isinstance(child, tuple) else (child,):
            _move(inner, source, index, line)
