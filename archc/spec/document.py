"""A spec after reading, inheritance and merging, and before any shape is known.

Values in settings, args, defaults and shapes are plain Python values (``str``, ``int``, ``float``,
``bool``, ``Seq``, ``Map``) in which every ``$…`` scalar has become an :class:`Expression`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from archc.errors import Mistake, Span
from archc.spec.expressions import Expression
from archc.spec.files import File, permitted
from archc.spec.layouts import Layout
from archc.spec.tree import Map, Removed


@dataclass(slots=True, eq=False)
class NodeSpec:
    """One node as written: exactly one of ``op`` and ``share`` is set."""

    id: str
    op: str | Expression | None
    marks: Map  # the merged mapping, for places; `{op: word}` for a bare word
    share: str | None = None
    sources: str | list[str] | Expression | None = None  # `from`; None: the node written above
    norm: str | Map | Expression | None = None
    act: str | Map | Expression | None = None
    when: bool | Expression | None = None
    repeat: int | Expression | None = None
    label: str = ""
    note: str = ""
    settings: dict[str, Any] = field(
        default_factory=dict
    )  # the operator's attributes, or a block's args


def last_written(nodes: Mapping[str, NodeSpec]) -> str:
    """The node that is the default output: the last one, not counting those that a patch removed."""
    kept = (
        name for name, spec in reversed(list(nodes.items())) if not isinstance(spec.marks, Removed)
    )
    return next(kept, next(reversed(list(nodes)), ""))


@dataclass(eq=False)
class Lexical:
    """What the nodes written in one file see: the file's args (as written) and its defaults."""

    args: dict[str, Any]
    defaults: dict[str, Map]  # operator name -> settings
    marks: Map  # the document, for places


@dataclass(eq=False)
class Block:
    """A parametrised sub-graph. ``args`` maps a name to its default, or to a :class:`Required`."""

    name: str
    args: dict[str, Any]
    inputs: tuple[str, ...]
    nodes: dict[str, NodeSpec]
    outputs: dict[
        str, str
    ]  # output name -> reference; the first one is the bare call's; never empty
    lexical: Lexical
    marks: Map
    named_outputs: bool = False  # `outputs` was written: `call.name` refers to one


@dataclass(frozen=True)
class Required:
    """An arg that a caller must give: its type's name (``int float bool str list``)."""

    type: str


@dataclass(frozen=True)
class Output:
    """One output of a document: its name, what it refers to, and whether only training sees it."""

    name: str
    source: str
    training_only: bool = False


@dataclass(frozen=True)
class WeightsSpec:
    """``weights``: the file that trained weights come from, relative to the file ``base`` that says so."""

    file: str
    base: File
    at: Span  # where the file is named
    layout: str | None = None  # None: found out from the names in the file
    exceptions: tuple[str, ...] = ()  # patterns of names that need not fit

    @property
    def path(self) -> Path:
        """Where the file should be.

        Raises:
            SpecError: a spec may not name it.
        """
        return permitted(self.base, self.file, self.at)


@dataclass(eq=False)
class Document:
    """A whole architecture, ready to be expanded."""

    name: str
    marks: Map
    lexical: Lexical  # the args here may be overridden by a caller before expansion
    blocks: dict[str, Block]  # own and included, by name
    input: Any  # one shape, or a Map of named shapes; expressions allowed
    nodes: dict[str, NodeSpec]
    outputs: list[Output]  # empty: the last node written
    named_outputs: bool = False  # a mapping was written, so results are named
    instances: dict[str, Map | None] = field(default_factory=dict)  # path patches, e.g. "layer3.2"
    title: str = ""
    note: str = ""
    paper: Map | None = None
    published: Map | None = None
    lineage: tuple[str, ...] = ()  # its own name, then its base's, and so on
    layouts: dict[str, Layout] = field(default_factory=dict)
    weights: WeightsSpec | None = None
    freeze: tuple[str, ...] = ()  # paths and patterns of nodes that are not trained
    layers: tuple[Map, ...] = ()  # the texts it was merged from, as written: the first base first
    lint: dict[str, bool] = field(default_factory=dict)  # warnings switched on and off, by code
    former: tuple[str, ...] = ()  # what were outputs before patches named others, as references
    warnings: list[Mistake] = field(default_factory=list)
