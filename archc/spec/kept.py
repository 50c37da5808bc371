"""What has been read of files: kept while one spec is opened many times, and of bundled specs always."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import TypeAlias

from archc.budgets import Limits, current
from archc.spec.tree import Map

# When a file was written, and its bytes; None: it is gone.
Stamp: TypeAlias = tuple[int, int] | None

_KEPT: ContextVar[dict[tuple[str, Path], Map] | None] = ContextVar("_KEPT", default=None)


@contextmanager
def keeping() -> Iterator[None]:
    """Each file that specs lead to inside is read once, however many specs they are."""
    token = _KEPT.set({})
    try:
        yield
    finally:
        _KEPT.reset(token)


def kept(shown: str, path: Path, read: Callable[[], Map]) -> Map:
    """The content of a file that messages call ``shown``: as it is known, or else what ``read`` gives."""
    known = _KEPT.get()
    if known is None:
        return read()
    if (shown, path) not in known:
        known[shown, path] = read()
    return known[shown, path]


_BUNDLED: dict[tuple[str, Path], tuple[Stamp, Limits, Map]] = {}


def stamp(path: Path) -> Stamp:
    """By what a file is known to be as it was."""
    try:
        state = path.stat()
    except OSError:
        return None
    return state.st_mtime_ns, state.st_size


def kept_for_good(shown: str, path: Path, read: Callable[[], Map]) -> Map:
    """:func:`kept`, for a bundled spec: as long as the file is as it was, and under the same limits."""
    now, limits = stamp(path), current()
    known = _BUNDLED.get((shown, path))
    if known is not None and known[:2] == (now, limits):
        return known[2]
    found = kept(shown, path, read)
    _BUNDLED[shown, path] = now, limits, found
    return found
