"""``null`` removes in a patch; anywhere else it is a mistake, and often one of YAML's commas."""

from __future__ import annotations

from collections.abc import Callable, Container

import yaml

from archc.spec.collect import Mistakes
from archc.spec.tree import Map


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
    mistakes.add(
        "A022",
        f"'{pieces[0]}' has no value: YAML ended the value of '{owner}' at its comma",
        mapping.key_span(pieces[0]),
        f'in flow style {what} with a comma needs quotes: {owner}: "{text}"',
    )
