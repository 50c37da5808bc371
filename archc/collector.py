"""Python's cyclic garbage collector, and when it had better wait."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def paused_collector() -> Iterator[None]:
    """Pauses the collector, which would visit a growing tree or graph over and over.

    That was some two fifths of the time that a long spec took, and none of what is made is garbage: it
    is bounded, and kept. Freezing and thawing moves it to the oldest generation; else the next
    collection, which is of the youngest, would visit it all.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            if gc.get_freeze_count() == 0:
                gc.freeze()
                gc.unfreeze()
            gc.enable()
