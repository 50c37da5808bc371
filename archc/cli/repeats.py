"""Mistakes that are met again, in a variant or in another spec, and told once."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from archc.analysis.words import listed
from archc.errors import Mistake

Key: TypeAlias = tuple[str, str, str]


def key(mistake: Mistake) -> Key:
    """What is equal for a mistake that is met again in another spec."""
    return mistake.code, mistake.message, str(mistake.at)


def _variant_key(mistake: Mistake) -> Key:
    """What is equal for a mistake that is met again in a variant of the same spec."""
    # variants differ in the numbers that a warning counts, and in the shapes that do not fit
    same = mistake.at is not None and mistake.code.startswith(("W", "A06"))
    return mistake.code, "" if same else mistake.message, str(mistake.at)


def once(found: Mapping[str, Sequence[Mistake]]) -> list[Mistake]:
    """Every mistake once; what the base (its name is empty) does not have says which variants do."""
    first: dict[Key, Mistake] = {}
    variants: dict[Key, list[str]] = {}
    for variant, mistakes in found.items():
        for mistake in mistakes:
            first.setdefault(_variant_key(mistake), mistake)
            variants.setdefault(_variant_key(mistake), []).append(variant)
    return [
        mistake
        if not variants[which][0]
        else dataclasses.replace(mistake, notes=(*mistake.notes, _in(variants[which])))
        for which, mistake in first.items()
    ]


def _in(variants: Sequence[str]) -> str:
    """
    >>> _in(["a", "a"]), _in(["a", "b", "c", "d", "e"])
    ('in variant a', 'in variants a, b, c and 2 more')
    """
    names = list(dict.fromkeys(variants))
    return f"in variant{'s' if len(names) > 1 else ''} {listed(names)}"
