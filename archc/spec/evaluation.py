"""The value of a checked expression tree: an own walk, never Python's ``eval``, all work bounded.

Values keep their type: an ``int`` subclass that overloads operators (the code generator traces with
one) is computed with, never converted.
"""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Mapping
from typing import Any

from archc.budgets import current, remedy
from archc.errors import nearest

MAX_INT = 10**30
MAX_LIST_DEPTH = 16

SHAPE_WORDS = {"channels": (0, 1), "height": (-2, 3), "width": (-1, 2)}  # axis, least rank


class ExpressionError(Exception):
    """What is wrong with an expression, and what to do about it; the caller knows the place."""

    def __init__(self, message: str, help: str = "") -> None:
        super().__init__(message)
        self.message, self.help = message, help


def evaluate_tree(tree: ast.expr, env: Mapping[str, Any]) -> Any:
    """The value of a tree from :meth:`Expression.parse`, or of one rewritten from the same nodes.

    Raises :class:`ExpressionError`, whatever the values in ``env`` are.
    """
    try:
        return _EVALUATORS[type(tree)](tree, env)
    except ZeroDivisionError:
        raise ExpressionError("division by zero") from None
    except OverflowError:
        raise ExpressionError("the result is too large") from None
    except (TypeError, ValueError) as error:
        raise ExpressionError(f"this cannot be computed: {error}") from None


def divisible(x: float, by: int = 8) -> int:
    """The multiple of ``by`` nearest to ``x``: at least ``by``, never more than 10 % below ``x``.

    As in torchvision's ``_make_divisible``, from the TensorFlow models of MobileNet.

    >>> divisible(35.2), divisible(11), divisible(12)
    (32, 16, 16)
    """
    multiple = max(by, int(x + by / 2) // by * by)
    return multiple + by if multiple < 0.9 * x else multiple


def describe(value: Any) -> str:
    """A value in a few words, for messages."""
    if isinstance(value, bool):
        return f"'{str(value).lower()}'"
    if isinstance(value, (int, float)):
        return f"the number {value:.6g}" if isinstance(value, float) else f"the number {value}"
    if isinstance(value, str):
        return f"the word '{value[:30]}'"
    if isinstance(value, (list, tuple)):
        return f"a list of {len(value)}"
    return "a mapping" if isinstance(value, Mapping) else "no number"


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _numbers(what: str, values: Any) -> None:
    for value in values:
        if not _is_number(value):
            raise ExpressionError(f"{what} needs numbers, not {describe(value)}")


def _bounded(value: Any) -> Any:
    """The value itself, if it is within the limits."""
    if isinstance(value, int):
        # the unbound methods, because an int subclass may record comparisons made with it
        if not (int.__lt__(value, MAX_INT) and int.__gt__(value, -MAX_INT)):
            raise ExpressionError("the number is too large: at most 30 digits")
    elif isinstance(value, float):
        if not math.isfinite(value):
            raise ExpressionError("the result is no finite number")
    elif isinstance(value, str):
        most = current().items
        if len(value) > most:
            message = f"the text is too long: at most {most:,} characters"
            raise ExpressionError(message, remedy("items", need=len(value)))
    elif isinstance(value, list):
        _count_items(value, 0, 1, current().items)
    return value


def _count_items(items: list[Any], count: int, depth: int, most: int) -> int:
    """Counts nested items too: lists of lists that share their parts would grow without end."""
    count += len(items)
    if depth > MAX_LIST_DEPTH:
        raise ExpressionError(f"the list is nested too deep: at most {MAX_LIST_DEPTH} levels")
    if count > most:
        raise ExpressionError(f"the list is too large: at most {most:,} items", remedy("items"))
    for item in items:
        if isinstance(item, list):
            count = _count_items(item, count, depth + 1, most)
    return count


# Names and literals


def _constant(node: Any, env: Mapping[str, Any]) -> Any:
    return node.value


_PLAIN = frozenset({int, float, str, bool})


def _lookup(name: str, env: Mapping[str, Any]) -> Any:
    try:
        return env[name]
    except KeyError:
        known = f"known here: {', '.join(sorted(env)[:12])}" if env else "no names are known here"
        raise ExpressionError(f"'{name}' is not known here", nearest(name, env) or known) from None


def _name(node: Any, env: Mapping[str, Any]) -> Any:
    value = _lookup(node.id, env)
    if type(value) in _PLAIN:
        return value
    if isinstance(value, list):
        return _bounded(value)
    if hasattr(value, "shape"):
        raise ExpressionError(
            f"'{node.id}' is a node, not a number",
            f"write {node.id}.channels, {node.id}.height or {node.id}.width",
        )
    return value


def _list(node: Any, env: Mapping[str, Any]) -> Any:
    return _bounded([_EVALUATORS[type(item)](item, env) for item in node.elts])


def _attribute(node: Any, env: Mapping[str, Any]) -> Any:
    name, word = node.value.id, node.attr
    value = _lookup(name, env)
    shape = getattr(value, "shape", None)
    if not isinstance(shape, tuple):
        raise ExpressionError(
            f"'{name}' is {describe(value)} and has no {word}",
            "only an earlier node or an input has channels, height and width",
        )
    axis, rank = SHAPE_WORDS[word]
    if len(shape) < rank:
        text = " × ".join(map(str, shape))
        what = f"has the shape {text}" if len(shape) > 1 else "is a vector"
        raise ExpressionError(
            f"'{name}' {what} and so has no {word}", f"`{name}.channels` is its length"
        )
    return shape[axis]


def _subscript(node: Any, env: Mapping[str, Any]) -> Any:
    items = _EVALUATORS[type(node.value)](node.value, env)
    if not isinstance(items, (list, tuple)):
        raise ExpressionError(f"only a list has items, and this is {describe(items)}")
    if isinstance(node.slice, ast.Slice):
        bounds = (node.slice.lower, node.slice.upper, node.slice.step)
        start, stop, step = (None if b is None else _index(b, env) for b in bounds)
        return list(items[start:stop:step])
    index = _index(node.slice, env)
    try:
        return items[index]
    except IndexError:
        size = f"{len(items)} item{'s' * (len(items) != 1)}, counted from 0"
        raise ExpressionError(f"there is no item {index} in a list of {size}") from None


def _index(node: ast.expr, env: Mapping[str, Any]) -> Any:
    index = _EVALUATORS[type(node)](node, env)
    if isinstance(index, bool) or not isinstance(index, int):
        raise ExpressionError(f"an index is a whole number, not {describe(index)}")
    return index


# Operators

OPERATORS: dict[type[ast.operator], tuple[str, Callable[[Any, Any], Any]]] = {
    ast.Add: ("+", operator.add),
    ast.Sub: ("-", operator.sub),
    ast.Mult: ("*", operator.mul),
    ast.Div: ("/", operator.truediv),
    ast.FloorDiv: ("//", operator.floordiv),
    ast.Mod: ("%", operator.mod),
}

COMPARISONS: dict[type[ast.cmpop], tuple[str, Callable[[Any, Any], Any]]] = {
    ast.Eq: ("==", operator.eq),
    ast.NotEq: ("!=", operator.ne),
    ast.Lt: ("<", operator.lt),
    ast.LtE: ("<=", operator.le),
    ast.Gt: (">", operator.gt),
    ast.GtE: (">=", operator.ge),
}


def _binary(node: Any, env: Mapping[str, Any]) -> Any:
    left = _EVALUATORS[type(node.left)](node.left, env)
    right = _EVALUATORS[type(node.right)](node.right, env)
    sign, compute = OPERATORS[type(node.op)]
    if not (_is_number(left) and _is_number(right)):
        joined = isinstance(left, str) and isinstance(right, str)
        joined = joined or (isinstance(left, list) and isinstance(right, list))
        if not (joined and sign == "+"):
            _numbers(f"'{sign}'", (left, right))
    return _bounded(compute(left, right))


def _unary(node: Any, env: Mapping[str, Any]) -> Any:
    value = _EVALUATORS[type(node.operand)](node.operand, env)
    if isinstance(node.op, ast.Not):
        return not value
    _numbers("'-'", (value,))
    return -value


def _compare(node: Any, env: Mapping[str, Any]) -> Any:
    left = _EVALUATORS[type(node.left)](node.left, env)
    result: Any = True
    for op, part in zip(node.ops, node.comparators, strict=True):
        right = _EVALUATORS[type(part)](part, env)
        sign, compare = COMPARISONS[type(op)]
        if sign not in ("==", "!=") and not (isinstance(left, str) and isinstance(right, str)):
            _numbers(f"'{sign}'", (left, right))
        result = compare(left, right)
        if not result:
            return result
        left = right
    return result


def _boolean(node: Any, env: Mapping[str, Any]) -> Any:
    stop_at = isinstance(node.op, ast.Or)
    value = None
    for part in node.values:
        value = _EVALUATORS[type(part)](part, env)
        if bool(value) is stop_at:
            return value
    return value


def _conditional(node: Any, env: Mapping[str, Any]) -> Any:
    part = node.body if _EVALUATORS[type(node.test)](node.test, env) else node.orelse
    return _EVALUATORS[type(part)](part, env)


# Functions


def _items(name: str, args: list[Any]) -> list[Any]:
    """The numbers a function is given: its arguments, or those of its one list."""
    values = args[0] if len(args) == 1 and isinstance(args[0], (list, tuple)) else args
    _numbers(name, values)
    if not values:
        raise ExpressionError(f"{name} of an empty list")
    return list(values)


def _round(args: list[Any]) -> Any:
    _numbers("round", args)
    return round(args[0])


def _ceil(args: list[Any]) -> Any:
    _numbers("ceil", args)
    return math.ceil(args[0])


def _sum(args: list[Any]) -> Any:
    if not isinstance(args[0], (list, tuple)):
        raise ExpressionError(f"sum needs a list, not {describe(args[0])}")
    _numbers("sum", args[0])
    return sum(args[0])


def _divisible(args: list[Any]) -> Any:
    _numbers("divisible", args)
    if len(args) == 2 and not (isinstance(args[1], int) and args[1] > 0):
        raise ExpressionError(f"divisible needs a whole number above 0, not {describe(args[1])}")
    return divisible(*args)


# name -> least and most arguments, and what it computes
FUNCTIONS: dict[str, tuple[int, int, Callable[[list[Any]], Any]]] = {
    "min": (1, 100, lambda args: min(_items("min", args))),
    "max": (1, 100, lambda args: max(_items("max", args))),
    "round": (1, 1, _round),
    "ceil": (1, 1, _ceil),
    "sum": (1, 1, _sum),
    "divisible": (1, 2, _divisible),
}


def _call(node: Any, env: Mapping[str, Any]) -> Any:
    compute = FUNCTIONS[node.func.id][2]
    return _bounded(compute([_EVALUATORS[type(arg)](arg, env) for arg in node.args]))


_EVALUATORS: dict[type[ast.AST], Callable[[Any, Mapping[str, Any]], Any]] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.List: _list,
    ast.Attribute: _attribute,
    ast.Subscript: _subscript,
    ast.BinOp: _binary,
    ast.UnaryOp: _unary,
    ast.Compare: _compare,
    ast.BoolOp: _boolean,
    ast.IfExp: _conditional,
    ast.Call: _call,
}
