"""Patterns of node names, as `freeze` and `except` hold them: ``*`` is any text without a dot."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate

from archc.graph.graph import Node


@dataclass(frozen=True)
class Pattern:
    """A path in which ``*`` stands for any text without a dot."""

    text: str

    @cached_property
    def parts(self) -> list[str]:
        return self.text.split(".")

    @property
    def literal(self) -> bool:
        """Whether it fits its own text alone."""
        return "*" not in self.text

    def fits(self, path: str) -> bool:
        """Whether it names what stands at the path."""
        return path.count(".") + 1 == len(self.parts) and self.leads_to(path)

    def leads_to(self, path: str) -> bool:
        """Whether it names what stands at the path, or may name something inside it."""
        parts = path.split(".")
        pairs = zip(self.parts, parts, strict=False)
        return len(parts) <= len(self.parts) and all(fills(*pair) for pair in pairs)

    def with_stars(self, path: str) -> str:
        """The path with a ``*`` for each part that is one here."""
        pairs = zip(self.parts, path.split("."), strict=False)
        return ".".join("*" if own == "*" else other for own, other in pairs)


def fills(pattern: str, text: str) -> bool:
    """Whether text for each ``*`` makes the pattern the text; never slower than their lengths.

    >>> fills("conv*_norm", "conv12_norm")
    True
    """
    first, *rest = pattern.split("*")
    if not rest:
        return first == text
    *middle, last = rest
    if not (text.startswith(first) and text.endswith(last)):
        return False
    place = len(first)
    for piece in middle:
        found = text.find(piece, place)
        if found < 0:
            return False
        place = found + len(piece)
    return place <= len(text) - len(last)


def heads(path: str) -> Iterator[str]:
    """The path, and all that it stands in, from the outside in.

    >>> [*heads("layer1.0.conv1")]
    ['layer1', 'layer1.0', 'layer1.0.conv1']
    """
    return accumulate(path.split("."), "{}.{}".format)


def covering(node: Node) -> Iterator[str]:
    """The names that cover a node, each once: its own, its owner's, and those of all they stand in.

    ``conv2_norm.0`` is covered by ``conv2``, ``conv2.0``, ``conv2_norm`` and ``conv2_norm.0``.
    """
    owner = (node.owner or node).name
    yield from dict.fromkeys([*heads(owner), *heads(node.name)])
