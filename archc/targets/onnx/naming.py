"""Names of values in the file, where the names of inputs and outputs come first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from archc.graph.graph import Graph
from archc.targets.onnx.place import Sheet, Step


class Names(NamedTuple):
    """What values are called in the file, by what rules call them; and the outputs among them."""

    of: Mapping[str, str]
    outputs: tuple[str, ...]


def named(graph: Graph, sheet: Sheet, outputs: Sequence[tuple[str, str]]) -> Names:
    """Names for all values; ``outputs`` are pairs of an output's name and its value.

    A value that is an input, or an output already, gets another name by a node ``Identity``; one that
    is called as an output is, but is another value, becomes ``fc/result``. No rule says result or output.
    """
    of = {name: name for name in graph.inputs}
    final = []
    for output, value in outputs:
        name = f"{output}/output" if output in graph.inputs else output
        if value in of:
            copy = f"{output}/output"
            of[copy] = name
            sheet.steps.append(Step(copy, "Identity", (value,), copy, {}))
        else:
            of[value] = name
        final.append(name)
    taken = {*of.values()}
    for step in sheet.steps:
        plain = step.result not in taken
        of.setdefault(step.result, step.result if plain else f"{step.result}/result")
    return Names(of, tuple(final))


def read_steps(steps: Sequence[Step], names: Names) -> list[Step]:
    """The steps whose result is read, or is an output: a crop, say, reads only the shape of a value."""
    read = {value for value, name in names.of.items() if name in names.outputs}
    kept = []
    for step in reversed(steps):
        if step.result in read:
            read.update(step.reads)
            kept.append(step)
    return kept[::-1]
