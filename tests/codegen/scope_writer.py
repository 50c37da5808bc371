"""Writes the nodes of a random document or block.

They are written one by one, and the shape of every value is kept, so that most of what is drawn fits.
Blocks are called with other args than those they were written for; a call is tried out first.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from math import prod
from types import SimpleNamespace
from typing import Any

import yaml
from drawn_expressions import conditions, counts, evaluated, known
from drawn_settings import ACT_MAPS, ACTS, MERGES, NORMS, SETTINGS, Choice, Settings, Shape
from drawn_world import ODD_NAMES, Block, Failed, World, inferred, other_value

from archc.architecture import Architecture
from archc.errors import SpecError
from archc.ops import OPERATORS
from archc.spec.expressions import ExpressionError
from archc.spec.names import problem_with_name


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
            text for text, found in known(self.env) if type(found) is type(value) and found == value
        ]
        return self.c.of(fits) if fits else value

    def condition(self) -> tuple[Any, bool]:
        text = self.c.of(conditions(self.env, self.inputs[0]))
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
        shapes = self.tried(block, node, [self.shapes[s] for s in sources], count)
        if len(block.outputs) < 2:
            shapes = self.maybe_absent(node, self.shapes[sources[0]], shapes)
        self.add(self.name(name), node, sources, shapes)

    def tried(
        self, block: Block, node: dict[str, Any], inputs: list[Shape], count: int | None
    ) -> dict[str, Shape]:
        """The shapes of a call, from a document of nothing else."""
        written = {k: v if counts(v) else evaluated(v, self.env) for k, v in node.items()}
        suffixes = ["", *(f".{k}" for k in range(count or 0))]
        if count != 0 and len(block.outputs) > 1:
            suffixes += [f".{o}" for o in block.outputs]
        kept = ("archc", "name", "args", "blocks")
        doc = {
            **{key: value for key, value in self.world.doc.items() if key in kept},
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
