"""The expressions of a spec: a whole scalar that starts with ``$``.

``$name``, ``$name.1``, ``$input.channels`` and ``$(…)``. Parsing leans on Python's own parser
and then allows only the few kinds of node that :mod:`archc.spec.evaluation` can evaluate.
"""

from __future__ import annotations

import ast
import keyword
import re
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from archc.budgets import check_time, current, remedy
from archc.errors import nearest
from archc.spec.evaluation import (
    COMPARISONS,
    FUNCTIONS,
    MAX_INT,
    OPERATORS,
    SHAPE_WORDS,
    ExpressionError,
    divisible,
    evaluate_tree,
)

__all__ = ["Expression", "ExpressionError", "divisible", "evaluate_tree", "unescape"]

MAX_DEPTH = 60  # of the syntax tree; keeps every later walk far from Python's recursion limit

KEPT = 100  # characters of expressions that are kept for the next spec: a tree takes 200 times its text
_PATH = re.compile(r"\$([A-Za-z_][A-Za-z0-9_]*)((?:\.[A-Za-z0-9_]+)*)\Z")
_CUT = "in flow style an expression with a comma needs quotes"
_FOREIGN = {  # what other languages write, and what is written here
    "&&": "and",
    "||": "or",
    "?": "a if c else b",
    ":=": "==",
    "=": "==",
    "!": "not",
}
_FLOORS = "`//` divides to whole numbers, and round() rounds"
_OTHER_SHAPE_WORDS = {
    "depth": "channels", "filters": "channels", "maps": "channels", "c": "channels",
    "h": "height", "rows": "height", "w": "width", "columns": "width",
}  # fmt: skip
_OTHER_FUNCTIONS = {
    "int": _FLOORS,
    "floor": _FLOORS,
    "trunc": _FLOORS,
    "float": "leave it out: `/` gives a number with a point",
    "abs": "write max(x, -x)",
    "pow": "write a product: a * a",
    "len": "give the length as an arg of its own",
    "range": "write the list out",
}


@dataclass(frozen=True, eq=False)
class Expression:
    """An expression as written, its checked syntax tree, and the names whose values it needs."""

    text: str
    tree: ast.expr
    names: frozenset[str]

    @staticmethod
    def parse(text: str) -> Expression:
        """Reads a whole scalar that starts with ``$``; raises :class:`ExpressionError`.

        >>> Expression.parse("$(4 * width)").evaluate({"width": 64})
        256
        """
        most = current().expression
        if len(text) > most:
            message = f"the expression is too long: {len(text):,} characters, at most {most:,}"
            raise ExpressionError(message, remedy("expression", need=len(text)))
        return _kept(text) if len(text) <= KEPT else _parse(text)

    def evaluate(self, env: Mapping[str, Any]) -> Any:
        """The value, where ``env`` gives the names theirs; raises :class:`ExpressionError`.

        ``.channels``, ``.height`` and ``.width`` read the ``shape`` of the value in ``env``,
        a tuple without the batch axis: ``(C, H, W)``.
        """
        return evaluate_tree(self.tree, env)

    def __repr__(self) -> str:
        return f"Expression({self.text!r})"


def unescape(text: str) -> str:
    """A scalar that starts with ``$$`` is text that starts with one dollar.

    >>> unescape("$$5"), unescape("5")
    ('$5', '5')
    """
    return text[1:] if text.startswith("$$") else text


@lru_cache(maxsize=1024)
def _kept(text: str) -> Expression:
    return _parse(text)


def _parse(text: str) -> Expression:
    check_time("reading the expressions")
    tree = _formula(text) if text.startswith("$(") else _path(text)
    names: set[str] = set()
    return Expression(text, _checked(tree, names, 0), frozenset(names))


def _path(text: str) -> ast.expr:
    """``$name``, ``$name.1.0`` or ``$input.channels``."""
    match = _PATH.match(text)
    if match is None or keyword.iskeyword(match[1]):
        raise ExpressionError(f"{_quote(text)} is not an expression", _help_for_path(text))
    tree: ast.expr = ast.Name(match[1], ast.Load())
    for part in match[2].split(".")[1:]:
        if part.isdecimal() and len(part) < 10:
            tree = ast.Subscript(tree, ast.Constant(int(part)), ast.Load())
        else:
            tree = ast.Attribute(tree, part, ast.Load())
    return ast.fix_missing_locations(tree)


def _help_for_path(text: str) -> str:
    if re.match(r"\$[A-Za-z_]\w*[^\w]", text):
        return f"write $({text[1:]})"
    if text.startswith("${"):
        return "a name stands after $ without braces, and an expression in $(…)"
    return "after $ comes a name or (…); a dollar itself is written $$"


def _formula(text: str) -> ast.expr:
    """``$(…)``: what stands inside the parentheses is parsed as Python."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # Python only warns of 1or 2 and of '\d'
            body = text.replace("\n", " ").rstrip()
            if not body.endswith(")") or "#" in _without_strings(body):
                raise SyntaxError  # with a comment the last parenthesis would close nothing
            return ast.parse(body[2:-1].strip(), mode="eval").body
    except (SyntaxError, ValueError, Warning):
        raise _syntax_error(text) from None
    except (RecursionError, MemoryError):
        raise _too_deep() from None


def _syntax_error(text: str) -> ExpressionError:
    bare = _without_strings(text)
    opened = sum(map(bare.count, "(["))
    if opened > MAX_DEPTH:
        return _too_deep()
    if opened > sum(map(bare.count, ")]")):
        return ExpressionError(f"{_quote(text)} stops before its brackets are closed", _CUT)
    if text[2:].strip() in (")", ""):
        return ExpressionError("an expression without content", "write it between the parentheses")
    if not text.rstrip().endswith(")"):
        return ExpressionError(
            f"{_quote(text)} goes on after its closing parenthesis",
            "put the whole expression inside: $(…)",
        )
    if "$" in bare[1:]:
        return ExpressionError(
            f"{_quote(text)} is not an expression", "inside $(…) names have no $"
        )
    foreign = re.search(r"&&|\|\||\?|:=|!(?!=)|(?<![=!<>])=(?!=)", bare)
    help = f"write '{_FOREIGN[foreign[0]]}' for '{foreign[0]}'" if foreign else ""
    return ExpressionError(f"{_quote(text)} is not an expression", help)


def _without_strings(text: str) -> str:
    return re.sub(r"'[^']*'|\"[^\"]*\"", "", text)


def _too_deep() -> ExpressionError:
    return ExpressionError(
        f"the expression is nested too deep: at most {MAX_DEPTH} levels", "name parts of it in args"
    )


def _quote(text: str) -> str:
    return f"'{text}'" if len(text) <= 40 else f"'{text[:39]}…'"


# What may stand in a tree


def _checked(node: ast.expr, names: set[str], depth: int) -> ast.expr:
    """The tree, with constants for ``true`` and ``false``; adds its free names to ``names``."""
    if depth > MAX_DEPTH:
        raise _too_deep()
    if isinstance(node, ast.Name):
        if node.id in ("true", "false"):
            return ast.copy_location(ast.Constant(node.id == "true"), node)
        names.add(node.id)
        return node
    check = _CHECKS.get(type(node))
    if check is None:
        message, help = _REFUSED.get(type(node), ("this is not part of the language", ""))
        raise ExpressionError(message, help)
    check(node)
    for field, child in ast.iter_fields(node):
        if isinstance(node, ast.Call) and field == "func":
            continue  # a function's name is no free name
        if isinstance(child, ast.Slice):
            _check_slice(child, names, depth + 1)
        elif isinstance(child, ast.expr):
            setattr(node, field, _checked(child, names, depth + 1))
        elif isinstance(child, list) and child and isinstance(child[0], ast.expr):
            child[:] = [_checked(item, names, depth + 1) for item in child]
    return node


def _check_slice(part: ast.Slice, names: set[str], depth: int) -> None:
    for field, child in ast.iter_fields(part):
        if child is not None:
            setattr(part, field, _checked(child, names, depth))


def _check_constant(node: Any) -> None:
    value = node.value
    if not isinstance(value, (bool, int, float, str)):
        raise ExpressionError(f"{value!r} is not part of the language")
    if isinstance(value, float) and value - value != 0:
        raise ExpressionError("the number is too large")
    if isinstance(value, int) and value >= MAX_INT:
        raise ExpressionError("the number is too large: at most 30 digits")


def _check_attribute(node: Any) -> None:
    if node.attr not in SHAPE_WORDS:
        known = "a node has .channels, .height and .width"
        close = nearest(node.attr, SHAPE_WORDS, known, _OTHER_SHAPE_WORDS)
        raise ExpressionError(f"'.{node.attr}' is not known here", close)
    if not isinstance(node.value, ast.Name) or node.value.id in ("true", "false"):
        raise ExpressionError(f"'.{node.attr}' can only follow the name of a node or input")


def _check_binary(node: Any) -> None:
    if isinstance(node.op, ast.Pow):
        raise ExpressionError("'**' is not part of the language", "write a product: a * a")
    if type(node.op) not in OPERATORS:
        raise ExpressionError("only + - * / // and % are operators here")


def _check_unary(node: Any) -> None:
    if not isinstance(node.op, (ast.USub, ast.Not)):
        raise ExpressionError("only '-' and 'not' can stand before a value")


def _check_compare(node: Any) -> None:
    if any(type(op) not in COMPARISONS for op in node.ops):
        raise ExpressionError("'in' and 'is' are not part of the language", "compare with ==")


def _check_call(node: Any) -> None:
    if not isinstance(node.func, ast.Name):
        raise ExpressionError("only functions can be called", f"there are {', '.join(FUNCTIONS)}")
    name = node.func.id
    if name not in FUNCTIONS:
        close = _OTHER_FUNCTIONS.get(name) or nearest(name, FUNCTIONS)
        raise ExpressionError(
            f"there is no function '{name}'", close or f"there are {', '.join(FUNCTIONS)}"
        )
    if node.keywords:
        raise ExpressionError(f"{name} takes no named arguments", "write the values alone")
    least, most, _ = FUNCTIONS[name]
    if not least <= len(node.args) <= most:
        wanted = str(least) if least == most else f"{least} to {most}"
        raise ExpressionError(
            f"{name} takes {wanted} argument{'s' * (most > 1)}, and here are {len(node.args)}"
        )


def _allowed(node: Any) -> None:
    """Nothing more to check than the parts."""


_CHECKS: dict[type[ast.expr], Callable[[Any], None]] = {
    ast.Constant: _check_constant,
    ast.List: _allowed,
    ast.Subscript: _allowed,
    ast.Attribute: _check_attribute,
    ast.BinOp: _check_binary,
    ast.UnaryOp: _check_unary,
    ast.Compare: _check_compare,
    ast.BoolOp: _allowed,
    ast.IfExp: _allowed,
    ast.Call: _check_call,
}

_REFUSED: dict[type[ast.expr], tuple[str, str]] = {
    ast.Tuple: ("several values need brackets", "a list is written [a, b]"),
    ast.Lambda: ("an expression cannot define functions", ""),
    ast.ListComp: ("comprehensions are not part of the language", "write the list out"),
    ast.GeneratorExp: ("comprehensions are not part of the language", "write the list out"),
    ast.JoinedStr: ("f-strings are not part of the language", "join text with +"),
    ast.Starred: ("'*' can only stand between two values", "join lists with +"),
    ast.NamedExpr: ("an expression cannot set names", "compare with =="),
    ast.Dict: ("mappings are not part of an expression", ""),
    ast.Set: ("sets are not part of the language", "a list is written [a, b]"),
}
