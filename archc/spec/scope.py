"""What the nodes of a file see: its args and defaults; and that names of one scope differ."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from archc.errors import Label, Span, nearest
from archc.ops import OPERATORS, Operator, operator
from archc.ops.base import AttributeMistake
from archc.ops.foreign import OPERATOR_NAMES, SETTING_NAMES, inferred
from archc.spec.collect import Mistakes
from archc.spec.document import Lexical
from archc.spec.keys import FOLLOWERS, NODE_KEYS, TYPES, brief, check_key, is_expression
from archc.spec.nulls import report_nulls
from archc.spec.tree import Map
from archc.spec.values import Values

SAMPLES = {"int": "10", "float": "0.5", "bool": "true", "str": "relu", "list": "[64, 128]"}


class Named(NamedTuple):
    """The names of one kind in a scope, and the mapping in which they stand (None: a list)."""

    kind: str  # "arg", "node", "input"
    names: Iterable[str]
    marks: Map | None

    def span(self, name: str) -> Span | None:
        """Where a name stands."""
        marks = self.marks
        return marks.key_span(name) if marks is not None and name in marks.marks else None


def lexical(
    written: Map, entries: Mapping[str, Any], values: Values, mistakes: Mistakes
) -> Lexical:
    """The args and defaults of a file."""
    args: dict[str, Any] = {}
    if "args" in entries:
        args = dict(values.mapping(entries["args"]))
        check_ids(entries["args"], mistakes)
    for name, value in args.items():
        if isinstance(value, str) and value in TYPES:
            message = f"arg '{name}' of a document needs a value, not the type '{value}'"
            at = entries["args"].span(name)
            help = (
                f"write its value: `{name}: {SAMPLES[value]}`; only a block's args can be required"
            )
            mistakes.add("A031", message, at, help)
    defaults: dict[str, Map] = {}
    if "defaults" in entries:
        defaults = _defaults(entries["defaults"], entries.get("blocks", {}), values, mistakes)
    return Lexical(args, defaults, written)


def _defaults(
    written: Map, blocks: Mapping[str, Any], values: Values, mistakes: Mistakes
) -> dict[str, Map]:
    made = {}
    if None in written.values():
        report_nulls(written, mistakes)
    for name, settings in written.items():
        found = operator(name)
        if found is None:
            help = (
                "a block's args have their own defaults"
                if name in blocks
                else nearest(name, OPERATORS, foreign=OPERATOR_NAMES)
            )
            message = f"'{name}' is no operator, so it has no defaults"
            mistakes.add("A032", message, written.key_span(name), help)
        elif isinstance(settings, Map):
            made[name] = values.mapping(settings)
            _check_default(found, settings, mistakes)
        elif settings is not None:
            message = f"the defaults of {name} must be a mapping of settings, not {brief(settings)}"
            help = f"write `{name}: {{bias: false}}`"
            mistakes.add("A021", message, written.span(name), help)
    return made


def _check_default(op: type[Operator], settings: Map, mistakes: Mistakes) -> None:
    known = [*op.attributes(), *FOLLOWERS]
    for key, value in settings.items():
        if key in known or value is None:
            _check_value(op, settings, key, mistakes)
            continue
        its = f"its settings are {', '.join(known)}"
        help = inferred(key) or nearest(key, known, its, SETTING_NAMES)
        if key in NODE_KEYS:
            help = f"`{key}` belongs to each node, and has no default"
        mistakes.add("A032", f"{op.name} has no setting '{key}'", settings.key_span(key), help)


def _check_value(op: type[Operator], settings: Map, key: str, mistakes: Mistakes) -> None:
    """A default is wrong even where no node takes it; one with expressions is computed where it is taken."""
    value = settings[key]
    if value is None or key in FOLLOWERS or _is_computed(value):
        return
    try:
        op.checked(key, value)
    except AttributeMistake as error:
        mistakes.add("A060", error.message, settings.span(key), error.help)


def _is_computed(value: Any) -> bool:
    """Whether there is an expression in a value."""
    if isinstance(value, dict):
        return any(map(_is_computed, value.values()))
    return any(map(_is_computed, value)) if isinstance(value, list) else is_expression(value)


def check_ids(written: Map, mistakes: Mistakes) -> None:
    """Every key of the mapping must be an identifier."""
    for name in written:
        check_key(written, name, mistakes)


def check_distinct(groups: list[Named], where: str, mistakes: Mistakes) -> None:
    """Args, inputs and nodes of one scope share one space of names."""
    seen: dict[str, Named] = {}
    for group in groups:
        for name in group.names:
            if name not in seen:
                seen[name] = group
                continue
            kind, other = group.kind, seen[name].kind
            at, first = group.span(name), seen[name].span(name)
            labels = (Label(first, f"the {other}"),) if first else ()
            message = f"{where} has both {_a(other)} and {_a(kind)} '{name}'"
            help = "args, inputs and nodes of one scope share one space of names"
            mistakes.add("A036", message, at or first, help, labels=labels if at else ())


def _a(kind: str) -> str:
    return f"an {kind}" if kind[0] in "ai" else f"a {kind}"
