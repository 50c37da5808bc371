"""The command line: options in, one stage called, words out.

Results go to standard output, everything else to standard error. Exit status: 0 fine, 1 mistakes
in a spec (that there is none of that name is one), 2 wrong usage, 130 interrupted, 141 nobody reads
the output, 143 ended by SIGTERM.
"""

from __future__ import annotations

import gc
from contextlib import ExitStack

from archc.collector import paused_collector

with paused_collector():  # nothing that is imported is garbage
    from archc.cli.app import app, end_in_order

__all__ = ["app", "main"]


def main() -> None:
    """The ``archc`` command. The collector runs while the command does, not before, nor at the end."""
    end_in_order()
    try:
        with ExitStack() as starting:
            starting.enter_context(paused_collector())
            app(prog_name="archc", obj=starting)
    finally:
        gc.freeze()  # the interpreter would visit all there is, to free it with its process
