"""What has been read of files, kept while one spec is opened many times: for each of its variants."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

from archc.spec.tree import Map

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
