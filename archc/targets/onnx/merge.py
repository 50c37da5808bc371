"""Operators that join branches."""

from __future__ import annotations

from archc.ops import merge
from archc.targets.onnx.place import Place
from archc.targets.onnx.rules import rule


@rule(merge.Concat)
def concat(op: merge.Concat, at: Place) -> str:
    return at.result("Concat", *at.inputs, axis=1)


@rule(merge.Add)
def add(op: merge.Add, at: Place) -> str:
    return at.result("Add" if len(at.inputs) == 2 else "Sum", *at.inputs)


@rule(merge.Mul)
def mul(op: merge.Mul, at: Place) -> str:
    """ONNX multiplies two values at a time."""
    product, *others, last = at.inputs
    for index, other in enumerate(others):
        product = at.step(f"product{index}", "Mul", product, other)
    return at.result("Mul", product, last)
