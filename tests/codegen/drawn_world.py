"""What is known of a random document while it is written."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import prod
from typing import Any

from drawn_settings import Choice, Settings, Shape

from archc.graph.placing import check_inputs
from archc.ops import OPERATORS
from archc.ops.base import AttributeMistake, ShapeError

ODD_NAMES = [
    "x",
    "out",
    "layer",
    "block",
    "torch",
    "nn",
    "F",
    "self",
    "range",
    "zip",
    "len",
    "super",
    "Tensor",
    "NamedTuple",
    "float",
    "conv",
    "norm",
    "act",
    "in_channels",
    "channels",
    "x_",
    "out_",
    "has_a",
    "print",
    "list",
    "kernel_size",
    "stride",
    "str",
    "object",
    "loop",
    "index",
    "module",
    "conv1",
    "pool",
    "shortcut",
    "sum",
    "min",
    "max",
    "bool",
    "tuple",
    "training_",
    "isinstance",
    "None_",
    "Net",
    "RBF",
    "Scale",
    "DropPath",
]


@dataclass
class Block:
    args: dict[str, Any]
    example: dict[str, Any]
    inputs: list[str]
    shapes: list[Shape]
    outputs: list[str]


@dataclass
class World:
    """The document so far."""

    doc: dict[str, Any]
    blocks: dict[str, Block] = field(default_factory=dict)


class Failed(Exception):
    """What was drawn does not fit."""


def inferred(op: str, settings: Settings, shapes: tuple[Shape, ...]) -> Shape:
    try:
        made = OPERATORS[op].make(settings)
        check_inputs(made, shapes)
        shape = made.infer(shapes)
    except (AttributeMistake, ShapeError) as error:
        raise Failed from error
    if prod(shape) > 1500 or shape[0] > 40 or max(shape[1:], default=1) > 24:
        raise Failed
    return shape


def other_value(c: Choice, value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return c.of([1, 2, 3, 4, 6, 8])
    if isinstance(value, float):
        return c.of([0.5, 0.1, 1e-5])
    if isinstance(value, list):
        return c.of([[2, 4], [4, 4], [6, 2]])
    return c.of(["relu", "none", "tanh"])
