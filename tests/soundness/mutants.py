"""Valid random specs with something changed: ``mutant(seed)`` is the same in every run."""

from __future__ import annotations

import random
from functools import lru_cache
from typing import NamedTuple

import yaml
from changes import CHANGES, Path, Tree
from generate import Seeded, written

EACH = 10  # mutants of one spec: writing a valid one costs more than anything else here
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


class Mutant(NamedTuple):
    """A changed spec, the valid one it comes from, and what was changed, where."""

    text: str
    before: Tree
    changes: tuple[tuple[str, Path], ...]  # name of the change, path in the document


def mutant(seed: int, size: int = 10) -> Mutant:
    """One or two changes of a valid spec; the first of each ``EACH`` is the valid one itself."""
    text = _base(seed // EACH, size)
    r = random.Random(f"mutant {seed}")
    before, document = yaml.load(text, LOADER), yaml.load(text, LOADER)
    changes: list[tuple[str, Path]] = []
    wanted = 0 if seed % EACH == 0 else r.choice((1, 1, 1, 1, 2))
    for _ in range(20):
        if len(changes) == wanted:
            break
        change = r.choice(CHANGES)
        path = change(r, document)
        if path is not None:
            changes.append((change.__name__, path))
    if not changes:
        return Mutant(text, before, ())
    text = yaml.dump(
        document,
        Dumper=DUMPER,
        sort_keys=False,
        default_flow_style=None,
        width=110,
        allow_unicode=True,
    )
    return Mutant(text, before, tuple(changes))


@lru_cache(maxsize=2)
def _base(seed: int, size: int) -> str:
    return written(Seeded(seed), size)
