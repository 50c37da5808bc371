"""Changes of a valid spec that may or may not break it; each says where it was made, as a path of keys."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from archc.ops import OPERATORS

Path = tuple[Any, ...]
Tree = dict[str, Any]
Random = random.Random

ENTRY = ("op", "from", "norm", "act", "when", "repeat", "share", "label", "note")


class Place(NamedTuple):
    """One node: the mapping of nodes it is in, the path to it, and its keys."""

    nodes: Tree
    path: Path
    node: Tree

    @property
    def id(self) -> str:
        return str(self.path[-1])

    @property
    def ids(self) -> list[str]:
        return list(self.nodes)

    @property
    def settings(self) -> list[str]:
        return [key for key in self.node if key not in ENTRY]


def places(document: Tree) -> Iterator[Place]:
    """Every node of the document and its blocks, with words for operators written out."""
    scopes = [(("nodes",), document["nodes"])]
    for name, block in document.get("blocks", {}).items():
        scopes.append((("blocks", name, "nodes"), block["nodes"]))
    for path, nodes in scopes:
        for id, node in nodes.items():
            if isinstance(node, str):
                node = nodes[id] = {"op": node}  # noqa: PLW2901
            yield Place(nodes, (*path, id), node)


def _place(
    r: Random, document: Tree, test: Callable[[Place], Any] = lambda place: True
) -> Place | None:
    found = [place for place in places(document) if test(place)]
    return r.choice(found) if found else None


def number(r: Random, document: Tree) -> Path | None:
    """A setting's number: one more or less, double, none, large; or as many as there are not axes."""

    def numeric(place: Place) -> list[str]:
        return [k for k in place.settings if type(place.node[k]) in (int, float, list)]

    place = _place(r, document, numeric)
    if place is None:
        return None
    key = r.choice(numeric(place))
    value = place.node[key]
    if isinstance(value, list):
        whole = [i for i, item in enumerate(value) if type(item) is int]
        if not whole or r.random() < 0.3:
            place.node[key] = value[:-1] if r.random() < 0.5 else [*value, value[-1]]
        else:
            i = r.choice(whole)
            value[i] = r.choice((value[i] - 1, value[i] + 1, value[i] * 2, 0, 9))
    else:
        new = (value - 1, value + 1, value * 2, 0, 3, 9, 40, 1.5, -1, [value, value], [1, 2, 3])
        place.node[key] = r.choice(new)
    return (*place.path, key)


def source(r: Random, document: Tree) -> Path | None:
    """What a node reads: another node, one below, itself, an instance, nothing known, more or fewer."""
    place = _place(r, document)
    assert place is not None
    others = [
        *place.ids,
        "input",
        f"{place.ids[0]}.0",
        f"{place.ids[-1]}.o1",
        "no_such",
        place.id[:-1] or "x",
    ]
    now = place.node.get("from")
    kind = r.randrange(4)
    if kind == 0 and now is not None:
        del place.node["from"]
    elif kind == 1 and isinstance(now, list):
        now[r.randrange(len(now))] = r.choice(others)
    elif kind == 2:
        listed = now if isinstance(now, list) else [now or r.choice(others)]
        place.node["from"] = [*listed, r.choice(others)] if r.random() < 0.5 else listed[:1]
    else:
        place.node["from"] = r.choice(others)
    return (*place.path, "from")


def operator(r: Random, document: Tree) -> Path | None:
    """Another operator or block with the same settings, or without them; or a misspelt one."""
    place = _place(r, document, lambda place: "op" in place.node)
    if place is None:
        return None
    op = str(place.node["op"])
    blocks = list(document.get("blocks", {}))
    place.node["op"] = r.choice(
        (r.choice(list(OPERATORS)), op[:-1], r.choice([*blocks, "identity"]))
    )
    if r.random() < 0.5:
        for key in place.settings:
            del place.node[key]
    return (*place.path, "op")


def arg(r: Random, document: Tree) -> Path | None:
    """A call's arg: of another value or type, gone, or under another name."""
    blocks = document.get("blocks", {})
    place = _place(r, document, lambda p: p.node.get("op") in blocks and p.settings)
    if place is None:
        return None
    key = r.choice(place.settings)
    kind = r.randrange(4)
    if kind == 0:
        del place.node[key]
        return place.path
    if kind == 1:
        place.node[key + "s"] = place.node.pop(key)
        return (*place.path, key + "s")
    place.node[key] = r.choice((1, 3, 0, -2, 2.5, True, False, "relu", "none", [2, 4], "7"))
    return (*place.path, key)


def when(r: Random, document: Tree) -> Path | None:
    """A condition: another, a new one, or one that is neither true nor false."""
    place = _place(r, document, lambda p: "when" in p.node) if r.random() < 0.5 else None
    place = place or _place(r, document)
    assert place is not None
    place.node["when"] = r.choice(
        (True, False, False, "$(1 > 2)", "$(1 + 2)", "$(input.channels > 2)")
    )
    return (*place.path, "when")


def repeat(r: Random, document: Tree) -> Path | None:
    place = _place(r, document, lambda p: "repeat" in p.node) if r.random() < 0.5 else None
    place = place or _place(r, document)
    assert place is not None
    place.node["repeat"] = r.choice((0, 1, 2, 3, "$(2 - 5)", "$(3 / 2)", "$(1 + 1)", "$(1 > 2)"))
    return (*place.path, "repeat")


def removed(r: Random, document: Tree) -> Path | None:
    """A node gone, rather one that flattens or makes sizes agree."""
    shaping = ("flatten", "crop", "reshape", "permute", "fc", "global_avg_pool")
    place = _place(r, document, lambda p: p.node.get("op") in shaping) if r.random() < 0.4 else None
    place = place or _place(r, document)
    assert place is not None
    if len(place.nodes) < 2:
        return None
    del place.nodes[place.id]
    return place.path


def input_shape(r: Random, document: Tree) -> Path | None:
    shape, path = document["input"], ("input",)
    if isinstance(shape, dict):
        name = r.choice(list(shape))
        shape, path = shape[name], ("input", name)  # type: ignore[assignment]
    axis = r.randrange(len(shape))
    kind = r.randrange(4)
    if kind == 0 and len(shape) > 1:
        del shape[axis]
    elif kind == 1:
        shape.insert(axis, r.choice((1, 4)))
    else:
        shape[axis] = r.choice((1, 2, shape[axis] + 1, shape[axis] - 1, shape[axis] * 2, 5))
    return path


def follower(r: Random, document: Tree) -> Path | None:
    """Another norm or activation, or a thing that cannot follow."""
    place = _place(r, document, lambda p: "op" in p.node)
    if place is None:
        return None
    key = r.choice(("norm", "act"))
    norms = ("batch_norm", "layer_norm", "lrn", "instance_norm", {"op": "group_norm", "groups": 2})
    acts = ("relu", "softmax", {"op": "elu", "alpha": 2}, {"op": "prelu", "slope": 1})
    odd = ("conv", "norelu", "none", {"slope": 0.1}, "$(1 + 1)", "add")
    place.node[key] = r.choice(
        (norms if key == "norm" else acts) + odd if r.random() < 0.5 else odd + acts
    )
    return (*place.path, key)


def setting(r: Random, document: Tree) -> Path | None:
    """A setting misspelt, lost, or of another kind."""
    place = _place(r, document, lambda p: p.settings)
    if place is None:
        return None
    key = r.choice(place.settings)
    kind = r.randrange(3)
    if kind == 0:
        del place.node[key]
        return place.path
    if kind == 1:
        place.node[f"{key}x"] = place.node.pop(key)
        return (*place.path, f"{key}x")
    place.node[key] = r.choice(
        ("same", "big", True, 2, 0.5, [1], [[1, 1], [0, 1]], "$(1 / 2)", {"op": "x"})
    )
    return (*place.path, key)


def expression(r: Random, document: Tree) -> Path | None:
    """An expression of what is not there, or that cannot be computed."""
    place = _place(r, document, lambda p: p.settings)
    if place is None:
        return None
    key = r.choice(place.settings)
    options = ("$no_such", "$(1 // 0)", "$(5 / 2)", "$(input.width)", "$i", "$(input.channels * 2)",
               "$(1 + 'a')", "$(input.channels[0])", "$([1, 2][5])",
               f"${place.ids[-1]}.channels")  # fmt: skip
    place.node[key] = r.choice(options)
    return (*place.path, key)


def outputs(r: Random, document: Tree) -> Path | None:
    """Outputs that are one fewer, name what is not there, or are training-only throughout."""
    ids = list(document["nodes"])
    now = document.get("outputs")
    kind = r.randrange(4)
    if kind == 0 and now is not None:
        del document["outputs"]
    elif kind == 1:
        document["outputs"] = {"a": {"from": r.choice(ids), "training_only": True}}
    elif kind == 2 and isinstance(now, list):
        now.pop()
        if not now:
            del document["outputs"]
    else:
        document["outputs"] = [r.choice([*ids, "no_such", f"{ids[0]}.0", f"{ids[-1]}.o1"]), ids[-1]]
    return ("outputs",)


def share(r: Random, document: Tree) -> Path | None:
    """Another node's weights."""
    place = _place(r, document, lambda p: "share" in p.node) if r.random() < 0.7 else None
    place = place or _place(r, document)
    assert place is not None
    if "share" not in place.node:
        for key in [key for key in place.node if key not in ("from", "when")]:
            del place.node[key]
    place.node["share"] = r.choice([*place.ids, "no_such"])
    return (*place.path, "share")


def order(r: Random, document: Tree) -> Path | None:
    """Two nodes that change places."""
    place = _place(r, document, lambda p: len(p.nodes) > 1)
    if place is None:
        return None
    names = place.ids
    a, b = r.sample(range(len(names)), 2)
    names[a], names[b] = names[b], names[a]
    items = {name: place.nodes[name] for name in names}
    place.nodes.clear()
    place.nodes.update(items)
    return place.path[:-1]


def default(r: Random, document: Tree) -> Path | None:
    """Another value of a document's or block's arg."""
    holders = [(("args",), document.get("args", {}))]
    holders += [
        (("blocks", n, "args"), b.get("args", {})) for n, b in document.get("blocks", {}).items()
    ]  # type: ignore[misc]
    holders = [(path, args) for path, args in holders if args]
    if not holders:
        return None
    path, args = r.choice(holders)
    key = r.choice(list(args))
    if r.random() < 0.2:
        del args[key]
        return path
    args[key] = r.choice((1, 3, 0, 2.5, True, False, "relu", [2, 4], "int", [1]))
    return (*path, key)


def frozen(r: Random, document: Tree) -> Path | None:
    document["freeze"] = [r.choice((*document["nodes"], "no_such", "x*", "*.no", "*"))]
    return ("freeze",)


CHANGES: tuple[Callable[[Random, Tree], Path | None], ...] = (
    number, number, number, number, source, source, source, operator, operator, arg, arg, when, repeat,
    removed, removed, input_shape, input_shape, follower, setting, setting, expression, outputs, share,
    order, default, frozen,
)  # fmt: skip
