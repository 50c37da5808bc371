"""``null`` removes in a patch; anywhere else it is a mistake, and often one of YAML's commas."""

from __future__ import annotations

import re
from collections.abc import Callable, Container
from typing import NamedTuple

import yaml

from archc.errors import Edit, Fix, Source, Span
from archc.spec.collect import Mistakes
from archc.spec.tree import Map, span_of, whole

LISTS = ("from", "outputs", "inputs", "authors", "freeze", "except", "include")


def report_nulls(
    mapping: Map,
    mistakes: Mistakes,
    keys: Container[str] | None = None,
    tell: Callable[[str], None] | None = None,
) -> list[str]:
    """Report the nulls of a mapping (of these keys only), in the words of ``tell``.

    Text that YAML cut at its commas is told once: ``{filters: $(max(8, x))}`` is read as
    ``filters: $(max(8`` and ``x)): null``. Returns the keys whose text was cut so.
    """
    cut = []
    owner = ""
    pieces: list[str] = []
    for key, value in mapping.items():
        if value is not None:
            if pieces:
                _report_cut(mapping, owner, pieces, mistakes)
                cut.append(owner)
            owner, pieces = key if isinstance(value, str) else "", []
        elif keys is not None and key not in keys:
            continue
        elif owner and is_piece(mapping, key):
            pieces.append(key)
        elif tell is not None:
            tell(key)
        else:
            message = f"'{key}' has no value, and there is nothing here that null could remove"
            help = "write a value, or leave the key out; no activation is `act: none`"
            mistakes.add("A022", message, mapping.key_span(key), help)
    if pieces:
        _report_cut(mapping, owner, pieces, mistakes)
        cut.append(owner)
    return cut


def is_piece(mapping: Map, key: str) -> bool:
    """Whether a null was written as a lone key in flow style, as a piece of cut text is."""
    if not getattr(mapping.mark, "flow_style", False) or key not in mapping.marks:
        return False
    value: yaml.Node = mapping.marks[key][1]
    return mapping[key] is None and value.start_mark.index == value.end_mark.index


def was_cut(mapping: Map, key: str) -> bool:
    """Whether the text behind ``key`` goes on, after a comma, in the null that follows it."""
    names = iter(mapping)
    following = next((next(names, None) for name in names if name == key), None)
    return following is not None and is_piece(mapping, following)


def _report_cut(mapping: Map, owner: str, pieces: list[str], mistakes: Mistakes) -> None:
    text = ", ".join([mapping[owner], *pieces])
    first, last = mapping.marks[owner][1], mapping.marks[pieces[-1]][0]
    if text.startswith("$"):
        help, fixes = cut_expression(first, last, text, f"{owner}: ")
    else:
        help = f'in flow style text with a comma needs quotes: {owner}: "{text}"'
        fixes = quoted(first, last, help)
    listed = _as_list(owner, text)
    if listed:
        help = f"a list stands in brackets: `{owner}: {listed}`"
        fixes = bracketed(first, last, listed, help)
    mistakes.add(
        "A022",
        f"'{pieces[0]}' has no value: YAML ended the value of '{owner}' at its comma",
        mapping.key_span(pieces[0]),
        help,
        fixes=fixes,
    )


def cut_expression(
    first: yaml.Node, last: yaml.Node, text: str, key: str = ""
) -> tuple[str, tuple[Fix, ...]]:
    """What to write for an expression that YAML cut into several nodes at its commas."""
    from archc.spec.foreign_expressions import rewritten

    ours = rewritten(text)
    if not ours:
        help = f'in flow style an expression with a comma needs quotes: {key}"{text}"'
        return help, quoted(first, last, help)
    help = f'an expression stands in parentheses, with a comma also in quotes: `{key}"{ours}"`'
    return help, bracketed(first, last, f'"{ours}"', help)


def _as_list(key: str, text: str) -> str:
    """The list that was meant by text with commas: the names after `from`, or numbers."""
    bare = text.removeprefix("(").removesuffix(")").strip()
    names = re.fullmatch(r"[\w.]+(, *[\w.]+)+", bare) if key in LISTS else None
    return f"[{bare}]" if names or re.fullmatch(r"-?\d+(, *-?\d+)+", bare) else ""


def cut_list(mapping: yaml.MappingNode, key: yaml.Node) -> tuple[str, tuple[Fix, ...]]:
    """``{kernel: 3, 3}``: what to write where YAML took the second number of a list for a key; or nothing."""
    keys = [pair[0] for pair in mapping.value]
    index = next((i for i, other in enumerate(keys) if other is key), 0)
    while index and _is_lone(mapping.value[index]):
        index -= 1
    owner, first = mapping.value[index]
    pieces = [first]
    for pair in mapping.value[index + 1 :]:
        if not _is_lone(pair):
            break
        pieces.append(pair[0])
    if len(pieces) < 2 or not all(isinstance(piece, yaml.ScalarNode) for piece in (owner, *pieces)):
        return "", ()
    listed = _as_list(owner.value, ", ".join(piece.value for piece in pieces))
    help = f"a list stands in brackets: `{owner.value}: {listed}`"
    return (help, bracketed(pieces[0], pieces[-1], listed, help)) if listed else ("", ())


class Unnamed(NamedTuple):
    """Numbers among the settings of a node that have no names, and what to write for them."""

    first: yaml.Node
    help: str
    fixes: tuple[Fix, ...]


def unnamed_settings(mapping: yaml.MappingNode, key: yaml.Node) -> Unnamed | None:
    """``{op: conv, 16, 3}``, as a call in Python has it: settings by their names; None for anything else."""
    from archc.ops import operator

    pairs = mapping.value
    ops = [
        value.value
        for name, value in pairs
        if name.value == "op" and isinstance(value, yaml.ScalarNode)
    ]
    op = operator(ops[0]) if ops else None
    lone = [pair[0] for pair in pairs if _is_lone(pair)]
    given = {name.value for name, _ in pairs if isinstance(name, yaml.ScalarNode)}
    names = [name for name in op.attributes() if name not in given] if op else []
    numbers = all(re.fullmatch(r"\d+(\.\d+)?", str(name.value)) for name in lone)
    if not any(name is key for name in lone) or not numbers or len(lone) > len(names):
        return None
    entries = [f"{name}: {node.value}" for name, node in zip(names, lone, strict=False)]
    help = f"settings have names: `{', '.join(entries)}`"
    fix = Fix(
        help,
        tuple(Edit(span_of(node), text) for node, text in zip(lone, entries, strict=True)),
        shown=False,
    )
    return Unnamed(lone[0], help, (fix,))


def _is_lone(pair: tuple[yaml.Node, yaml.Node]) -> bool:
    return bool(pair[1].start_mark.index == pair[1].end_mark.index)


def bracketed(first: yaml.Node, last: yaml.Node, text: str, words: str) -> tuple[Fix, ...]:
    """The change that writes a list in place of several nodes, if they are on one line."""
    start, end = first.start_mark, last.end_mark
    source: Source = start.name  # type: ignore[assignment]
    if start.line != end.line:
        return ()
    span = Span(source, start.line + 1, start.column + 1, end.column + 1)
    return (Fix(words, (Edit(span, text),), shown=False),)


def without(mapping: Map, key: str, words: str) -> tuple[Fix, ...]:
    """The change that leaves an entry out, with the comma before or behind it, if it is on one line."""
    name, value = mapping.marks[key]
    at, end = whole(name), whole(value)
    if at is None or end is None or at.line != end.line:
        return ()
    line = at.source.line(at.line)
    start, stop = at.column - 1, end.end - 1
    comma = re.search(r",\s*\Z", line[:start])
    behind = re.match(r"\s*,\s*", line[stop:])
    if comma:
        start = comma.start()
    elif behind:
        stop += behind.end()
    return (Fix(words, (Edit(Span(at.source, at.line, start + 1, stop + 1), ""),), shown=False),)


def quoted(first: yaml.Node, last: yaml.Node, words: str) -> tuple[Fix, ...]:
    """The change that puts quotes around text which YAML cut into several nodes, if it is on one line."""
    start, end = first.start_mark, last.end_mark
    source: Source = start.name  # type: ignore[assignment]  # the reader's stream name
    text = source.line(start.line + 1)[start.column : end.column]
    if start.line != end.line or '"' in text or "\\" in text:
        return ()
    span = Span(source, start.line + 1, start.column + 1, end.column + 1)
    return (Fix(words, (Edit(span, f'"{text}"'),), shown=False),)
