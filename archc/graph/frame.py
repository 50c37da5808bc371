"""What names mean while one scope (the document, or one call of a block) is expanded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from archc.errors import Mistake, Span, nearest
from archc.graph.graph import Item, Node, Scope
from archc.ops.base import Shape
from archc.spec.document import Lexical, NodeSpec


class Fault(Exception):
    """Mistakes that end the expansion of one written node, and of nothing else."""

    def __init__(self, *mistakes: Mistake) -> None:
        super().__init__(mistakes[0].message)
        self.mistakes = mistakes


class Silent(Exception):
    """The node depends on one that has failed: nothing new to say about it."""


_NOTHING: Mapping[Any, Any] = MappingProxyType({})


def _nothing() -> Mapping[Any, Any]:
    """Shared by all, for most results have no parts."""
    return _NOTHING


@dataclass(slots=True, eq=False)
class Result:
    """What a name stands for: a value, and what can be named behind it after a dot."""

    node: Node
    outputs: Mapping[str, Result] = field(default_factory=_nothing)
    instances: Mapping[int, Result] = field(default_factory=_nothing)

    @property
    def shape(self) -> Shape:
        """For expressions: ``conv1.channels`` reads it."""
        return self.node.shape

    def part(self, name: str) -> Result | None:
        """The instance ``2`` of a repeated node, or the output ``skip`` of a block, which for a
        repeated one is that of the instance that runs last."""
        if name.isdecimal() and name == str(int(name[:9])):  # `00` and other digits are no names
            return self.instances.get(int(name))
        return self.outputs.get(name)

    def parts(self) -> list[str]:
        return [*self.outputs, *map(str, self.instances)]


@dataclass(eq=False)
class Frame:
    """The state of one scope's expansion. A result of None is that of a node that has failed."""

    scope: Scope
    nodes: Mapping[str, NodeSpec]
    lexical: Lexical
    env: dict[str, Any]  # args, and results for `name.channels`
    results: dict[str, Result | None]
    where: str = ""  # "in block inception, called as inception_3a at net.yaml:19:3"
    called: Span | None = None  # where
    used: set[str] = field(default_factory=set)
    unresolved: bool = False  # a reference names nothing, and nobody knows which node it means
    items: dict[str, Item] = field(default_factory=dict)
    above: str = ""  # the node written above, or the first input
    share: tuple[str, str] | None = None  # nodes under the first path use weights under the second
    made: dict[int, Any] = field(default_factory=dict)  # operators of repeated nodes, by their spec

    def define(self, name: str, result: Result | None) -> None:
        self.results[name] = result
        if result is not None:
            self.env[name] = result

    def reach(self, reference: str, at: Callable[[], Span]) -> Result:
        """The value that a reference such as ``conv5.2`` or ``down1.skip`` names; ``at`` is its place.

        Raises:
            Fault: there is no such node, output or instance, or it is written further down.
            Silent: it has failed already.
        """
        name, *parts = reference.split(".")
        if name not in self.results:
            self.unresolved = True
            raise Fault(self._unknown(name, at()))
        self.used.add(name)
        result = self.results[name]
        for part in parts:
            if result is None:
                break
            known = result.parts()
            result = result.part(part)
            if result is None:
                raise Fault(self._no_part(name, part, known, at()))
        if result is None:
            raise Silent
        return result

    def path(self, name: str) -> str:
        return f"{self.scope.path}.{name}" if self.scope.path else name

    def _unknown(self, name: str, at: Span) -> Mistake:
        if name in self.nodes:
            own = name == next((id for id in self.nodes if id not in self.results), "")
            message = f"'{name}' reads itself" if own else f"'{name}' is written further down"
            help = "move one of the two: a node reads only what is written above it"
            help = "a node reads only what is written above it" if own else help
            return Mistake("A042", message, at, (), self.where, help=help)
        known = [*self.results]
        help = nearest(name, known, f"above this node there are: {', '.join(known[-12:])}")
        return Mistake("A041", f"there is no node '{name}' above", at, (), self.where, help=help)

    def _no_part(self, name: str, part: str, known: list[str], at: Span) -> Mistake:
        item = self.items.get(name)
        if not known and item is not None and isinstance(next(iter(item.parts), None), Scope):
            message = f"'{name}' has no output '{part}'"
            help = f"only the block's `outputs` can be named from outside; '{name}' alone is its result"
            return Mistake("A041", message, at, (), self.where, help=help)
        if not known:
            message = f"'{name}' is neither repeated nor a block with named outputs"
            return Mistake("A041", message, at, (), self.where, help=f"write '{name}' alone")
        kind = "instance" if part.isdecimal() and any(map(str.isdecimal, known)) else "output"
        shown = f"{known[0]} to {known[-1]}" if len(known) > 8 else ", ".join(known)
        help = nearest(part, known, f"it has {shown}")
        return Mistake("A041", f"'{name}' has no {kind} '{part}'", at, (), self.where, help=help)
