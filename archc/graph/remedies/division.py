"""A fraction where a whole number is due."""

from __future__ import annotations

import re

from archc.errors import Edit, Fix, Span

_SLASH = re.compile("(?<!/)/(?!/)")


def whole_division(at: Span) -> tuple[Fix, ...]:
    """The expression at a span with ``//`` for ``/``, if it has one."""
    text = at.source.line(at.line)[at.column - 1 : at.end - 1]
    if "$" not in text or not _SLASH.search(text):
        return ()
    return (
        Fix("divide with `//`, which gives a whole number", (Edit(at, _SLASH.sub("//", text)),)),
    )
