"""The keys of a document, block, node and output: one table each, for the checks and the schema."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from archc.budgets import current, remedy
from archc.errors import Nearest, Span, nearest
from archc.ops.base import show
from archc.ops.foreign import DOCUMENT_NAMES
from archc.spec.collect import Mistakes
from archc.spec.meant import Meant, meant, replaced
from archc.spec.names import instead, problem_with_name, renamed, usable
from archc.spec.nulls import was_cut
from archc.spec.tree import Map

VERSION = 1
OUTPUTS = "a node, a list of nodes, or a mapping of names to nodes"
EXAMPLES = {  # what to write where a value of another kind stands
    "args": "give each a value: `args: {classes: 10}`",
    "blocks": "give each a name: `blocks: {residual: {nodes: {…}}}`",
    "defaults": "say for which operator: `defaults: {conv: {bias: false}}`",
    "from": "nodes are called by their names: `from: conv1`, or `from: [conv1, pool2]`",
    "nodes": "give each a name: `conv1: {op: conv, filters: 64, kernel: 3}`",
    "paper": "write `paper: {title: …, year: …}`",
    "repeat": "write how many: `repeat: 3`, or an expression: `repeat: $n`",
    "variants": "give each a name: `variants: {wide: {args: {width: 128}}}`",
    "when": "write true or false, or a comparison: `when: $(n > 0)`",
}
TYPES = ("int", "float", "bool", "str", "list")  # of a block's required args
REFERENCES = ("from", "share", "after", "before")  # keys of a node that name another
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
SWITCH = Form("on or off", (str,), {"enum": ["on", "off"]})

LANGUAGE = Form(f"the language version, {VERSION}", (int,), {"const": VERSION})

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

LINT_KEYS: dict[str, Key] = {  # the warnings; rules for those from W020 on stand in archc/lint
    "W001": Key(SWITCH, "Strides that do not divide, so that pixels are left unread."),
    "W010": Key(SWITCH, "A patch's new node at the end, which became the output."),
    "W011": Key(SWITCH, "An arg that is used nowhere."),
    "W012": Key(SWITCH, "A file of weights that is not there."),
    "W013": Key(SWITCH, "An input that looks channels last, or has the batch axis."),
    "W020": Key(SWITCH, "A bias before a norm that subtracts it again."),
    "W021": Key(SWITCH, "A softmax at an output, which a cross-entropy loss applies once more."),
    "W022": Key(SWITCH, "Two activations in a row, or one that changes nothing."),
    "W023": Key(SWITCH, "A dead branch: a block that nothing calls, a node that is always absent."),
    "W024": Key(SWITCH, "A shortcut that changes nothing: a value joined with itself."),
    "W025": Key(SWITCH, "Almost all parameters in one layer."),
    "W026": Key(SWITCH, "An input so small that weights only ever meet padding."),
    "W027": Key(SWITCH, "More memory than the budget allows; needs `--budget`."),
    "W028": Key(SWITCH, "A softmax over a single channel, which is always 1."),
    "W029": Key(SWITCH, "Two linear layers with no activation between them."),
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
        LANGUAGE,
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
        Form(
            "a shape, or a mapping of names to shapes",
            (list, dict, str, int, float, bool),  # a number is told as the wrong shape that it is
            _ref("input"),
        ),
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
    "lint": Key(
        Form("a mapping of codes to on or off", (dict,), _ref("lint")),
        "Warnings by code, `on` or `off`: `{W020: off}`; a command line may say otherwise.",
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
    if form is LANGUAGE:
        return True  # looked at where a text is read, whatever else is wrong with it
    if form is SWITCH:
        return value in ("on", "off")
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
            help = nearest(key, table, f"its keys are {', '.join(table)}", DOCUMENT_NAMES)
            mistakes.add("A020", message, mapping.key_span(key), help)
        elif fits(value, entry.form):
            good[key] = value
            if entry.form is TEXT:
                check_text(mapping, key, mistakes)
        elif not was_cut(mapping, key):  # that is told where the null stands
            wrong_kind(mapping, key, entry.form, mistakes)
    return good


def misspelt(mapping: Map, table: Mapping[str, Key], key: str) -> bool:
    """Whether a key that is not there probably is, under a name that the table does not have."""
    others = (name for name in mapping if name not in table)
    found = (nearest(name, table, foreign=DOCUMENT_NAMES) for name in others)
    return any(isinstance(near, Nearest) and near.names[0] == key for near in found)


def wrong_kind(mapping: Map, key: str, form: Form, mistakes: Mistakes, code: str = "A021") -> None:
    """Report a value that is not of the form that is due, with what was probably meant."""
    value = mapping[key]
    others = [other for other in _likely(key, value) if fits(other.value, form)]
    message = f"{key} must be {form.expected}, not {brief(value)}"
    help = others[0].words(key) if others else EXAMPLES.get(key, "")
    mistakes.add(code, message, mapping.span(key), help, fixes=replaced(mapping, key, others))


def check_text(holder: Map, key: str, mistakes: Mistakes) -> None:
    """Words for people are not endless."""
    text, most = holder[key], current().text
    if len(text) > most:
        message = f"{key} is too long: {len(text):,} characters, at most {most:,}"
        mistakes.add("A006", message, holder.span(key), remedy("text", need=len(text)))


def _likely(key: str, value: Any) -> Iterator[Meant]:
    """What may have been meant by a value of the wrong kind."""
    if key == "weights" and isinstance(value, str):
        yield Meant(f"{{file: {value}}}", {"file": value})
    elif key == "name" and not isinstance(value, list | dict):
        yield Meant(usable(show(value), "net"), usable(show(value), "net"), "begin with a letter")
    elif key not in REFERENCES or isinstance(value, list):  # no node has a number for its name
        yield from meant(value)


def check_id(name: str, at: Span, mistakes: Mistakes) -> None:
    """What a spec names must be an identifier, since it becomes an attribute of a module."""
    problem = problem_with_name(name)
    if problem is not None:
        long = len(name) > current().name
        help = remedy("name", "choose a shorter name", len(name)) if long else instead(name)
        mistakes.add("A028", problem, at, help, fixes=() if long else renamed(name, at))


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
