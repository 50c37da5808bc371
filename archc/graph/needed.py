"""What a patch leaves out by naming other outputs: the nodes that only its base's outputs needed.

Nodes are left out before they are expanded, so they need not fit the input, and have no weights.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from archc.graph.settings import patched, resolve
from archc.ops import OPERATORS
from archc.spec.document import Document, NodeSpec, last_written
from archc.spec.expressions import Expression, ExpressionError
from archc.spec.tree import Map

Needs = dict[
    str, set[str]
]  # node or input -> its parts that are read: "" for all of it, "2", "skip"


class LeftOut(NamedTuple):
    """Nodes and inputs of a document that are not expanded, and instances that suffice."""

    names: frozenset[str] = frozenset()
    parts: Mapping[str, set[int]] = {}  # repeated node -> the instances that are read, if not all

    def order(self, name: str, order: list[int]) -> list[int]:
        """The instances of a repeated node that run: none after the last one that is read."""
        read = [place for place, index in enumerate(order) if index in self.parts.get(name, ())]
        return order[: read[-1] + 1] if read else order


def left_out(document: Document, env: Mapping[str, Any]) -> LeftOut:
    """What the outputs of a patch leave out; ``env`` holds the document's args.

    A node that an expression mentions, or whose weights are shared, is not left out. Then it feeds
    nothing, which is told as ever.
    """
    if not document.former:
        return LeftOut()
    ends = [output.source for output in document.outputs] or [last_written(document.nodes)]
    reads = {name: list(_reads(name, above, document, env)) for above, name in _pairs(document)}
    before, now = _needed(document.former, reads), _needed(ends, reads)
    single = {
        name: {int(part.partition(".")[0]) for part in parts}
        for name, parts in now.items()
        if name in before and _instances(document, name, parts)
    }
    return LeftOut(frozenset(before.keys() - now.keys()), single)


def _instances(document: Document, name: str, parts: set[str]) -> bool:
    """Whether only instances are read, and no other node's weights depend on how many there are."""
    spec = document.nodes.get(name)
    shares = spec is not None and spec.share is not None
    return not shares and all(part[:1].isdecimal() for part in parts)


def _pairs(document: Document) -> Iterator[tuple[list[str], str]]:
    """Each node, with what is written above it: of several inputs, nobody knows which."""
    inputs = [*document.input] if isinstance(document.input, Map) else ["input"]
    return zip([inputs, *([name] for name in document.nodes)], document.nodes, strict=False)


def _needed(ends: Iterable[str], reads: dict[str, list[str]]) -> Needs:
    """Everything that the ends depend on. Nodes read only what is written above them."""
    found: Needs = {}

    def need(references: Iterable[str]) -> None:
        for reference in references:
            name, _, part = reference.partition(".")
            found.setdefault(name, set()).add(part)

    need(ends)
    for name in reversed(reads):
        if name in found:
            need(reads[name])
    return found


def _reads(
    name: str, above: list[str], document: Document, env: Mapping[str, Any]
) -> Iterator[str]:
    """What a node needs, as references; what is no node among them harms nothing."""
    spec = document.nodes[name]
    sources = above if spec.sources is None else [*_texts(spec.sources, env)]
    if _absent(spec, env):
        yield from sources[:1]
        return
    yield from sources
    if spec.share is not None:
        yield spec.share
    yield from _mentioned([spec.op, spec.settings, spec.norm, spec.act, spec.when, spec.repeat])
    patches = {path: p for path, p in document.instances.items() if path.startswith(f"{name}.")}
    yield from _mentioned([*patches.values()])
    own = (p for path, p in patches.items() if p and path.removeprefix(f"{name}.").isdecimal())
    for each in (spec, *(patched(spec, patch) for patch in own)):
        yield from _set(each, document, env)


def _set(spec: NodeSpec, document: Document, env: Mapping[str, Any]) -> Iterator[str]:
    """The nodes that an operator's settings name, those of its defaults included."""
    for op in set(_texts(spec.op, env)) & OPERATORS.keys():
        key = OPERATORS[op].reads
        if key:
            settings = {**document.lexical.defaults.get(op, {}), **spec.settings}
            yield from _texts(settings.get(key), env)


def _texts(value: Any, env: Mapping[str, Any]) -> Iterator[str]:
    """The names that a value gives, item by item; all that stand in one that depends on shapes."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item, env)
    elif isinstance(value, Expression):
        try:
            yield from _texts(value.evaluate(env), env)
        except ExpressionError:
            for name in sorted(value.names):
                yield from _texts(env.get(name, name), env)
            for node in ast.walk(value.tree):
                if isinstance(node, ast.Constant):
                    yield from _texts(node.value, env)


def _absent(spec: NodeSpec, env: Mapping[str, Any]) -> bool:
    """Whether a node is absent whatever the shapes are."""
    try:
        return resolve(spec.when, env) is False or resolve(spec.repeat, env) in (0, False)
    except ExpressionError:
        return False


def _mentioned(value: Any) -> Iterator[str]:
    """The names in the expressions of a value."""
    if isinstance(value, Expression):
        yield from value.names
    elif isinstance(value, dict):
        for item in value.values():
            yield from _mentioned(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _mentioned(item)
