"""The keys of a document, block, node and output: one table each, for the checks and the schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from archc.errors import Span, nearest
from archc.ops.base import show
from archc.spec.collect import Mistakes
from archc.spec.names import problem_with_name
from archc.spec.nulls import was_cut
from archc.spec.tree import Map

VERSION = 1
OUTPUTS = "a node, a list of nodes, or a mapping of names to nodes"
TYPES = ("int", "float", "bool", "str", "list")  # of a block's required args
FOLLOWERS = ("norm", "act")  # keys of a node that name what follows its operator


class Form(NamedTuple):
    """What may stand behind a key: in words, as Python types, and as JSON Schema."""

    expected: str
    types: tuple[type, ...]
    schema: Mapping[str, Any]


class Key(NamedTuple):
    """One key of a mapping: what it may hold, and the sentence that editors and docs show."""

    form: Form
    doc: str


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/$defs/{name}"}


WORD = Form("a word", (str,), {"type": "string"})
TEXT = Form("text", (str,), {"type": "string"})
WORDS = Form("a list of words", (list,), {"type": "array", "items": {"type": "string"}})
ID = Form("an identifier", (str,), _ref("id"))
VALUES = Form("a mapping of names to values", (dict,), _ref("args"))
FLAG = Form(
    "true, false or an expression", (bool,), {"anyOf": [{"type": "boolean"}, _ref("expression")]}
)
SOURCES = Form("the name of a node, or a list of names", (str, list), _ref("sources"))

PAPER_KEYS: dict[str, Key] = {
    "authors": Key(WORDS, "Family names, in the paper's order."),
    "title": Key(TEXT, "The paper's title."),
    "venue": Key(TEXT, "The conference or journal, abbreviated: `CVPR`."),
    "year": Key(Form("a year", (int,), {"type": "integer"}), "The year it appeared."),
}

OUTPUT_KEYS: dict[str, Key] = {
    "from": Key(WORD, "The node whose result it is."),
    "training_only": Key(
        Form("true or false", (bool,), {"type": "boolean"}),
        "An auxiliary head: in training part of the result, in evaluation left out.",
    ),
}

WEIGHTS_KEYS: dict[str, Key] = {
    "file": Key(WORD, "A `.safetensors`, `.pth` or `.pt` file, relative to this one."),
    "layout": Key(
        WORD,
        "Whose names the file has: `archc`, or one of `layouts`; left out, found from the names themselves.",
    ),
    "except": Key(
        WORDS,
        "Patterns of nodes or tensors that are not loaded: they start afresh, and stay in the file.",
    ),
}

BLOCK_KEYS: dict[str, Key] = {
    "args": Key(
        Form("a mapping of names to defaults or types", (dict,), _ref("args")),
        "Values that a call gives, with their defaults; a type (`int float bool str list`) instead of a "
        "default makes an arg required.",
    ),
    "inputs": Key(WORDS, "Names of the values that a call hands in by `from`; one, `input`, if left out."),
    "nodes": Key(Form("a mapping of node ids to nodes", (dict,), _ref("nodes")), "The nodes, in order."),
    "outputs": Key(
        Form(OUTPUTS, (str, list, dict), _ref("blockOutputs")),
        "What a call gives: by default the last node written. The bare name of a call is the first one, "
        "`call.name` any other.",
    ),
    "title": Key(TEXT, "A title for drawings and tables."),
    "note": Key(TEXT, "Words for people."),
}  # fmt: skip

DOCUMENT_KEYS: dict[str, Key] = {
    "archc": Key(
        Form(f"the language version, {VERSION}", (int,), {"const": VERSION}),
        "The version of the language, `1`.",
    ),
    "name": Key(ID, "Identifier of the architecture; also the name of what is built from it."),
    "title": Key(TEXT, "The architecture's name as people write it."),
    "paper": Key(Form("a mapping", (dict,), _ref("paper")), "The paper that describes it."),
    "published": Key(
        Form("a mapping", (dict,), _ref("published")), "Results as published, and where they stand."
    ),
    "note": Key(TEXT, "Words for people."),
    "extends": Key(
        WORD,
        "The base that this document is a patch of: a bundled spec's name, a relative file, or "
        "`file.yaml:variant`.",
    ),
    "include": Key(WORDS, "Files whose blocks may be used here; they keep their own defaults and args."),
    "args": Key(VALUES, "Named values; a caller may override them, and later ones may use earlier ones."),
    "defaults": Key(
        Form("a mapping of operators to settings", (dict,), _ref("defaults")),
        "Per operator: settings that the nodes of this file take unless they say otherwise.",
    ),
    "blocks": Key(Form("a mapping of names to blocks", (dict,), _ref("blocks")), "Parametrised sub-graphs."),
    "input": Key(
        Form("a shape, or a mapping of names to shapes", (list, dict, str), _ref("input")),
        "The input's shape without the batch axis, channels first: `[3, 224, 224]`; or several, by name.",
    ),
    "nodes": Key(Form("a mapping of node ids to nodes", (dict,), _ref("nodes")), "The nodes, in order."),
    "outputs": Key(
        Form(OUTPUTS, (str, list, dict), _ref("outputs")),
        "What the network gives: by default the last node written.",
    ),
    "layouts": Key(
        Form("a mapping of libraries to rules", (dict,), _ref("layouts")),
        "What a library calls the nodes, so that its trained weights fit: for each library, node names and "
        "what they become, `conv<n>: [conv<n>, bn<n>]`.",
    ),
    "weights": Key(
        Form("a mapping", (dict,), _ref("weights")),
        "A file of trained weights, which `archc build` loads: `{file, layout, except}`.",
    ),
    "freeze": Key(
        WORDS,
        "Nodes that are not trained, by path or pattern (`*` is any text without a dot), each with its norm "
        "and all that is inside it; a frozen batch norm keeps its statistics.",
    ),
    "variants": Key(
        Form("a mapping of names to patches", (dict,), _ref("variants")),
        "A family in one file: each variant is a patch of this document.",
    ),
}  # fmt: skip

VARIANT_KEYS = {key: DOCUMENT_KEYS[key] for key in DOCUMENT_KEYS if key not in ("name", "variants")}
OWN_KEYS = (
    "archc",
    "name",
    "title",
    "published",
    "note",
    "extends",
    "include",
    "variants",
)  # not inherited

NODE_KEYS: dict[str, Key] = {
    "op": Key(Form("an operator's or block's name", (str,), _ref("op")), "An operator or a block."),
    "share": Key(
        ID, "Instead of `op`: the node whose operator, settings and weights this one uses again."
    ),
    "from": Key(
        SOURCES,
        "What it reads: an earlier node, a block's output (`down1.skip`), a repeated node's instance "
        "(`conv5.2`), or a list; by default the node written above.",
    ),
    "norm": Key(
        Form("an operator's name, a mapping with settings, or none", (str, dict), _ref("norm")),
        "The normalisation that follows; `none` for none. On a block call an ordinary arg.",
    ),
    "act": Key(
        Form("an operator's name, a mapping with settings, or none", (str, dict), _ref("act")),
        "The activation that follows; `none` for none. On a block call an ordinary arg.",
    ),
    "when": Key(FLAG, "If false the node is absent: its name then means its first input."),
    "repeat": Key(
        Form(
            "a whole number of at least 0, or an expression",
            (int,),
            {"anyOf": [{"type": "integer", "minimum": 0}, _ref("expression")]},
        ),
        "That many in a chain: `layer2.0`, `layer2.1`, …; `$i` counts from 0.",
    ),
    "label": Key(TEXT, "Words for drawings."),
    "note": Key(TEXT, "Words for people."),
    "after": Key(WORD, "In a patch: the node after which this one goes."),
    "before": Key(WORD, "In a patch: the node before which this one goes."),
}


def is_expression(value: Any) -> bool:
    """Whether a value is an expression's text, and not text with an escaped dollar."""
    return isinstance(value, str) and value[:1] == "$" and value[:2] != "$$"


def fits(value: Any, form: Form) -> bool:
    """Whether a value is of a form; ``true`` is no number, and empty text is no word."""
    if isinstance(value, bool) and bool not in form.types:
        return False
    if form is WORDS:
        return isinstance(value, list) and all(isinstance(item, str) for item in value)
    return isinstance(value, form.types) and value != ""


def known_entries(
    mapping: Map, table: Mapping[str, Key], what: str, mistakes: Mistakes, loose: bool = False
) -> dict[str, Any]:
    """The entries of a mapping that have a known key and a value of its form; the rest are mistakes.

    A ``loose`` mapping may have other keys too. Nulls are told elsewhere.
    """
    good = {}
    for key, value in mapping.items():
        entry = table.get(key)
        if value is None:
            continue
        if entry is None:
            if loose:
                good[key] = value
                continue
            message = f"{what} has no key '{key}'"
            help = nearest(key, table) or f"its keys are {', '.join(table)}"
            mistakes.add("A020", message, mapping.key_span(key), help)
        elif fits(value, entry.form):
            good[key] = value
        elif not was_cut(mapping, key):  # that is told where the null stands
            message = f"{key} must be {entry.form.expected}, not {brief(value)}"
            mistakes.add("A021", message, mapping.span(key), _meant(key, value, entry.form))
    return good


def _meant(key: str, value: Any, form: Form) -> str:
    """A remedy where a word stands for what holds one."""
    if form is WORDS and isinstance(value, str):
        return f"write {key}: [{value}]"
    if key == "weights" and isinstance(value, str):
        return f"write {key}: {{file: {value}}}"
    return ""


def check_id(name: str, at: Span, mistakes: Mistakes) -> None:
    """What a spec names must be an identifier, since it becomes an attribute of a module."""
    problem = problem_with_name(name)
    if problem is not None:
        mistakes.add("A028", problem, at, "choose another name")


def check_key(mapping: Map, key: str, mistakes: Mistakes) -> None:
    """A key that names something must be an identifier."""
    if problem_with_name(key) is not None:  # of thousands of keys, few need their place
        check_id(key, mapping.key_span(key), mistakes)


def brief(value: Any) -> str:
    """A value as its author would write it, cut where it is long."""
    if isinstance(value, dict):
        return "a mapping"
    text = show(value)
    return text if len(text) <= 40 else f"{text[:39]}…"
