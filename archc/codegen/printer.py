"""Python source from syntax trees, laid out as ``ruff format`` lays it out.

Only the expressions that the code generator makes are known here. Long calls and lists are broken at
their outermost bracket: the contents on one line if they fit, and otherwise one item a line.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from typing import Any

WIDTH = 88
STEP = 4

BINARY: dict[type[ast.operator], tuple[str, int]] = {
    ast.Add: ("+", 11), ast.Sub: ("-", 11), ast.Mult: ("*", 12), ast.Div: ("/", 12),
    ast.FloorDiv: ("//", 12), ast.Mod: ("%", 12),
}  # fmt: skip
COMPARE: dict[type[ast.cmpop], str] = {
    ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=",
    ast.Is: "is", ast.IsNot: "is not", ast.In: "in",
}  # fmt: skip
CONDITIONAL, OR, AND, NOT, COMPARISON, UNARY, ATOM = 1, 2, 3, 4, 5, 13, 20


def inline(node: ast.expr) -> str:
    """The expression on one line."""
    return _print(node)[0]


def layout(prefix: str, node: ast.expr, indent: int, suffix: str = "") -> list[str]:
    """``prefix`` and the expression as lines, the first indented by ``indent`` spaces.

    >>> layout("x = ", ast.parse("f(a, b)", mode="eval").body, 4)
    ['    x = f(a, b)']
    """
    pad = " " * indent
    whole = f"{pad}{prefix}{inline(node)}{suffix}"
    parts = _brackets(node)
    if len(whole) <= WIDTH or parts is None:
        return [whole] if len(whole) <= WIDTH else _parenthesised(prefix, node, indent, suffix)
    opening, items, closing = parts
    first = f"{pad}{prefix}{opening}"
    body = f"{pad}{' ' * STEP}{', '.join(map(inline, items))}"
    last = f"{pad}{closing}{suffix}"
    if isinstance(node, ast.ListComp):
        return [first, *_comprehension(node, indent + STEP), last]
    if len(body) <= WIDTH and isinstance(node, ast.Call):
        return [first, body, last]
    inner: list[str] = []
    for item in items:
        inner += _item(item, indent + STEP)
    return [first, *inner, last]


def _item(item: ast.expr, indent: int) -> list[str]:
    if isinstance(item, ast.keyword):
        return layout(f"{item.arg}=", item.value, indent, ",")
    if isinstance(item, ast.Starred):
        return layout("*", item.value, indent, ",")
    if isinstance(item, ast.BinOp) and len(f"{' ' * indent}{inline(item)},") > WIDTH:
        lines = _broken(item, indent)  # the brackets are there already
        return [*lines[:-1], f"{lines[-1]},"]
    return layout("", item, indent, ",")


def _comprehension(node: ast.ListComp, indent: int) -> list[str]:
    loop = node.generators[0]
    tail = f"for {inline(loop.target)} in {inline(loop.iter)}"
    whole = f"{' ' * indent}{inline(node.elt)} {tail}"
    if len(whole) <= WIDTH:
        return [whole]
    return [*layout("", node.elt, indent), f"{' ' * indent}{tail}"]


def _brackets(node: ast.expr) -> tuple[str, list[Any], str] | None:
    """The outermost bracket: what opens it, its items, what closes it."""
    if isinstance(node, ast.Call) and (node.args or node.keywords):
        return f"{inline(node.func)}(", [*node.args, *node.keywords], ")"
    if isinstance(node, ast.Tuple | ast.List) and node.elts:
        tuple_ = isinstance(node, ast.Tuple)
        return "(" if tuple_ else "[", list(node.elts), ")" if tuple_ else "]"
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Tuple):
        return f"{_at(node.value, ATOM)}[", list(node.slice.elts), "]"
    if isinstance(node, ast.ListComp):
        return "[", [node], "]"
    return None


def _parenthesised(prefix: str, node: ast.expr, indent: int, suffix: str) -> list[str]:
    """A long expression without a bracket of its own: broken before its outermost operators."""
    pad = " " * indent
    if not isinstance(node, ast.BinOp | ast.BoolOp):
        return [f"{pad}{prefix}{inline(node)}{suffix}"]
    inner = f"{pad}{' ' * STEP}{inline(node)}"
    if (
        isinstance(node, ast.BinOp)
        and isinstance(node.right, ast.Call)
        and not isinstance(node.left, ast.BinOp)
    ):
        sign, level = BINARY[type(node.op)]
        head = f"{prefix}{_at(node.left, level)} {sign} "
        if len(f"{pad}{head}{inline(node.right.func)}(") <= WIDTH:
            return layout(head, node.right, indent, suffix)
    lines = [inner] if len(inner) <= WIDTH else _broken(node, indent + STEP)
    return [f"{pad}{prefix}(", *lines, f"{pad}){suffix}"]


def _broken(node: ast.BinOp | ast.BoolOp, indent: int) -> list[str]:
    """The expression with a line for each term."""
    lines: list[str] = []
    for sign, term, level in _terms(node):
        if _print(term)[1] >= level:
            lines += layout(sign, term, indent)
        else:
            lines.append(f"{' ' * indent}{sign}({inline(term)})")
    return lines


def _terms(node: ast.BinOp | ast.BoolOp) -> Iterator[tuple[str, ast.expr, int]]:
    """``a + b - c`` as ``a``, ``+ b``, ``- c``, each with the precedence it must have.

    Operators of one precedence are split together.
    """
    if isinstance(node, ast.BoolOp):
        word, level = ("or ", OR) if isinstance(node.op, ast.Or) else ("and ", AND)
        for place, value in enumerate(node.values):
            yield word if place else "", value, level + 1
        return
    sign, level = BINARY[type(node.op)]
    if isinstance(node.left, ast.BinOp) and BINARY[type(node.left.op)][1] == level:
        yield from _terms(node.left)
    else:
        yield "", node.left, level
    yield f"{sign} ", node.right, level + 1


def _at(node: ast.expr, level: int) -> str:
    text, own = _print(node)
    return text if own >= level else f"({text})"


def _print(node: ast.AST) -> tuple[str, int]:
    return PRINTERS[type(node)](node)


def _constant(node: ast.Constant) -> tuple[str, int]:
    if isinstance(node.value, str):
        return quoted(node.value), ATOM
    text = repr(node.value).replace("e+", "e")  # as formatters write 1e20
    return text, UNARY if text.startswith("-") else ATOM


def quoted(text: str) -> str:
    """A string literal, in double quotes unless that would need more escapes."""
    literal = repr(text)
    if literal.startswith("'") and '"' not in text:
        return f'"{literal[1:-1]}"'
    return literal


def _call(node: ast.Call) -> tuple[str, int]:
    items = [*map(inline, node.args), *map(_keyword_text, node.keywords)]
    return f"{inline(node.func)}({', '.join(items)})", ATOM


def _keyword_text(node: ast.keyword) -> str:
    return f"{node.arg}={inline(node.value)}"


def _tuple(node: ast.Tuple) -> tuple[str, int]:
    items = ", ".join(map(inline, node.elts))
    return f"({items},)" if len(node.elts) == 1 else f"({items})", ATOM


def _comp(node: ast.ListComp) -> tuple[str, int]:
    loop = node.generators[0]
    return f"[{inline(node.elt)} for {inline(loop.target)} in {inline(loop.iter)}]", ATOM


def _binary(node: ast.BinOp) -> tuple[str, int]:
    sign, level = BINARY[type(node.op)]
    return f"{_at(node.left, level)} {sign} {_at(node.right, level + 1)}", level


def _unary(node: ast.UnaryOp) -> tuple[str, int]:
    if isinstance(node.op, ast.Not):
        return f"not {_at(node.operand, NOT)}", NOT
    return f"-{_at(node.operand, UNARY)}", UNARY


def _compare(node: ast.Compare) -> tuple[str, int]:
    text = _at(node.left, COMPARISON + 1)
    for op, right in zip(node.ops, node.comparators, strict=True):
        text += f" {COMPARE[type(op)]} {_at(right, COMPARISON + 1)}"
    return text, COMPARISON


def _boolean(node: ast.BoolOp) -> tuple[str, int]:
    word, level = ("or", OR) if isinstance(node.op, ast.Or) else ("and", AND)
    return f" {word} ".join(_at(value, level + 1) for value in node.values), level


def _conditional(node: ast.IfExp) -> tuple[str, int]:
    test, body = _at(node.test, OR), _at(node.body, OR)
    return f"{body} if {test} else {_at(node.orelse, CONDITIONAL)}", CONDITIONAL


def _subscript(node: ast.Subscript) -> tuple[str, int]:
    index = node.slice
    parts = index.elts if isinstance(index, ast.Tuple) else [index]
    inside = ", ".join(map(inline, parts))
    return f"{_at(node.value, ATOM)}[{inside}]", ATOM


def _slice(node: ast.Slice) -> tuple[str, int]:
    ends = [node.lower, node.upper]
    simple = all(end is None or isinstance(end, ast.Name | ast.Constant) for end in ends)
    low, high = (inline(end) if end is not None else "" for end in ends)
    if simple:
        return f"{low}:{high}", ATOM
    return f"{low + ' ' if low else ''}:{' ' + high if high else ''}", ATOM


PRINTERS: dict[type[ast.AST], Callable[[Any], tuple[str, int]]] = {
    ast.Name: lambda node: (node.id, ATOM),
    ast.Attribute: lambda node: (f"{_at(node.value, ATOM)}.{node.attr}", ATOM),
    ast.List: lambda node: (f"[{', '.join(map(inline, node.elts))}]", ATOM),
    ast.Starred: lambda node: (f"*{inline(node.value)}", ATOM),
    ast.keyword: lambda node: (_keyword_text(node), ATOM),
    ast.Constant: _constant, ast.Call: _call, ast.Tuple: _tuple, ast.ListComp: _comp,
    ast.BinOp: _binary, ast.UnaryOp: _unary, ast.Compare: _compare, ast.BoolOp: _boolean,
    ast.IfExp: _conditional, ast.Subscript: _subscript, ast.Slice: _slice,
}  # fmt: skip
