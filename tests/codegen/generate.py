"""Random specs over every operator and most of the language, as YAML text."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import yaml
from drawn_settings import Choice, Shape
from drawn_world import ODD_NAMES, Block, World, other_value
from hypothesis import strategies as st
from scope_writer import ScopeWriter

from archc.architecture import Architecture
from archc.ops import OPERATORS
from archc.spec.names import problem_with_name

ODD_BLOCKS = ("unit", "cell", "scale_", "RBF", "Scale", "drop_path_", "center_crop", "net", "tensor",
              "module", "named_tuple", "F", "f", "x", "int", "ChannelLayerNorm", "channel_layer_norm",
              "net_output", "Net2", "net2", "nn", "torch", "Output", "super")  # fmt: skip
TITLES = (
    "Net",
    'A "net" \\ of\tlate',
    "Größe\nzwei",
    '"""',
    "\\",
    "N-e-t",
    "x" * 120,
    "'",
    "net\\N",
)


def drawn_args(c: Choice, taken: set[str], document: bool) -> tuple[dict[str, Any], dict[str, Any]]:
    """Args as declared, and an example of each."""
    declared: dict[str, Any] = {}
    example: dict[str, Any] = {}
    for _ in range(c.whole(0, 2 if document else 4)):
        kind = c.of(["int", "bool", "int", "str", "float", "list"])
        stem = (
            c.of(ODD_NAMES)
            if c.sometimes(4)
            else c.of(
                {"int": ["width", "stride", "depth"], "bool": ["flag", "bias"]}.get(
                    kind, [f"{kind}_arg"]
                )
            )
        )
        name = next(
            n
            for n in (stem + "q" * k for k in range(9))
            if n not in taken | set(declared) and not problem_with_name(n)
        )
        start = {"int": 2, "bool": True, "str": "relu", "float": 0.5, "list": [2, 4]}[kind]
        example[name] = c.of([start, other_value(c, start)])
        declared[name] = kind if not document and c.sometimes(3) else example[name]
    return declared, example


def shape_drawn(c: Choice) -> Shape:
    axes = c.of([2, 2, 2, 1, 3, 0])
    low, high = {0: (1, 1), 1: (5, 20), 2: (4, 12), 3: (3, 5)}[axes]
    return (c.whole(1, 6), *[c.whole(low, high) for _ in range(axes)])


def add_block(c: Choice, world: World, document_args: Mapping[str, Any]) -> None:
    name = next(n for n in (c.of(ODD_BLOCKS) + s for s in ("", "2", "_b", "_c", "_d", "_e", "_f"))
                if n not in world.blocks and not problem_with_name(n) and n not in OPERATORS)  # fmt: skip
    taken = {*document_args, *[]}
    declared, example = drawn_args(c, taken, document=False)
    several = c.sometimes(4)
    first = shape_drawn(c)
    shapes = [first, c.of([first, shape_drawn(c)])] if several else [first]
    names = [n for n in (["left", "right"] if several else ["input"])]
    writer = ScopeWriter(
        c, world, {**document_args, **example}, dict(zip(names, shapes, strict=True)), False
    )
    writer.write(c.whole(1, 9))
    ends = writer.unread
    body: dict[str, Any] = {}
    if declared:
        body["args"] = declared
    if several:
        body["inputs"] = names
    body["nodes"] = writer.nodes
    outputs = ["out"]
    if len(ends) > 1 or c.sometimes(5):
        extra = [r for r in writer.shapes if c.sometimes(6)]
        sources = list(dict.fromkeys([*ends, *extra]))
        outputs = [f"o{k}" for k in range(len(sources))]
        body["outputs"] = dict(zip(outputs, sources, strict=True))
    world.doc["blocks"] = {**world.doc.get("blocks", {}), name: body}
    world.blocks[name] = Block(declared, example, names, shapes, outputs)


def outputs_of(c: Choice, writer: ScopeWriter) -> Any:
    ends = writer.unread
    if len(ends) == 1 and not c.sometimes(3):
        return None
    extra = [r for r in writer.shapes if c.sometimes(8)]
    sources = list(dict.fromkeys([*ends[::-1], *extra]))
    if c.flag():
        return sources
    named: dict[str, Any] = {}
    for k, source in enumerate(sources):
        aux = k > 0 and "." not in source and c.flag()
        named[f"o{k}"] = {"from": source, "training_only": True} if aux else source
    return named


@st.composite
def specs(draw: Callable[[Any], Any], size: int = 16) -> str:
    """A spec as text; nearly all are valid."""
    return written(Choice(draw), size)


def written(c: Choice, size: int = 16) -> str:
    """A spec as text."""
    doc: dict[str, Any] = {"archc": 1, "name": "net"}
    if c.sometimes(3):
        doc["title"] = c.of(TITLES)
    world = World(doc)
    declared, example = drawn_args(c, set(), document=True)
    if declared:
        doc["args"] = declared
    for _ in range(c.whole(0, 3)):
        add_block(c, world, example)
    if c.sometimes(5):
        inputs = {
            name: shape_drawn(c) for name in c.of([["left", "right"], ["x", "out"], ["image"]])
        }
        inputs = {n: s for n, s in inputs.items() if n not in declared} or {"image": (3, 6, 6)}
        doc["input"] = {name: list(shape) for name, shape in inputs.items()}
    else:
        inputs = {"input": shape_drawn(c)}
        doc["input"] = list(inputs["input"])
    writer = ScopeWriter(c, world, example, inputs, True)
    writer.write(c.whole(2, size))
    doc["nodes"] = writer.nodes
    outputs = outputs_of(c, writer)
    if outputs is not None:
        doc["outputs"] = outputs
    if c.sometimes(4):
        doc["freeze"] = [c.of([name, f"{name[:1]}*"]) for name in writer.nodes if c.flag()]
    return yaml.safe_dump(
        doc, sort_keys=False, default_flow_style=None, width=110, allow_unicode=True
    )


def patched(c: Choice, text: str, net: Architecture) -> str:
    """The spec with a variant ``v`` that patches instances of it."""
    scopes = [item for item in _items(net.graph.root) if item.repeated]
    nodes: dict[str, Any] = {}
    for item in scopes:
        paths = [f"{item.path}.{k}" for k in range(len(item.parts))]
        path = c.of(paths)
        kind = c.whole(0, 3)
        if kind == 0:
            nodes[path] = None
        elif kind == 1 and len(paths) > 1:
            nodes[path] = {"before": paths[0] if path != paths[0] else paths[-1]}
        elif kind == 2:
            inner = [
                node.name
                for node in net.nodes
                if node.name.startswith(f"{path}.") and not node.role
            ]
            if inner:
                nodes[c.of(inner)] = c.of([None, {"bias": False}, {"act": "tanh"}])
        elif item.spec.op in ("conv", "fc"):
            nodes[path] = c.of(
                [{"bias": False}, {"act": "tanh"}, {"act": "none", "norm": "batch_norm"}]
            )
    doc = yaml.safe_load(text)
    doc["variants"] = {"v": {"nodes": nodes}}
    return yaml.safe_dump(
        doc, sort_keys=False, default_flow_style=None, width=110, allow_unicode=True
    )


def _items(scope: Any) -> Iterator[Any]:
    for item in scope.items:
        yield item
        for part in item.parts:
            if hasattr(part, "items"):
                yield from _items(part)


class Seeded(Choice):
    """Draws evenly from a seed: more varied than hypothesis is, and faster, but never shrunk."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def whole(self, low: int, high: int) -> int:
        return self._random.randint(low, high)
