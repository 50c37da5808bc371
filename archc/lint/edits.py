"""Changes of the text that would mend what a rule found."""

from __future__ import annotations

from collections.abc import Iterable

import yaml

from archc.errors import Edit, Source, Span
from archc.graph.graph import Node
from archc.lint.network import Network
from archc.spec.document import Document
from archc.spec.edits import set_keys
from archc.spec.tree import Map, whole


def in_nodes(net: Network, nodes: Iterable[Node], key: str, value: str) -> tuple[Edit, ...]:
    """The edits that give nodes a setting, one for each place where they are written; none if one of
    them has no place."""
    found: dict[int, tuple[Edit, ...]] = {}
    for node in nodes:
        block = net.call_of[node].scope.block
        if node.spec is not None and id(node.spec) not in found:
            name = block.name if block else None
            found[id(node.spec)] = set_keys(net.graph.document, name, node.spec, {key: value})
    return tuple(edit for edits in found.values() for edit in edits) if all(found.values()) else ()


def in_defaults(document: Document, op: str, key: str, value: str) -> tuple[Edit, ...]:
    """The edit that gives an operator's defaults a setting; none where the document's own text has no
    such defaults."""
    defaults = document.layers[-1].get("defaults") if document.layers else None
    own = defaults.get(op) if isinstance(defaults, Map) else None
    if not isinstance(own, Map) or not own:
        return ()
    if key in own.marks:
        at = whole(own.marks[key][1])
        return (Edit(at, value),) if at is not None else ()
    if not isinstance(own.mark, yaml.MappingNode):
        return ()
    mark = own.mark.start_mark
    text = f"{key}: {value}, " if own.mark.flow_style else f"{key}: {value}\n{' ' * mark.column}"
    column = mark.column + (2 if own.mark.flow_style else 1)
    source: Source = mark.name  # type: ignore[assignment]  # the reader's stream name
    return (Edit(Span(source, mark.line + 1, column, column), text),)
