"""What `norm` or `act` may have meant, where it names something else."""

from __future__ import annotations

from typing import Any

from archc.errors import Edit, Fix, nearest
from archc.graph.places import Place
from archc.ops import OPERATORS
from archc.ops.foreign import OPERATOR_NAMES

USUAL = {"norm": "batch_norm", "act": "relu"}
OTHER = {"norm": "act", "act": "norm"}
CALLED = {"norm": "a normalisation", "act": "an activation"}


def followers(role: str, name: Any, place: Place | None) -> tuple[str, tuple[Fix, ...]]:
    """What to do, and changes to try; ``place`` is where the name is written, if it is."""
    known = [key for key, op in OPERATORS.items() if op.role == role]
    listed = f"one of: {', '.join([*known, 'none'])}"
    if isinstance(name, bool):
        word = USUAL[role] if name else "none"
        help = f"name it: {role}: {word}"
        return help, _fixes(help, place.edit(word) if place else ())
    if not isinstance(name, str):
        return listed, ()
    own = OPERATORS.get(name)
    if own is None:
        return nearest(name, known, listed, OPERATOR_NAMES), ()
    if own.role == OTHER[role]:
        help = f"{name} is {CALLED[own.role]}: write {own.role}: {name}"
        return help, _fixes(help, _renamed(place, own.role))
    return f"{name} cannot stand there; write it as the next node", ()


def _renamed(place: Place | None, key: str) -> tuple[Edit, ...]:
    """The setting under another key, unless there is one already."""
    if place is None or key in place.holder:
        return ()
    return (Edit(place.key_span, key),)


def _fixes(words: str, edits: tuple[Edit, ...]) -> tuple[Fix, ...]:
    return (Fix(words, edits),) if edits else ()
