"""Where mistakes are, for machines: paths from the current folder, lines and columns."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from archc.cli.checked import Checked
from archc.cli.repeats import Key, key
from archc.errors import Mistake, Span

_SURROGATE = re.compile("[\ud800-\udfff]")


class Found(NamedTuple):
    """A mistake, and the spec whose check brought it up."""

    mistake: Mistake
    by: Checked


def distinct(specs: Iterable[Checked]) -> Iterator[Found]:
    """Every mistake once, also where several specs lead to the file that has it."""
    met: set[Key] = set()
    for spec in specs:
        for mistake in spec.mistakes:
            if key(mistake) not in met or mistake.at is None:
                met.add(key(mistake))
                yield Found(mistake, spec)


def path_of(name: str, places: Mapping[str, Path]) -> str:
    """A file that messages call ``name``: relative to the current folder if it lies below it."""
    place = places.get(name)
    if place is None:
        return name
    whole = os.path.abspath(place)
    below = os.path.relpath(whole, os.getcwd()) if _same_drive(whole) else whole
    return Path(whole if below.startswith("..") else below).as_posix()


def _same_drive(path: str) -> bool:
    return os.path.splitdrive(path)[0] == os.path.splitdrive(os.getcwd())[0]


def region(span: Span) -> dict[str, int]:
    """Lines and columns count from 1, columns in characters; the end is exclusive."""
    return {
        "line": span.line,
        "column": span.column,
        "end_line": span.line,
        "end_column": max(span.end, span.column),
    }


def as_text(document: Any) -> str:
    """JSON in which every character can be printed, and no log's reader finds a command.

    What steers a terminal is escaped. What is no Unicode, as in the name of a file, is U+FFFD.
    """
    text = json.dumps(document, indent=2, ensure_ascii=False)
    text = _SURROGATE.sub("\ufffd", text).replace("##[", r"\u0023#[")
    if text.isascii():
        return text  # json escapes the control characters of ASCII
    return "".join(
        char if char.isprintable() or char == "\n" else json.dumps(char)[1:-1] for char in text
    )


def words(mistake: Mistake) -> str:
    """All that is said of a mistake, without the excerpt of its file."""
    parts = [mistake.message]
    if mistake.where:
        parts.append(mistake.where)
    parts += [line.rstrip() for line in mistake.why]
    if mistake.help:
        parts.append(f"help: {mistake.help}")
    parts += [f"note: {note}" for note in mistake.notes]
    return "\n".join(parts)
