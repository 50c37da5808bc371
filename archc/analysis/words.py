"""Numbers, shapes and names as people read them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from archc.printable import unspoken

MOST_LISTED = 3  # names in a line


def dimensions(sizes: Sequence[int]) -> str:
    """A shape as papers write it.

    >>> dimensions((64, 112, 112))
    '64 × 112 × 112'
    """
    return " × ".join(map(str, sizes))


def short(number: float) -> str:
    """A count to three digits.

    >>> short(512), short(163_696), short(999_999), short(1_043_456)
    ('512', '164 k', '1.00 M', '1.04 M')
    """
    if number < 1000:
        return f"{number:.0f}"
    units = iter("kMGTPEZYRQ")
    size, unit = number / 1000, next(units)
    while size >= 999.5 and unit != "Q":
        size, unit = size / 1000, next(units)
    return f"{size:.{_decimals(size)}f} {unit}"


def memory(count: int) -> str:
    """Bytes in binary units.

    >>> memory(1_536), memory(1_605_632)
    ('1.50 KiB', '1.53 MiB')
    """
    size, unit = _binary(count)
    return f"{size:.2f} {unit}"


def short_memory(count: int) -> str:
    """Bytes in binary units, to three digits.

    >>> short_memory(1_536), short_memory(114_571_168)
    ('1.50 KiB', '109 MiB')
    """
    size, unit = _binary(count)
    return f"{size:.{_decimals(size)}f} {unit}"


def _binary(count: int) -> tuple[float, str]:
    size, units = count / 1024, iter("KMGTPEZY")
    unit = next(units)
    while size >= 1024 and unit != "Y":
        size, unit = size / 1024, next(units)
    return size, f"{unit}iB"


def _decimals(size: float) -> int:
    """How many make three digits."""
    return 2 if size < 9.995 else 1 if size < 99.95 else 0


def counted(count: int, noun: str) -> str:
    """A number and its noun, in the plural where due.

    >>> counted(1, "layer"), counted(1200, "layer")
    ('1 layer', '1,200 layers')
    """
    return f"{count:,} {noun}" + ("s" if count != 1 else "")


def listed(names: Sequence[str], most: int = MOST_LISTED) -> str:
    """At least one name, and of many the first.

    >>> listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c", "d", "e"])
    ('a', 'a and b', 'a, b, c and 2 more')
    """
    rest = len(names) - most
    *before, last = [*names[:most], f"{rest:,} more"] if rest > 0 else names
    return f"{', '.join(before)} and {last}" if before else last


def parameters(trained: int, frozen: int) -> str:
    """How many parameters there are, for a line of text.

    >>> parameters(1200, 0), parameters(1200, 300)
    ('1,200 parameters', '1,200 parameters, 300 frozen')
    """
    return counted(trained, "parameter") + (f", {frozen:,} frozen" if frozen else "")


def plain(text: str, longest: int = 120) -> str:
    """Text from a spec on one line, without control characters, and cut to ``longest`` characters.

    >>> plain("a\\n\\x07b"), plain("abcdef", 4)
    ('a b', 'abc…')
    """
    kept = "".join(c if c.isprintable() else " " for c in text[: 100 * longest])
    words = unspoken(" ".join(kept.split()))
    return words if len(words) <= longest else words[: longest - 1].rstrip() + "…"


# what GitHub makes links of by itself: users, issues, addresses
_LINKED = re.compile(r"@(?=\w)|#(?=\d)|:(?=//)|www(?=\.)", re.IGNORECASE)


def markdown(text: str) -> str:
    """Text in which Markdown, HTML and GitHub find nothing to act on.

    >>> markdown("a_b @you, see http://x.org")
    'a\\\\_b @<!-- -->you, see http:<!-- -->//x.org'
    """
    escaped = re.sub(r"([\\`*_\[\]|$#~])", r"\\\1", text).replace("&", "&amp;").replace("<", "&lt;")
    return _LINKED.sub(r"\g<0><!-- -->", re.sub("^>", r"\\>", escaped))


def times(ratio: float | None) -> str:
    """How many times as much, to two digits.

    >>> times(2.268), times(21.64), times(314.2), times(0.0123), times(None)
    ('2.3 ×', '22 ×', '314 ×', '0.012 ×', '')
    """
    if ratio is None:
        return ""
    if ratio >= 9.95:
        return f"{short(ratio)} ×"
    return f"{ratio:.1f} ×" if ratio >= 0.95 else f"{float(f'{ratio:.2g}'):g} ×"


def factor(before: float, after: float) -> str:
    """By what a count is multiplied, fine enough to show small changes.

    >>> factor(100, 102), factor(3, 3), factor(1, 8), factor(8, 1), factor(0, 4)
    ('× 1.02', 'as before', '× 8.00', '× 0.125', '')
    """
    if before == after:
        return "as before"
    if not before:
        return ""
    times = after / before
    if times >= 999.5:
        return f"× {short(times)}"
    if 0.0005 <= abs(times - 1) < 0.005:
        return f"× {times:.3f}"
    digits = 2 if 0.995 <= times < 9.995 else 1 if 9.995 <= times < 99.95 else 0 if times > 1 else 3
    return f"× {times:.{digits}f}" if times >= 0.0995 else f"× {times:.3g}"
