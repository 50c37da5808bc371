"""The JSON Schema of nodes: a word or a mapping, whose settings follow from its operator.

A mapping whose ``op`` is no operator is the call of a block, which takes any args: block names cannot
be told from misspelt operators here.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Iterable, Iterator
from typing import Any

from archc.ops import operators
from archc.ops.base import Attribute, Operator, show
from archc.spec.keys import FOLLOWERS, NODE_KEYS
from archc.spec.schema_values import EXPRESSION, Schema, either, or_expression, said

LONG = 40  # characters of a default
TAKES = "takes_"  # begins the names of definitions of what settings take
ANY: Schema = {
    "anyOf": [{"title": "node"}]
}  # a choice: an editor then leaves the value to its user
OBJECT: Schema = {"type": "object"}
NAME_OR_EXPRESSION: Schema = {"type": "string", "pattern": r"^(\$|[A-Za-z][A-Za-z0-9_]*$)"}
BLOCK: Schema = {"title": "block", "description": "A block, of this file or of one it includes."}
NONE: Schema = {"const": "none", "description": "nothing follows"}


def node(common: Schema) -> Schema:
    """A node, given the schemas of the keys that every node may have.

    Words of more specific schemas come first: an editor shows the first that it meets.
    """
    for key in FOLLOWERS:  # on a block call these are args of any type
        common[key] = {**said(NODE_KEYS[key].doc), **ANY}
    return {
        "title": "node",
        **NAME_OR_EXPRESSION,
        "type": ["string", "object"],
        "errorMessage": "A node is the name of an operator or block, or a mapping with `op` or `share`.",
        "allOf": [
            {"if": {"type": "string"}, "then": {"$ref": "#/$defs/operators"}},
            {"$ref": "#/$defs/snippets"},
            {"anyOf": [_required("op"), _required("share")]},
            _by_op(operators()),
            {"title": "node", "properties": common},
        ],
    }


def _required(key: str) -> Schema:
    message = "A node needs `op`, or `share` to use another node again."
    return {"required": [key], "errorMessage": message}


def _by_op(names: Iterable[str]) -> Schema:
    """The settings of the operator that a mapping's ``op`` names; nothing more for any other word.

    Conditions are patterns: yaml-language-server takes the beginning of a constant for the constant
    while one is typing, and would offer the settings of conv_transpose for conv.
    """
    cases = [
        {
            "if": {"properties": {"op": {"pattern": f"^{name}$"}}},
            "then": {"$ref": f"#/$defs/{name}"},
        }
        for name in names
    ]
    has_op = {**OBJECT, "properties": {"op": {"type": "string"}}, "required": ["op"]}
    return {"if": has_op, "then": {"allOf": cases}}


def _snippets() -> Iterator[Schema]:
    """Each operator as a word, and those that need settings as a mapping to fill in."""
    for name, operator in operators().items():
        needed = [key for key, attribute in operator.attributes().items() if attribute.required]
        gaps = "".join(f", {key}: ${{{index}}}" for index, key in enumerate(needed, 1))
        yield {"label": name, **_words(operator), "bodyText": name}
        if needed:
            label = f"{name} {{{', '.join(needed)}}}"
            yield {"label": label, **_words(operator), "bodyText": f"{{op: {name}{gaps}}}"}


def parts() -> Schema:
    """What nodes are made of: operators as words, each one's settings, and what may follow."""
    operator_names = [_word(operator) for operator in operators().values()]
    made: Schema = {
        "op": {
            **NAME_OR_EXPRESSION,
            "errorMessage": "Takes the name of an operator or block.",
            "allOf": [{"$ref": "#/$defs/operators"}],
        },
        "operators": {"anyOf": [*operator_names, BLOCK]},
        "snippets": {"anyOf": [{"type": "string", "defaultSnippets": [*_snippets()]}, {}]},
        "defaults": _defaults(),
    }
    for role in FOLLOWERS:
        allowed = [operator for operator in operators().values() if operator.role == role]
        made[f"{role}_names"] = {
            "enum": [operator.name for operator in allowed],
            "enumDescriptions": [_words(operator)["description"] for operator in allowed],
        }
        made[role] = _follower(role, allowed)
    for operator in operators().values():
        made[operator.name] = _settings(operator)
        for attribute in operator.attributes().values():
            made[_takes(attribute)] = or_expression(attribute.kind.schema, _expected(attribute))
    return made


def _word(operator: type[Operator]) -> Schema:
    return {"const": operator.name, "title": operator.name, **_words(operator)}


def _words(operator: type[Operator]) -> Schema:
    return said((operator.__doc__ or operator.name).strip().partition("\n")[0])


def _without(keys: Iterable[str], message: str) -> Schema:
    """The names of keys, but for some; offered are the keys that other schemas name."""
    pattern = f"^(?!({'|'.join(keys)})$)"
    return {"pattern": pattern, "errorMessage": message, "doNotSuggest": True}


def _defaults() -> Schema:
    """Settings for each operator: what its nodes take, without the keys of nodes."""
    wiring = [key for key in NODE_KEYS if key not in FOLLOWERS]
    names = _without(wiring, "A node says this itself: it cannot be a default.")
    return {
        "title": "defaults",
        "type": "object",
        "properties": {
            name: {**OBJECT, "allOf": [{"$ref": f"#/$defs/{name}"}]} for name in operators()
        },
        "additionalProperties": False,
        "errorMessage": "Defaults are settings for each operator. Blocks have none: they have args.",
        "allOf": [{"additionalProperties": {"propertyNames": names}}],
    }


def _settings(operator: type[Operator]) -> Schema:
    """What a node with this operator may hold, and nothing else."""
    own = {name: _attribute(attribute) for name, attribute in operator.attributes().items()}
    followers: Schema = {role: {"$ref": f"#/$defs/{role}"} for role in FOLLOWERS}
    return {
        "title": operator.name,
        **_words(operator),
        "type": "object",
        "properties": {
            **own,
            **followers,
            **{key: True for key in NODE_KEYS if key not in FOLLOWERS},
        },
        "additionalProperties": False,
        "errorMessage": f"{operator.name} takes {', '.join(own) or 'no settings'}.",
    }


def _attribute(attribute: Attribute) -> Schema:
    """One setting: its sentence, what it takes, and its default."""
    has_default = not attribute.required and attribute.default is not None
    words = f"{_sentence(attribute.doc)} Takes {_expected(attribute)}."
    if attribute.required:
        words += " Required."
    elif has_default and len(default := show(attribute.default).strip("'")) < LONG:
        words += f" Left out: {default}."
    made: Schema = {**said(words), "$ref": f"#/$defs/{_takes(attribute)}"}
    return {**made, "default": _plain(attribute.default)} if has_default else made


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."


def _expected(attribute: Attribute) -> str:
    """What a setting takes, in the words of the error that archc itself shows."""
    try:
        attribute.kind.check(object())
    except ValueError as error:
        return str(error.args[0])
    return attribute.kind.name


def _takes(attribute: Attribute) -> str:
    """The name of the definition of what a setting takes: one for all that take the same."""
    words = re.sub(r"\W+", "_", attribute.kind.name)
    made = json.dumps(attribute.kind.schema, sort_keys=True)
    return f"{TAKES}{words}_{zlib.crc32(made.encode()):08x}"


def _plain(value: Any) -> Any:
    """A default as JSON holds it."""
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value


def _follower(role: str, allowed: list[type[Operator]]) -> Schema:
    """What `norm` or `act` may hold: a word, settings with their operator, or an expression."""
    names = {"$ref": f"#/$defs/{role}_names"}
    keys = _without((key for key in NODE_KEYS if key != "op"), f"This is no setting of {role}.")
    settings: Schema = {
        "type": "object",
        "properties": {"op": {**said(NODE_KEYS[role].doc), "anyOf": [names, EXPRESSION]}},
        "propertyNames": keys,
    }
    merged = either([settings, EXPRESSION])
    merged |= _by_op(operator.name for operator in allowed)
    return {"anyOf": [names, NONE, merged]}
