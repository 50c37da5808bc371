"""From settings as written to settings as values: expressions, defaults, patches of one instance."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from archc.errors import Fix, Mistake, Span, nearest
from archc.graph.explain import base_of
from archc.graph.frame import Fault, Frame, Result, Silent
from archc.graph.places import place_of
from archc.ops import OPERATORS
from archc.ops.base import AttributeMistake, Operator, show
from archc.ops.foreign import SETTING_NAMES, inferred
from archc.spec.document import Lexical, NodeSpec, Required
from archc.spec.expressions import Expression, ExpressionError
from archc.spec.meant import expression_text, likely, replaced
from archc.spec.patch import copy
from archc.spec.tree import Map

FIELDS = {"op": "op", "share": "share", "from": "sources", "norm": "norm", "act": "act", "when": "when",
          "repeat": "repeat", "label": "label", "note": "note"}  # fmt: skip
TYPES: dict[str, tuple[type, ...]] = {
    "int": (int,), "float": (int, float), "number": (int, float), "bool": (bool,), "str": (str,),
    "list": (list, tuple),
}  # fmt: skip

_PLAIN = (str, int, float)  # a union written out in a call would be made anew in each call
MOST_UNKNOWN = 2  # settings or args told one by one
MOST_RELATIVES = 3  # operators named for a setting that another does not have


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
    if isinstance(value, _PLAIN):
        return value
    try:
        return resolve(value, frame.env)
    except ExpressionError as error:
        if any(result is None and varies(value, name) for name, result in frame.results.items()):
            raise Silent from None
        at, help = marks.span(key if key in marks else None), error.help
        for name in frame.nodes:
            if name not in frame.results and varies(value, name):
                help = f"'{name}' is not computed yet: a node reads only what is written above it"
        raise Fault(Mistake("A055", error.message, at, (), frame.where, help=help)) from None


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
            old = getattr(spec, FIELDS[key]) if FIELDS[key] not in changes else None
            changes[FIELDS[key]] = _merged(old, value)
        elif key not in ("before", "after"):
            settings[key] = _merged(settings.get(key), value)
            if value is None:
                del settings[key]
    return dataclasses.replace(spec, marks=marks, settings=settings, **changes)


def _merged(old: Any, patch: Any) -> Any:
    """A value with a JSON merge patch applied; `norm: {…}` gives settings to what was a word."""
    if not isinstance(patch, Map):
        return patch
    if isinstance(old, str):
        old = {"op": old}
    if not isinstance(old, dict) or patch.get("op", old.get("op")) != old.get("op"):
        old = {}
    made = copy(patch)
    made.clear()
    for key, value in {**old, **patch}.items():
        if key not in patch or value is not None:
            made[key] = _merged(old.get(key), value) if key in patch else value
    return made


def make(name: str, settings: Mapping[str, Any], spec: NodeSpec, frame: Frame) -> Operator:
    """The operator with these settings, or a mistake for each wrong setting, at its place."""
    try:
        return OPERATORS[name].make(settings)
    except AttributeMistake as error:
        single = _single(name, settings) or [error]  # else it needs one, or two contradict
        mistakes = [_attribute_mistake(name, mistake, spec, frame) for mistake in single]
        raise Fault(*mistakes) from None


def _single(name: str, settings: Mapping[str, Any]) -> list[AttributeMistake]:
    """The settings that are wrong whatever the others are. Many unknown ones are one mistake: the op."""
    wrong = []
    for key, value in settings.items():
        try:
            OPERATORS[name].checked(key, value)
        except AttributeMistake as error:
            wrong.append(error)
    declared = OPERATORS[name].attributes()
    unknown = [error.name for error in wrong if error.name not in declared]
    strange = [key for key in unknown if not _hint(key, name)]
    if len(unknown) <= MOST_UNKNOWN or not strange:
        return wrong
    words = ", ".join(f"'{key}'" for key in unknown)
    first = AttributeMistake(unknown[0], f"{name} has no settings {words}")
    return [first, *(error for error in wrong if error.name in declared)]


def _hint(setting: str, op: str, otherwise: str = "") -> str:
    """What an unknown setting of an operator probably means."""
    known = [*OPERATORS[op].attributes(), *FIELDS]
    return inferred(setting) or nearest(setting, known, otherwise, SETTING_NAMES)


def _attribute_mistake(name: str, error: AttributeMistake, spec: NodeSpec, frame: Frame) -> Mistake:
    declared = OPERATORS[name].attributes()
    help = error.help
    if error.name not in declared:
        otherwise = _taken_by(name, error.name)
        if error.name in frame.lexical.args:
            otherwise = f"'{error.name}' is an arg of the document: write it under `args`"
        help = _hint(error.name, name, otherwise)
    place = place_of(error.name, name, spec, frame)
    if place is None:
        role = OPERATORS[name].role
        at = spec.marks.span(role if spec.op != name and role in spec.marks else None)
        return Mistake("A060", error.message, at, (), frame.where, help=help)
    at = place.span if error.name in declared else place.key_span
    fixes: tuple[Fix, ...] = ()
    if error.name in declared:
        taken = partial(_takes, name, error.name)
        meant, fixes = _meant(place.holder, place.key, taken, frame)
        others = tuple(
            Fix(f"write {error.name}: {other}; {error.help}", place.edit(str(other)))
            for other in error.others
            if "$" not in place.text
        )
        help, fixes = meant or help, (*_whole(at), *fixes, *others)
    labels = base_of(spec, at)
    return Mistake("A060", error.message, at, labels, frame.where, help=help, fixes=fixes)


def _taken_by(name: str, setting: str) -> str:
    """The settings that an operator has; where there are none, its relatives that have this one."""
    own = OPERATORS[name]
    if own.attributes():
        return f"{name} takes: {', '.join(own.attributes())}"
    others = [
        other
        for other, op in OPERATORS.items()
        if op.family == own.family and setting in op.attributes()
    ]
    alike = f"; '{setting}' is one of {', '.join(others[:MOST_RELATIVES])}" if others else ""
    return f"{name} has no settings{alike}"


def _takes(op: str, setting: str, value: Any) -> bool:
    """Whether an operator takes this value for a setting."""
    try:
        OPERATORS[op].checked(setting, value)
    except AttributeMistake:
        return False
    return True


def _meant(
    holder: Map, key: str, taken: Callable[[Any], bool], frame: Frame
) -> tuple[str, tuple[Fix, ...]]:
    """What was probably meant by a literal that is not taken, in words and as changes."""
    written = holder.get(key)
    if expression_text(written) or key not in holder.marks or taken(written):
        return "", ()
    names = [name for name, value in frame.env.items() if not isinstance(value, Result)]
    others = likely(written, written, names, taken)
    return (others[0].words(key) if others else ""), replaced(holder, key, others)


def _whole(at: Span) -> tuple[Fix, ...]:
    from archc.graph.remedies.division import whole_division  # only a failing run pays for it

    return whole_division(at)


def bind(spec: NodeSpec, given: Mapping[str, Any], frame: Frame, declared: Mapping[str, Any],
         block: str, env: dict[str, Any]) -> dict[str, Any]:  # fmt: skip
    """The args of one block call: given values, then defaults, which may use earlier args.

    ``env`` is what the block's file sees; the args are added to it.
    """
    mistakes = list(_unfit(spec, given, frame, declared, block))
    if mistakes:
        raise Fault(*mistakes)
    args: dict[str, Any] = {}
    for name, default in declared.items():
        args[name] = given[name] if name in given else _default(name, default, env, spec, frame)
        env[name] = args[name]
    return args


def _unfit(
    spec: NodeSpec, given: Mapping[str, Any], frame: Frame, declared: Mapping[str, Any], block: str
) -> Iterator[Mistake]:
    """A mistake for each arg that is unknown or of another type, and one for all that are missing."""
    unknown = [name for name in given if name not in declared]
    for name in unknown[:1] if len(unknown) > MOST_UNKNOWN else unknown:
        takes = f"{block} takes: {', '.join(declared)}" if declared else f"{block} has no args"
        help = nearest(name, declared, takes, SETTING_NAMES)
        at = spec.marks.key_span(name) if name in spec.marks else spec.marks.span()
        words = ", ".join(f"'{key}'" for key in unknown)
        message = f"block {block} has no arg '{name}'"
        if len(unknown) > MOST_UNKNOWN:
            message = f"block {block} has no args {words}"
        yield Mistake("A046", message, at, (), frame.where, help=help)
    missing: dict[str, str] = {}
    for name, default in declared.items():
        if name in given:
            yield from _untyped(name, given[name], default, spec, frame)
        elif isinstance(default, Required):
            missing[name] = default.type
    if missing and not unknown:  # one unknown may be a missing one misspelt
        needed = ", ".join(f"'{name}' ({kind})" for name, kind in missing.items())
        message = f"block {block} needs the arg{'s' * (len(missing) > 1)} {needed}"
        help = f"write in the call: {{op: {block}, {', '.join(f'{name}: …' for name in missing)}}}"
        yield Mistake("A046", message, spec.marks.span(), (), frame.where, help=help)


def _default(name: str, default: Any, env: Mapping[str, Any], spec: NodeSpec, frame: Frame) -> Any:
    try:
        return resolve(default, env)
    except ExpressionError as error:
        message = f"the default of arg '{name}': {error.message}"
        raise Fault(
            Mistake("A055", message, spec.marks.span(), (), frame.where, help=error.help)
        ) from None


def _untyped(
    name: str, value: Any, default: Any, spec: NodeSpec, frame: Frame
) -> Iterator[Mistake]:
    """A mistake if the value is not of the arg's type: the declared one, or that of the default."""
    kind = default.type if isinstance(default, Required) else _kind(default)
    if kind is None or fits(value, kind):
        return
    help = "divide with `//` to get a whole number" if isinstance(value, float) else ""
    at = spec.marks.span(name if name in spec.marks else None)
    message = f"arg '{name}' must be of type {kind}, not {show(value)}"
    meant, fixes = _meant(spec.marks, name, partial(fits, kind=kind), frame)
    help, fixes = meant or help, (*(_whole(at) if isinstance(value, float) else ()), *fixes)
    yield Mistake("A046", message, at, (), frame.where, help=help, fixes=fixes)


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
