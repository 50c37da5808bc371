"""Processes that write into one folder take turns, and clear away what a killed one left."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows, which has no such locks
    fcntl = None  # type: ignore[assignment]

PART = ".archc-{}.part"  # the name of a file that is being written
_PART = re.compile(r"\.archc-[0-9a-f]{16}\.part")
OPENING = getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
YOUNG, OLD = 60.0, 86_400.0  # seconds
PATIENCE, PAUSE = 10.0, 0.01  # seconds


@contextmanager
def locked(folders: Collection[Path]) -> Iterator[None]:
    """No other archc renames files in these folders meanwhile.

    The lock is on the folder itself, so no file stays behind, and the kernel ends it with the process.
    Where a folder cannot be locked (a network's), or somebody else holds it for long, it goes on without.
    """
    with ExitStack() as held:
        for folder in sorted(folders) if os.name == "posix" else ():
            with suppress(OSError):
                file = os.open(folder, os.O_RDONLY)
                held.callback(os.close, file)
                _wait(file)
        yield


def _wait(file: int) -> None:
    until = time.monotonic() + PATIENCE
    while lock(file) is False and time.monotonic() < until:
        time.sleep(PAUSE)


def lock(file: int) -> bool | None:
    """Whether this process now holds the lock of an open file; None where there are no locks."""
    if fcntl is None:
        return None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return None
    return True


def sweep(folder: Path) -> None:
    """Remove hidden files whose writer was killed: nobody holds their lock, and they are not brand-new."""
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if _PART.fullmatch(entry.name) and entry.is_file(follow_symlinks=False):
                with suppress(OSError):
                    _remove_if_left(Path(entry.path))


def _remove_if_left(path: Path) -> None:
    file = os.open(path, OPENING | os.O_RDONLY)
    try:
        age = time.time() - os.fstat(file).st_mtime
        if age > YOUNG and ((free := lock(file)) or (free is None and age > OLD)):
            os.unlink(path)
    finally:
        os.close(file)
