"""The types that attributes have: each with its JSON Schema, and a check that normalises.

A check hands numbers on as the very objects it got, since the code generator passes numbers that
remember the expression they came from. Lists become tuples, so that operators can be hashed.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any, TypeAlias

from archc.errors import nearest
from archc.ops.base import Kind

Size: TypeAlias = int | tuple[int, ...]  # one number for all axes, or one for each
Padding: TypeAlias = int | tuple[int | tuple[int, int], ...] | str  # and for each side, and `same`

LARGEST = 2**31 - 1  # what PyTorch's C++ takes for sizes
AXES = 3  # spatial axes at most


def is_whole(value: Any, least: int) -> bool:
    """Whether a value is an ``int``, no ``bool``, and in bounds."""
    return isinstance(value, int) and not isinstance(value, bool) and least <= value <= LARGEST


def is_list(value: Any, least: int, most: int) -> bool:
    """Whether a value is a list (or tuple) of so many items."""
    return isinstance(value, list | tuple) and least <= len(value) <= most


def refuse(expected: str, value: Any) -> ValueError:
    """What to raise: the expectation, and advice if a float stands where an ``int`` is due."""
    if isinstance(value, float) or (
        isinstance(value, list | tuple) and any(isinstance(item, float) for item in value)
    ):
        return ValueError(expected, "divide with `//`, or use round(), to get a whole number")
    return ValueError(expected)


def whole(least: int) -> Kind:
    """A whole number of at least ``least``."""
    expected = f"a whole number of at least {least}"

    def check(value: Any) -> int:
        if is_whole(value, least):
            return value  # type: ignore[no-any-return]
        if isinstance(value, int) and value > LARGEST:
            raise ValueError(f"at most {LARGEST}")
        raise refuse(expected, value)

    return Kind(f"int ≥ {least}", {"type": "integer", "minimum": least}, check)


def number(
    least: float | None = None, above: float | None = None, below: float | None = None
) -> Kind:
    """A number in the given bounds; ``least`` is included, ``above`` and ``below`` are not."""
    schema: dict[str, Any] = {"type": "number"}
    bounds: list[tuple[str, str]] = []
    if least is not None:
        schema["minimum"] = least
        bounds.append((f"of at least {least:g}", f"≥ {least:g}"))
    if above is not None:
        schema["exclusiveMinimum"] = above
        bounds.append((f"above {above:g}", f"> {above:g}"))
    if below is not None:
        schema["exclusiveMaximum"] = below
        bounds.append((f"below {below:g}", f"< {below:g}"))
    expected = " ".join(["a number", " and ".join(words for words, _ in bounds)]).strip()

    def check(value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValueError(expected)
        if not -sys.float_info.max <= value <= sys.float_info.max:
            raise ValueError("a finite number")
        low = (least is None or value >= least) and (above is None or value > above)
        if not low or (below is not None and value >= below):
            raise ValueError(expected)
        return value

    return Kind(" ".join(["float", *(sign for _, sign in bounds)]), schema, check)


def choice(*words: str) -> Kind:
    """One of a few words."""
    expected = " or ".join([", ".join(words[:-1]), words[-1]])

    def check(value: Any) -> str:
        if isinstance(value, str) and value in words:
            return value
        raise ValueError(expected, nearest(value, words) if isinstance(value, str) else "")

    return Kind(" | ".join(words), {"enum": list(words)}, check)


def size(least: int) -> Kind:
    """One whole number, or a list with one for each spatial axis."""
    expected = f"a whole number of at least {least}, or a list of one for each axis"
    item = {"type": "integer", "minimum": least}
    schema = {"oneOf": [item, {"type": "array", "items": item, "minItems": 1, "maxItems": AXES}]}

    def check(value: Any) -> Size:
        if is_whole(value, least):
            return value  # type: ignore[no-any-return]
        if is_list(value, 1, AXES) and all(is_whole(item, least) for item in value):
            return tuple(value)
        raise refuse(expected, value)

    return Kind(f"int ≥ {least}, or one per axis", schema, check)


def padding(same: bool) -> Kind:
    """A number, one for each axis, a pair for each axis (before, after), or ``same`` if allowed."""
    expected = "a whole number, one for each axis, or [before, after] for each axis"
    expected += ", or same" if same else ""
    item = {"type": "integer", "minimum": 0}
    pair = {"type": "array", "items": item, "minItems": 2, "maxItems": 2}
    lists = [{"type": "array", "items": i, "minItems": 1, "maxItems": AXES} for i in (item, pair)]
    schema = {"oneOf": [item, *lists, *([{"const": "same"}] if same else [])]}

    def check(value: Any) -> Padding:
        if is_whole(value, 0) or (same and value == "same"):
            return value  # type: ignore[no-any-return]
        if is_list(value, 1, AXES):
            if all(is_whole(item, 0) for item in value):
                return tuple(value)
            if all(is_list(item, 2, 2) and all(is_whole(n, 0) for n in item) for item in value):
                return tuple((before, after) for before, after in value)
        if value == "valid":
            raise ValueError(expected, "what TensorFlow calls valid is 0")
        raise refuse(expected, value)

    words = "int, one per axis, or [before, after] per axis"
    return Kind(words + (", or same" if same else ""), schema, check)


def numbers(words: str, least: int, fewest: int = 1, most: int = LARGEST) -> Kind:
    """A list of whole numbers; ``words`` describe it in errors and docs."""
    schema: dict[str, Any] = {
        "type": "array",
        "items": {"type": "integer", "minimum": least},
        "minItems": fewest,
    }
    if most != LARGEST:
        schema["maxItems"] = most

    def check(value: Any) -> tuple[int, ...]:
        if is_list(value, fewest, most) and all(is_whole(item, least) for item in value):
            return tuple(value)
        raise refuse(words, value)

    return Kind(words, schema, check)


def table(words: str, row: Kind) -> Kind:
    """A list of rows."""
    schema = {"type": "array", "items": row.schema, "minItems": 1}

    def check(value: Any) -> tuple[Any, ...]:
        if not is_list(value, 1, LARGEST):
            raise ValueError(f"a list: {words}")
        try:
            return tuple(row.check(item) for item in value)
        except ValueError as error:
            raise ValueError(f"a list of rows, each {error.args[0]}", *error.args[1:]) from None

    return Kind(words, schema, check)


def check_bool(value: Any) -> bool:
    """The check of BOOL; YAML 1.2 has ``true`` and ``false`` only."""
    if isinstance(value, bool):
        return value
    raise ValueError("true or false")


def fields(value: Any, kinds: Mapping[str, Kind], words: str) -> dict[str, Any]:
    """The items of a mapping, each checked by its kind; for attributes that are mappings."""
    checked: dict[str, Any] = {}
    for key, item in value.items():
        if key not in kinds:
            raise ValueError(words, nearest(key, kinds, f"there is no '{key}' in it"))
        try:
            checked[key] = kinds[key].check(item)
        except ValueError as error:
            raise ValueError(f"a mapping whose {key} is {error.args[0]}", *error.args[1:]) from None
    return checked


POSITIVE = whole(1)
BOOL = Kind("bool", {"type": "boolean"}, check_bool)
NUMBER = number()
RATE = number(least=0, below=1)
EPS = number(above=0)
SIZE = size(1)
OFFSET = size(0)
SIDES = padding(same=False)
SIDES_OR_SAME = padding(same=True)
RANGE = numbers("two whole numbers [start, stop]", 0, 2, 2)
