"""Python's cyclic garbage collector, and when it had better wait."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

FEW = 20_000  # new objects, which the collector visits within a millisecond or two


@contextmanager
def paused_collector() -> Iterator[None]:
    """Pauses the collector, which would visit a growing tree or graph over and over.

    That was some two fifths of the time that a long spec took, and none of what is made is garbage: it
    is bounded, and kept. Freezing and thawing moves it to the oldest generation; else the next
    collection, which is of the youngest, would visit it all.
    """
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        # where much is frozen, counting that takes long; and where little was made, it is soon visited
        if gc.get_count()[0] > FEW and gc.get_freeze_count() == 0:
            gc.freeze()
            gc.unfreeze()
        gc.enable()
