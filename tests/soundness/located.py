"""A refused spec, read by plain YAML and Python: what stands where, and what its expressions come to.

Nothing here uses archc's own reader, scopes or evaluator, so that what they claim can be held against it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import SimpleNamespace
from typing import Any

import yaml
from changes import Path, Tree
from mutants import LOADER
from watch import Seen

from archc.errors import Mistake

QUOTED = re.compile(r"'([^']*)'")
SHAPE_WORDS = {"channels": (0, 1), "height": (-2, 3), "width": (-1, 2)}  # axis, least rank


def divisible(x: float, by: int = 8) -> int:
    near = max(by, math.floor(x / by + 0.5) * by)
    return near + by if near < 0.9 * x else near


FUNCTIONS = {"min": min, "max": max, "round": round, "ceil": math.ceil, "sum": sum, "divisible": divisible,
             "true": True, "false": False}  # fmt: skip


@dataclass(frozen=True)
class Refused:
    """A spec, one of its mistakes, and what was seen while it was expanded."""

    text: str
    mistake: Mistake
    seen: Seen

    @cached_property
    def document(self) -> Tree:
        return dict(yaml.load(self.text, LOADER))

    @cached_property
    def words(self) -> list[str]:
        """What the message quotes."""
        return QUOTED.findall(self.mistake.message)

    @cached_property
    def path(self) -> Path:
        """The keys that lead to what the mistake points at."""
        at = self.mistake.at
        assert at is not None
        found = [
            path for line, column, path in self.marks if (line, column) == (at.line, at.column)
        ]
        assert found, f"the mistake points at nothing: {at}"
        return found[-1]

    @cached_property
    def marks(self) -> list[tuple[int, int, Path]]:
        """Where each key and value begins, outer ones first: lines and columns count from 1."""
        return list(_marks(yaml.compose(self.text, LOADER), ()))

    @property
    def value(self) -> Any:
        """What is written at the mistake's place."""
        return at_path(self.document, self.path)

    @property
    def scope(self) -> Path:
        return ("blocks", self.path[1]) if self.path[0] == "blocks" else ()

    @property
    def nodes(self) -> Tree:
        return {id: {"op": node} if isinstance(node, str) else node
                for id, node in at_path(self.document, (*self.scope, "nodes")).items()}  # fmt: skip

    @property
    def id(self) -> str:
        """The node at whose text the mistake is."""
        assert self.path[len(self.scope)] == "nodes", f"not at a node: {self.path}"
        return str(self.path[len(self.scope) + 1])

    @property
    def node(self) -> Tree:
        return dict(self.nodes[self.id])

    @property
    def inputs(self) -> list[str]:
        """The names of the scope's inputs."""
        if self.scope:
            return list(at_path(self.document, self.scope).get("inputs", ["input"]))
        given = self.document["input"]
        return list(given) if isinstance(given, dict) else ["input"]

    @property
    def above(self) -> list[str]:
        """What may be read here: inputs, and nodes written above; of outputs, all."""
        if "nodes" not in self.path:
            return [*self.inputs, *self.nodes]
        ids = list(self.nodes)
        return [*self.inputs, *ids[: ids.index(self.id)]]

    def read(self, id: str) -> list[str]:
        """The names that a node reads, the one written above it if it does not say."""
        node = self.nodes[id]
        written = node.get("from")
        if written is None:
            ids = list(self.nodes)
            index = ids.index(id)
            return [ids[index - 1]] if index else self.inputs[:1]
        return [str(name) for name in (written if isinstance(written, list) else [written])]

    def values(self, written: Any) -> list[Any]:
        """What a written value came to: itself, or what Python makes of the expression, each time."""
        if not is_expression(written):
            return [written]
        found = []
        for env in self.environments(written):
            try:
                found.append(python(written, env))
            except Exception:
                continue
        return found

    def environments(self, text: str) -> list[dict[str, Any]]:
        """The names that an expression was computed with; one without names is not computed anew."""
        return self.seen.environments.get(text) or [dict(self.document.get("args", {}))]

    def is_absent(self, id: str) -> bool:
        """Whether a node can be absent: its condition came out false, or its number 0."""
        node = self.nodes[id]
        return False in [
            v for v in self.values(node.get("when", True)) if isinstance(v, bool)
        ] or 0 in [v for v in self.values(node.get("repeat", 1)) if type(v) is int]


def is_expression(value: Any) -> bool:
    return isinstance(value, str) and value[:1] == "$" and value[:2] != "$$"


def at_path(value: Any, path: Path) -> Any:
    for step in path:
        value = value[step]
    return value


def _marks(node: Any, path: Path) -> Iterator[tuple[int, int, Path]]:
    yield node.start_mark.line + 1, node.start_mark.column + 1, path
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield key.start_mark.line + 1, key.start_mark.column + 1, (*path, key.value)
            yield from _marks(value, (*path, key.value))
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield from _marks(value, (*path, index))


def python(text: str, env: Mapping[str, Any]) -> Any:
    """An expression as Python itself computes it."""
    body = text[2:-1] if text.startswith("$(") else re.sub(r"\.(\d+)", r"[\1]", text[1:])
    names = {name: _plain(value) for name, value in env.items()}
    return eval(body.replace("\n", " ").strip(), {"__builtins__": {}}, {**FUNCTIONS, **names})


def _plain(value: Any) -> Any:
    shape = getattr(value, "shape", None)
    if shape is None:
        return value
    words = {word: shape[axis] for word, (axis, rank) in SHAPE_WORDS.items() if len(shape) >= rank}
    return SimpleNamespace(shape=shape, **words)
