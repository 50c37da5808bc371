"""Arithmetic as data: a sum with its numbers put in, which can be evaluated and written.

An operator gives the sums behind its sizes, weights and MACs as such values, next to the rules that
compute them; messages and lectures write the same values (see :mod:`archc.ops.notation`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from fractions import Fraction
from math import ceil, floor, prod
from typing import Literal, NamedTuple, TypeAlias

Kind: TypeAlias = Literal["sum", "less", "product", "ratio", "down", "up", "largest"]


class Term(NamedTuple):
    """Numbers under an operation. ``less`` is what is subtracted, ``down`` and ``up`` what is rounded."""

    kind: Kind
    parts: tuple[Expr, ...]


Expr: TypeAlias = int | Term


def plus(*terms: Expr) -> Expr:
    """The sum of the terms; of one, the term itself."""
    return terms[0] if len(terms) == 1 else Term("sum", terms)


def less(term: Expr) -> Expr:
    """A term to subtract, in a sum."""
    return Term("less", (term,))


def times(*factors: Expr) -> Expr:
    """The product of the factors, of which those that are products are written in brackets."""
    return factors[0] if len(factors) == 1 else Term("product", factors)


def ratio(over: Expr, under: Expr) -> Expr:
    return Term("ratio", (over, under))


def rounded(direction: Literal["down", "up"], inner: Expr) -> Expr:
    return Term(direction, (inner,))


def largest(*terms: Expr) -> Expr:
    return Term("largest", terms)


def parts(expr: Expr, kind: Kind) -> tuple[Expr, ...]:
    """What an expression of this kind consists of; any other is its own only part."""
    return expr.parts if isinstance(expr, Term) and expr.kind == kind else (expr,)


def value(expr: Expr) -> Fraction:
    """What the arithmetic comes to, exactly."""
    if isinstance(expr, int):
        return Fraction(expr)
    numbers = [value(part) for part in expr.parts]
    match expr.kind:
        case "sum":
            result = sum(numbers, Fraction(0))
        case "less":
            result = -numbers[0]
        case "product":
            result = prod(numbers, start=Fraction(1))
        case "ratio":
            result = numbers[0] / numbers[1]
        case "down":
            result = Fraction(floor(numbers[0]))
        case "up":
            result = Fraction(ceil(numbers[0]))
        case "largest":
            result = max(numbers)
    return result


def unrounded(expr: Expr) -> Expr:
    """The arithmetic without the rounding of it, or of terms of it."""
    if isinstance(expr, int):
        return expr
    if expr.kind in ("down", "up"):
        return expr.parts[0]
    return Term("sum", tuple(map(unrounded, expr.parts))) if expr.kind == "sum" else expr


class Formula(NamedTuple):
    """The arithmetic behind one number. A plain number is one that a setting gives.

    ``note`` are words that follow it: where the number comes from, or what it leaves out.
    """

    expr: Expr
    note: str = ""

    @property
    def result(self) -> Fraction:
        return value(self.expr)

    @property
    def given(self) -> bool:
        """Whether there is nothing to compute."""
        return isinstance(self.expr, int)


def tensors(shapes: Iterable[tuple[int, ...]]) -> Expr | None:
    """How many numbers tensors of these shapes hold: ``2·64``; None where there are none."""
    counts = Counter(shapes)
    terms = [times(*((n,) if n > 1 else ()), *(shape or (1,))) for shape, n in counts.items()]
    return plus(*terms) if terms else None


def affine(reads: Expr, results: Expr, bias: bool) -> Expr:
    """Weights of ``results`` outputs that read so many numbers each, and the bias: ``(11·11·3 + 1)·96``."""
    if bias:
        return times(plus(reads, 1), results)
    return times(*parts(reads, "product"), results)
