"""Lowering is data: an operator says which PyTorch call it becomes, without importing torch.

A :class:`Lowered` has up to two parts. ``module`` is a constructor call, kept as an attribute of the
class that is written; its weights then get the node's name. ``forward`` is the expression that
computes the result. It is a template with these fields:

* ``{0}``, ``{1}``, …: the inputs;
* ``{self}``: the module, where there is one;
* any other name: a key of ``values``, printed as a literal where all uses of a block agree, and
  otherwise kept as an attribute by the constructor.

The code generator may hand ``lower`` numbers that remember the expression they came from
(``4 * width``); a lowering that passes numbers on, or adds, multiplies and floor-divides them, keeps
that memory and so reads well when printed. It must not turn them into text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

UNSET = object()


class Arg(NamedTuple):
    """An argument of a constructor; left out in print where it equals the default.

    An empty name means positional.
    """

    name: str
    value: Any
    default: Any = UNSET


@dataclass(frozen=True)
class Call:
    """A constructor call: ``nn.Conv2d(64, 128, 3, padding=1)``, or that of a support class."""

    function: str
    args: tuple[Arg, ...] = ()


class Init(NamedTuple):
    """``function(tensor, **settings)`` on the module's tensor: ``nn.init.normal_(weight, std=0.01)``."""

    function: str
    tensor: str
    settings: Mapping[str, Any]


@dataclass(frozen=True)
class Lowered:
    """What an operator becomes. ``support`` holds the source of classes or functions that torch
    lacks (each one definition, standalone but for ``torch``, ``nn`` and ``F``); written once a file.

    ``owned`` says that the result has memory of its own which no derivative reads; ``in_place`` is the
    template that writes the result over ``{0}``, as hand-written code does. Of two inputs either may
    stand there, so it must not matter which is the first. It is exact where it is used: what it
    overwrites is ``owned`` and nothing else reads it, and numbers and gradients are the same bits. The
    derivative is computed from the result, or, where ``copies`` says so, from a copy of the input that
    autograd makes before it is overwritten: training then holds as much memory as out of place, and
    only inference less.
    """

    forward: str
    module: Call | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    support: tuple[str, ...] = ()
    init: tuple[Init, ...] = ()
    owned: bool = False
    in_place: str = ""
    copies: bool = False
