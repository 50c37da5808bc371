"""The JSON Schema of specs, for editors: assembled from the tables of keys and the operators.

archc itself checks specs in plain code from the same tables, since importing a validator takes longer
than most compilations. `archc check` then applies the schema as well (:mod:`archc.spec.validation`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from archc.spec.keys import (
    BLOCK_KEYS,
    DOCUMENT_KEYS,
    FOLLOWERS,
    LINT_KEYS,
    NODE_KEYS,
    OUTPUT_KEYS,
    OUTPUTS,
    PAPER_KEYS,
    TYPES,
    VARIANT_KEYS,
    WEIGHTS_KEYS,
    Key,
)
from archc.spec.schema_nodes import TAKES, node, parts
from archc.spec.schema_values import (
    EXPRESSION_REF,
    NULL,
    Schema,
    apart,
    or_expression,
    or_null,
    said,
)

ID = "[A-Za-z][A-Za-z0-9_]*"
REFERENCE = re.compile(r'"#/\$defs/(\w+)"')
LETTERS = "a letter, then letters, digits and underscores"
NEW_SPEC = {
    "label": "a new spec",
    "description": "A document with an input and a first node.",
    "bodyText": "archc: 1\nname: ${1:net}\ninput: [${2:3, 224, 224}]\nnodes:\n"
    "  ${3:conv1}: {op: conv, filters: ${4:64}, kernel: ${5:3}}\n",
}


def schema() -> Schema:
    """The JSON Schema (2020-12) of a spec: a document, or with ``extends`` a patch of one."""
    strict = _definitions()
    changed = _changed(strict)
    patches = {
        f"patch_{name}": or_null(made) if _is_taken(name) else made
        for name, made in (
            (name, _patch(strict[name], changed)) for name in strict if name in changed
        )
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
        "allOf": [{"if": {"required": ["archc"]}, "else": {"defaultSnippets": [NEW_SPEC]}}],
        "$defs": {**strict, **patches},
    }


def schema_text() -> str:
    """The schema as the file that is shipped for editors, `specs/archc.schema.json`: a line a part."""
    made = schema()
    parts = [f'  "{name}": {_line(part)}' for name, part in made.pop("$defs").items()]
    lines = [f'  "{key}": {_line(value)}' for key, value in made.items()]
    lines.append('  "$defs": {\n' + ",\n".join(f"  {part}" for part in parts) + "\n  }")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _line(made: Any) -> str:
    return json.dumps(made, ensure_ascii=False, separators=(",", ":"))


def _definitions() -> Schema:
    """What a document without a base is made of. Patches are derived from it by :func:`_patch`."""
    value = {"type": ["string", "number", "boolean", "array", "object"]}
    size = {"type": "integer", "minimum": 1}
    shape = {"type": "array", "minItems": 1, "items": or_expression(size)}
    sizes = or_expression(shape, "a list of sizes, channels first")
    document = _closed(DOCUMENT_KEYS, "a document")
    document["anyOf"] = [{"required": ["name", "input", "nodes"]}, {"required": ["blocks"]}]
    return {
        "id": {"type": "string", "pattern": f"^{ID}$", "errorMessage": f"A name is {LETTERS}."},
        "expression": {"type": "string", "pattern": r"^\$"},
        "value": value,
        "sources": {**_listed({"type": "string"}), "errorMessage": _must("from", NODE_KEYS)},
        "shape": sizes,
        "document": document,
        "variant": _closed(VARIANT_KEYS, "a variant"),
        "variants": _named({"$ref": "#/$defs/patch_variant"}, "variants", DOCUMENT_KEYS),
        "paper": {"type": "object", "properties": _properties(PAPER_KEYS), "additionalProperties": value},
        "published": {"type": "object", "additionalProperties": value},
        **_weights(),
        "lint": _closed(LINT_KEYS, "lint"),
        "args": _named(_ref("value"), "args", DOCUMENT_KEYS),
        "input": _one_or_named(sizes, _ref("shape"), _must("input", DOCUMENT_KEYS)),
        "output": {**_closed(OUTPUT_KEYS, "an output", "from"), "type": ["string", "object"]},
        "outputs": _one_or_many(_ref("output")),
        "blockOutputs": _one_or_many({"type": "string"}),
        "blocks": _named(_ref("block"), "blocks", DOCUMENT_KEYS),
        "block": _block(),
        "nodes": _nodes(),
        "node": node(_properties(NODE_KEYS)),
        **parts(),
    }  # fmt: skip


def _weights() -> Schema:
    """Where trained weights come from, and what libraries call the nodes."""
    words = "Takes the library's name of the node, or two: of the node, and of its norm."
    return {
        "weights": _closed(WEIGHTS_KEYS, "weights", "file"),
        "layouts": _named(_ref("layout"), "layouts", DOCUMENT_KEYS),
        "layout": {"type": "object", "additionalProperties": _ref("target")},
        "target": {**_listed({"type": "string"}, maxItems=2), "errorMessage": words},
    }


def _block() -> Schema:
    made = _closed(BLOCK_KEYS, "a block", "nodes")
    made["properties"]["args"]["examples"] = [{"width": name} for name in TYPES]
    return made


def _nodes() -> Schema:
    """The nodes by name; a name with dots is the path of an instance, which is patched."""
    return {
        "type": "object",
        "errorMessage": _must("nodes", DOCUMENT_KEYS),
        "propertyNames": {
            "pattern": rf"^{ID}(\.[A-Za-z0-9_]+)*$",
            "errorMessage": f"A node's name is {LETTERS}; or the path of a node inside, with dots.",
            "title": "node",
        },
        "patternProperties": {r"\.": {"anyOf": [{"$ref": "#/$defs/patch_node"}, NULL]}},
        "additionalProperties": _ref("node"),
    }


def _changed(strict: Schema) -> set[str]:
    """The definitions that are different in a patch: what they hold may be null, or they refer to such."""
    changed = {
        name for name, made in strict.items() if _patch(made, set()) != made or _is_taken(name)
    }
    referring = {name: set(REFERENCE.findall(json.dumps(made))) for name, made in strict.items()}
    while more := {name for name, to in referring.items() if to & changed} - changed:
        changed |= more
    return changed


def _patch(made: Any, changed: set[str]) -> Any:
    """The same schema where it stands in a patch: null removes any entry, and nothing is required."""
    if isinstance(made, list):
        return [_patch(item, changed) for item in made if not _is_demand(item)]
    if not isinstance(made, dict):
        return made
    result: Schema = {}
    for key, value in made.items():
        if key == "if":
            result[key] = value
        elif key == "properties":
            result[key] = {name: _entry(item, changed) for name, item in value.items()}
        elif key == "additionalProperties" and isinstance(value, dict):
            result[key] = or_null(_patch(value, changed))
        elif key == "$ref":
            name = value.removeprefix("#/$defs/")
            result[key] = f"#/$defs/patch_{name}" if name in changed else value
        elif key == "patternProperties":
            result[key] = value
        elif key != "required" and not _is_demands(key, value):
            result[key] = _patch(value, changed)
    return result


def _entry(made: Any, changed: set[str]) -> Any:
    """What may stand behind a key of a patch. Definitions of what settings take have null inside."""
    patched = _patch(made, changed)
    name = made.get("$ref", "").removeprefix("#/$defs/") if isinstance(made, dict) else ""
    return patched if _is_taken(name) else or_null(patched)


def _is_taken(name: str) -> bool:
    return name.startswith(TAKES) or name in FOLLOWERS


def _is_demand(made: Any) -> bool:
    """Whether all that a schema says is that keys must be there, at least those of one of its choices."""
    if not isinstance(made, dict) or not made:
        return False
    choices = made.get("anyOf", [])
    return made.keys() <= {"required", "errorMessage", "anyOf"} and all(map(_is_demand, choices))


def _is_demands(key: str, value: Any) -> bool:
    return key in ("anyOf", "allOf") and all(map(_is_demand, value))


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def _must(key: str, table: Mapping[str, Key]) -> str:
    return f"{key} must be {table[key].form.expected}."


def _closed(table: Mapping[str, Key], what: str, *required: str) -> Schema:
    """A mapping with these keys only. What it needs stands apart, for a message of its own."""
    return {
        "title": what.rpartition(" ")[2],
        "type": "object",
        "properties": _properties(table),
        "additionalProperties": False,
        "errorMessage": f"The keys of {what} are {', '.join(table)}.",
        **({"allOf": [{"required": list(required)}]} if required else {}),
    }


def _named(item: Schema, key: str, table: Mapping[str, Key]) -> Schema:
    """A mapping of identifiers to items."""
    return {
        "type": "object",
        "propertyNames": _ref("id"),
        "additionalProperties": item,
        "errorMessage": _must(key, table),
    }


def _listed(item: Schema, **more: int) -> Schema:
    """A word, or a list of items."""
    return apart({"type": ["string", "array"], "minItems": 1, **more, "items": item})


def _one_or_many(item: Schema) -> Schema:
    """A word, a list of items, or items by name."""
    return _one_or_named(_listed(item), item, f"outputs must be {OUTPUTS}.")


def _one_or_named(one: Schema, item: Schema, message: str) -> Schema:
    """What is there once, or by name several times."""
    named = {"propertyNames": _ref("id"), "additionalProperties": item, "errorMessage": message}
    return {**one, **named, "type": [*one["type"], "object"]}


def _properties(table: Mapping[str, Key]) -> Schema:
    return {name: {**said(key.doc), **_form(name, key)} for name, key in table.items()}


def _form(name: str, key: Key) -> Schema:
    """What a key takes; a definition that is referred to has a message of its own."""
    made = dict(key.form.schema)
    if EXPRESSION_REF in made.get("anyOf", []):
        made = or_expression(made)
    return (
        made if "$ref" in made else {**made, "errorMessage": f"{name} must be {key.form.expected}."}
    )
