"""Every hostile input by its number: ``case(seed)`` is the same bytes in every run of one checkout."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import NamedTuple

from corpus import large, small
from hostile import Random
from mutations import (
    characters_changed,
    lines_changed,
    numbers_changed,
    tokens_changed,
    tree_changed,
)
from structures import structure, tokens
from swollen import swollen


class Case(NamedTuple):
    """One input, and the kind it is counted under."""

    kind: str
    data: bytes


def noise(r: Random) -> bytes:
    """Random bytes, from a few or from all, sometimes after a spec's beginning."""
    alphabet = r.choice((bytes(range(256)), b"{}[]:,-&*!|>'\"%@#? \n\tab01", bytes(range(32, 127))))
    head = r.choice(
        (b"", b"", b"archc: 1\nname: net\n", b"\xef\xbb\xbf", b"\xff\xfe", b"nodes: {n1: ")
    )
    return head + bytes(r.choices(alphabet, k=r.choice((1, 4, 16, 60, 200))))


def damaged(r: Random) -> bytes:
    """A spec with single bytes changed, which may end its being UTF-8."""
    data = bytearray(r.choice(small()).encode())
    for _ in range(r.choice((1, 2, 6))):
        if not data:
            break
        at = r.randrange(len(data))
        data[at : at + r.randrange(2)] = bytes(r.choices(range(256), k=r.randrange(3)))
    return bytes(data)


def _of(maker: Callable[[Random], str]) -> Callable[[Random], bytes]:
    return lambda r: maker(r).encode("utf-8", "surrogatepass")


def _mutated(
    mutate: Callable[[Random, str, str], str], specs: Callable[[], tuple[str, ...]]
) -> Callable[[Random], bytes]:
    return _of(lambda r: mutate(r, r.choice(specs()), r.choice(specs())))


def _any_mutation(r: Random, text: str, other: str) -> str:
    ways = (lines_changed, tokens_changed, numbers_changed, characters_changed, tree_changed)
    return r.choice(ways)(r, text, other)


# a large spec takes fifty times as long as a small one, a swollen one two hundred times
KINDS: dict[str, tuple[int, Callable[[Random], bytes]]] = {
    "bytes": (220, noise),
    "bytes of a spec": (70, damaged),
    "tokens": (260, _of(tokens)),
    "structure": (210, _of(structure)),
    "lines": (60, _mutated(lines_changed, small)),
    "words": (60, _mutated(tokens_changed, small)),
    "numbers": (50, _mutated(numbers_changed, small)),
    "characters": (40, _mutated(characters_changed, small)),
    "tree": (30, _mutated(tree_changed, small)),
    "bundled": (3, _mutated(_any_mutation, large)),
    "swollen": (1, _of(swollen)),
}


def case(seed: int) -> Case:
    """The input of this number."""
    r = random.Random(seed)
    kinds = list(KINDS)
    kind = r.choices(kinds, [KINDS[k][0] for k in kinds])[0]
    return Case(kind, KINDS[kind][1](r))
