"""Args that no expression reads."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

import yaml

from archc.errors import Mistake, nearest
from archc.spec.inherit import Merged
from archc.spec.tree import Map, Seq

MOST_SOUGHT = 5  # args whose value is looked for in the document


def unused_args(merged: Merged, used: Collection[str]) -> list[Mistake]:
    """A warning for each arg written here that is not ``used``: a misspelt one changes nothing."""
    own, declared = merged.layers[-1].map.get("args"), merged.map.get("args")
    if not isinstance(own, Map) or not isinstance(declared, Map):
        return []
    known = [name for name in declared if name in used]
    warnings: list[Mistake] = []
    for name in own:
        if name in declared and name not in used:
            found = _equal(merged.map, declared[name]) if len(warnings) < MOST_SOUGHT else ()
            help = nearest(name, known, _instead(name, [*found]))
            message = f"arg '{name}' is used nowhere"
            at = own.key_span(name)
            warnings.append(Mistake("W011", message, at, help=help, warning=True))
    return warnings


def _instead(name: str, places: Sequence[yaml.Node]) -> str:
    """What to do: write the arg in place of the same number, if that stands in one place."""
    if len(places) == 1:
        mark: Any = places[0].start_mark
        return (
            f"write `${name}` for the {places[0].value} in line {mark.line + 1}, or remove the arg"
        )
    return f"write `${name}` where the value belongs, or remove the arg"


def _equal(document: Map, value: Any) -> Iterator[yaml.Node]:
    """The places in nodes, blocks and the input where a number stands."""
    if type(value) in (int, float):
        for key in ("input", "blocks", "nodes"):
            yield from _inside(document.get(key), value)


def _inside(written: Any, value: Any) -> Iterator[yaml.Node]:
    items: Iterable[tuple[Any, yaml.Node]] = ()
    if isinstance(written, Map):
        items = ((written[key], pair[1]) for key, pair in written.marks.items() if key in written)
    elif isinstance(written, Seq):
        items = zip(written, written.marks, strict=False)
    for item, mark in items:
        if type(item) is type(value) and item == value:
            yield mark
        else:
            yield from _inside(item, value)
