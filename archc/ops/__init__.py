"""The operators of the language, one file for each family, in :data:`OPERATORS` by name.

A Python package adds operators by naming, in the entry point group ``archc.operators``, a module
that defines them; they are loaded when a name is met that archc does not know itself.
"""

from __future__ import annotations

from functools import cache

from archc.ops import (  # noqa: F401  importing a family registers its operators
    activation,
    arrange,
    conv,
    conv_transpose,
    dropout,
    linear,
    merge,
    norm,
    pool,
    rbf,
    scale,
    shuffle,
    spatial,
)
from archc.ops.base import OPERATORS, Operator

__all__ = ["OPERATORS", "Operator", "operator", "operators"]

ENTRY_POINTS = "archc.operators"


def operator(name: str) -> type[Operator] | None:
    """The operator of this name, from archc or from an installed package; None if there is none."""
    if name not in OPERATORS:
        _load_packages()
    return OPERATORS.get(name)


def operators() -> dict[str, type[Operator]]:
    """All operators by name, those of installed packages included."""
    _load_packages()
    return OPERATORS


@cache
def _load_packages() -> None:
    from importlib.metadata import entry_points  # milliseconds that most runs need not pay

    for entry_point in entry_points(group=ENTRY_POINTS):
        entry_point.load()  # defining the class registers it
