"""From settings as written to settings as values: expressions, defaults, patches of one instance."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, NamedTuple

from archc.errors import Mistake, nearest
from archc.graph.frame import Fault, Frame, Silent
from archc.ops import OPERATORS
from archc.ops.base import AttributeMistake, Operator, show
from archc.spec.document import Lexical, NodeSpec, Required
from archc.spec.expressions import Expression, ExpressionError
from archc.spec.tree import Map

FIELDS = {"op": "op", "share": "share", "from": "sources", "norm": "norm", "act": "act", "when": "when",
          "repeat": "repeat", "label": "label", "note": "note"}  # fmt: skip
TYPES: dict[str, tuple[type, ...]] = {
    "int": (int,), "float": (int, float), "number": (int, float), "bool": (bool,), "str": (str,),
    "list": (list, tuple),
}  # fmt: skip


class Follower(NamedTuple):
    """A norm or activation as written beside its owner: the operator's name and its settings."""

    op: str
    settings: dict[str, Any]


def resolve(value: Any, env: Mapping[str, Any]) -> Any:
    """The value with every expression in it evaluated."""
    if isinstance(value, Expression):
        return value.evaluate(env)
    if isinstance(value, dict):
        return {key: resolve(item, env) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [resolve(item, env) for item in value]
    return value


def varies(value: Any, name: str) -> bool:
    """Whether an expression in the value reads the name."""
    if isinstance(value, Expression):
        return name in value.names
    if isinstance(value, dict):
        return any(varies(item, name) for item in value.values())
    return isinstance(value, list | tuple) and any(varies(item, name) for item in value)


def evaluate(value: Any, frame: Frame, marks: Map, key: str) -> Any:
    """:func:`resolve` in a frame; what goes wrong becomes a mistake at the key's value."""
    if isinstance(value, str | int | float):
        return value
    try:
        return resolve(value, frame.env)
    except ExpressionError as error:
        if any(result is None and varies(value, name) for name, result in frame.results.items()):
            raise Silent from None
        at = marks.span(key if key in marks else None)
        raise Fault(Mistake("A055", error.message, at, (), frame.where, help=error.help)) from None


def lexical_env(lexical: Lexical) -> dict[str, Any]:
    """The args of a file with their values, in order: later ones may be computed from earlier ones."""
    env: dict[str, Any] = {}
    for name, value in lexical.args.items():
        try:
            env[name] = resolve(value, env)
        except ExpressionError as error:
            at = lexical.marks["args"].span(name) if "args" in lexical.marks else None
            raise Fault(Mistake("A055", error.message, at, help=error.help)) from None
    return env


def patched(spec: NodeSpec, patch: Map) -> NodeSpec:
    """The node with a path patch applied, for one instance: settings replace, null removes."""
    changes: dict[str, Any] = {}
    settings = dict(spec.settings)
    if "op" in patch and patch["op"] != spec.op:
        settings = {}
        changes.update(norm=None, act=None)
    marks = Map(spec.marks.mark)
    for origin in (spec.marks, patch):
        marks.update(origin)
        marks.marks.update(origin.marks)
    for key, value in patch.items():
        if key in FIELDS:
            changes[FIELDS[key]] = value
        elif key not in ("before", "after"):
            settings[key] = value
            if value is None:
                del settings[key]
    return dataclasses.replace(spec, marks=marks, settings=settings, **changes)


def make(name: str, settings: Mapping[str, Any], spec: NodeSpec, frame: Frame) -> Operator:
    """The operator with these settings, or a mistake at the setting's place."""
    try:
        return OPERATORS[name].make(settings)
    except AttributeMistake as error:
        raise Fault(_attribute_mistake(name, error, spec, frame)) from None


def _attribute_mistake(name: str, error: AttributeMistake, spec: NodeSpec, frame: Frame) -> Mistake:
    declared = OPERATORS[name].attributes()
    help = error.help
    if error.name not in declared:
        help = nearest(error.name, [*declared, *FIELDS]) or f"{name} takes: {', '.join(declared)}"
    defaults = frame.lexical.defaults.get(name)
    if error.name in spec.marks:
        known = error.name in declared
        at = spec.marks.span(error.name) if known else spec.marks.key_span(error.name)
    elif defaults is not None and error.name in defaults:
        at = defaults.span(error.name)
    else:
        at = spec.marks.span()
    return Mistake("A060", error.message, at, (), frame.where, help=help)


def bind(spec: NodeSpec, given: Mapping[str, Any], frame: Frame, declared: Mapping[str, Any],
         block: str, env: dict[str, Any]) -> dict[str, Any]:  # fmt: skip
    """The args of one block call: given values, then defaults, which may use earlier args.

    ``env`` is what the block's file sees; the args are added to it.
    """
    for name in given:
        if name not in declared:
            help = nearest(name, declared) or f"{block} takes: {', '.join(declared) or 'no args'}"
            at = spec.marks.key_span(name) if name in spec.marks else spec.marks.span()
            message = f"block {block} has no arg '{name}'"
            raise Fault(Mistake("A046", message, at, (), frame.where, help=help))
    args: dict[str, Any] = {}
    for name, default in declared.items():
        if name in given:
            args[name] = _typed(name, given[name], default, spec, frame)
        elif isinstance(default, Required):
            message = f"block {block} needs the arg '{name}' ({default.type})"
            help = f"write it in the call: {{op: {block}, {name}: …}}"
            raise Fault(Mistake("A046", message, spec.marks.span(), (), frame.where, help=help))
        else:
            args[name] = _default(name, default, env, spec, frame)
        env[name] = args[name]
    return args


def _default(name: str, default: Any, env: Mapping[str, Any], spec: NodeSpec, frame: Frame) -> Any:
    try:
        return resolve(default, env)
    except ExpressionError as error:
        message = f"the default of arg '{name}': {error.message}"
        raise Fault(
            Mistake("A055", message, spec.marks.span(), (), frame.where, help=error.help)
        ) from None


def _typed(name: str, value: Any, default: Any, spec: NodeSpec, frame: Frame) -> Any:
    """The given value, if it is of the arg's type: the declared one, or that of the default."""
    kind = default.type if isinstance(default, Required) else _kind(default)
    if kind is None or fits(value, kind):
        return value
    help = "divide with `//` to get a whole number" if isinstance(value, float) else ""
    at = spec.marks.span(name if name in spec.marks else None)
    message = f"arg '{name}' must be of type {kind}, not {show(value)}"
    raise Fault(Mistake("A046", message, at, (), frame.where, help=help))


def _kind(default: Any) -> str | None:
    """The type a default stands for; words are free, since an `act` may be a word or settings."""
    if isinstance(default, bool):
        return "bool"
    if isinstance(default, int | float):
        return "number"  # `drop: 0` may be called with 0.2; the operator knows what it takes
    return "list" if isinstance(default, list) else None


def fits(value: Any, kind: str) -> bool:
    """Whether a value is of a type that a spec names; ``true`` is no number."""
    return isinstance(value, TYPES[kind]) and (kind == "bool" or not isinstance(value, bool))
