"""The JSON Schema of specs, for editors: assembled from the tables of keys and the operators.

archc itself checks specs in plain code from the same tables, since importing a validator takes longer
than most compilations. `archc check` then applies the schema as well (:mod:`archc.spec.validation`).
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from typing import Any

from archc.ops import operators
from archc.ops.base import Attribute, Operator
from archc.spec.keys import (
    BLOCK_KEYS,
    DOCUMENT_KEYS,
    FOLLOWERS,
    NODE_KEYS,
    OUTPUT_KEYS,
    PAPER_KEYS,
    TYPES,
    VARIANT_KEYS,
    WEIGHTS_KEYS,
    Key,
)

Schema = dict[str, Any]
NULL: Schema = {"type": "null"}
EXPRESSION: Schema = {"$ref": "#/$defs/expression"}
ID = "[A-Za-z][A-Za-z0-9_]*"


def schema() -> Schema:
    """The JSON Schema (2020-12) of a spec: a document, or with ``extends`` a patch of one."""
    strict = _definitions()
    plain = {"id", "expression", "op", "sources", "shape", "value"}
    patches = {
        f"patch_{name}": _patch(made, strict.keys() - plain)
        for name, made in strict.items()
        if name not in plain
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "archc-spec-1.schema.json",
        "title": "archc spec, version 1",
        "description": "A neural network architecture, declared for the compiler archc.",
        "type": "object",
        "required": ["archc"],
        "if": {"required": ["extends"]},
        "then": {"$ref": "#/$defs/patch_document"},
        "else": {"$ref": "#/$defs/document"},
        "$defs": {**strict, **patches},
    }


def schema_text() -> str:
    """The schema as the file that is shipped for editors, `specs/archc.schema.json`."""
    return json.dumps(schema(), indent=1, ensure_ascii=False) + "\n"


def _definitions() -> Schema:
    """What a document without a base is made of. Patches are derived from it by :func:`_patch`."""
    value = {"type": ["string", "number", "boolean", "array", "object"]}
    size = {"type": "integer", "minimum": 1}
    output = _closed(_properties(OUTPUT_KEYS))
    made: Schema = {
        "id": {"type": "string", "pattern": f"^{ID}$"},
        "expression": {
            "type": "string",
            "pattern": r"^\$",
            "description": "An expression: `$name`, `$name.1`, `$input.channels` or `$(…)`.",
        },
        "value": value,
        "op": {"anyOf": [{"enum": list(operators())}, {"type": "string"}]},
        "sources": {
            "anyOf": [
                {"type": "string"},
                {"type": "array", "minItems": 1, "items": {"type": "string"}},
            ]
        },
        "shape": {
            "anyOf": [
                {"type": "array", "minItems": 1, "items": {"anyOf": [size, EXPRESSION]}},
                EXPRESSION,
            ]
        },
        "document": {
            **_closed(_properties(DOCUMENT_KEYS)),
            "anyOf": [{"required": ["name", "input", "nodes"]}, {"required": ["blocks"]}],
        },
        "variant": _closed(_properties(VARIANT_KEYS)),
        "variants": _named({"$ref": "#/$defs/patch_variant"}),
        "paper": {"type": "object", "properties": _properties(PAPER_KEYS), "additionalProperties": value},
        "published": {"type": "object", "additionalProperties": value},
        **_weights(),
        "args": _named(_ref("value")),
        "input": {"anyOf": [_ref("shape"), _named(_ref("shape"))]},
        "output": {"anyOf": [{"type": "string"}, {**output, "required": ["from"]}]},
        "outputs": _one_or_many(_ref("output")),
        "blockOutputs": _one_or_many({"type": "string"}),
        "blocks": _named(_ref("block")),
        "block": {**_closed(_block_properties()), "required": ["nodes"]},
        "nodes": {
            "type": "object",
            "propertyNames": {"pattern": rf"^{ID}(\.[A-Za-z0-9_]+)*$"},
            "patternProperties": {r"\.": {"anyOf": [{"$ref": "#/$defs/patch_node"}, NULL]}},
            "additionalProperties": _ref("node"),
        },
        "node": _node(),
        "defaults": _closed({name: _ref(name) for name in operators()}),
    }  # fmt: skip
    for role in FOLLOWERS:
        made[role] = _follower(role)
    for name, operator in operators().items():
        made[name] = _settings(operator)
    return made


def _weights() -> Schema:
    """Where trained weights come from, and what libraries call the nodes."""
    pair = {"type": "array", "minItems": 1, "maxItems": 2, "items": {"type": "string"}}
    return {
        "weights": {**_closed(_properties(WEIGHTS_KEYS)), "required": ["file"]},
        "layouts": _named(_ref("layout")),
        "layout": {"type": "object", "additionalProperties": _ref("target")},
        "target": {"anyOf": [{"type": "string"}, pair]},
    }


def _patch(made: Any, names: frozenset[str] | set[str]) -> Any:
    """The same schema where it stands in a patch: null removes any entry, and nothing is required."""
    if isinstance(made, list):
        return [_patch(item, names) for item in made]
    if not isinstance(made, dict):
        return made
    result: Schema = {}
    for key, value in made.items():
        if key == "if":
            result[key] = value
        elif key == "required" or (
            key == "anyOf" and all(item.keys() == {"required"} for item in value)
        ):
            continue
        elif key == "$ref":
            name = value.removeprefix("#/$defs/").partition("/")[0]
            result[key] = value.replace(f"/{name}", f"/patch_{name}", 1) if name in names else value
        elif key == "properties":
            result[key] = {name: _or_null(_patch(item, names)) for name, item in value.items()}
        elif key in ("additionalProperties", "patternProperties") and isinstance(value, dict):
            result[key] = _or_null(_patch(value, names)) if key == "additionalProperties" else value
        else:
            result[key] = _patch(value, names)
    return result


def _or_null(made: Any) -> Any:
    if made is True:
        return made
    words = {key: made[key] for key in ("description", "default") if key in made}
    rest = {key: value for key, value in made.items() if key not in words}
    return {**words, "anyOf": [rest, NULL]}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def _closed(properties: Schema) -> Schema:
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _named(item: Schema) -> Schema:
    """A mapping of identifiers to items."""
    return {"type": "object", "propertyNames": _ref("id"), "additionalProperties": item}


def _one_or_many(item: Schema) -> Schema:
    many = {"type": "array", "minItems": 1, "items": item}
    return {"anyOf": [{"type": "string"}, many, _named(item)]}


def _properties(table: Mapping[str, Key]) -> Schema:
    return {name: {"description": key.doc, **key.form.schema} for name, key in table.items()}


def _block_properties() -> Schema:
    made = _properties(BLOCK_KEYS)
    made["args"]["examples"] = [{"width": name} for name in TYPES]
    return made


def _node() -> Schema:
    """A node: a word, or a mapping whose settings follow from its operator. Block calls are open."""
    common = _properties(NODE_KEYS)
    for key in FOLLOWERS:  # on a block call these are args of any type
        common[key] = {"description": common[key]["description"]}
    return {
        "anyOf": [
            {"type": "string", **_ref("op")},
            {
                "type": "object",
                "properties": common,
                "anyOf": [{"required": ["op"]}, {"required": ["share"]}],
            },
        ],
        "allOf": [_when_op(name, _node_of(operator)) for name, operator in operators().items()],
    }


def _when_op(name: str, then: Schema) -> Schema:
    condition = {"type": "object", "properties": {"op": {"const": name}}, "required": ["op"]}
    return {"if": condition, "then": then}


def _node_of(operator: type[Operator]) -> Schema:
    own = {name: _ref(f"{operator.name}/properties/{name}") for name in operator.attributes()}
    followers = {role: _ref(role) for role in FOLLOWERS}
    return _closed({**{key: True for key in NODE_KEYS}, **own, **followers})


def _settings(operator: type[Operator]) -> Schema:
    """An operator's own settings, as `defaults` hold them, with what may follow it."""
    own = {name: _attribute(attribute) for name, attribute in operator.attributes().items()}
    words = (operator.__doc__ or operator.name).strip().partition("\n")[0]
    return {"description": words, **_closed({**own, **{role: _ref(role) for role in FOLLOWERS}})}


def _attribute(attribute: Attribute) -> Schema:
    made: Schema = {"description": attribute.doc, **_or_expression(attribute.kind.schema)}
    if attribute.default is not dataclasses.MISSING and attribute.default is not None:
        made["default"] = _plain(attribute.default)
    return made


def _or_expression(made: Mapping[str, Any]) -> Schema:
    """The schema with an expression allowed wherever a value stands."""
    return {"anyOf": [_with_expressions(made), EXPRESSION]}


def _with_expressions(made: Mapping[str, Any]) -> Schema:
    result = dict(made)
    for key, value in made.items():
        if key in ("items", "additionalProperties") and isinstance(value, Mapping):
            result[key] = _or_expression(value)
        elif key == "properties":
            result[key] = {name: _or_expression(item) for name, item in value.items()}
        elif key == "prefixItems":
            result[key] = [_or_expression(item) for item in value]
        elif key in ("anyOf", "oneOf"):  # a list of expressions may fit several of the choices
            result.pop(key)
            result["anyOf"] = [_with_expressions(item) for item in value]
    return result


def _plain(value: Any) -> Any:
    """A default as JSON holds it."""
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value


def _follower(role: str) -> Schema:
    """What `norm` or `act` may hold: a word, settings with their operator, or an expression."""
    allowed = {name: op for name, op in operators().items() if op.role == role}
    settings = {
        "type": "object",
        "properties": {"op": {"anyOf": [{"enum": list(allowed)}, EXPRESSION]}},
        "allOf": [
            _when_op(
                name,
                _closed(
                    {
                        "op": True,
                        **{key: _ref(f"{name}/properties/{key}") for key in op.attributes()},
                    }
                ),
            )
            for name, op in allowed.items()
        ],
    }
    return {"anyOf": [{"enum": [*allowed, "none"]}, EXPRESSION, settings]}
