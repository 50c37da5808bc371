"""How much work something is, in calls: a measure that is the same on every machine and every day.

Seconds are not: a bound that holds here fails on a slower or busier machine, or is so loose that it
holds nothing. What a call in C does inside (sorting, looking through a list) counts once, however long.
"""

from __future__ import annotations

import cProfile
from collections.abc import Callable


def calls(task: Callable[[], object]) -> int:
    """How many functions, Python's and those in C, are called while ``task`` runs."""
    profile = cProfile.Profile()
    profile.enable()
    try:
        task()
    finally:
        profile.disable()
    return sum(entry.callcount for entry in profile.getstats())
