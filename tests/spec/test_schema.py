"""The JSON Schema: it takes what the compiler takes, and an editor sees the usual slips."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from archc.errors import Source
from archc.ops import OPERATORS
from archc.spec.files import bundled_folder
from archc.spec.keys import BLOCK_KEYS, DOCUMENT_KEYS, LINT_KEYS, NODE_KEYS
from archc.spec.reader import read
from archc.spec.schema import schema

SHIPPED = bundled_folder() / "archc.schema.json"
VALIDATOR = jsonschema.Draft202012Validator(schema())
HEAD = "archc: 1\nname: net\ninput: [3, 8, 8]\n"
PATCH = "archc: 1\nname: net\nextends: alexnet\n"


def slips(text: str) -> list[str]:
    document = json.loads(json.dumps(read(Source("text", text))))
    return [
        jsonschema.exceptions.best_match([error]).message
        for error in VALIDATOR.iter_errors(document)
    ]


def test_it_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(schema())


def test_the_shipped_file_is_up_to_date() -> None:
    """In a process of its own, where no test has added an operator. ``UPDATE_GOLDEN=1`` writes it."""
    code = "from archc.spec.schema import schema_text; print(schema_text(), end='')"
    made = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, encoding="utf-8", check=True
    ).stdout
    if os.environ.get("UPDATE_GOLDEN"):
        SHIPPED.write_text(made, encoding="utf-8")
    assert SHIPPED.read_text(encoding="utf-8") == made


@pytest.mark.parametrize(
    "path", sorted(bundled_folder().rglob("*.yaml")), ids=lambda path: path.stem
)
def test_every_bundled_spec_is_valid(path: Path) -> None:
    assert slips(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "text",
    [
        HEAD
        + "nodes: {a: relu, b: {op: conv, filters: $n, kernel: [3, $k], act: $act, norm: {op: batch_norm}}}",
        HEAD
        + "nodes: {a: {op: my_block, act: 7, anything: [1]}, b: {share: a}, c: $word, d: {op: $unit, x: 1}}",
        HEAD + "nodes: {a: relu, a.0: null, a.0.conv: {filters: null}}",
        HEAD + "nodes: {a: relu}\noutputs: [a, {from: a, training_only: true}]",
        HEAD
        + "nodes: {a: relu}\nvariants: {v: {nodes: {a: null, b: {filters: 3, act: null}}, outputs: null}}",
        PATCH
        + "nodes: {conv1: {filters: 3, anything: null}, conv2: null, conv3: {op: conv, bias: null}}",
        PATCH
        + "defaults: {conv: {act: null}, lrn: null}\nblocks: {b: {nodes: {x: null}}, c: null}",
        PATCH + "args: {n: null}",
        PATCH + "nodes: {conv1: {init: {std: null}, padding: null, norm: {eps: null}}}",
        HEAD + "nodes: {a: {op: conv, act: {slope: 0.2}, padding: same, init: {std: $s}}}",
        HEAD + "nodes: {a: {op: cnov, kernle: 3}}",
        "archc: 1\nblocks: {b: {args: {n: int}, nodes: {a: {op: pad, channels: [0, $(n - 1)]}}}}",
        "archc: 1\nname: n\ninput: {a: [3, $n], b: $shape}\nnodes: {c: {op: add, from: [a, b]}}",
    ],
)
def test_what_the_language_allows_is_valid(text: str) -> None:
    assert slips(text) == []


@pytest.mark.parametrize(
    "text",
    [
        HEAD + "nodes: {a: {op: conv, filtrs: 3}}",
        HEAD + "nodes: {a: {op: conv, filters: three}}",
        HEAD + "nodes: {a: {op: conv, filters: null}}",
        HEAD + "nodes: {a: {op: conv, norm: {op: batch_norm, from: a}}}",
        HEAD + "nodes: {a: {op: my block}}",
        HEAD + "nodes: {a: relu}\ndefaults: {conv: {from: a}}",
        HEAD + "nodes: {a: relu}\nlint: {W999: on}",
        HEAD + "nodes: {a: {op: conv, act: rleu}}",
        HEAD + "nodes: {a: {op: conv, norm: {op: batch_norm, epsilon: 1}}}",
        HEAD + "nodes: {a: {op: conv, repeat: -1}}",
        HEAD + "nodes: {a: {op: conv, when: perhaps}}",
        HEAD + "nodes: {a: {filters: 3}}",
        HEAD + "nodes: {a: null}",
        HEAD + "nodes: {a b: relu}",
        HEAD + "nodes: [relu]",
        HEAD + "nodes: {a: relu}\ndefaults: {cnov: {kernel: 3}}",
        HEAD + "nodes: {a: relu}\ndefaults: {conv: {kernle: 3}}",
        HEAD + "nodes: {a: relu}\noutputs: {x: {training_only: true}}",
        HEAD + "nodes: {a: relu}\nblocks: {b: {node: {a: relu}}}",
        HEAD + "nodes: {a: relu}\nvariants: {v: {nods: {}}}",
        HEAD + "nodes: {a: relu}\nvariants: {v: {nodes: {a: {op: conv, filtrs: 3}}}}",
        HEAD + "nodes: {a: relu}\ntitel: x",
        HEAD + "nodes: {a: relu}\nargs: {n: null}",
        "archc: 2\nname: n\ninput: [3]\nnodes: {a: relu}",
        "archc: 1\nname: n\ninput: [0]\nnodes: {a: relu}",
        "archc: 1\nname: n\nnodes: {a: relu}",
        PATCH + "nodes: {conv1: {op: conv, filtrs: 3}}",
        PATCH + "titel: x",
    ],
)
def test_slips_are_seen(text: str) -> None:
    assert slips(text)


def find(name: str) -> dict[str, Any]:
    found: dict[str, Any] = schema()["$defs"][name]
    return found


def test_every_key_has_words_for_editors() -> None:
    tables = {"document": DOCUMENT_KEYS, "block": BLOCK_KEYS, "lint": LINT_KEYS}
    for name, table in tables.items():
        assert all(find(name)["properties"][key]["description"] for key in table)
    node = find("node")["allOf"][-1]["properties"]
    assert all(node[key]["description"] for key in NODE_KEYS)


@pytest.mark.parametrize("prefix", ["", "patch_"])
def test_every_setting_has_words_for_editors_and_stands_at_its_operator_alone(prefix: str) -> None:
    parts = schema()["$defs"]
    for name, operator in OPERATORS.items():
        made = parts[prefix + name]
        own = {key: value for key, value in made["properties"].items() if key not in NODE_KEYS}
        assert made["additionalProperties"] is False
        assert own.keys() == operator.attributes().keys()
        for key, attribute in operator.attributes().items():
            assert (
                own[key]["description"].lower().startswith(attribute.doc.replace("`", "").lower())
            )


def test_an_operator_has_its_settings_only_where_op_names_it() -> None:
    cases = find("node")["allOf"][-2]["then"]["allOf"]
    named = {case["if"]["properties"]["op"]["pattern"]: case["then"]["$ref"] for case in cases}
    assert named == {f"^{name}$": f"#/$defs/{name}" for name in OPERATORS}


def test_what_is_referred_to_is_there_and_a_patch_stays_a_patch() -> None:
    parts = schema()["$defs"]
    refers = {
        name: set(re.findall(r'"#/\$defs/(\w+)"', json.dumps(made))) for name, made in parts.items()
    }
    assert set().union(*refers.values()) <= parts.keys()
    strict = {f"patch_{name}" for name in parts} & parts.keys()
    for name in strict:
        assert not {to for to in refers[name] if f"patch_{to}" in parts}, name


def test_what_takes_no_settings_says_so() -> None:
    assert find("relu")["errorMessage"] == "relu takes no settings."
    assert (
        find("max_pool")["errorMessage"]
        == "max_pool takes kernel, stride, padding, dilation, ceil."
    )


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("kernel: three", "Takes a whole number of at least 1, or a list of one for each axis; "),
        ("kernel: [3, x]", "Takes a whole number; "),
        ("bias: yes", "Takes true or false; "),
        ("padding: valid", "Takes a whole number, one for each axis, or [before, after] "),
        ("when: perhaps", "when must be true, false or an expression."),
        ("from: 3", "from must be the name of a node, or a list of names."),
    ],
)
def test_the_message_for_a_wrong_value_stands_at_what_refuses_it(text: str, words: str) -> None:
    document = read(Source("text", f"{HEAD}nodes: {{a: {{op: conv, {text}}}}}"))
    (error,) = VALIDATOR.iter_errors(json.loads(json.dumps(document)))
    found = [cause.schema.get("errorMessage", "") for cause in _causes([error])]
    assert any(message.startswith(words) for message in found)


def _causes(errors: list[Any]) -> list[Any]:
    return [cause for error in errors for cause in (error, *_causes(list(error.context)))]
