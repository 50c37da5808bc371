"""Formulas written out: in messages, in lectures, and as LaTeX's mathematics."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

from archc.ops.formula import Expr, Formula, Term, unrounded, value


@dataclass(frozen=True)
class Notation:
    """A manner of writing. Its numbers and signs; and in which order a fraction's numerator comes."""

    thousands: str = ","
    minus: str = "−"
    point: str = "·"
    latex: bool = False
    added_first: bool = False  # (224 + 2·3 − 7)/2, and not (224 − 7 + 2·3)/2
    brief: bool = False  # no padding of 0, no division by 1
    worked: bool = False  # what is rounded as one number

    def number(self, number: int) -> str:
        digits = f"{abs(number):,}".replace(",", self.thousands)
        return f"{self.minus}{digits}" if number < 0 else digits

    def decimal(self, number: Fraction) -> str:
        """To two digits after the point."""
        if number.denominator == 1:
            return self.number(int(number))
        whole, _, digits = f"{abs(float(number)):.2f}".partition(".")
        sign = self.minus if number < 0 else ""
        return f"{sign}{self.number(int(whole))}.{digits.rstrip('0') or '0'}"


MESSAGE = Notation(thousands="", added_first=True)
LECTURE = Notation()
BRIEF = Notation(brief=True)
LATEX = Notation("{,}", "-", r" \cdot ", latex=True)
BRIEF_LATEX = replace(LATEX, brief=True)


def message(formula: Formula) -> str:
    """``⌊(224 + 2·3 − 7)/2⌋ + 1 = 112``, as the derivations of messages have it."""
    note = f", {formula.note}" if formula.note else ""
    return f"{written(formula.expr, MESSAGE)} = {MESSAGE.decimal(formula.result)}{note}"


def lecture(formula: Formula, notation: Notation = LECTURE) -> str:
    """``(224 − 7 + 2·3)/2 + 1 = 112.5 → 112``; a plain number is written alone."""
    result = notation.decimal(formula.result)
    if formula.given:
        return result
    exact = unrounded(formula.expr)
    found = value(exact)
    words = f"{written(exact, notation)} {_equals(found)} {notation.decimal(found)}"
    if found == formula.result:
        return words
    return f"{words} → {result}" + (", rounded up" if found < formula.result else "")


def term(formula: Formula, notation: Notation = BRIEF) -> str:
    """The arithmetic without its result, as short as it can be: ``⌊(224 − 7 + 2·3)/2⌋ + 1``."""
    return written(formula.expr, notation)


def latex(formula: Formula) -> str:
    r"""``\left\lfloor \frac{224 - 7 + 2 \cdot 3}{2} \right\rfloor + 1 = \lfloor 111.5 \rfloor + 1 = 112``."""
    result = LATEX.decimal(formula.result)
    if formula.given:
        return result
    steps = [written(formula.expr, LATEX)]
    if value(unrounded(formula.expr)) != formula.result:
        steps.append(written(formula.expr, replace(LATEX, worked=True)))
    return " = ".join([*steps, result])


def _equals(number: Fraction) -> str:
    return "=" if (number * 100).denominator == 1 else "≈"


def written(expr: Expr, notation: Notation) -> str:
    """The arithmetic without its result."""
    if isinstance(expr, int):
        return notation.number(expr)
    match expr.kind:
        case "sum":
            text = _sum(expr.parts, notation)
        case "less":
            text = notation.minus + _factor(expr.parts[0], notation)
        case "product":
            text = notation.point.join(_bracketed(part, notation) for part in expr.parts)
        case "ratio":
            text = _ratio(expr, notation)
        case "largest":
            name = r"\max" if notation.latex else "max"
            text = f"{name}({', '.join(written(part, notation) for part in expr.parts)})"
        case _:
            text = _rounded(expr, notation)
    return text


def _is(expr: Expr, *kinds: str) -> bool:
    return isinstance(expr, Term) and expr.kind in kinds


def _sum(terms: tuple[Expr, ...], notation: Notation) -> str:
    if notation.brief:
        terms = tuple(part for part in terms if not _is(part, "product", "less") or value(part))
    words = ""
    for part in terms:
        taken = _is(part, "less") or (isinstance(part, int) and part < 0)
        bare = part if not taken else part.parts[0] if isinstance(part, Term) else -part
        text = _factor(bare, notation) if taken else written(bare, notation)
        sign = notation.minus if taken else "+"
        words = f"{words} {sign} {text}" if words else f"{sign * taken}{text}"
    return words


def _factor(expr: Expr, notation: Notation) -> str:
    """Part of a fraction, or what a minus stands before: sums in it need brackets."""
    text = written(expr, notation)
    bracketed = _is(expr, "sum", "less") or (isinstance(expr, int) and expr < 0)
    return f"({text})" if bracketed else text


def _bracketed(expr: Expr, notation: Notation) -> str:
    """Part of a product: products in it have brackets as well."""
    text = _factor(expr, notation)
    return f"({text})" if _is(expr, "product") else text


def _ratio(fraction: Term, notation: Notation) -> str:
    over, under = fraction.parts
    if notation.brief and under == 1:
        return written(over, notation)
    if notation.added_first and isinstance(over, Term) and over.kind == "sum":
        over = Term("sum", tuple(sorted(over.parts, key=lambda part: _is(part, "less"))))
    if notation.latex:
        return rf"\frac{{{written(over, notation)}}}{{{written(under, notation)}}}"
    below = written(under, notation)
    return f"{_factor(over, notation)}/{below if isinstance(under, int) else f'({below})'}"


def _rounded(term: Term, notation: Notation) -> str:
    (inner,) = term.parts
    if (term.kind == "down" or notation.brief) and value(inner).denominator == 1:
        return written(inner, notation)
    sign = "floor" if term.kind == "down" else "ceil"
    if not notation.latex:
        left, right = ("⌊", "⌋") if sign == "floor" else ("⌈", "⌉")
        return f"{left}{written(inner, notation)}{right}"
    if notation.worked:
        return rf"\l{sign} {notation.decimal(value(inner))} \r{sign}"
    return rf"\left\l{sign} {written(inner, notation)} \right\r{sign}"
