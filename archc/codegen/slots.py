"""Arguments of a class, and how each number in it is printed so that it holds for every call."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from archc.codegen.traced import expression, plain
from archc.codegen.tracing import printable, with_lists, with_tuples
from archc.graph.graph import Scope
from archc.spec.document import Required
from archc.spec.expressions import Expression, ExpressionError, evaluate_tree

LONGEST = 48  # characters of an expression: a longer one is a riddle, and an argument is clearer
RESERVED = {"self", "torch", "nn", "F", "Tensor", "NamedTuple", "super", "range", "zip", "min", "max",
            "round", "sum", "len", "x", "float", "layer", "i"}  # fmt: skip


@dataclass(eq=False)
class Param:
    """A constructor argument: its value in each call, by the scope's identity."""

    name: str
    values: dict[int, Any]
    default: ast.expr | None = None
    extra: bool = False  # neither a block's arg nor an input's channels

    @property
    def annotation(self) -> str:
        kinds = {type(plain(value)) for value in self.values.values()}
        if kinds <= {int, float}:
            return "float" if float in kinds else "int"
        names = {bool: "bool", str: "str", tuple: "tuple[int, ...]", list: "tuple[int, ...]"}
        return " | ".join(sorted({names.get(kind, "object") for kind in kinds}))


class Slots:
    """Chooses how a value is printed: as the spec wrote it, as a literal, or as one more argument."""

    def __init__(self, scopes: Sequence[Scope], taken: set[str]) -> None:
        self.scopes = scopes
        self.params: list[Param] = []
        self.names: dict[
            str, str
        ] = {}  # arg -> parameter; "input." -> that of the input's channels
        self._taken = {*RESERVED, *taken}
        self._used: set[str] = set()
        block = scopes[0].block
        if block is None:
            return
        for name in block.inputs:
            wanted = "in_channels" if len(block.inputs) == 1 else f"{name}_channels"
            values = {id(s): s.inputs[name].shape[0] for s in scopes}
            self.names[f"{name}."] = self._declare(wanted, values).name
        for name, default in block.args.items():
            values = {id(s): s.args[name] for s in scopes}
            literal = None
            if not isinstance(default, Required | Expression):
                literal = expression(tuple(default) if isinstance(default, list) else default)
            self.names[name] = self._declare(name, values, literal).name

    def _declare(self, name: str, values: dict[int, Any], default: ast.expr | None = None,
                 extra: bool = False) -> Param:  # fmt: skip
        while name in self._taken:
            name += "_"
        self._taken.add(name)
        self.params.append(Param(name, values, default, extra))
        return self.params[-1]

    def claim(self, name: str) -> str:
        """A name for an attribute of the class, free of others."""
        while name in self._taken:
            name += "_"
        self._taken.add(name)
        return name

    @property
    def signature(self) -> list[Param]:
        """The parameters that are used, those without a default first."""
        used = [param for param in self.params if param.name in self._used]
        return sorted(used, key=lambda param: param.default is not None)

    def env(self, scope: Scope) -> dict[str, Any]:
        return {
            param.name: param.values[id(scope)]
            for param in self.params
            if id(scope) in param.values
        }

    def choose(self, values: Mapping[int, Any], traced: Any, hint: str) -> ast.expr:
        """An expression that gives each call its value.

        ``values`` are by the scope's identity, ``traced`` is the value of one of them with its memory,
        ``hint`` names the argument that is added if nothing else holds.
        """
        candidate = expression(traced)
        if len(ast.unparse(candidate)) > LONGEST:
            candidate = expression(plain(traced))
        literal = expression(plain(traced))
        first = plain(traced)
        uniform = all(_same(value, first) for value in values.values())
        if not _names(candidate) and uniform:
            return literal
        if _names(candidate) and self._holds(candidate, values):
            return self._use(candidate)
        if uniform:
            return literal
        for param in self.params:
            if all(_same(param.values.get(key), value) for key, value in values.items()):
                return self._use(ast.Name(param.name, ast.Load()))
        everywhere = {id(scope): values.get(id(scope), first) for scope in self.scopes}
        param = self._declare(hint, everywhere, extra=True)
        return self._use(ast.Name(param.name, ast.Load()))

    def condition(
        self, candidate: ast.expr | None, present: Mapping[int, bool], hint: str
    ) -> ast.expr:
        """An expression that is true in just the calls where ``present`` is."""
        if candidate is not None and printable(candidate) and self._holds(candidate, present):
            return self._use(with_tuples(candidate))
        param = self._declare(f"has_{hint}", dict(present), extra=True)
        return self._use(ast.Name(param.name, ast.Load()))

    def number(self, candidate: ast.expr | None, counts: Mapping[int, int], hint: str) -> ast.expr:
        """An expression for how many instances each call has."""
        if candidate is not None and printable(candidate) and self._holds(candidate, counts):
            return self._use(with_tuples(candidate))
        return self.choose(counts, next(iter(counts.values())), f"{hint}_count")

    def _use(self, tree: ast.expr) -> ast.expr:
        self._used |= _names(tree)
        return tree

    def _holds(self, candidate: ast.expr, values: Mapping[int, Any]) -> bool:
        for scope in self.scopes:
            if id(scope) in values:
                try:
                    found = _value(candidate, self.env(scope))
                except ExpressionError:
                    return False
                if not _same(found, values[id(scope)]):
                    return False
        return True


def _value(tree: ast.expr, env: Mapping[str, Any]) -> Any:
    if isinstance(tree, ast.Tuple):
        return tuple(_value(item, env) for item in tree.elts)
    return evaluate_tree(with_lists(tree), env)


def _same(left: Any, right: Any) -> bool:
    """Equal in value and kind: ``True`` is not 1 here, and 1.0 is not 1."""
    left, right = plain(left), plain(right)
    return type(left) is type(right) and bool(left == right)


def _names(tree: ast.expr) -> set[str]:
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
