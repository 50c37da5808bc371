"""The JSON Schema of single values: what a setting takes, with an expression or null beside it.

An editor shows the server's message for a wrong value. For a choice of schemas that message is about
one of them, often the wrong one, so choices are merged into one schema where their types differ, and
that one says in ``errorMessage`` (an extension that yaml-language-server knows) what may stand there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

Schema = dict[str, Any]
NULL: Schema = {"type": "null"}
EXPRESSION: Schema = {"type": "string", "pattern": r"^\$"}
EXPRESSION_REF = {"$ref": "#/$defs/expression"}  # as the tables of keys name it
WORDS = ("title", "description", "markdownDescription", "default")  # these bind nothing
CHOICES = {"anyOf", "oneOf", "allOf", "enum", "const", "if", "$ref"}  # for values of every type
LISTS = ("items", "prefixItems", "minItems", "maxItems")
TYPE_WORDS = {
    "integer": "a whole number",
    "number": "a number",
    "string": "text",
    "boolean": "true or false",
    "array": "a list",
    "object": "a mapping",
    "null": "null",
}


def said(text: str) -> Schema:
    """A sentence for people: plain, and as Markdown where that differs."""
    plain = text.replace("`", "")
    return (
        {"description": plain}
        if plain == text
        else {"description": plain, "markdownDescription": text}
    )


def either(choices: Iterable[Mapping[str, Any]]) -> Schema:
    """A schema for any of these, merged as far as their types differ: keywords bind one type each."""
    merged: list[Schema] = []
    for choice in choices:
        for index, other in enumerate(merged):
            if _can_merge(choice, other):
                merged[index] = {**other, **choice, "type": _ordered(choice, other)}
                break
        else:
            merged.append(dict(choice))
    merged = [apart(choice) for choice in merged]
    for choice in merged[1:]:  # hover texts repeat the titles of choices that look the same
        choice.setdefault("title", str(choice.get("const", "choice")))
    return merged[0] if len(merged) == 1 else {"anyOf": merged}


def apart(made: Schema) -> Schema:
    """The schema with what binds lists out of sight, for else an editor fills in a list."""
    lists = {key: made[key] for key in LISTS if key in made}
    if not lists or len(_types(made)) == 1:
        return made
    return {key: value for key, value in made.items() if key not in lists} | {"allOf": [lists]}


def _ordered(*choices: Mapping[str, Any]) -> list[str]:
    """The types of all, text first: an editor fills in what the first type suggests."""
    found = [name for choice in choices for name in _types(choice)]
    return sorted(found, key=lambda name: (name != "string", name == "null", found.index(name)))


def _types(made: Mapping[str, Any]) -> list[str]:
    kinds = made.get("type", [])
    return [kinds] if isinstance(kinds, str) else list(kinds)


def _can_merge(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    if CHOICES & (one.keys() | other.keys()) and not _is_apart(other):
        return False
    first, second = ({"number" if t == "integer" else t for t in _types(m)} for m in (one, other))
    return bool(first and second) and not first & second


def _is_apart(made: Mapping[str, Any]) -> bool:
    """Whether the only choice a schema makes is the one that :func:`apart` put there."""
    lists = [key for part in made.get("allOf", []) for key in part]
    return {"allOf"} == CHOICES & made.keys() and set(lists) <= set(LISTS)


def or_null(made: Any) -> Any:
    """The schema where null is allowed too."""
    if made is True:
        return made
    words = {key: made[key] for key in WORDS if key in made}
    rest = {key: value for key, value in made.items() if key not in words}
    choices = rest["anyOf"] if rest.keys() == {"anyOf"} else [rest]
    return {**either([*choices, NULL]), **words}


def or_expression(made: Mapping[str, Any], words: str = "") -> Schema:
    """The schema with an expression allowed wherever a value stands; ``words`` say what it takes."""
    choices = made.get("oneOf") or made.get("anyOf") or [made]
    inner = [_with_expressions(choice) for choice in choices if choice != EXPRESSION_REF]
    result = either([*inner, EXPRESSION])
    first = next((one for one in result.get("anyOf", [result]) if "type" in one), result)
    first["errorMessage"] = f"Takes {words or _words(result)}; or an expression, such as $name."
    return result


def _with_expressions(made: Mapping[str, Any]) -> Schema:
    result = dict(made)
    for key, value in made.items():
        if key in ("items", "additionalProperties") and isinstance(value, Mapping):
            result[key] = or_expression(value)
        elif key == "properties":
            result[key] = {name: or_expression(item) for name, item in value.items()}
        elif key == "prefixItems":
            result[key] = [or_expression(item) for item in value]
    return result


def _words(made: Mapping[str, Any]) -> str:
    """What a schema takes, beside expressions."""
    choices = made.get("anyOf", [made])
    found = [TYPE_WORDS[name] for one in choices for name in _types(one) if name != "string"]
    found += [str(word) for one in choices for word in one.get("enum", [])]
    return " or ".join(dict.fromkeys(found)) or TYPE_WORDS["string"]
