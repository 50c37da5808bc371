"""Settings that an operator refuses: against its declaration, by the JSON Schema of each setting."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from operator import itemgetter
from typing import Any

from changes import ENTRY
from jsonschema import Draft202012Validator
from located import Refused, is_expression
from name_truths import followed

from archc.ops import OPERATORS

# what one setting demands of another, by operator: whether the settings as given break it
TOGETHER: dict[str, Any] = {
    "conv": lambda s: _odd_groups(s) or "connections" in s,
    "depthwise_conv": lambda s: False,
    "conv_transpose": lambda s: _odd_groups(s) or s.get("init") == "bilinear",
    "crop": lambda s: ("size" in s) == ("like" in s) or ("like" in s and isinstance(s.get("offset"), list)),
    "slice": lambda s: not {"channels", "positions"} & {*s} or _empty_slices(s),
    "upsample": lambda s: ("size" in s) == ("factor" in s) or s.get("align_corners") is not None,
    "pad": lambda s: not {"padding", "channels"} & {*s} or s.get("mode", "zero") != "zero",
    "reshape": lambda s: s["shape"].count(-1) > 1 or 0 in s["shape"],
    "permute": lambda s: sorted(s["order"]) != [*range(len(s["order"]))],
    "rbf": lambda s: s["units"] != len(s.get("codes", range(10))) or len({*map(len, s["codes"])}) > 1,
}  # fmt: skip


def wrong_setting(case: Refused) -> None:
    """The operator does not declare the setting, or needs it, or its schema refuses the value."""
    candidates = list(_candidates(case))
    assert any(_is_wrong(case, op, settings) for op, settings in candidates), (
        f"{candidates} could be"
    )


def _is_wrong(case: Refused, op: str, settings: dict[str, Any]) -> bool:
    message, names = case.mistake.message, case.words
    declared = {field.name: field for field in dataclasses.fields(OPERATORS[op])}
    if "has no setting" in message:
        return message.split()[0] == op and all(n not in declared and n in settings for n in names)
    if f"{op} needs '" in message:
        needed = [name for name in names if name not in settings]
        return needed == names and (
            len(names) > 1 or declared[names[0]].default is dataclasses.MISSING
        )
    known = [name for name in settings if name in declared]
    refused = [name for name in known if _refuses(declared[name], settings[name])]
    return bool(refused) or bool(TOGETHER.get(op, lambda _: False)(settings))


def _candidates(case: Refused) -> Iterator[tuple[str, dict[str, Any]]]:
    """The operators that the mistake may be about, node, norm and act, each with its settings' values."""
    node = followed(case, case.id)
    for holder in (node, node.get("norm"), node.get("act")):
        written = {"op": holder} if isinstance(holder, str) else holder or {}
        for pick in PICKS:
            settings = {k: _evaluated(case, v, pick) for k, v in written.items() if k not in ENTRY}
            for op in case.values(written.get("op")):
                if isinstance(op, str) and op in OPERATORS:
                    yield op, settings


def _oddest(values: list[Any]) -> Any:
    return min(values, key=lambda v: (type(v) is int, v if type(v) is int else 0))


# of the values that an expression came to, in other calls or while remedies were tried
PICKS: tuple[Callable[[list[Any]], Any], ...] = (itemgetter(0), itemgetter(-1), _oddest)


def _evaluated(case: Refused, written: Any, pick: Callable[[list[Any]], Any]) -> Any:
    """A value with its expressions computed."""
    if isinstance(written, list):
        return [_evaluated(case, item, pick) for item in written]
    if isinstance(written, dict):
        return {key: _evaluated(case, item, pick) for key, item in written.items()}
    values = case.values(written)
    return pick(values) if is_expression(written) and values else written


def _refuses(field: dataclasses.Field[Any], value: Any) -> bool:
    """By its JSON Schema, for which 3.0 is a whole number; archc wants it written as one."""
    if isinstance(value, float) and value.is_integer():
        value += 0.5
    return not Draft202012Validator(dict(field.metadata["kind"].schema)).is_valid(value)


def _odd_groups(settings: dict[str, Any]) -> bool:
    filters, groups = settings.get("filters", 1), settings.get("groups", 1)
    return type(filters) is int and type(groups) is int and filters % groups != 0


def _empty_slices(settings: dict[str, Any]) -> bool:
    parts = [settings["channels"]] if "channels" in settings else []
    parts += settings.get("positions", [])
    return any(isinstance(part, list) and len(part) == 2 and part[0] >= part[1] for part in parts)
