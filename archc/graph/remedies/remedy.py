"""What is known of an operator that refused its inputs, and a change that may help."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from archc.errors import Edit, Fix
from archc.graph.frame import Frame
from archc.graph.graph import Node
from archc.ops.base import Operator, ShapeError, Shapes, show
from archc.spec.document import Document, NodeSpec
from archc.spec.edits import set_keys

MOST_EFFORT = 20_000


class EffortSpent(Exception):
    """Enough has been tried for one spec."""


@dataclass
class Effort:
    """How many shapes may still be worked out in the search for remedies of one spec."""

    left: int = MOST_EFFORT

    def spend(self) -> None:
        """Count one.

        Raises:
            EffortSpent: it is one too many.
        """
        self.left -= 1
        if self.left < 0:
            raise EffortSpent


class Refusal(NamedTuple):
    """An operator that cannot take its inputs."""

    error: ShapeError
    op: Operator
    inputs: tuple[Node, ...]
    spec: NodeSpec  # the operator's node
    name: str  # its path
    frame: Frame
    document: Document
    effort: Effort

    @property
    def block(self) -> str | None:
        """The block that the node stands in."""
        block = self.frame.scope.block
        return block.name if block is not None else None

    @property
    def shapes(self) -> Shapes:
        return tuple(node.shape for node in self.inputs)

    def edits(self, spec: NodeSpec, changes: Mapping[str, Any]) -> tuple[Edit, ...]:
        """The text changed so that a node of this scope has other settings."""
        texts = {key: yaml_text(value) for key, value in changes.items()}
        return set_keys(self.document, self.block, spec, texts)


class Remedy(NamedTuple):
    """A change of the text, and the shapes that the operator would read then, if they are known."""

    fix: Fix
    inputs: Shapes | None = None
    reads: tuple[str, ...] = ()  # nodes that nothing else reads


def yaml_text(value: Any) -> str:
    """A setting as its author would write it."""
    return show(value).replace("'", "")


def settings_of(op: Operator) -> dict[str, Any]:
    """An operator's settings that are not None, by name."""
    values = {key: getattr(op, key) for key in op.attributes()}
    return {key: value for key, value in values.items() if value is not None}
