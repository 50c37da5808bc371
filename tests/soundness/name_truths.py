"""Whether names, and what reads what, are as a mistake says."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

import networkx as nx
from located import Refused, at_path

from archc.ops import OPERATORS


def no_such_op(case: Refused) -> None:
    (word,) = case.words or [None]
    if word is not None:
        assert word in case.values(
            case.value if isinstance(case.value, str) else case.node.get("op")
        )
        assert word not in OPERATORS
        assert word not in case.document.get("blocks", {})
    else:
        assert not any(isinstance(value, str) for value in case.values(case.value))


def no_such_node(case: Refused) -> None:
    name, *parts = case.words
    message = case.mistake.message
    if "no node" in message:
        base = name.partition(".")[0]
        assert base not in case.nodes and base not in case.inputs
        return
    assert name in case.above
    node = followed(case, name)
    block = case.document.get("blocks", {}).get(node.get("op"), {})
    named = block.get("outputs") if isinstance(block.get("outputs"), dict) else {}
    if "neither" in message:
        assert name in case.inputs or case.is_absent(name) or ("repeat" not in node and not named)
    elif "no instance" in message:
        counts = [v for v in case.values(node.get("repeat", 0)) if type(v) is int]
        assert not parts[0].isdecimal() or any(int(parts[0]) >= count for count in counts)
    else:
        assert "no output" in message
        assert parts[0] not in named


def followed(case: Refused, name: str) -> dict[str, Any]:
    """A node, or the one whose weights it shares."""
    node = case.nodes.get(name, {})
    for _ in case.nodes:  # two may share each other
        if node.get("share") not in case.nodes:
            break
        node = {**case.nodes[node["share"]], **{k: v for k, v in node.items() if k != "share"}}
    return node


def below(case: Refused) -> None:
    ids = list(case.nodes)
    assert ids.index(case.words[0]) >= ids.index(case.id)


def feeds_nothing(case: Refused) -> None:
    """No path leads from the node to an output, and it is read by absent nodes at most."""
    (name,) = case.words
    links = nx.DiGraph()
    links.add_nodes_from([*case.inputs, *case.nodes])
    for id in case.nodes:
        names = case.read(id)
        like = followed(case, id).get("like")
        names += [like] if isinstance(like, str) else []
        if case.is_absent(id):  # its name means its first input
            names = names[:1]
        links.add_edges_from((name.partition(".")[0], id) for name in names)
    reached = nx.descendants(links, name)
    assert all(case.is_absent(id) for id in reached), f"{name} feeds {reached}"
    assert not {name, *reached} & _outputs(case), f"{name} leads to an output"


def _outputs(case: Refused) -> set[str]:
    written = at_path(case.document, case.scope).get("outputs")
    if written is None:
        return {list(case.nodes)[-1]}
    items = (
        written.values()
        if isinstance(written, dict)
        else written
        if isinstance(written, list)
        else [written]
    )
    names = [item["from"] if isinstance(item, dict) else item for item in items]
    return {str(name).partition(".")[0] for name in names}


def calls_itself(case: Refused) -> None:
    *_, chain = case.mistake.message.partition(": ")
    names = chain.split(" → ")
    assert names[-1] in names[:-1]
    for one, other in pairwise(names):
        ops = [
            n if isinstance(n, str) else n.get("op")
            for n in case.document["blocks"][one]["nodes"].values()
        ]
        assert any(other in case.values(op) for op in ops)


def number_of_inputs(case: Refused) -> None:
    message = case.mistake.message
    if "with several inputs" in message:
        assert (
            len(case.inputs) > 1 and case.id == next(iter(case.nodes)) and "from" not in case.node
        )
        return
    numbers = [
        int(n)
        for n in re.findall(
            r"\d+", message.partition(" takes " if " takes " in message else " reads ")[2]
        )
    ]
    found = numbers[-1]
    assert found in (
        len(case.read(case.id)),
        len(case.read(case.id)) + ("like" in followed(case, case.id)),
    )
    name = message.split()[0]
    if name == "block":
        block = case.document["blocks"][message.split()[1]]
        assert found != len(block.get("inputs", ["input"])) == numbers[0]
    elif name in ("add", "mul", "concat"):
        assert found < 2
    else:
        assert found != 1 and (
            name != "crop" or found > 2 or "like" in message or len(case.read(case.id)) > 1
        )


def no_such_output(case: Refused) -> None:
    name = case.words[0]
    written = at_path(case.document, case.scope)["outputs"]
    if "two outputs" in case.mistake.message:
        assert (
            isinstance(written, list)
            and [str(item).replace(".", "_") for item in written].count(name.replace(".", "_")) > 1
        )
        return
    base, _, part = name.partition(".")
    if base not in case.nodes:
        return
    node = followed(case, base)
    block = case.document.get("blocks", {}).get(node.get("op"), {})
    named = block.get("outputs") if isinstance(block.get("outputs"), dict) else {}
    counts = [v for v in case.values(node.get("repeat", 0)) if type(v) is int] or [0]
    instance = part.isdecimal() and int(part) < min(counts)
    assert part and (part not in named or case.is_absent(base)) and not instance
