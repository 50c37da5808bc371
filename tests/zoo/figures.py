"""What papers and lectures print about the bundled architectures, and what archc computes for it.

``published.json`` has a table for each source. Its terms say what a printed figure stands for; they stand
where they hold (at the table, a column, a row or one figure), and what stands further in goes before:

* ``spec`` with ``args`` and ``input``: a bundled spec, or one of the ``documents``. ``nodes``: the part of it
  that is meant, by the names of layers and block calls; all of it if left out.
* ``measure``: one of MEASURES. ``per``: the spec and nodes whose measure it is divided by.
* ``unit``: what 1 stands for as printed, ``K`` what a K stands for.
* ``rule``: rounded to the ``nearest`` or cut off (``down``), in multiples of ``step`` if given; or a
  ``range``, or ``above`` what is printed.
* ``gap``: printed less exact, in the printed unit, where archc does not come to the printed figure, and
  ``reason``, a key of the table's ``reasons``. ``instead``: terms under which it does.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from fractions import Fraction
from functools import lru_cache
from math import floor, prod
from pathlib import Path
from typing import Any, NamedTuple

import archc
from archc.graph.graph import Node

Terms = Mapping[str, Any]
PUBLISHED: dict[str, Any] = json.loads(
    Path(__file__).with_name("published.json").read_text(encoding="utf-8")
)
TABLES: list[dict[str, Any]] = PUBLISHED["tables"]
NUMBER = re.compile(r"(\d[\d,]*(?:\.\d+)?)\s*(K|k|MB|M|B|billion|%|×10⁹)?")
SUFFIXES = {
    "MB": Fraction(2**20),
    "M": Fraction(10**6),
    "B": Fraction(10**9),
    "billion": Fraction(10**9),
    "×10⁹": Fraction(10**9),
    "%": Fraction(1, 100),
}
BYTES = 4  # of a number in float32


class Figure(NamedTuple):
    """A printed figure, and its terms."""

    table: str
    row: str
    column: str
    printed: str
    terms: Terms

    @property
    def differs(self) -> bool:
        """Whether it is said not to be what archc computes."""
        return "gap" in self.terms

    def under(self, terms: Terms) -> Figure:
        """The same figure, read in another way."""
        return self._replace(terms={**self.terms, **terms})


class Part(NamedTuple):
    """Some nodes of a network, in order."""

    net: archc.Architecture
    nodes: list[Node]

    @property
    def layers(self) -> list[Node]:
        """Those with weights."""
        return [node for node in self.nodes if node.op.weighted]


def figures(table: Terms) -> Iterator[Figure]:
    """Every figure of a table, row by row."""
    for row in table["rows"]:
        for column, cell in row["printed"].items():
            own = {"printed": cell} if isinstance(cell, str) else cell
            terms = {**table, **table["columns"][column], **row, **own}
            yield Figure(table["table"], row["row"], column, own["printed"], terms)


@lru_cache(maxsize=256)
def _net(spec: str, settings: str) -> archc.Architecture:
    terms: dict[str, Any] = json.loads(settings)
    document = PUBLISHED["documents"].get(spec)
    if document is None:
        return archc.Architecture.load(spec, **terms)
    return archc.Architecture.loads(json.dumps({"archc": 1, "name": spec, **document}), **terms)


def net(spec: str, **settings: Any) -> archc.Architecture:
    """A bundled spec, or one of the ``documents``."""
    return _net(spec, json.dumps(settings))


def part(terms: Terms) -> Part:
    """The nodes that these terms mean, with their norms and activations."""
    settings = {key: terms[key] for key in ("args", "input") if key in terms}
    whole = net(terms["spec"], **settings)
    if terms.get("nodes") is None:
        return Part(whole, whole.nodes)
    return Part(whole, list(_named(whole, terms["nodes"])))


def _named(whole: archc.Architecture, names: Iterable[str]) -> Iterator[Node]:
    for name in names:
        found = [node for node in whole.nodes if _belongs(node, name)]
        if not found:
            raise KeyError(f"{whole.name} has no node {name}")
        yield from found


def _belongs(node: Node, name: str) -> bool:
    written = (node.owner or node).name
    return written == name or written.startswith(f"{name}.")


def _size(part: Part) -> str:
    """Height, width and channels of the last result, as papers print them."""
    channels, *grid = part.nodes[-1].shape
    return "×".join(map(str, [*(grid or (1, 1)), channels]))


def _field(part: Part) -> int:
    """One side of the receptive field."""
    return part.net.receptive_field(part.nodes[-1].name).size[0]


def _depth(part: Part) -> int:
    """The most of these layers on one path through the network."""
    layers = set(part.layers)
    found = dict.fromkeys(part.net.inputs.values(), 0)
    for node in part.net.nodes:
        found[node] = max(found[source] for source in node.inputs) + (node in layers)
    return max(found.values())


def _drawn_layers(part: Part) -> int:
    """The depth with the pools, but for those inside modules."""
    return _depth(part) + sum(
        "pool" in node.op.name and "." not in node.name for node in part.nodes
    )


def _weights(part: Part) -> int:
    """Parameters without biases."""
    return sum(prod(layer.facts.weights["weight"]) for layer in part.layers)


def _stored(part: Part) -> int:
    """What a file of weights holds: running statistics too."""
    return sum(node.params + node.frozen_params + node.buffers for node in part.nodes)


def _macs(part: Part) -> int:
    return sum(node.macs for node in part.nodes)


def _neurons(part: Part) -> int:
    """The outputs of layers with weights."""
    return sum(prod(layer.shape) for layer in part.layers)


MEASURES: dict[str, Callable[[Part], int | str]] = {
    "size": _size,
    "grid": lambda part: _size(part).rpartition("×")[0],
    "filters": lambda part: ", ".join(str(layer.shape[0]) for layer in part.layers),
    "field": _field,
    "depth": _depth,
    "drawn layers": _drawn_layers,
    "params": lambda part: sum(node.params for node in part.nodes),
    "weights": _weights,
    "stored": _stored,
    "stored bytes": lambda part: BYTES * _stored(part),
    "macs": _macs,
    "neurons": _neurons,
    "neuron bytes": lambda part: BYTES * _neurons(part),
    "connections": lambda part: _macs(part) + _neurons(part),  # each output has one from its bias
}


def exact(figure: Figure) -> Fraction | str:
    """What archc computes: a number, or a size as text."""
    measure = MEASURES[figure.terms["measure"]]
    found = measure(part(figure.terms))
    if isinstance(found, str):
        return found
    per = measure(part(figure.terms["per"])) if "per" in figure.terms else 1
    return Fraction(found) / Fraction(per)


def unit(figure: Figure) -> Fraction:
    """What 1 stands for in the printed figure: 1024 for ``159K`` where K is that."""
    _, suffix = NUMBER.findall(figure.printed)[-1]
    if suffix.upper() == "K":
        return Fraction(figure.terms.get("K", 1000))
    return SUFFIXES.get(suffix) or Fraction(figure.terms.get("unit", 1))


def printed(figure: Figure) -> list[Fraction]:
    """The printed numbers, in their unit; two of a range."""
    return [Fraction(number.replace(",", "")) for number, _ in NUMBER.findall(figure.printed)]


def agrees(figure: Figure) -> bool:
    """Whether archc comes to the figure, to the digits printed."""
    value, rule = exact(figure), figure.terms.get("rule", "nearest")
    if isinstance(value, str):
        return value == figure.printed.replace("*", "×")
    value, said = value / unit(figure), printed(figure)
    if rule == "range":
        return said[0] <= value <= said[1]
    return value > said[0] if rule == "above" else rounded(value, figure, rule) == said[0]


def rounded(value: Fraction, figure: Figure, rule: str) -> Fraction:
    """To the digits that the figure is printed with, or to multiples of its ``step``."""
    _, _, digits = str(NUMBER.search(figure.printed)[1]).partition(".")  # type: ignore[index]
    step = Fraction(figure.terms.get("step", 1)) / 10 ** len(digits)
    return step * floor(value / step + (Fraction(1, 2) if rule == "nearest" else 0))


def gap(figure: Figure) -> Fraction:
    """By how much the printed figure is too large, in its unit."""
    value = exact(figure)
    assert isinstance(value, Fraction)
    return printed(figure)[0] - value / unit(figure)
