"""Sizes that are one number or one for each axis, and help texts about divisors."""

from __future__ import annotations

from collections.abc import Sequence

from archc.ops.base import ShapeError
from archc.ops.kinds import Size


def compact(sizes: tuple[int, ...]) -> Size:
    """One number where all axes have the same; numbers that remember more than their value stay."""
    first = sizes[0]
    alike = all(n is first or (type(n) is type(first) is int and n == first) for n in sizes)
    return first if alike else sizes


def per_axis(value: Size, axes: int, name: str) -> tuple[int, ...]:
    """One number for each of the ``axes``, as the operator was given one number or a list.

    Raises:
        ShapeError: the list is of another length.
    """
    if isinstance(value, int):
        return (value,) * axes
    if len(value) != axes:
        raise wrong_length(name, len(value), axes)
    return value


def wrong_length(name: str, given: int, axes: int) -> ShapeError:
    """The mistake of a list that does not have one entry for each spatial axis."""
    many, has = ("axis" if n == 1 else "axes" for n in (given, axes))
    return ShapeError(
        f"{name} is given for {given} {many}, but the input has {axes} spatial {has}",
        f"write one number for all, or a list of {axes}",
        setting=name,
    )


def divisors_near(number: int, wanted: int) -> str:
    """Divisors to use instead, as a help text: ``96 can be divided by 4, 6 and 8``."""
    return f"{number} can be divided by {listed(nearest_divisors(number, wanted))}"


def nearest_divisors(number: int, wanted: int) -> list[int]:
    """The three divisors (or fewer) that lie nearest to a number, in order."""
    found: set[int] = set()
    for low in range(1, min(int(number**0.5), 4096) + 1):
        if number % low == 0:
            found.update((low, number // low))
    return sorted(sorted(found, key=lambda d: abs(d - wanted))[:3])


def listed(numbers: Sequence[int]) -> str:
    """``4, 6 and 8``"""
    *first, last = map(str, numbers)
    return f"{', '.join(first)} and {last}" if first else last
