"""What an estimate depends on beside the graph: the type of the numbers, and the optimiser."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

DType: TypeAlias = Literal["float32", "bfloat16", "float16"]
Optimizer: TypeAlias = Literal["sgd", "momentum", "adam", "adamw"]

BYTES: dict[DType, int] = {"float32": 4, "bfloat16": 2, "float16": 2}  # of one number


class State(NamedTuple):
    """Numbers for each trained parameter: kept from step to step, and needed while one is made.

    torch keeps the state in the parameter's type. The steps are those of `foreach`, torch's default on
    a GPU, which makes each operation for all parameters at once.
    """

    kept: int
    working: int


STATES: dict[Optimizer, State] = {
    "sgd": State(0, 0),
    "momentum": State(1, 0),
    "adam": State(2, 1),  # two moments; the root of the second
    "adamw": State(2, 1),
}
