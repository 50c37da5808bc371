"""What a plain word of a spec stands for, by YAML 1.2's core schema: a number, a truth value, nothing, text.

PyYAML's own schema is YAML 1.1's, where ``no`` is false and ``1e-4`` a word.
"""

from __future__ import annotations

import re

from archc.budgets import current

WORDS: dict[str, bool | None] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False,
}  # fmt: skip
FIRST = frozenset("0123456789+-.")  # no number begins otherwise
_INT = re.compile(r"[-+]?[0-9]+\Z")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")
_BASES = {"0o": (8, re.compile(r"0o[0-7]+\Z")), "0x": (16, re.compile(r"0x[0-9a-fA-F]+\Z"))}
_NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)\Z|\.(?:nan|NaN|NAN)\Z")


class LongNumberError(ValueError):
    """A number with more digits than the limit."""

    def __init__(self, message: str, length: int) -> None:
        super().__init__(message)
        self.length = length


def number(text: str) -> int | float | None:
    """The number a plain scalar stands for, or None where it is a word.

    Raises ``ValueError`` with a sentence where it is a number out of bounds.

    >>> number("1e-4"), number("0x1F"), number("1_000")
    (0.0001, 31, None)
    """
    base, based = _BASES.get(text[:2], (10, _INT))
    if base == 10 and not _FLOAT.match(text):
        return float(text.replace(".", "")) if _NOT_FINITE.match(text) else None
    if not based.match(text) and base != 10:
        return None
    most = current().digits
    if len(text) > most:
        message = f"the number is too long: {len(text):,} characters, at most {most:,}"
        raise LongNumberError(message, len(text))
    if based.match(text):
        return int(text[2:] if base != 10 else text, base)
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise ValueError("the number is too large for a float: at most about 1.8e308")
    return value


def plain(text: str) -> str | int | float | bool | None:
    """The value of a plain scalar.

    Raises ``ValueError`` as :func:`number` does.
    """
    if text in WORDS:
        return WORDS[text]
    found = number(text) if text[0] in FIRST else None
    return text if found is None else found
