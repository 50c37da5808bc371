"""The tensors that are drawn: each the result of an operation with what follows it in place.

Normalisation, activation, dropout and flattening change no size that a picture could show, so they
are words below the tensor that they work on. Training-only heads are left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from math import prod
from typing import TypeAlias

from archc.analysis.cost import Cost, total
from archc.analysis.paths import values_read
from archc.analysis.words import plain
from archc.drawing.palette import Kind
from archc.graph.graph import Bypass, Graph, Item, Layer, Node, Scope
from archc.ops.base import Shape

Opened: TypeAlias = Callable[[Scope], bool]
IN_PLACE = frozenset({"normalisation", "activation", "dropout"})
RENAMED = frozenset({"identity", "flatten", "reshape"})  # the same numbers under other indices
ENLARGING = frozenset({"conv_transpose", "upsample", "pixel_shuffle"})


@dataclass(eq=False)
class Tensor:
    """A tensor with the nodes that make it.

    ``node`` is the operation whose result's size is drawn; ``result`` the value after what follows
    in place; ``block`` the block that a folded call calls; ``times`` the calls that are drawn as one.
    """

    name: str
    title: str
    item: str  # the path of the written node that it belongs to
    kind: Kind
    node: Node
    result: Node
    nodes: list[Node]
    block: str = ""
    times: int = 1
    after: list[str] = field(default_factory=list)
    reads: tuple[Tensor, ...] = ()

    @property
    def shape(self) -> Shape:
        return self.node.shape

    @property
    def channels(self) -> int:
        return self.shape[0]

    @property
    def sides(self) -> tuple[int, int]:
        """Height and width; a signal's length is its height, and a video's frames are left out."""
        rest = (*self.shape[1:], 1, 1)
        return (self.shape[-2], self.shape[-1]) if len(self.shape) > 3 else (rest[0], rest[1])

    @property
    def flat(self) -> bool:
        """Whether it is a vector: one number for each channel."""
        return prod(self.shape[1:]) == 1

    @property
    def cost(self) -> Cost:
        return total(self.nodes)


def tensors(graph: Graph, opened: Opened) -> list[Tensor]:
    """The tensors in the order they are made, inputs first; block calls are open where ``opened``."""
    collector = _Collector(opened)
    for name, node in graph.inputs.items():
        collector.keep(Tensor(name, plain(name), name, "input", node, node, []), [node])
    collector.scope(graph.root)
    return collector.found


def simple(scope: Scope) -> bool:
    """Whether a call makes a single tensor, so that folding it would hide what it does."""
    made = [node for layer in layers(scope) if not _in_place(node := layer.node)]
    return len(made) == 1


def layers(scope: Scope) -> Iterator[Layer]:
    """The layers in a scope and in the calls inside it, in order."""
    for item in scope.items:
        for part in item.parts:
            if isinstance(part, Layer):
                yield part
            elif isinstance(part, Scope):
                yield from layers(part)


class _Collector:
    def __init__(self, opened: Opened) -> None:
        self.opened = opened
        self.found: list[Tensor] = []
        self.home: dict[Node, Tensor] = {}

    def scope(self, scope: Scope) -> None:
        for item in scope.items:
            whole = [part for part in item.parts if isinstance(part, Scope)]
            if whole and not any(self.opened(part) for part in whole):
                self._fold(item, whole)
                continue
            for part in item.parts:
                self._part(item, part)

    def keep(self, tensor: Tensor, nodes: Iterable[Node]) -> None:
        self.found.append(tensor)
        self.home.update(dict.fromkeys(nodes, tensor))

    def _part(self, item: Item, part: Layer | Scope | Bypass) -> None:
        if isinstance(part, Bypass):
            self.home[part.node] = self.home[part.node.inputs[0]]
        elif isinstance(part, Layer):
            if not part.node.training_only:
                self._layer(item, part)
        else:
            before = len(self.found)
            self.scope(part)
            if simple(part) and len(self.found) == before + 1:
                self.found[-1].title, self.found[-1].name = _title(item), part.path

    def _layer(self, item: Item, layer: Layer) -> None:
        node = layer.node
        extra = [inner for inner in (layer.norm, layer.act) if inner is not None]
        source = self.home.get(node.inputs[0]) if len(node.inputs) == 1 else None
        if source is not None and _in_place(node) and source.result is node.inputs[0]:
            source.after += [_word(inner) for inner in (node, *extra) if not _renames(inner)]
            source.nodes += [node, *extra]
            source.result = layer.result
            self.home.update(dict.fromkeys((node, *extra), source))
            return
        tensor = Tensor(
            node.name, _title(item), item.path, _kind(node), node, layer.result, [node, *extra],
            after=[_word(inner) for inner in extra], reads=self._read(values_read(node)),
        )  # fmt: skip
        self.keep(tensor, (node, *extra))

    def _fold(self, item: Item, parts: list[Scope]) -> None:
        nodes = [node for part in parts for layer in layers(part) for node in layer.nodes]
        if not nodes or all(node.training_only for node in nodes):
            return
        inside = set(nodes)
        outside = (value for node in nodes for value in values_read(node) if value not in inside)
        name = item.path if len(parts) > 1 else parts[0].path
        result = parts[-1].result
        block = parts[0].block.name if parts[0].block else ""
        tensor = Tensor(
            name, _title(item), item.path, "folded", result, result, nodes, block, len(parts),
            reads=self._read(outside),
        )  # fmt: skip
        self.keep(tensor, nodes)

    def _read(self, values: Iterable[Node]) -> tuple[Tensor, ...]:
        return tuple(dict.fromkeys(self.home[value] for value in values if value in self.home))


def _title(item: Item) -> str:
    """The author's label, or the name as words: ``conv_3x3`` is a 3×3 convolution."""
    words = re.sub(r"(?<=\d)x(?=\d)", "×", item.spec.id.replace("_", " "))
    return plain(item.spec.label or words)


def _kind(node: Node) -> Kind:
    return "merge" if node.op.name in ENLARGING else node.op.family


def _word(node: Node) -> str:
    return "dropout" if node.op.family == "dropout" else node.label


def _renames(node: Node) -> bool:
    return node.op.name in RENAMED


def _in_place(node: Node) -> bool:
    if len(node.inputs) != 1:
        return False
    if node.op.family in IN_PLACE:
        return True
    return _renames(node) and prod(node.shape) == prod(node.input_shapes[0])
