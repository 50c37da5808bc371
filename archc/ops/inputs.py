"""The input of a document, which is a node of the graph like any other."""

from __future__ import annotations

from dataclasses import dataclass

from archc.ops.base import Operator


@dataclass(frozen=True)
class Input(Operator, family="input"):
    """An input of the architecture; its shape is written in the spec, not inferred.

    It is not registered: a spec declares inputs under `input`, never as a node.
    """

    name = "input"
    arity = (0, 0)
