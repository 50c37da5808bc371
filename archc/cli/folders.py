"""Folders as arguments: every spec below one, in a stable order."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from archc.cli.options import STDIN
from archc.errors import SpecError

_WHOLE = re.compile(r"^(?:nodes|extends)\s*:", re.MULTILINE)
_BLOCKS = re.compile(r"^blocks\s*:", re.MULTILINE)
_LONGEST_PART = 2**20  # bytes; what is longer is taken for a whole spec


class Asked(NamedTuple):
    """A spec to check; ``refused`` says why what a folder has is not read."""

    spec: str
    part: bool = False  # only blocks, for other specs to include
    refused: str = ""


def asked_for(specs: Iterable[str]) -> list[Asked]:
    """The specs that arguments mean, each once: folders stand for all .yaml and .yml files below them.

    What begins with a dot is left out.
    """
    found: dict[str, Asked] = {}
    for spec in specs:
        for one in _below(spec) if is_folder(spec) else [Asked(spec)]:
            found.setdefault(_entry(one.spec), one)
    return list(found.values())


def names(specs: Iterable[str]) -> list[str]:
    """The files that arguments name now. None is looked into, so this can be asked again and again."""
    found: list[str] = []
    for spec in specs:
        found += map(str, _walked(Path(spec))[0]) if is_folder(spec) else [spec]
    return found


def is_folder(spec: str) -> bool:
    """Whether an argument means a folder; a bundled spec goes before one, unless a / is written."""
    # os.path answers no, where a Path may raise, also for what cannot be looked at
    if spec == STDIN or not os.path.isdir(spec):
        return False
    return os.sep in spec or "/" in spec or not _is_bundled(spec)


@cache
def _is_bundled(spec: str) -> bool:
    from archc.spec.files import Files

    try:
        Files().entry(spec)
    except SpecError:
        return False
    return True


def _entry(spec: str) -> str:
    """What is equal for two ways to write one file's name; a link is a file of its own."""
    from archc.spec.files import is_file_name, split_variant

    name, variant = split_variant(spec)
    if not is_file_name(name):
        return spec
    folder, last = os.path.split(name)
    try:
        return f"{os.path.join(os.path.realpath(folder), last)}:{variant}"
    except (OSError, ValueError):
        return spec


def _below(folder: str) -> Iterator[Asked]:
    paths, closed = _walked(Path(folder))
    root = os.path.realpath(folder)
    for path in paths:
        yield _asked(path, Path(folder), root)
    for error in closed:
        name = Path(str(error.filename)).as_posix()
        reason = (error.strerror or "no reason given").lower()
        yield Asked(name, refused=f"'{name}' cannot be read: {reason}")
    if not paths and not closed:
        yield Asked(folder, refused=f"there is no .yaml or .yml file below '{folder}'")


def _walked(folder: Path) -> tuple[list[Path], list[OSError]]:
    """The specs by their names, and what cannot be looked at."""
    from archc.spec.files import SUFFIXES

    paths: list[Path] = []
    closed: list[OSError] = []
    for here, folders, files in os.walk(folder, onerror=closed.append):
        folders[:] = [name for name in folders if not name.startswith(".")]
        fitting = (n for n in files if n.lower().endswith(SUFFIXES) and not n.startswith("."))
        paths += [Path(here, name) for name in fitting]
    return sorted(paths, key=lambda path: path.parts), closed


def _asked(path: Path, folder: Path, root: str) -> Asked:
    """What was found is a stranger's: a link may lead anywhere, a pipe never ends."""
    spec = path.as_posix()
    if not os.path.isfile(path):
        return Asked(spec, refused=f"'{spec}' is not a plain file")
    if not Path(os.path.realpath(path)).is_relative_to(root):
        return Asked(spec, refused=f"'{spec}' is a link that leads out of '{folder.as_posix()}'")
    return Asked(spec, part=_is_part(path))


def _is_part(path: Path) -> bool:
    """Whether a file has blocks and no network. A wrong guess costs a message, or a line of it."""
    try:
        with path.open("rb") as stream:
            text = stream.read(_LONGEST_PART + 1).decode("utf-8-sig", "replace")
    except OSError:
        return False
    short = len(text) <= _LONGEST_PART
    return short and bool(_BLOCKS.search(text)) and not _WHOLE.search(text)
