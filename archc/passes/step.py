"""What a pass gives back: the new graph, the changes that led to it, and the weights that follow."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from archc.graph.graph import Graph
from archc.graph.rewriting.edits import Edit
from archc.graph.rewriting.rewrite import rewritten

if TYPE_CHECKING:
    from torch import Tensor

Tensors: TypeAlias = "dict[str, Tensor]"  # a state dict


@dataclass(frozen=True)
class Change:
    """One thing that a pass does: ``words`` for people, ``nodes`` that take part, by name.

    ``weights`` changes a state dict in the same way.
    """

    words: str
    nodes: tuple[str, ...]
    edits: tuple[Edit, ...]
    weights: Callable[[Tensors], None] | None = None


@dataclass(frozen=True)
class Step:
    """A pass that has run. Without ``changes`` the graph is the one that it got."""

    graph: Graph
    changes: tuple[Change, ...] = ()

    def carry(self, tensors: Tensors) -> None:
        """Change a state dict of the graph before into one of the graph after."""
        for change in self.changes:
            if change.weights is not None:
                change.weights(tensors)


def step(graph: Graph, changes: Iterable[Change]) -> Step:
    """The graph with these changes."""
    found = tuple(changes)
    edits = [edit for change in found for edit in change.edits]
    return Step(rewritten(graph, edits), found) if found else Step(graph)


Pass: TypeAlias = Callable[[Graph], Step]
