"""What stands at the place where a file is to be written, and where that place really is."""

from __future__ import annotations

import errno
import os
import re
import stat
from pathlib import Path
from typing import NamedTuple

DESCRIPTOR = re.compile(r"/(?:dev/fd|proc/self/fd)/(\d+)")
MOST_LINKS = 40  # as Linux follows


class Target(NamedTuple):
    """``place`` is the file itself, behind all links. A stream is written to, never replaced."""

    named: Path
    place: Path
    before: os.stat_result | None  # of the file that stands there
    stream: int | None = None  # a file descriptor: of a pipe, a terminal, /dev/null, /dev/stdout


def target(path: Path) -> Target:
    """What ``path`` names. A symbolic link is followed, also one whose file does not exist yet.

    Raises:
        OSError: nothing can be written there: a folder, a disk, a socket, links in a circle.
    """
    number = _descriptor(path)
    if number is not None:
        return Target(path, path, None, os.dup(number))
    place = Path(os.path.realpath(path))
    try:
        before = path.stat()
    except FileNotFoundError:
        return Target(path, place, None)
    if stat.S_ISREG(before.st_mode):
        if not os.access(path, os.W_OK):  # renaming would get round what the owner forbids
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return Target(path, place, before)
    if stat.S_ISDIR(before.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if _goes_through(before.st_mode):
        return Target(path, path, before, os.open(path, os.O_WRONLY))
    raise OSError(errno.EINVAL, "it is a disk or a socket", str(path))


def is_stream(path: Path) -> bool:
    """Whether bytes written there go through, as into a pipe, ``/dev/null`` or ``/dev/stdout``."""
    if _descriptor(path) is not None:
        return True
    try:
        return _goes_through(path.stat().st_mode)
    except OSError:
        return False


def _goes_through(mode: int) -> bool:
    return stat.S_ISFIFO(mode) or stat.S_ISCHR(mode)


def _descriptor(path: Path) -> int | None:
    """The number of an open file that the path stands for, as /dev/stdout does for 1.

    Opening such a path again would start at the beginning of the file that a shell opened.
    """
    name = os.path.abspath(path)
    for _ in range(MOST_LINKS):
        if found := DESCRIPTOR.fullmatch(name):
            return int(found[1])
        try:
            name = os.path.abspath(os.path.join(os.path.dirname(name), os.readlink(name)))
        except OSError:  # no link
            return None
    return None
