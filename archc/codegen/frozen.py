"""What the network's class says of frozen nodes: they are not trained, and keep their statistics."""

from __future__ import annotations

import ast
from collections import Counter
from typing import NamedTuple

from archc.codegen.printer import layout
from archc.graph.graph import Graph, Node
from archc.graph.patterns import heads

NAME = "_FROZEN"  # no node's name begins with _


class Frozen(NamedTuple):
    """The frozen modules by name, a block instead of all that it holds, and the classes of their
    normalisations that keep statistics."""

    names: tuple[str, ...] = ()
    norms: tuple[str, ...] = ()

    def constant(self) -> list[str]:
        """The names, as an attribute of the class."""
        if not self.names:
            return []
        keep = (
            "Not trained; their batch norms keep their statistics."
            if self.norms
            else "Not trained."
        )
        names: list[ast.expr] = [ast.Constant(name) for name in self.names]
        return [f"    # {keep}", *layout(f"{NAME} = ", ast.Tuple(names, ast.Load()), 4), ""]

    def constructor(self) -> list[str]:
        """The end of ``__init__``."""
        if not self.names:
            return []
        lines = [
            f"        for name in self.{NAME}:",
            "            self.get_submodule(name).requires_grad_(False)",
        ]
        return [*lines, "        self.train()"] if self.norms else lines

    def train(self, class_name: str) -> list[str]:
        """The method that puts the network into training mode, but not its frozen batch norms."""
        if not self.norms:
            return []
        kinds = self.norms[0] if len(self.norms) == 1 else f"({', '.join(self.norms)})"
        return [
            f'    def train(self, mode: bool = True) -> "{class_name}":',
            '        """Frozen batch norms stay in evaluation mode."""',
            "        super().train(mode)",
            f"        for name in self.{NAME}:",
            "            for module in self.get_submodule(name).modules():",
            f"                if isinstance(module, {kinds}):",
            "                    module.eval()",
            "        return self",
            "",
        ]


NOTHING_FROZEN = Frozen()


def frozen_parts(graph: Graph) -> Frozen:
    """The frozen parts of a network's module."""
    own = [node for node in graph.nodes.values() if node.shared is None and _can_change(node)]
    everything = Counter(path for node in own for path in heads(node.name))
    frozen = [node for node in own if node.frozen]
    inside = Counter(path for node in frozen for path in heads(node.name))
    names = dict.fromkeys(
        next(path for path in heads(node.name) if inside[path] == everything[path])
        for node in frozen
    )
    norms = {_module(node): None for node in frozen if _keeps_statistics(node)}
    return Frozen(tuple(names), tuple(sorted(norms)))


def _can_change(node: Node) -> bool:
    """Whether training changes what the node holds."""
    return bool(node.facts.weights) or _keeps_statistics(node)


def _keeps_statistics(node: Node) -> bool:
    return node.op.role == "norm" and bool(node.facts.buffers)


def _module(node: Node) -> str:
    module = node.op.lower(node.input_shapes, node.shape).module
    return module.function if module is not None else ""
