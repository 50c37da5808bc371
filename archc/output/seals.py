"""The mark of a text file: a remark with a digest of all the rest, which tells of changes by hand.

A digest is no secret. It is there to save somebody's afternoon, not to prove who wrote a file.
"""

from __future__ import annotations

import hashlib
import re
from typing import Literal, TypeAlias

Text: TypeAlias = Literal["svg", "dot", "html", "py"]

# what stands before and after the digest
_WORDS: dict[Text, tuple[bytes, bytes]] = {
    "svg": (b"<!-- made by archc ", b" -->\n"),
    "dot": (b"// made by archc ", b"\n"),
    "html": (b'<meta name="generator" content="archc ', b'">\n'),
    "py": (b"\n# archc ", b": tells whether this file was changed by hand\n"),
}
_SEALS = {
    kind: re.compile(re.escape(before) + b"([0-9a-f]{12})" + re.escape(after))
    for kind, (before, after) in _WORDS.items()
}


def sealed(content: bytes, kind: Text) -> bytes:
    r"""The text with its mark, where the format has a place for remarks.

    >>> print(sealed(b"# net\n\nx = 1\n", "py").decode(), end="")
    # net
    <BLANKLINE>
    # archc cd1fb1eff2b1: tells whether this file was changed by hand
    <BLANKLINE>
    x = 1
    """
    before, after = _WORDS[kind]
    at = _place(content, kind)
    return content[:at] + before + _digest(content) + after + content[at:]


def _place(content: bytes, kind: Text) -> int:
    """Before the title of a page; of others, below the first line."""
    return content.index(b"<title>") if kind == "html" else content.index(b"\n") + 1


def has_seal(head: bytes, kind: Text) -> bool:
    """Whether a mark stands in a file's first bytes, whatever its digest."""
    return _WORDS[kind][0].strip() in head


def unchanged(content: bytes, kind: Text) -> bool:
    """Whether the text holds the digest of its rest; git may have changed the line ends."""
    content = _lines(content)
    found = _SEALS[kind].search(content)
    return (
        found is not None and _digest(content[: found.start()] + content[found.end() :]) == found[1]
    )


def _digest(content: bytes) -> bytes:
    return hashlib.sha256(_lines(content)).hexdigest()[:12].encode()


def _lines(content: bytes) -> bytes:
    return content.replace(b"\r\n", b"\n")
