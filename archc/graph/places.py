"""Where a setting of an operator is written: at its node, in its `norm` or `act`, or in the defaults."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import yaml

from archc.errors import Edit, Span
from archc.graph.frame import Frame
from archc.ops import OPERATORS
from archc.spec.document import NodeSpec
from archc.spec.expressions import Expression
from archc.spec.tree import Map, whole


class Place(NamedTuple):
    """The mapping that a setting stands in, and the key that it has there."""

    holder: Map
    key: str
    is_default: bool = False

    @property
    def span(self) -> Span:
        """The value's."""
        return self.holder.span(self.key)

    @property
    def key_span(self) -> Span:
        return self.holder.key_span(self.key)

    @property
    def written(self) -> yaml.Node:
        return self.holder.marks[self.key][1]

    @property
    def text(self) -> str:
        """What is written there."""
        at = self.span
        return at.source.line(at.line)[at.column - 1 : at.end - 1]

    def edit(self, text: str) -> tuple[Edit, ...]:
        """The value replaced; nothing where it goes over several lines."""
        at = whole(self.written)
        return () if at is None else (Edit(at, text),)


def place_of(setting: str, op: str, spec: NodeSpec, frame: Frame) -> Place | None:
    """Where a setting of an operator is written; None where nobody wrote it.

    The operator ``op`` is the node's own, or the one that its `norm` or `act` names.
    """
    for holder, is_default in _holders(op, spec, frame):
        if isinstance(holder, Map) and setting in holder.marks:
            return Place(holder, setting, is_default)
    return None


def _holders(op: str, spec: NodeSpec, frame: Frame) -> Iterator[tuple[object, bool]]:
    """The mappings that may have settings of the operator, and whether they are defaults."""
    defaults = frame.lexical.defaults
    role = OPERATORS[op].role
    if spec.op == op or (isinstance(spec.op, Expression) and not role):
        yield spec.marks, False
    else:
        yield spec.marks.get(role), False
        if isinstance(spec.op, str):
            owner = defaults.get(spec.op)
            yield owner.get(role) if isinstance(owner, Map) else None, True
    yield defaults.get(op), True
