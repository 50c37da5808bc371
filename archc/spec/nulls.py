"""``null`` removes in a patch; anywhere else it is a mistake, and often one of YAML's commas."""

from __future__ import annotations

import re
from collections.abc import Callable, Container

import yaml

from archc.errors import Edit, Fix, Source, Span
from archc.spec.collect import Mistakes
from archc.spec.tree import Map

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
    what = "an expression" if text.startswith("$") else "text"
    help = f'in flow style {what} with a comma needs quotes: {owner}: "{text}"'
    first, last = mapping.marks[owner][1], mapping.marks[pieces[-1]][0]
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


def quoted(first: yaml.Node, last: yaml.Node, words: str) -> tuple[Fix, ...]:
    """The change that puts quotes around text which YAML cut into several nodes, if it is on one line."""
    start, end = first.start_mark, last.end_mark
    source: Source = start.name  # type: ignore[assignment]  # the reader's stream name
    text = source.line(start.line + 1)[start.column : end.column]
    if start.line != end.line or '"' in text or "\\" in text:
        return ()
    span = Span(source, start.line + 1, start.column + 1, end.column + 1)
    return (Fix(words, (Edit(span, f'"{text}"'),), shown=False),)
