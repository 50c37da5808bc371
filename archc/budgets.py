"""What archc is willing to spend on one spec, and the clock that it runs against.

A spec is data from strangers, so it cannot raise these limits: only who runs archc can, by ``--limit`` on
the command line, by :func:`limits` in Python, or by the environment variable ``ARCHC_LIMITS``.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, fields, replace
from functools import cache
from time import monotonic
from typing import Any, NamedTuple

from archc.errors import Mistake, Span, SpecError, nearest

VARIABLE = "ARCHC_LIMITS"
MIB, GIB = 2**20, 2**30
_UNITS = {
    "": 1, "K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12,
    "KIB": 2**10, "MIB": MIB, "GIB": GIB, "TIB": 2**40, "MS": 1e-3, "S": 1, "MIN": 60, "H": 3600,
}  # fmt: skip
_VALUE = re.compile(r"(?:2\^(?P<power>[0-9]{1,2})|(?P<number>[0-9]{1,18}(?:\.[0-9]{1,9})?))\s*"
                    r"(?P<unit>[A-Za-z]*)\Z", re.ASCII)  # fmt: skip


def machine_memory() -> int:
    """Bytes of memory that the machine has; without end where it does not tell."""
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):
        return sys.maxsize


def _limit(default: int, unit: str, meaning: str, most: int = sys.maxsize) -> Any:
    return field(default=default, metadata={"unit": unit, "meaning": meaning, "most": most})


@dataclass(frozen=True)
class Limits:
    """Every limit, with its default. Those that keep Python's own stack whole end at a ceiling."""

    bytes: int = _limit(16 * MIB, "bytes", "size of one file of a spec", 2**30)
    values: int = _limit(500_000, "count", "words, numbers, lists and mappings of one file")
    nesting: int = _limit(64, "count", "lists and mappings inside one another", 100)
    aliased: int = _limit(100_000, "count", "values that the YAML aliases of one file add")
    digits: int = _limit(100, "count", "characters of a number", 4_000)
    name: int = _limit(100, "count", "characters of the name of a node, block, arg or spec", 180)
    text: int = _limit(10_000, "count", "characters of a title, a label or a note")
    files: int = _limit(64, "count", "files that one spec leads to")
    bases: int = _limit(32, "count", "documents and variants that extend one another", 100)
    mistakes: int = _limit(50, "count", "mistakes told in one run", 10_000)
    expression: int = _limit(1_000, "count", "characters of an expression", 10_000)
    expressions: int = _limit(500_000, "count", "characters of all expressions of one spec")
    items: int = _limit(
        1_000, "count", "items of a list, or characters of a text, that an expression gives", 10**6
    )
    depth: int = _limit(64, "count", "calls of blocks inside one another", 100)
    nodes: int = _limit(
        2_000_000,
        "count",
        "nodes after expansion, and apart from them block calls and absent nodes",
    )
    elements: int = _limit(2**40, "count", "numbers in one tensor")
    weights: int = _limit(2**40, "count", "numbers in all weights together; shared ones count once")
    boxes: int = _limit(4_000, "count", "boxes of a drawing")
    memory: int = field(
        default_factory=machine_memory,
        metadata={
            "unit": "bytes",
            "meaning": "of the weights and buffers that `archc build` allocates",
            "most": sys.maxsize,
        },
    )
    time: float = _limit(
        60, "seconds", "to read, check and expand a spec; and again for its counts"
    )


class Declared(NamedTuple):
    """One field of :class:`Limits`."""

    name: str
    unit: str  # bytes, seconds or count
    meaning: str
    most: int  # how far it can be raised
    default: int | None  # None: what the machine has


def declared() -> dict[str, Declared]:
    """The limits by their names, in the order in which a spec meets them."""
    return {
        one.name: Declared(
            one.name,
            one.metadata["unit"],
            one.metadata["meaning"],
            one.metadata["most"],
            one.default if isinstance(one.default, int) else None,
        )
        for one in fields(Limits)
    }


_current: ContextVar[Limits | None] = ContextVar("limits", default=None)
_deadline: ContextVar[float | None] = ContextVar("deadline", default=None)


def current() -> Limits:
    """The limits that hold here.

    Raises:
        ValueError: the environment variable says what cannot be.
    """
    return _current.get() or _of_environment()


@cache
def _of_environment() -> Limits:
    """What ``ARCHC_LIMITS`` says, by default nothing: ``nodes=100000,time=2s``. Read once."""
    parts = [part.strip() for part in os.environ.get(VARIABLE, "").split(",")]
    try:
        return changed(Limits(), dict(map(assignment, filter(None, parts))))
    except ValueError as error:
        raise ValueError(f"{VARIABLE}: {error}") from None


def assignment(text: str) -> tuple[str, str]:
    """``nodes=5M`` -> ``nodes`` and ``5M``.

    Raises:
        ValueError: there is no ``=``.
    """
    name, equals, value = text.partition("=")
    if not equals:
        raise ValueError(f"'{text}' is not NAME=VALUE")
    return name.strip(), value.strip()


def changed(limits: Limits, changes: Mapping[str, float | str | None]) -> Limits:
    """The limits with some of them otherwise; None or ``none`` is as far as archc can go.

    Raises:
        ValueError: there is no limit of this name, or it cannot be this.
    """
    known = declared()
    values = {}
    for name, value in changes.items():
        if name not in known:
            hint = nearest(name, known) or f"there are {', '.join(known)}"
            raise ValueError(f"there is no limit '{name}'; {hint}")
        values[name] = _number(known[name], value)
    return replace(limits, **values)


def _number(limit: Declared, value: float | str | None) -> Any:
    if value is None or (isinstance(value, str) and value.lower() == "none"):
        return limit.most
    number = _parsed(limit, value) if isinstance(value, str) else value
    if not 0 < number < float("inf"):
        raise ValueError(f"the limit {limit.name} must be above 0, or none")
    if number > limit.most:
        raise ValueError(f"the limit {limit.name} can be at most {limit.most:,}")
    return number if limit.unit == "seconds" else int(number)


def _parsed(limit: Declared, text: str) -> float:
    """``5M``, ``64MiB``, ``1.5GiB``, ``2^40``, ``10s``, ``500ms``, ``2min``"""
    number = _quantity(text, seconds=limit.unit == "seconds")
    if number is None:
        example = {"bytes": "64MiB", "seconds": "10s"}.get(limit.unit, "5M")
        raise ValueError(f"the limit {limit.name} is written like {limit.name}={example}")
    return number


def size(text: str) -> int:
    """How many bytes ``8GiB``, ``8gib``, ``8G`` (8 · 10⁹) or ``2^33`` are, as limits are written.

    Raises:
        ValueError: it is no size.
    """
    number = _quantity(text, seconds=False)
    if number is None:
        raise ValueError(f"'{text}' is not written like 64MiB")
    return int(number)


def _quantity(text: str, seconds: bool) -> float | None:
    """A number with its unit, of time or of anything else; None where it cannot be read."""
    match = _VALUE.match(text.replace("_", ""))
    unit = match["unit"].upper().removesuffix("B") if match else ""
    unit = f"{unit}B" if unit.endswith("I") else unit
    timed = unit in ("MS", "S", "MIN", "H")
    if match is None or unit not in _UNITS or (unit and timed != seconds):
        return None
    number = 2 ** int(match["power"]) if match["power"] else float(match["number"])
    return number * _UNITS[unit]


@contextmanager
def limits(**changes: float | str | None) -> Iterator[Limits]:
    """Other limits for what runs inside ``with``: ``limits(nodes=5_000_000, time="10s")``.

    A value is a number (bytes, seconds, or a count), text as on the command line, or None for as much
    as archc can do.

    Raises:
        ValueError: there is no limit of this name, or it cannot be this.
    """
    made = changed(current(), changes)
    token = _current.set(made)
    try:
        yield made
    finally:
        _current.reset(token)


def written(unit: str, value: float) -> str:
    """A limit as the command line takes it: ``4M``, ``32MiB``, ``120s``, ``2^41``."""
    if unit == "seconds":
        return f"{value:g}s"
    whole = int(value)
    if unit == "bytes":
        name, size = next(
            (pair for pair in (("GiB", GIB), ("MiB", MIB), ("KiB", 2**10)) if not whole % pair[1]),
            ("", 1),
        )
        return f"{whole // size}{name}"
    if whole >= MIB and whole & (whole - 1) == 0:
        return f"2^{whole.bit_length() - 1}"
    name, size = (
        ("M", 10**6) if not whole % 10**6 else ("K", 10**3) if not whole % 10**4 else ("", 1)
    )
    return f"{whole // size}{name}"


def remedy(name: str, first: str = "", need: float = 0) -> str:
    """What to do about a limit that a spec has met: ``first``, or raise it, which this says how.

    ``need`` is what this spec would have taken, where that is known.
    """
    limit, now = declared()[name], getattr(current(), name)
    value = max(2 * now, 1)
    while value < need:
        value *= 2
    if limit.unit == "bytes" and value > GIB:
        value = -(-value // GIB) * GIB
    value = min(value, limit.most)
    raised = f"`--limit {name}={written(limit.unit, value)}` raises the limit, for a spec you trust"
    if value <= now or value < need:
        raised = f"the limit {name} can be {written(limit.unit, limit.most)} at most"
    return f"{first}; {raised}" if first else raised


@contextmanager
def timed() -> Iterator[None]:
    """Start the clock: work inside has so long as the limit ``time`` says.

    Where one runs already, the one that ends first counts.
    """
    outer = _deadline.get()
    own = monotonic() + current().time
    token = _deadline.set(own if outer is None else min(own, outer))
    try:
        yield
    finally:
        _deadline.reset(token)


def check_time(doing: str, at: Callable[[], Span] | None = None) -> None:
    """Raise :class:`SpecError` if the clock has run out; ``doing`` says over what, ``at`` is its place."""
    deadline = _deadline.get()
    if deadline is not None and monotonic() > deadline:
        message = f"archc ran out of time after {current().time:g} s, {doing}"
        place = at() if at is not None else None
        raise SpecError([Mistake("A058", message, place, help=remedy("time"))])
