"""Text of strangers, made safe to print: it steers no terminal, and is no command to a log's reader.

GitHub's runner reads a log for commands: ``##[name …]`` anywhere in a line, ``::name …::`` where it begins
(https://github.com/actions/runner, ``src/Runner.Common/ActionCommand.cs``).
"""

from __future__ import annotations

import re
import unicodedata

_UNSAFE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_COLONS = re.compile(r"\A(\s*:):")


def safe(text: str, longest: int | None = None) -> str:
    """The text on one line, each character that steers shown by a harmless one, and cut to ``longest``.

    >>> safe("a\\x1b[31m\\tb"), safe("##[group]"), safe("abcdef", 4)
    ('a␛[31m→   b', '#♯[group]', 'abc…')
    """
    if longest is not None:
        text = text[: longest + 1]
    if not text.isascii() or not text.isprintable():
        text = "".join(map(_safe_character, text))
    text = unmarked(text)
    return text if longest is None or len(text) <= longest else text[: longest - 1] + "…"


def _safe_character(char: str) -> str:
    if char == "\t":
        return "→   "
    if char < " ":
        return chr(0x2400 + ord(char))  # the pictures of control characters: ␛
    return "\ufffd" if unicodedata.category(char) in _UNSAFE else char


def unmarked(text: str) -> str:
    """The text without ``##[``: as many characters, and those that look most alike."""
    return text.replace("##[", "#♯[")


def unspoken(line: str) -> str:
    """A whole line in which no command is found.

    >>> unspoken("  ::debug::x")
    '  :∶debug::x'
    """
    return unmarked(_COLONS.sub("\\1∶", line, count=1))


def width(text: str) -> int:
    """Columns on the screen: East Asian wide characters take two, combining ones none."""
    return sum(
        0 if unicodedata.combining(char) else 1 + (unicodedata.east_asian_width(char) in "WF")
        for char in text
    )
