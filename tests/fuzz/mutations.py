"""Real specs with something changed: in their text, or in their tree."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

import yaml
from hostile import Random, number, scalar, words
from structures import IDS, OPS

from archc.spec.keys import BLOCK_KEYS, DOCUMENT_KEYS, NODE_KEYS

TOKEN = re.compile(r"[A-Za-z_]\w*|-?\d+(?:\.\d+)?|\s+|\S")
NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?(?![\w.])")
KEYS = (*DOCUMENT_KEYS, *NODE_KEYS, *BLOCK_KEYS)


def lines_changed(r: Random, text: str, other: str) -> str:
    """Lines deleted, doubled, swapped, indented or joined; or the end of another spec."""
    lines = text.splitlines(keepends=True) or [""]
    for _ in range(r.choice((1, 1, 2, 4))):
        at, to = r.randrange(len(lines)), r.randrange(len(lines))
        kind = r.randrange(7)
        if kind == 0 and len(lines) > 1:
            del lines[at]
        elif kind == 1:
            lines.insert(to, lines[at])
        elif kind == 2:
            lines[at], lines[to] = lines[to], lines[at]
        elif kind == 3:
            lines[at] = " " * r.randrange(1, 5) + lines[at]
        elif kind == 4:
            lines[at] = lines[at][r.randrange(1, 4) :]
        elif kind == 5:
            lines[at] = lines[at].rstrip("\n")
        else:
            theirs = other.splitlines(keepends=True) or [""]
            lines[at:] = theirs[r.randrange(len(theirs)) :]
        lines = lines or [""]
    return "".join(lines)


def tokens_changed(r: Random, text: str, other: str) -> str:
    """Words, numbers or signs replaced: by another of the same text, of the language, or a hostile one."""
    tokens = TOKEN.findall(text) or [""]
    known = [token for token in tokens if token.strip()] or ["x"]
    for _ in range(r.choice((1, 1, 2, 3, 8))):
        at = r.randrange(len(tokens))
        kind = r.random()
        if kind < 0.3:
            tokens[at] = r.choice(known)
        elif kind < 0.4:
            tokens[at] = ""
        elif kind < 0.6:
            tokens[at] = r.choice((*KEYS, *IDS, *OPS[:40]))
        elif kind < 0.8:
            tokens[at] = scalar(r)
        else:
            tokens[at] += tokens[at]
    return "".join(tokens)


def numbers_changed(r: Random, text: str, other: str) -> str:
    """Numbers made extreme, or a little other."""
    places = list(NUMBER.finditer(text))
    for place in sorted(r.sample(places, min(len(places), r.choice((1, 1, 2, 5)))),
                        key=lambda m: -m.start()):  # fmt: skip
        near = place[0].isdecimal() and r.random() < 0.5
        new = str(int(place[0]) + r.choice((-1, 1, 2))) if near else number(r)
        text = text[: place.start()] + new + text[place.end() :]
    return text


def characters_changed(r: Random, text: str, other: str) -> str:
    """A character lost, added or replaced."""
    for _ in range(r.choice((1, 1, 2, 5))):
        at = r.randrange(len(text) + 1)
        added = r.choice(("", words(r)[:1], r.choice("{}[],:'\"$#&*-! \n\t|>%@0")))
        text = text[:at] + added + text[at + r.randrange(2) :]
    return text


def tree_changed(r: Random, text: str, other: str) -> str:
    """The spec's tree with keys lost, renamed, moved, or with other values."""
    try:
        document = yaml.load(text, _LOADER)
    except yaml.YAMLError:
        return tokens_changed(r, text, other)
    for _ in range(r.choice((1, 1, 2, 3, 6))):
        _change(r, document)
    return yaml.dump(document, Dumper=_DUMPER, sort_keys=False, allow_unicode=True)


_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


def _change(r: Random, document: Any) -> None:
    places = list(islice(_places(document), 3000))  # aliases of aliases may stand for millions
    if not places:
        return
    holder, key = r.choice(places)
    from_holder, from_key = r.choice(places)
    kind = r.randrange(5)
    if kind == 0:
        del holder[key]
    elif kind == 1:
        holder[key] = _value(r)
    elif kind == 2:  # a subtree in another place; it may be that place's own parent, as an alias
        holder[key] = from_holder[from_key]
    elif kind == 3 and isinstance(holder, dict):
        renamed = r.choice((*KEYS, *IDS, str(from_key), words(r)))
        items = [(renamed if k == key else k, v) for k, v in holder.items()]
        holder.clear()
        holder.update(items)
    elif isinstance(holder, dict):
        items = list(holder.items())
        r.shuffle(items)
        holder.clear()
        holder.update(items)
    else:
        holder.append(holder[key])


def _places(value: Any, depth: int = 0) -> Iterator[tuple[Any, Any]]:
    if depth > 20:
        return
    pairs = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, item in list(pairs):
        yield value, key
        yield from _places(item, depth + 1)


def _value(r: Random) -> Any:
    """Any value as YAML reads it; text that is no YAML stands for itself."""
    text = scalar(r)
    try:
        return yaml.load(text, _LOADER)
    except (yaml.YAMLError, ValueError, TypeError):
        return text
