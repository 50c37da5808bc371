"""Where a change of a node is written in the text of its author: as edits.

An author who patches a base finds the change in the patch, not in the base.
"""

from __future__ import annotations

from collections.abc import Mapping

import yaml

from archc.errors import Edit, Fix, Source, Span
from archc.spec.document import Document, NodeSpec
from archc.spec.tree import Map, whole

NOTHING = ("none", "None", "nil", "remove", "removed", "delete")  # where null is meant


def set_keys(
    document: Document, block: str | None, spec: NodeSpec, changes: Mapping[str, str]
) -> tuple[Edit, ...]:
    """Edits that give keys of a node other values, as YAML text; none where the text has no place.

    ``block`` is the block that the node stands in.
    """
    entries = ", ".join(f"{key}: {value}" for key, value in changes.items())
    if not document.layers:
        return ()
    if block is not None and not any(_has_block(layer, block) for layer in document.layers):
        return _in_node(spec.marks, spec.marks.mark, changes)  # it stands in a file of blocks
    path = ["nodes", spec.id] if block is None else ["blocks", block, "nodes", spec.id]
    holder = document.layers[-1]
    for depth, key in enumerate(path):
        inner = holder.get(key)
        if depth == len(path) - 1 and isinstance(inner, Map | str):
            return _in_node(
                inner if isinstance(inner, Map) else holder, holder.marks[key][1], changes
            )
        if not isinstance(inner, Map):
            text = f"{{{entries}}}"
            for name in reversed(path[depth + 1 :]):
                text = f"{{{name}: {text}}}"
            return _new_entry(holder, key, text)
        holder = inner
    return ()


def insert_node(document: Document, block: str | None, below: str, entry: str) -> tuple[Edit, ...]:
    """Edits that write ``entry`` on a line of its own above the node ``below``."""
    nodes = _own_nodes(document, block)
    if nodes is None or below not in nodes.marks or getattr(nodes.mark, "flow_style", False):
        return ()
    mark = nodes.marks[below][0].start_mark
    source: Source = mark.name  # type: ignore[assignment]  # the reader's stream name
    at = Span(source, mark.line + 1, 1, 1)
    indent = " " * mark.column
    return (Edit(at, "".join(f"{indent}{line}\n" for line in entry.split("\n"))),)


def removal(spec: NodeSpec, document: Document) -> tuple[str, tuple[Fix, ...]] | None:
    """What to write for ``lrn2: none`` in a patch, which should take the node out; else None."""
    mark = spec.marks.mark
    if spec.op not in NOTHING or len(document.layers) < 2 or not isinstance(mark, yaml.ScalarNode):
        return None
    help = f"null takes a node of the base out: `{spec.id}: null`"
    at = whole(mark)
    return help, (Fix(help, (Edit(at, "null"),), shown=False),) if at is not None else ()


def applied(source: Source, edits: tuple[Edit, ...]) -> str:
    """The text of a source with those of the edits made that are its own."""
    lines = [*source.lines]
    own = [edit for edit in edits if edit.span.source.name == source.name]
    for span, text in sorted(own, key=lambda edit: edit.span[1:3], reverse=True):
        line = lines[span.line - 1]
        lines[span.line - 1] = line[: span.column - 1] + text + line[span.end - 1 :]
    return "".join(lines)


def _has_block(layer: Map, block: str) -> bool:
    blocks = layer.get("blocks")
    return isinstance(blocks, Map) and block in blocks


def _own_nodes(document: Document, block: str | None) -> Map | None:
    """The nodes that the author of the document wrote, in its own text."""
    found: object = document.layers[-1] if document.layers else None
    for key in ("nodes",) if block is None else ("blocks", block, "nodes"):
        found = found.get(key) if isinstance(found, Map) else None
    return found if isinstance(found, Map) else None


def _in_node(holder: Map, node: yaml.Node, changes: Mapping[str, str]) -> tuple[Edit, ...]:
    """Edits of a node as written: a bare word, or a mapping in either style (then ``holder``)."""
    entries = "".join(f", {key}: {value}" for key, value in changes.items())
    if not isinstance(node, yaml.MappingNode):
        at = whole(node)
        return (Edit(at, f"{{op: {node.value}{entries}}}"),) if at is not None else ()
    edits: list[Edit] = []
    for key, value in changes.items():
        if key not in holder.marks:
            continue
        at = whole(holder.marks[key][1])
        if at is None:
            return ()
        edits.append(Edit(at, value))
    added = {key: value for key, value in changes.items() if key not in holder.marks}
    if not added:
        return tuple(edits)
    place = _last(holder, node)
    return (*edits, *_added(place, node, added)) if place is not None else ()


def _last(holder: Map, node: yaml.MappingNode) -> yaml.Node | None:
    """The value behind which a new setting is written: that of the last setting on one line."""
    from archc.spec.keys import NODE_KEYS

    fitting = [pair for pair in holder.marks.values() if whole(pair[1]) is not None]
    settings = [pair for pair in fitting if pair[0].value not in NODE_KEYS]
    named = [pair for pair in fitting if pair[0].value == "op"]
    found = settings[-1:] or named or fitting[-1:]
    return found[0][1] if found else None


def _added(
    place: yaml.Node, node: yaml.MappingNode, entries: Mapping[str, str]
) -> tuple[Edit, ...]:
    """New entries of a node's mapping behind the value at ``place``."""
    mark = place.end_mark
    source: Source = mark.name  # type: ignore[assignment]
    if node.flow_style:
        text = "".join(f", {key}: {value}" for key, value in entries.items())
        return (Edit(Span(source, mark.line + 1, mark.column + 1, mark.column + 1), text),)
    indent = " " * node.start_mark.column
    text = "".join(f"\n{indent}{key}: {value}" for key, value in entries.items())
    return (Edit(_end_of_line(source, mark.line + 1), text),)


def _new_entry(holder: Map, key: str, text: str) -> tuple[Edit, ...]:
    """A new entry at the end of a mapping of the document."""
    mark = holder.mark
    start = mark.start_mark
    source: Source = start.name  # type: ignore[assignment]
    if not isinstance(mark, yaml.MappingNode) or not mark.value:
        return ()
    if mark.flow_style:
        end = mark.value[-1][1].end_mark
        return (
            Edit(Span(source, end.line + 1, end.column + 1, end.column + 1), f", {key}: {text}"),
        )
    line = _last_line(mark)
    return (Edit(_end_of_line(source, line), f"\n{' ' * start.column}{key}: {text}"),)


def _last_line(node: yaml.Node) -> int:
    """The last line (from 1) that a node has words on; in block style its end mark lies beyond."""
    if isinstance(node, yaml.MappingNode) and not node.flow_style and node.value:
        return _last_line(node.value[-1][1])
    if isinstance(node, yaml.SequenceNode) and not node.flow_style and node.value:
        return _last_line(node.value[-1])
    end = node.end_mark
    return int(end.line + (1 if end.column else 0)) or 1


def _end_of_line(source: Source, line: int) -> Span:
    column = len(source.line(line)) + 1
    return Span(source, line, column, column)
