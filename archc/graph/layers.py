"""Operator nodes: what they read, their settings with defaults, and the norm and activation beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from types import NoneType
from typing import Any

from archc.errors import Mistake, Span
from archc.graph import remembered
from archc.graph.frame import Fault, Frame
from archc.graph.graph import Layer, Node
from archc.graph.places import place_of
from archc.graph.placing import Placing
from archc.graph.settings import evaluate, lexical_env, make, resolve, varies
from archc.ops import OPERATORS
from archc.ops.base import Operator, show
from archc.spec.document import Document, Lexical, NodeSpec
from archc.spec.expressions import ExpressionError
from archc.spec.outputs import as_list
from archc.spec.tree import Map, Seq

References = list[tuple[str, Callable[[], Span]]]
Operators = tuple[Operator, Operator | None, Operator | None]
PLAIN = frozenset((int, float, bool, str, NoneType))
UNKNOWN, LONG = object(), 16  # what is no key; and the entries of a list beyond which it is none


class Layers(Placing):
    """Places operators. Defaults and file args are worked out once for each file."""

    def __init__(self, document: Document) -> None:
        super().__init__(document)
        self._lexical: dict[int, dict[str, Any]] = {}
        self._defaults: dict[tuple[int, str], dict[str, Any]] = {}
        self._followers: dict[tuple[int, str, str], Operator] = {}  # those that are a mere word

    def lexical(self, lexical: Lexical) -> dict[str, Any]:
        """A file's args with their values."""
        if id(lexical) not in self._lexical:
            self._lexical[id(lexical)] = lexical_env(lexical)
        return self._lexical[id(lexical)]

    def defaults(self, frame: Frame, op: str) -> dict[str, Any]:
        """What the file says of an operator, `norm` and `act` included."""
        lexical = frame.lexical
        key = (id(lexical), op)
        if key not in self._defaults:
            written = lexical.defaults.get(op)
            try:
                found = resolve(written, self.lexical(lexical)) if written else {}
            except ExpressionError as error:
                at = written.span() if isinstance(written, Map) else lexical.marks.span()
                raise Fault(Mistake("A055", error.message, at, help=error.help)) from None
            self._defaults[key] = found
        return self._defaults[key]

    def references(self, frame: Frame, spec: NodeSpec) -> References:
        """What the node reads, each with its place; the node written above if it does not say."""
        sources = spec.sources
        if sources is not None:
            sources = evaluate(sources, frame, spec.marks, "from")
        if sources is None:
            if not frame.above:
                frame.unresolved = True
                message = "with several inputs the first node must say which it reads"
                help = f"add from: {next(iter(frame.scope.inputs))}"
                at = spec.marks.span()
                raise Fault(Mistake("A045", message, at, (), frame.where, help=help))
            return [(frame.above, spec.marks.span)]
        names = sources if isinstance(sources, list | tuple) else [sources]
        if not names or not all(isinstance(name, str) for name in names):
            frame.unresolved = True
            message = f"`from` names a node or a list of nodes, not {show(sources)}"
            help = "write their ids: from: conv1, or from: [conv1, pool2]"
            at = spec.marks.span("from")
            raise Fault(Mistake("A041", message, at, (), frame.where, help=help))
        for index, name in enumerate(names):
            self._check_single(frame, spec, name, index)
        return [(name, partial(_from_span, spec, index)) for index, name in enumerate(names)]

    def _check_single(self, frame: Frame, spec: NodeSpec, name: str, index: int) -> None:
        """
        Raises:
            Fault: several names stand in one text, as in ``from: [a b]``.
        """
        if name in frame.results or name.isidentifier():
            return
        at = _from_span(spec, index)
        help, fixes = as_list("from", name, at, {*frame.results, *frame.nodes})
        if help:
            frame.unresolved = True
            message = f"'{name}' is not one name"
            raise Fault(Mistake("A041", message, at, (), frame.where, help=help, fixes=fixes))

    def layer(
        self,
        frame: Frame,
        spec: NodeSpec,
        name: str,
        path: str,
        suffix: str,
        inputs: tuple[Node, ...],
    ) -> Layer:
        """The operator's node and those of its norm and activation: ``conv3.0``, ``conv3_norm.0``."""
        op, norm, act = self.operators(frame, spec, name)
        if op.reads and getattr(op, op.reads) is not None:
            at = partial(spec.marks.span, op.reads)
            inputs = (*inputs, frame.reach(getattr(op, op.reads), at).node)
        layer = Layer(self.place(path + suffix, op, inputs, spec, frame))
        owner = layer.node
        if norm is not None:
            place = f"{path}_norm{suffix}"
            layer.norm = self.place(place, norm, (owner,), spec, frame, role="norm", owner=owner)
        if act is not None:
            place = f"{path}_act{suffix}"
            last = (layer.result,)
            layer.act = self.place(place, act, last, spec, frame, role="act", owner=owner)
        return layer

    def operators(self, frame: Frame, spec: NodeSpec, name: str) -> Operators:
        """Operator, norm and activation; made once for a repeated node whose settings do not vary."""
        known: Operators | None = frame.made.get(id(spec))
        if known is not None:
            return known
        defaults = self.defaults(frame, name)
        settings = spec.settings
        if defaults or not PLAIN.issuperset(map(type, settings.values())):
            settings = {key: value for key, value in defaults.items() if key not in ("norm", "act")}
            for key, value in spec.settings.items():
                settings[key] = evaluate(value, frame, spec.marks, key)
        op = self._make(name, settings, spec, frame)
        norm = act = None
        if spec.norm is not None or "norm" in defaults:
            norm = self._follower(frame, spec, "norm", spec.norm, defaults)
        if spec.act is not None or "act" in defaults:
            act = self._follower(frame, spec, "act", spec.act, defaults)
        made = (op, norm, act)
        if spec.repeat is not None:
            fixed = (spec.op, spec.settings, spec.norm, spec.act)
            if not any(varies(value, "i") for value in fixed):
                frame.made[id(spec)] = made
        return made

    def _follower(
        self, frame: Frame, spec: NodeSpec, role: str, written: Any, owner: dict[str, Any]
    ) -> Operator | None:
        """The operator that `norm` or `act` names, with its own defaults."""
        value = (
            evaluate(written, frame, spec.marks, role) if written is not None else owner.get(role)
        )
        if value is None or value == "none":
            return None
        word = value.__class__ is str
        if word and (known := self._followers.get((id(frame.lexical), role, value))) is not None:
            return known
        settings = dict(value) if isinstance(value, dict) else {"op": value}
        name = settings.pop("op", None)
        if not isinstance(name, str) or name not in OPERATORS or OPERATORS[name].role != role:
            raise Fault(_not_a(role, name, spec, frame))
        defaults = self.defaults(frame, name)
        merged = {key: item for key, item in defaults.items() if key not in ("norm", "act")}
        made = self._make(name, {**merged, **settings}, spec, frame)
        if word:
            self._followers[id(frame.lexical), role, value] = made
        return made

    def _make(self, name: str, settings: dict[str, Any], spec: NodeSpec, frame: Frame) -> Operator:
        """The operator with these settings; one object where words, numbers, and lists and mappings of
        them are equal.

        Types are part of the key, for 1 and ``true`` are equal too; and what is no plain value, such
        as a number that remembers its expression, is no key.
        """
        values: Iterable[object] = settings.values()
        types = tuple(map(type, values))
        if not PLAIN.issuperset(types):
            values = [*map(_frozen, values)]
            if UNKNOWN in values:
                return make(name, settings, spec, frame)
        key = (OPERATORS[name], types, *settings, *values)
        op = remembered.made.get(key)
        if op is None:
            op = make(name, settings, spec, frame)
            remembered.remember(remembered.made, key, op)
        return op


def _frozen(value: object) -> object:
    """A key for a setting, with the types of what is inside; ``UNKNOWN`` where it is none, or long."""
    kind = type(value)
    if kind in PLAIN:
        return value
    if not isinstance(value, list | tuple | dict) or len(value) > LONG:
        return UNKNOWN
    items = [*value, *value.values()] if isinstance(value, dict) else value
    parts = [*map(_frozen, items)]
    return UNKNOWN if UNKNOWN in parts else (kind, *map(type, items), *parts)


def _not_a(role: str, name: Any, spec: NodeSpec, frame: Frame) -> Mistake:
    from archc.graph.remedies.follower import followers

    op = spec.op if isinstance(spec.op, str) else ""
    place = place_of(role, op, spec, frame) if op else None
    at = place.span if place else spec.marks.span(role if role in spec.marks else None)
    what = "a normalisation" if role == "norm" else "an activation"
    message = f"{role} must name {what}, not {show(name)}"
    if name is None:
        message = f"{role} has settings, but no `op` to name {what}"
    help, fixes = followers(role, name, place)
    return Mistake("A053", message, at, (), frame.where, help=help, fixes=fixes)


def _from_span(spec: NodeSpec, index: int) -> Span:
    written = spec.marks.get("from")
    if isinstance(written, Seq):
        return written.span(index)
    return spec.marks.span("from" if "from" in spec.marks else None)
