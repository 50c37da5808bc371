"""What the values between stages are called: after the largest part of the network that makes them."""

from __future__ import annotations

from collections.abc import Collection

from archc.graph.graph import Graph, Node, Scope
from archc.pipeline.units import results


def value_names(graph: Graph) -> dict[Node, str]:
    """A path for each value that can cross a cut: ``layer1``, ``layer1.2``, ``down1.skip``.

    The last instance's result has the name of the written node.
    """
    names = {node: name for name, node in graph.inputs.items()}
    _name(graph.root, names)
    return names


def _name(scope: Scope, names: dict[Node, str]) -> None:
    for item in scope.items:
        for index, part in enumerate(item.parts):
            last = index == len(item.parts) - 1
            path = item.path if last or not item.repeated else f"{item.path}.{item.order[index]}"
            several = isinstance(part, Scope) and len(part.outputs) > 1
            for name, node in results(part).items():
                names.setdefault(node, f"{path}.{name}" if several else path)
    for item in scope.items:
        for part in item.parts:
            if isinstance(part, Scope):
                _name(part, names)


def variable(path: str, taken: Collection[str]) -> str:
    """The path as a word that is not taken: ``layer1_2``."""
    name = path.replace(".", "_")
    while name in taken:
        name += "_"
    return name
