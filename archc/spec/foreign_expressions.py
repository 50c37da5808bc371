"""Expressions as other languages write them (``${n}``, ``$(a && b)``, ``$(int(n / 2))``), as archc does."""

from __future__ import annotations

import ast
import re

from archc.spec.expressions import Expression, ExpressionError

FLOORS = ("int", "floor", "trunc")  # what gives whole numbers elsewhere
LONGEST = 200  # characters of an expression that is rewritten

_SIGNS = (
    (re.compile(r"\$(?=[A-Za-z_(])"), ""),
    (re.compile(r"\s*&&\s*"), " and "),
    (re.compile(r"\s*\|\|\s*"), " or "),
    (re.compile(r"!(?!=)\s*"), "not "),
    (re.compile(r"\s*(?::=|(?<![=!<>])=(?!=))\s*"), " == "),
    (re.compile(r"^(.+?)\s*\?\s*(.+?)\s*:\s*(.+)$"), r"\2 if \1 else \3"),
    (re.compile(r"\b(\w+)\s*\*\*\s*2\b"), r"\1 * \1"),
)

_NAMED = re.compile(r"[(,]\s*\w+\s*=(?!=)")  # an argument by its name, in a call


def rewritten(text: str) -> str:
    """The expression that was meant by text that is none; empty where that cannot be told.

    >>> rewritten("${n}"), rewritten("$(int(n / 2))"), rewritten("$(2 * $n)"), rewritten("$(7 +)")
    ('$n', '$(n // 2)', '$(2 * n)', '')
    """
    if len(text) > LONGEST or "'" in text or '"' in text:
        return ""
    braced = re.fullmatch(r"\$\{(.*)\}", text)
    inside = braced[1] if braced else text[2:-1] if _in_parentheses(text) else text[1:]
    if _NAMED.search(inside):
        return ""
    for sign, ours in _SIGNS:
        inside = sign.sub(ours, inside.strip())
    inside = _floored(inside)
    made = f"${inside}" if re.fullmatch(r"[A-Za-z_][\w.]*", inside) else f"$({inside})"
    return made if made != text and _is_expression(made) else ""


def _in_parentheses(text: str) -> bool:
    """Whether one pair of parentheses holds all: not in ``$(a) * (b)``."""
    depth = 0
    for index, char in enumerate(text):
        depth += (char == "(") - (char == ")")
        if char == ")" and depth == 0:
            return text[:2] == "$(" and index == len(text) - 1
    return False


def _floored(inside: str) -> str:
    """``int(a / b)`` as ``a // b``, and ``int(a)`` as ``round(a)``."""
    if not re.search(rf"\b({'|'.join(FLOORS)})\(", inside):
        return inside
    try:
        return ast.unparse(_Floors().visit(ast.parse(inside, mode="eval")))
    except (SyntaxError, ValueError, RecursionError):
        return inside


class _Floors(ast.NodeTransformer):
    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        if not isinstance(node.func, ast.Name) or node.func.id not in FLOORS or len(node.args) != 1:
            return node
        (arg,) = node.args
        if isinstance(arg, ast.BinOp) and isinstance(arg.op, ast.Div):
            return ast.BinOp(arg.left, ast.FloorDiv(), arg.right)
        return ast.Call(ast.Name("round", ast.Load()), node.args, [])


def _is_expression(text: str) -> bool:
    try:
        Expression.parse(text)
    except ExpressionError:
        return False
    return True
