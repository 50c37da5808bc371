"""For each code that a wrong spec can get, a check that the reason is true, made without archc's own."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

import yaml
from located import Refused, at_path, is_expression, python
from mutants import DUMPER, LOADER
from name_truths import (
    below,
    calls_itself,
    feeds_nothing,
    followed,
    no_such_node,
    no_such_op,
    no_such_output,
    number_of_inputs,
)
from setting_truths import wrong_setting
from shape_truths import refused_by_torch

from archc.architecture import Architecture
from archc.codegen import build
from archc.errors import SpecError

NORMS = {"batch_norm", "layer_norm", "group_norm", "instance_norm", "lrn"}
ACTS = {"relu", "relu6", "leaky_relu", "prelu", "elu", "selu", "gelu", "silu", "mish", "tanh", "sigmoid",
        "hard_sigmoid", "hard_swish", "softmax", "log_softmax"}  # fmt: skip
TYPES = {
    "int": int,
    "float": (int, float),
    "number": (int, float),
    "bool": bool,
    "str": str,
    "list": list,
}


def wrong_arg(case: Refused) -> None:
    message = case.mistake.message
    node = followed(case, case.id)
    (op,) = {v for v in case.values(node["op"]) if v in case.document.get("blocks", {})}
    declared = case.document["blocks"][op].get("args", {})
    if "has no arg" in message:
        assert all(word not in declared and word in node for word in case.words)
    elif "needs the arg" in message:
        for name in case.words:
            assert declared[name] in TYPES and name not in node
    else:
        (name,) = case.words[:1]
        default = declared[name]
        kind = default if isinstance(default, str) and default in TYPES else type(default).__name__
        kind = "number" if kind in ("int", "float") and kind != default else kind
        assert any(not _is_a(value, kind) for value in case.values(node[name]))


def _is_a(value: Any, kind: str) -> bool:
    if isinstance(value, bool):
        return kind == "bool"
    return isinstance(value, TYPES[kind])  # type: ignore[arg-type]


def wrong_repeat(case: Refused) -> None:
    written = followed(case, case.id)["repeat"]
    assert any(type(value) is not int or value < 0 for value in case.values(written))


def wrong_when(case: Refused) -> None:
    assert any(type(value) is not bool for value in case.values(case.node["when"]))


def cannot_share(case: Refused) -> None:
    message, ids = case.mistake.message, list(case.nodes)
    if "written further down" in message:
        assert ids.index(case.words[0]) >= ids.index(case.id)
    elif "no node" in message:
        assert case.words[0] not in ids
    elif "absent" in message:
        assert case.is_absent(case.words[0])
    else:
        _modules_differ(case)


def _modules_differ(case: Refused) -> None:
    """With weights of their own, the two have modules that differ in more than their place."""
    document = yaml.load(case.text, LOADER)
    id, nodes = case.id, at_path(document, (*case.scope, "nodes"))
    if "share" not in case.node:  # inside a block, of which a node of the document shares a call
        id, nodes = case.words[0].partition(".")[0], document["nodes"]
    own = nodes[id]
    target = nodes[own["share"]]
    nodes[id] = {**{k: v for k, v in target.items() if k not in ("from", "when")},
                      **{k: v for k, v in own.items() if k != "share"}}  # fmt: skip
    try:
        net = Architecture.loads(yaml.dump(document, Dumper=DUMPER, sort_keys=False))
    except SpecError:
        return  # another mistake, so that the two cannot be built side by side
    parts = dict(build(net.graph).named_modules())
    one, other = (
        [repr(part) for name, part in parts.items() if _belongs(name, id)]
        for id in (id, own["share"])
    )
    assert one != other


def _belongs(name: str, id: str) -> bool:
    return any(part in (id, f"{id}_norm", f"{id}_act") for part in name.split("."))


def all_training_only(case: Refused) -> None:
    outputs = case.document["outputs"]
    items = outputs.values() if isinstance(outputs, dict) else [outputs]
    assert all(isinstance(item, dict) and item.get("training_only") is True for item in items)


def wrong_follower(case: Refused) -> None:
    role = case.mistake.message.split()[0]
    known = NORMS if role == "norm" else ACTS
    for value in case.values(case.node.get(role, case.value)):
        named = value.get("op") if isinstance(value, dict) else value
        if not isinstance(named, str) or named not in {*known, "none"}:
            return
    raise AssertionError(f"{role} can be what is written")


def cannot_compute(case: Refused) -> None:
    """Python cannot compute it either, or would only by taking words and lists for numbers."""
    texts = _expressions(case.value) or _expressions(case.node)
    message = case.mistake.message
    if "is not known here" in message:
        args = {
            **case.document.get("args", {}),
            **at_path(case.document, case.scope).get("args", {}),
        }
        assert case.words[0] not in {*args, *case.above} - {case.id}
        assert case.words[0] != "i" or "repeat" not in case.node
        return
    for text in texts:
        for env in case.environments(text):
            try:
                value = python(text, env)
            except Exception:
                return
            odd = [
                v for name, v in env.items() if name in text and isinstance(v, str | list | bool)
            ]
            if odd and "needs numbers" in message:
                return
            if isinstance(value, float) and not math.isfinite(value):
                return
    raise AssertionError(f"{texts} can be computed")


def _expressions(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for item in value.values() for text in _expressions(item)]
    if isinstance(value, list):
        return [text for item in value for text in _expressions(item)]
    return [value] if is_expression(value) else []


def wrong_shape(case: Refused) -> None:
    value = case.value if isinstance(case.value, list) else case.document["input"]
    if isinstance(value, dict):
        value = value[case.path[1]]  # the path may go on to one of its sizes
    sizes = [v for item in value for v in case.values(item)]
    assert not 0 < len(sizes) <= 4 or any(type(size) is not int or size < 1 for size in sizes)


def freezes_nothing(case: Refused) -> None:
    """No node or instance of the network without the line has the name."""
    pattern = re.compile(r"[^.]*".join(map(re.escape, case.words[0].split("*"))) + r"\Z")
    document = yaml.load(case.text, LOADER)
    del document["freeze"]
    try:
        net = Architecture.loads(yaml.dump(document, Dumper=DUMPER, sort_keys=False))
    except SpecError:
        assert "." in case.words[0] or not any(pattern.match(id) for id in case.document["nodes"])
        return
    names = [node.name for node in net.nodes if not node.role]
    prefixes = {".".join(name.split(".")[:k]) for name in names for k in range(1, 9)}
    assert not any(pattern.match(name) for name in prefixes)


def shared_setting(case: Refused) -> None:
    if "share" in case.node:
        assert case.words[0] in case.node or case.path[-1] in case.node
    else:
        assert "op" not in case.node


def typed_document_arg(case: Refused) -> None:
    assert case.document["args"][case.words[0]] in TYPES


def not_an_op(case: Refused) -> None:
    assert not isinstance(case.value, str) or case.value == ""


TRUTHS: dict[str, Callable[[Refused], None]] = {
    "A021": not_an_op, "A029": shared_setting, "A031": typed_document_arg, "A037": no_such_output,
    "A038": wrong_shape, "A040": no_such_op, "A041": no_such_node, "A042": below, "A043": feeds_nothing,
    "A044": calls_itself, "A045": number_of_inputs, "A046": wrong_arg, "A047": wrong_repeat,
    "A049": cannot_share, "A050": wrong_when, "A051": all_training_only, "A053": wrong_follower,
    "A055": cannot_compute, "A057": freezes_nothing, "A060": wrong_setting,
    **dict.fromkeys(("A054", "A061", "A062", "A063", "A064", "A065", "A066"), refused_by_torch),
}  # fmt: skip
