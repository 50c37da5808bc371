"""What became of each tensor when weights were loaded."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from archc.analysis.words import counted, dimensions
from archc.ops.base import Shape
from archc.spec.layouts import OWN

SHOWN = 6  # names or groups in a line


class Reshaped(NamedTuple):
    """The same numbers in another shape: a fully connected layer's, as a convolution's."""

    name: str
    found: Shape
    shape: Shape


@dataclass
class Report:
    """Every tensor of the network and of the file, by what became of it; names are archc's, except where
    the tensor is in the file alone."""

    file: str
    layout: str  # whose names the file has
    loaded: list[str] = field(default_factory=list)
    reshaped: list[Reshaped] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)  # allowed by name: they start afresh
    unexpected: list[str] = field(default_factory=list)  # allowed by name: left in the file
    counters: list[str] = field(default_factory=list)  # steps of batch norm that the file has not

    def lines(self) -> Iterator[str]:
        """The report in words."""
        count = len(self.loaded) + len(self.reshaped)
        yield f"{self.file}: {counted(count, 'tensor')} loaded, by {possessive(self.layout)} names"
        for one in self.reshaped:
            yield f"  reshaped    {one.name}: {sizes(one.found)} → {sizes(one.shape)}"
        if self.missing:
            yield f"  missing     {enumeration(self.missing)}: not loaded, as allowed"
        if self.unexpected:
            yield f"  unexpected  {enumeration(self.unexpected)}: left in the file, as allowed"
        if self.counters:
            counters = counted(len(self.counters), "step counter")
            yield f"  counters    {counters} of batch norm: not in the file"

    def __str__(self) -> str:
        return "\n".join(self.lines())


def sizes(shape: Shape) -> str:
    """A tensor's shape in words."""
    return dimensions(shape) or "one number"


def possessive(layout: str) -> str:
    """Whose names they are."""
    return "archc's" if layout == OWN else f"{layout}'s"


def enumeration(names: Sequence[str], most: int = SHOWN) -> str:
    """Tensors in few words: one by one, or by their layers, or by what these are part of.

    >>> enumeration(["fc.weight", "fc.bias"])
    'fc.weight, fc.bias'
    >>> enumeration(["a.conv.weight", "a.conv.bias", "b.conv.weight", "b.conv.bias"], 3)
    'a.conv (2 tensors), b.conv (2 tensors)'
    """
    if len(names) <= most:
        return ", ".join(names)
    layers = Counter(name.rpartition(".")[0] or name for name in names)
    if len(layers) > most:
        layers = Counter(name.partition(".")[0] for name in names)
    shown = [f"{name} ({counted(count, 'tensor')})" for name, count in layers.items()]
    return ", ".join(shown[:most]) + (
        f" and {len(shown) - most:,} more" if len(shown) > most else ""
    )
