"""Numbers and shapes as people read them."""

from __future__ import annotations

from collections.abc import Sequence


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
    digits = 2 if size < 9.995 else 1 if size < 99.95 else 0
    return f"{size:.{digits}f} {unit}"


def memory(count: int) -> str:
    """Bytes in binary units.

    >>> memory(1_536), memory(1_605_632)
    ('1.50 KiB', '1.53 MiB')
    """
    size, units = count / 1024, iter("KMGTPEZY")
    unit = next(units)
    while size >= 1024 and unit != "Y":
        size, unit = size / 1024, next(units)
    return f"{size:.2f} {unit}iB"


def counted(count: int, noun: str) -> str:
    """A number and its noun, in the plural where due.

    >>> counted(1, "layer"), counted(1200, "layer")
    ('1 layer', '1,200 layers')
    """
    return f"{count:,} {noun}" + ("s" if count != 1 else "")


def parameters(trained: int, frozen: int) -> str:
    """How many parameters there are, for a line of text.

    >>> parameters(1200, 0), parameters(1200, 300)
    ('1,200 parameters', '1,200 parameters, 300 frozen')
    """
    return counted(trained, "parameter") + (f", {frozen:,} frozen" if frozen else "")
