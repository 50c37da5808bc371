"""The registry of rules: what an operator becomes in ONNX, by the operator's class.

A rule is a function of the operator and its :class:`~archc.targets.onnx.place.Place`, and returns the name
of the value that holds the result. It reads settings and shapes only, so it needs neither onnx nor torch.
Packages that add operators register rules in the same way.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias, TypeVar

from archc.ops.base import Operator
from archc.targets.onnx.place import Place

Op = TypeVar("Op", bound=Operator)
Rule: TypeAlias = Callable[[Any, Place], str]

RULES: dict[type[Operator], Rule] = {}


def rule(kind: type[Op]) -> Callable[[Callable[[Op, Place], str]], Callable[[Op, Place], str]]:
    """Register the decorated function as the rule of one class; subclasses need their own."""

    def register(function: Callable[[Op, Place], str]) -> Callable[[Op, Place], str]:
        RULES[kind] = function
        return function

    return register
