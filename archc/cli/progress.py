"""One line on the terminal that says what is being worked on, gone before anything else is printed."""

from __future__ import annotations

import shutil
import sys
import time

from archc.cli.app import colored
from archc.printable import safe

PATIENCE = 0.5  # seconds without a word that nobody minds


class Progress:
    """Silent where standard error is no terminal, and where NO_COLOR asks for plain text."""

    def __init__(self) -> None:
        self._wanted = colored(sys.stderr)
        self._quiet_until = time.monotonic() + PATIENCE
        self._shown = False

    def show(self, words: str) -> None:
        """Put ``words`` in place of the ones before, cut to the terminal's width."""
        if not self._wanted or time.monotonic() < self._quiet_until:
            return
        width = max(1, shutil.get_terminal_size().columns - 1)
        sys.stderr.write(f"\r\x1b[2m{safe(words, width)}\x1b[0m\x1b[K")
        sys.stderr.flush()
        self._shown = True

    def clear(self) -> None:
        """Take the line away."""
        if self._shown:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
        self._shown = False
