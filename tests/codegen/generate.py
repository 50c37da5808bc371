"""Random specs over every operator and most of the language, as YAML text.

A scope is written node by node; the generator keeps the shape of every value, so that most of what it
draws fits. Blocks are written for one example of their args and inputs, and called with others too; a
call is tried out before it is written.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from math import prod
from types import SimpleNamespace
from typing import Any

import yaml
from drawn_settings import ACT_MAPS, ACTS, MERGES, NORMS, SETTINGS, Choice, Settings, Shape
from hypothesis import strategies as st

from archc.architecture import Architecture
from archc.errors import SpecError
from archc.graph.placing import check_inputs
from archc.ops import OPERATORS
from archc.ops.base import AttributeMistake, ShapeError
from archc.spec.expressions import Expression, ExpressionError
from archc.spec.names import problem_with_name

ODD_NAMES = ["x", "out", "layer", "block", "torch", "nn", "F", "self", "range", "zip", "len", "super", "Tensor", "NamedTuple", "float", "conv", "norm", "act", "in_channels", "channels", "x_", "out_", "has_a", "print", "list", "kernel_size", "stride", "str", "object", "loop", "index", "module", "conv1", "pool", "shortcut", "sum", "min", "max", "bool", "tuple", "training_", "isinstance", "None_", "Net", "RBF", "Scale", "DropPath"]
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


@dataclass
class Block:
    args: dict[str, Any]
    example: dict[str, Any]
    inputs: list[str]
    shapes: list[Shape]
    outputs: list[str]


@dataclass
class World:
    """The document so far."""

    doc: dict[str, Any]
    blocks: dict[str, Block] = field(default_factory=dict)


class Failed(Exception):
    """What was drawn does not fit."""


def evaluated(value: Any, env: Mapping[str, Any]) -> Any:
    if isinstance(value, str) and value.startswith("$"):
        return Expression.parse(value).evaluate(env)
    if isinstance(value, dict):
        return {key: evaluated(item, env) for key, item in value.items()}
    return [evaluated(item, env) for item in value] if isinstance(value, list) else value


def inferred(op: str, settings: Settings, shapes: tuple[Shape, ...]) -> Shape:
    try:
        made = OPERATORS[op].make(settings)
        check_inputs(made, shapes)
        shape = made.infer(shapes)
    except (AttributeMistake, ShapeError) as error:
        raise Failed from error
    if prod(shape) > 1500 or shape[0] > 40 or max(shape[1:], default=1) > 24:
        raise Failed
    return shape


class ScopeWriter:
    """Writes the nodes of a document or block."""

    def __init__(self, c: Choice, world: World, env: dict[str, Any], inputs: dict[str, Shape],
                 document: bool) -> None:  # fmt: skip
        self.c, self.world, self.document = c, world, document
        self.env = dict(env)
        self.nodes: dict[str, Any] = {}
        self.shapes: dict[str, Shape] = {}  # of every reference
        self.unread: list[str] = []  # ids
        self.taken = {*env, *inputs}
        self.last = next(iter(inputs)) if len(inputs) == 1 or not document else ""
        self.inputs = list(inputs)
        self.sources: dict[str, tuple[list[str], Settings]] = {}
        for name, shape in inputs.items():
            self.see(name, shape)

    def see(self, name: str, shape: Shape) -> None:
        self.shapes[name] = shape
        self.env[name] = SimpleNamespace(shape=shape)

    def name(self, stem: str) -> str:
        c = self.c
        if c.sometimes(5):
            stem = c.of(ODD_NAMES)
        candidates = itertools.chain([stem], (f"{stem}{n}" for n in itertools.count(1)))
        found = next(n for n in candidates if n not in self.taken and not problem_with_name(n))
        self.taken |= {found, f"{found}_norm", f"{found}_act"}
        return found

    # expressions

    def symbolic(self, value: Any) -> Any:
        """The value, sometimes as an expression of args and shapes that gives it."""
        if isinstance(value, dict):
            return {
                key: item if key == "op" else self.symbolic(item) for key, item in value.items()
            }
        if isinstance(value, list) and not self.c.sometimes(6):
            return [self.symbolic(item) for item in value]
        if not self.c.flag():
            return value
        fits = [
            text for text, found in self.known() if type(found) is type(value) and found == value
        ]
        return self.c.of(fits) if fits else value

    def known(self) -> Iterator[tuple[str, Any]]:
        texts = []
        atoms = [n for n, v in self.env.items() if not isinstance(v, SimpleNamespace)]
        nodes = [n for n, v in self.env.items() if isinstance(v, SimpleNamespace)]
        words = [f"{n}.{word}" for n in nodes[-4:] for word in ("channels", "height", "width")]
        for a in [*atoms, *words]:
            texts += [f"${a}", f"$(2 * {a})", f"$({a} // 2)", f"$({a} + 1)", f"$({a} - 1)"]
            texts += [f"$(not {a})", f"${a}.0", f"$({a}[1])", f"$(3 if {a} == 4 else 1)"]
            texts += [f"$max({a}, 2)", f"$(ceil({a} / 2))", f"$divisible({a}, 2)", f"$({a} % 2)"]
            texts += [f"$(-{a})", f"$({a} * 2 // 4)", f"$(8 - ({a} - 1))", f"$({a} / 2)"]
            texts += [f"$({a} * 0.5)", f"$(round({a} * 1.5))", f"$([{a}, {a}])"]
        texts += [f"$({a} {s} {b})" for a in atoms for b in words for s in "+-*"]
        for text in texts:
            try:
                yield text, evaluated(text, self.env)
            except ExpressionError:
                pass

    def condition(self) -> tuple[Any, bool]:
        atoms = {n: v for n, v in self.env.items() if not isinstance(v, SimpleNamespace)}
        options = []
        for name, value in atoms.items():
            if isinstance(value, bool):
                options += [f"${name}", f"$(not {name})"]
            elif isinstance(value, int | float):
                options += [f"$({name} > 2)", f"$({name} != 1 or {self.inputs[0]}.channels > 4)"]
                options += [f"$({self.inputs[0]}.channels != {name})", f"$(1 < {name} <= 4)"]
            elif isinstance(value, str):
                options += [f"$({name} == 'relu')", f'$({name} != "none")']
            elif isinstance(value, list):
                options += [f"$({name}.0 != {name}.1)", f"$({name} == [2, 4])"]
        options += [f"$({self.inputs[0]}.channels % 2 == 0)", True, False]
        text = self.c.of(options)
        return text, bool(evaluated(text, self.env))

    # nodes

    def source(self, *wanted: Callable[[Shape], bool]) -> str:
        fits = [r for r, s in self.shapes.items() if all(test(s) for test in wanted)]
        if not fits:
            raise Failed
        if self.last in fits and not self.c.sometimes(3):
            return self.last
        return self.c.of(fits[::-1])

    def add(
        self, id: str, node: dict[str, Any], sources: list[str], shapes: dict[str, Shape]
    ) -> None:
        """Write a node; ``shapes`` are by what follows the id: ``""``, ``".0"``, ``".skip"``."""
        implied = sources == [self.last] and not self.c.sometimes(4)
        if not implied:
            node = {**node, "from": sources[0] if len(sources) == 1 else list(sources)}
        short = list(node) == ["op"] and not node["op"].startswith("$") and self.c.flag()
        self.nodes[id] = node["op"] if short else node
        self.sources[id] = (sources, node)
        for suffix, shape in shapes.items():
            self.shapes[id + suffix] = shape
        self.env[id] = SimpleNamespace(shape=shapes[""])
        reads = [s.split(".")[0] for s in [*sources, str(node.get("like", ""))]]
        self.unread = [name for name in self.unread if name not in reads] + [id]
        self.last = id

    def maybe_absent(
        self, node: dict[str, Any], kept: Shape, shapes: dict[str, Shape]
    ) -> dict[str, Shape]:
        """Give the node a condition, sometimes."""
        if len(shapes) > 1 or not self.c.sometimes(4):
            return shapes
        node["when"], present = self.condition()
        return shapes if present else {"": kept}

    def followers(self, node: dict[str, Any], shape: Shape) -> None:
        c = self.c
        if c.sometimes(3):
            norm = c.of(NORMS)
            name = norm if isinstance(norm, str) else norm["op"]
            rest = {} if isinstance(norm, str) else {k: v for k, v in norm.items() if k != "op"}
            if inferred(name, rest, (shape,)) == shape:
                node["norm"] = self.symbolic(norm)
        if c.sometimes(3):
            node["act"] = self.symbolic(c.of([*ACTS, *ACT_MAPS, "none"]))

    def operator(self) -> None:
        c = self.c
        op = c.of(list(SETTINGS)) if c.flag() else c.of(["conv", "conv", "fc", "max_pool", "relu"])
        low, high = OPERATORS[op].rank
        source = self.source(lambda s: low <= len(s) <= (high or 4))
        shape = self.shapes[source]
        settings = SETTINGS[op](c, shape)
        result = inferred(op, settings, (shape,))
        node: dict[str, Any] = {"op": op, **self.symbolic(settings)}
        self.followers(node, result)
        shapes = self.maybe_absent(node, shape, {"": result})
        self.add(self.name(op[:4]), node, [source], shapes)

    def repeated(self) -> None:
        """An operator several times, with settings that may count with i."""
        c = self.c
        op = c.of(
            [
                "conv",
                "depthwise_conv",
                "fc",
                "tanh",
                "prelu",
                "scale",
                "dropout",
                "batch_norm",
                "pad",
            ]
        )
        low, high = OPERATORS[op].rank
        source = self.source(lambda s: low <= len(s) <= (high or 4))
        shape, count = self.shapes[source], c.whole(0, 4)
        settings = SETTINGS[op](c, shape)
        node: dict[str, Any] = {"op": op, **self.symbolic(settings), "repeat": self.symbolic(count)}
        self.followers(node, inferred(op, settings, (shape,)))
        if c.flag() and op in ("conv", "fc"):
            key = "filters" if op == "conv" else "units"
            node[key] = c.of(["$(2 + i)", "$(8 if i == 0 else 4)", "$(2 * (i + 1))", "$(4 - i)"])
        elif c.flag() and op == "conv":
            node["stride"] = c.of(["$(2 if i == 0 else 1)", "$(1 + i % 2)"])
        if c.flag():
            node["act"] = c.of(
                ["$('relu' if i == 0 else 'tanh')", "$('none' if i == 0 else 'relu')", "relu"]
            )
        if c.sometimes(3) and "norm" not in node:
            node["norm"] = c.of(
                ["batch_norm", "layer_norm", "$('none' if i == 1 else 'batch_norm')"]
            )
        self.add(self.name("rep"), node, [source], self.chain(op, node, shape, count))

    def chain(self, op: str, node: dict[str, Any], shape: Shape, count: int) -> dict[str, Shape]:
        shapes = {}
        for i in range(count):
            written = {k: v for k, v in node.items() if k not in ("op", "repeat", "norm", "act")}
            settings = evaluated(written, {**self.env, "i": i})
            shape = shapes[f".{i}"] = inferred(op, settings, (shape,))
        return {"": shape, **shapes}

    def merge(self) -> None:
        c = self.c
        op = c.of(MERGES)
        first = self.source()
        shape = self.shapes[first]
        fits: Callable[[Shape], bool] = lambda s: s == shape  # noqa: E731
        if op == "concat":
            fits = lambda s: s[1:] == shape[1:]  # noqa: E731
        elif op == "mul":
            fits = lambda s: s in (shape, (shape[0], *[1] * (len(shape) - 1)), (1, *shape[1:]))  # noqa: E731
        others = [
            self.source(lambda s: len(s) == len(shape) and fits(s)) for _ in range(c.whole(1, 2))
        ]
        sources = [first, *others]
        if c.flag():
            sources.reverse()
        result = inferred(op, {}, tuple(self.shapes[s] for s in sources))
        node: dict[str, Any] = {"op": op}
        self.followers(node, result)
        shapes = self.maybe_absent(node, self.shapes[sources[0]], {"": result})
        if len(shapes) == 1 and op != "concat" and "when" not in node and c.sometimes(5):
            node["repeat"] = 2
            shapes = {"": result, ".0": result, ".1": result}
        self.add(self.name(op), node, sources, shapes)

    def residual(self) -> None:
        """A branch, with a shortcut that some calls lack."""
        c = self.c
        source = self.source(lambda s: len(s) > 1)
        shape = self.shapes[source]
        filters = c.of([shape[0], c.whole(1, 8)])
        stem = self.name("branch")
        node: dict[str, Any] = {
            "op": "conv",
            "filters": self.symbolic(filters),
            "kernel": 3,
            "padding": 1,
        }
        self.followers(node, (filters, *shape[1:]))
        self.add(stem, node, [source], {"": (filters, *shape[1:])})
        channels = f"{source}.channels" if source in self.env else None
        short: dict[str, Any] = {"op": "conv", "filters": f"${stem}.channels", "kernel": 1}
        self.followers(short, (filters, *shape[1:]))
        if channels:
            short["when"] = f"$({channels} != {stem}.channels)"
        name = self.name("shortcut")
        self.add(name, short, [source], {"": (filters, *shape[1:])})
        self.add(self.name("sum"), {"op": "add"}, c.of([[stem, name], [name, stem]]),
                 {"": (filters, *shape[1:])})  # fmt: skip

    def crop_like(self) -> None:
        source = self.source(lambda s: len(s) > 1)
        shape = self.shapes[source]
        like = self.source(
            lambda s: (
                len(s) == len(shape) and all(a <= b for a, b in zip(s[1:], shape[1:], strict=True))
            )
        )
        node: dict[str, Any] = {"op": "crop", "like": like}
        if self.c.sometimes(3):
            node["offset"] = 0
        result = (shape[0], *self.shapes[like][1:])
        self.add(self.name("crop"), node, [source], {"": result})

    def share(self) -> None:
        c = self.c
        targets = [
            name
            for name, (_, node) in self.sources.items()
            if "when" not in node and "share" not in node
        ]
        if not targets:
            raise Failed
        target = c.of(targets)
        sources, _ = self.sources[target]
        wanted = [self.shapes[s] for s in sources]
        found = [self.source(lambda s, w=w: s == w) for w in wanted]  # type: ignore[misc]
        shapes = {
            r.removeprefix(target): s for r, s in self.shapes.items() if r.split(".")[0] == target
        }
        if "repeat" in self.sources[target][1] and ".0" not in shapes:
            raise Failed
        self.add(self.name("again"), {"share": target}, found, shapes)

    def call(self) -> None:
        """Call a block, with args that differ from its example's."""
        c = self.c
        if not self.world.blocks:
            raise Failed
        name = c.of(list(self.world.blocks))
        block = self.world.blocks[name]
        sources = [self.source(lambda s, w=w: len(s) == len(w)) for w in block.shapes]  # type: ignore[misc]
        node: dict[str, Any] = {"op": name}
        for arg, example in block.example.items():
            required = isinstance(block.args[arg], str) and block.args[arg] in (
                "int",
                "float",
                "bool",
                "str",
                "list",
            )
            if required or c.flag():
                node[arg] = self.symbolic(other_value(c, example) if c.flag() else example)
        count = None
        if c.sometimes(3):
            count = c.whole(0, 3)
            node["repeat"] = count
            for arg, example in block.example.items():
                if type(example) is int and c.flag():
                    node[arg] = c.of(["$(2 if i == 0 else 1)", "$(i + 1)", f"$({example} + 2 * i)"])
                elif type(example) is bool and c.flag():
                    node[arg] = "$(i == 0)"
        shapes = self.tried(name, block, node, [self.shapes[s] for s in sources], count)
        if len(block.outputs) < 2:
            shapes = self.maybe_absent(node, self.shapes[sources[0]], shapes)
        self.add(self.name(name), node, sources, shapes)

    def tried(
        self, name: str, block: Block, node: dict[str, Any], inputs: list[Shape], count: int | None
    ) -> dict[str, Shape]:
        """The shapes of a call, from a document of nothing else."""
        env = {**self.env, "i": 0}
        written = {k: v if isinstance(v, str) and "i" in Expression.parse(v).names else evaluated(v, env)
                   if isinstance(v, str) and v.startswith("$") else evaluated(v, env)
                   for k, v in node.items() if not (isinstance(v, str) and v.startswith("$")) } | {
                   k: v if "i" in Expression.parse(v).names else evaluated(v, self.env)
                   for k, v in node.items() if isinstance(v, str) and v.startswith("$")}  # fmt: skip
        suffixes = [""] if count != 0 else [""]
        suffixes += [f".{k}" for k in range(count or 0)]
        if count != 0 and len(block.outputs) > 1:
            suffixes += [f".{o}" for o in block.outputs]
        doc = {
            **{
                k: v
                for k, v in self.world.doc.items()
                if k in ("archc", "name", "args", "blocks", "defaults")
            },
            "input": {f"probe{k}": list(shape) for k, shape in enumerate(inputs)},
            "nodes": {"probe": {**written, "from": [f"probe{k}" for k in range(len(inputs))]}},
            "outputs": [f"probe{suffix}" for suffix in suffixes],
        }
        try:
            graph = Architecture.loads(yaml.safe_dump(doc, sort_keys=False)).graph
        except SpecError as error:
            raise Failed from error
        shapes = [output.node.shape for output in graph.outputs]
        if any(prod(shape) > 1500 for shape in shapes) or len(graph.nodes) > 60:
            raise Failed
        return dict(zip(suffixes, shapes, strict=True))

    def write(self, count: int) -> None:
        kinds = [self.operator] * 5 + [self.merge] * 2 + [self.call] * 6 * bool(self.world.blocks)
        kinds += [self.repeated, self.repeated, self.residual, self.crop_like, self.share]
        while count > 0:
            count -= 1
            taken = set(self.taken)
            try:
                self.c.of(kinds)()
            except (Failed, ExpressionError):
                self.taken = taken
        read = {s.split(".")[0] for sources, node in self.sources.values() for s in sources}
        for name in self.inputs:
            if name not in read and (self.document or not self.nodes):
                self.add(self.name("same"), {"op": "identity"}, [name], {"": self.shapes[name]})


def other_value(c: Choice, value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return c.of([1, 2, 3, 4, 6, 8])
    if isinstance(value, float):
        return c.of([0.5, 0.1, 1e-5])
    if isinstance(value, list):
        return c.of([[2, 4], [4, 4], [6, 2]])
    return c.of(["relu", "none", "tanh"])


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
