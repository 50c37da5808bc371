"""How the receptive field grows from layer to layer."""

from __future__ import annotations

from typing import NamedTuple

from archc.analysis.paths import longest_path
from archc.analysis.receptive import covers, receptive_fields
from archc.graph.graph import Graph


class Step(NamedTuple):
    """The field of one layer with weights, in positions of the input along its longest axis."""

    layer: int  # counted from 1 along the longest path
    size: int
    whole: bool  # whether it reads the whole input, as what follows a global pool does


class Growth(NamedTuple):
    """The fields of the layers on the longest path, and the length of the input they look at."""

    steps: tuple[Step, ...]
    length: int


def growth(graph: Graph) -> Growth | None:
    """The fields along the longest path from an input; None where no layer sees a spatial axis.

    Of several inputs the first that a layer depends on counts, of several axes the longest.
    """
    fields = receptive_fields(graph)
    layers = [node for node in longest_path(graph) if node.op.weighted]
    steps = []
    length = 0
    for number, node in enumerate(layers, 1):
        for name, reaches in fields[node.name].items():
            sizes = graph.inputs[name].shape[1:]
            if reaches:
                axis = sizes.index(max(sizes))
                length = length or sizes[axis]
                whole = all(covers(*pair) for pair in zip(reaches, sizes, strict=True))
                steps.append(Step(number, reaches[axis].size, whole))
                break
    return Growth(tuple(steps), length) if steps else None
