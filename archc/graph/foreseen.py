"""How large a spec becomes at least, counted before anything is placed.

Doubled blocks and nested repeats are refused at once, and not when two million nodes fill the memory. Only
what surely will be there counts; what depends on shapes or on a call's args shows while it is placed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from archc.budgets import current
from archc.errors import SpecError
from archc.graph.frame import Fault, Frame
from archc.graph.settings import resolve
from archc.ops import OPERATORS
from archc.spec.document import NodeSpec
from archc.spec.expressions import ExpressionError

if TYPE_CHECKING:
    from archc.graph.calls import Calls


class Size(NamedTuple):
    """Nodes that are placed, and apart from them block calls and absent nodes."""

    nodes: int = 0
    empty: int = 0


ONE = Size(1)


def check_size(frame: Frame, calls: Calls) -> None:
    """Refuse a document that surely expands to more than the limit.

    Raises:
        SpecError: it does; the mistake stands at the node where the limit is passed.
    """
    if calls.document.instances or calls.left_out.parts:  # patches may make less of any call
        return
    most = current().nodes
    counted = _Sizes(calls)
    nodes = empty = 0
    first: NodeSpec | None = None
    for spec in frame.nodes.values():
        more = counted.of_node(spec, frame.env, 0)
        nodes += more.nodes
        empty += more.empty
        if first is None and (nodes > most or empty > most):
            first = spec
    if first is not None:
        raise SpecError([calls.too_many(first, frame, nodes > most, max(nodes, empty))])


class _Sizes:
    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._known: dict[str, Size] = {}  # of blocks, called once
        self._deepest = current().depth

    def of_node(self, spec: NodeSpec, env: Mapping[str, Any], depth: int) -> Size:
        """The size of a written node; none where it cannot be said."""
        if spec.when is not None:
            present = _value(spec.when, env)
            if present is not True:
                return Size(0, int(present is False))
        count = 1 if spec.repeat is None else _value(spec.repeat, env)
        if spec.op.__class__ is not str or not isinstance(count, int) or count < 0:
            return Size()
        if count == 0:
            return Size(0, 1)
        if spec.op in OPERATORS:
            return ONE if count == 1 else Size(count, 0)
        inside = self._of_block(spec.op, depth)
        return Size(count * inside.nodes, count * inside.empty)

    def _of_block(self, name: str, depth: int) -> Size:
        known = self._known.get(name)
        block = self._calls.document.blocks.get(name)
        if known is not None or block is None or depth >= self._deepest:
            return known or Size()
        self._known[name] = Size()  # a block that calls itself is refused elsewhere
        try:
            env = self._calls.lexical(block.lexical)
        except Fault:
            return Size()
        parts = [self.of_node(spec, env, depth + 1) for spec in block.nodes.values()]
        size = Size(sum(part.nodes for part in parts), 1 + sum(part.empty for part in parts))
        self._known[name] = size
        return size


def _value(value: Any, env: Mapping[str, Any]) -> Any:
    """A value that depends on nothing but the file's args; None where it depends on more."""
    try:
        return resolve(value, env)
    except ExpressionError:
        return None
