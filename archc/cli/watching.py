"""Checking again on every save.

Files are looked at a few times a second. That needs no library, works on network folders, and is
indifferent to how an editor saves: in place, or by another file that takes the name.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import NamedTuple, TypeAlias

import typer

from archc.analysis.words import counted

PERIOD = 0.3  # seconds between looks
SETTLING = 0.05  # seconds without a change after which a save is taken to be over
LONGEST_SAVE = 20  # looks at a file that goes on changing


class Stamp(NamedTuple):
    """What of a file changes when it is written anew; editors also put another file in its place."""

    time: int  # ns
    size: int  # bytes
    inode: int


Stamps: TypeAlias = Mapping[Path, Stamp | None]  # None: there is no such file


def stamp(path: Path) -> Stamp | None:
    """The state of a file; None where there is none."""
    try:
        now = os.stat(path)
    except (OSError, ValueError):
        return None
    return Stamp(now.st_mtime_ns, now.st_size, now.st_ino)


def changed(stamps: Stamps) -> bool:
    """Whether a file is not as it was: written, replaced, gone, or there at last."""
    return any(stamp(path) != before for path, before in stamps.items())


def wait(stamps: Stamps, before: object, asked: Callable[[], object]) -> None:
    """Return once a file has changed and is whole again, or ``asked`` no longer answers ``before``."""
    while not changed(stamps) and asked() == before:
        time.sleep(PERIOD)
    now = _all(stamps)
    for _ in range(LONGEST_SAVE):
        time.sleep(SETTLING)
        now, last = _all(stamps), now
        gone = any(was and not state for was, state in zip(stamps.values(), now, strict=True))
        if now == last and not gone:
            return


def together(stamps: Iterable[Stamps]) -> Stamps:
    """The files of several specs. Where two read one at different times, the earlier state counts."""
    found: dict[Path, Stamp | None] = {}
    for each in stamps:
        for path, state in each.items():
            found.setdefault(path, state)
    return found


def clear_screen() -> None:
    """Begin at the top of the terminal; elsewhere nothing is taken away."""
    for stream in (sys.stdout, sys.stderr):
        if stream.isatty():
            stream.write("\x1b[H\x1b[2J")
            stream.flush()
            return


def say_watching(stamps: Stamps) -> None:
    """How many files there are; those that are not there yet are waited for."""
    number = len({os.path.realpath(path) if state else path for path, state in stamps.items()})
    typer.echo(f"\nwatching {counted(number, 'file')}, Ctrl-C ends", err=True)


def _all(stamps: Stamps) -> list[Stamp | None]:
    return [stamp(path) for path in stamps]
