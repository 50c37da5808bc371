"""Sums below one another in LaTeX, each on as many lines as it needs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

ROOM = (
    335.0  # points: the width of the text of an article on A4 in 10 pt, less the gap after a label
)
INDENT = 10.0  # of what continues a sum
# of a character as TeX sets it in mathematics, in points; signs with the blanks around them
_WIDTHS = {",": 2.8, "(": 3.9, ")": 3.9, "+": 12.2, "-": 12.2, "=": 13.3, " ": 0.0}
_DIGIT = 5.0  # also of letters, on average
_TOKEN = re.compile(r"\\[A-Za-z]+|\\.|[(){}]| (?=[-+=] )")
_OPENING = {"(", "{", r"\lfloor", r"\lceil"}
_CLOSING = {")", "}", r"\rfloor", r"\rceil"}


def aligned(rows: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Labels and their sums, as amsmath's ``align*`` has them."""
    room = ROOM - _DIGIT * max(len(label) for label, _ in rows)
    lines = []
    for label, sum in rows:
        first, *others = _wrapped(sum, room)
        lines.append(rf"  & \text{{{label}}} && {first}")
        lines += [rf"  & && \quad {{}}{other}" for other in others]
    yield r"\begin{align*}"
    yield " \\\\\n".join(lines)
    yield r"\end{align*}"


def _wrapped(sum: str, room: float) -> list[str]:
    """The lines of a sum, which is broken before the signs between its terms."""
    first, *terms = _terms(sum)
    lines = [first]
    for term in terms:
        indent = INDENT * (len(lines) > 1)
        if indent + _width(lines[-1] + term) <= room:
            lines[-1] += term
        else:
            lines.append(term)
    return lines


def _terms(sum: str) -> Iterator[str]:
    """``1 + 2 = 3`` as ``1``, `` + 2``, `` = 3``; nothing in brackets or braces is taken apart."""
    depth = start = 0
    for token in _TOKEN.finditer(sum):
        depth += (token[0] in _OPENING) - (token[0] in _CLOSING)
        if token[0] == " " and depth == 0:
            yield sum[start : token.start()]
            start = token.start()
    yield sum[start:]


def _width(words: str) -> float:
    """About how wide something is, in points. Fractions count as if written on one line."""
    shown = re.sub(r"\\(text|frac|left|right)(?![a-z])|[{}]", "", words)
    shown = re.sub(r"\\[A-Za-z]+", "m", shown)
    return sum(_WIDTHS.get(char, _DIGIT) for char in shown)
