"""What follows from equal settings and shapes alone is worked out once in a process, over all its specs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archc.ops.base import Operator, Remark, Shapes

if TYPE_CHECKING:
    from archc.graph.graph import Facts

MOST = 4096  # entries of one kind; beyond, all of them are forgotten, for most came from one spec

# by class, and the types, names and values of plain settings
made: dict[tuple[object, ...], Operator] = {}
# by operator (its id), input shapes, and the most numbers that a tensor may hold
inferred: dict[tuple[int, Shapes, int], tuple[Operator, Facts, list[Remark], int]] = {}

# by operator (its id) and the number of spatial axes
labels: dict[tuple[int, int], tuple[Operator, str]] = {}


def remember(memory: dict[Any, Any], key: object, value: object) -> None:
    """Keep a value. One that is found by an id holds what has that id, so that the id stays its own."""
    if len(memory) >= MOST:
        memory.clear()
    memory[key] = value
