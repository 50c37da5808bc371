"""Numbers that remember the expression they came from, so that ``4 * width`` can be printed again.

A block's class is written from one of its calls: its args and the channels of its inputs are traced
numbers, and the ordinary shape rules compute with them. What comes out is checked against every call
(see :mod:`archc.codegen.plan`), so a forgotten memory costs beauty, never truth.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from typing import Any

OPERATIONS: dict[str, tuple[type[ast.operator], Callable[[Any, Any], Any]]] = {
    "add": (ast.Add, operator.add),
    "sub": (ast.Sub, operator.sub),
    "mul": (ast.Mult, operator.mul),
    "truediv": (ast.Div, operator.truediv),
    "floordiv": (ast.FloorDiv, operator.floordiv),
    "mod": (ast.Mod, operator.mod),
}


class TracedInt(int):
    """A whole number with its expression."""

    expr: ast.expr


class TracedFloat(float):
    """A number with its expression."""

    expr: ast.expr


def trace(value: Any, expr: ast.expr) -> Any:
    """The value, remembering its expression; only numbers can."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    traced = TracedInt(value) if isinstance(value, int) else TracedFloat(value)
    traced.expr = expr
    return traced


def plain(value: Any) -> Any:
    """The value without its memory."""
    if isinstance(value, TracedInt):
        return int(value)
    if isinstance(value, TracedFloat):
        return float(value)
    if isinstance(value, tuple | list):
        return type(value)(plain(item) for item in value)
    return value


def expression(value: Any) -> ast.expr:
    """The value's expression: the remembered one, or a literal."""
    if isinstance(value, TracedInt | TracedFloat):
        return value.expr
    if isinstance(value, tuple | list):
        return ast.Tuple([expression(item) for item in value], ast.Load())
    return ast.Constant(value)


def _define(name: str, node: type[ast.operator], compute: Callable[[Any, Any], Any]) -> None:
    def forward(self: Any, other: Any) -> Any:
        return _combine(self, other, node, compute)

    def backward(self: Any, other: Any) -> Any:
        return _combine(other, self, node, compute)

    for cls in (TracedInt, TracedFloat):
        setattr(cls, f"__{name}__", forward)
        setattr(cls, f"__r{name}__", backward)


def _combine(
    left: Any, right: Any, node: type[ast.operator], compute: Callable[[Any, Any], Any]
) -> Any:
    if not isinstance(left, int | float) or not isinstance(right, int | float):
        return NotImplemented
    value = compute(plain(left), plain(right))
    if _neutral(left, right, node):
        return left
    if _neutral(right, left, node) and node in (ast.Add, ast.Mult):
        return right
    return trace(value, ast.BinOp(expression(left), node(), expression(right)))


def _neutral(kept: Any, other: Any, node: type[ast.operator]) -> bool:
    """Whether the operation leaves ``kept`` as it is: adding 0, multiplying or dividing by 1."""
    if isinstance(other, TracedInt | float):
        return False
    if node in (ast.Add, ast.Sub):
        return bool(other == 0)
    return node in (ast.Mult, ast.FloorDiv) and bool(other == 1)


for _name, (_node, _compute) in OPERATIONS.items():
    _define(_name, _node, _compute)
