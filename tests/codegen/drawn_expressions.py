"""Expressions of the names that a scope has, to be written in the place of values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from types import SimpleNamespace
from typing import Any

from archc.spec.expressions import Expression, ExpressionError


def evaluated(value: Any, env: Mapping[str, Any]) -> Any:
    if isinstance(value, str) and value.startswith("$"):
        return Expression.parse(value).evaluate(env)
    if isinstance(value, dict):
        return {key: evaluated(item, env) for key, item in value.items()}
    return [evaluated(item, env) for item in value] if isinstance(value, list) else value


def counts(value: Any) -> bool:
    """Whether a value is an expression of `i`."""
    return isinstance(value, str) and value[:1] == "$" and "i" in Expression.parse(value).names


def known(env: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Expressions of the names of a scope, with their values."""
    texts = []
    atoms = [n for n, v in env.items() if not isinstance(v, SimpleNamespace)]
    nodes = [n for n, v in env.items() if isinstance(v, SimpleNamespace)]
    words = [f"{n}.{word}" for n in nodes[-4:] for word in ("channels", "height", "width")]
    for a in [*atoms, *words]:
        texts += [f"${a}", f"$(2 * {a})", f"$({a} // 2)", f"$({a} + 1)", f"$({a} - 1)"]
        texts += [f"$(not {a})", f"${a}.0", f"$({a}[1])", f"$(3 if {a} == 4 else 1)"]
        texts += [
            f"$(max({a}, 2))",
            f"$(ceil({a} / 2))",
            f"$(divisible({a}, 2))",
            f"$({a} % 2)",
        ]
        texts += [f"$(-{a})", f"$({a} * 2 // 4)", f"$(8 - ({a} - 1))", f"$({a} / 2)"]
        texts += [f"$({a} * 0.5)", f"$(round({a} * 1.5))", f"$([{a}, {a}])"]
    texts += [f"$({a} {s} {b})" for a in atoms for b in words for s in "+-*"]
    for text in texts:
        with suppress(ExpressionError):
            yield text, evaluated(text, env)


def conditions(env: Mapping[str, Any], first: str) -> list[Any]:
    """What may stand as `when`; ``first`` is the scope's first input."""
    atoms = {n: v for n, v in env.items() if not isinstance(v, SimpleNamespace)}
    options: list[Any] = []
    for name, value in atoms.items():
        if isinstance(value, bool):
            options += [f"${name}", f"$(not {name})"]
        elif isinstance(value, int | float):
            options += [f"$({name} > 2)", f"$({name} != 1 or {first}.channels > 4)"]
            options += [f"$({first}.channels != {name})", f"$(1 < {name} <= 4)"]
        elif isinstance(value, str):
            options += [f"$({name} == 'relu')", f'$({name} != "none")']
        elif isinstance(value, list):
            options += [f"$({name}.0 != {name}.1)", f"$({name} == [2, 4])"]
    options += [f"$({first}.channels % 2 == 0)", True, False]
    return options
