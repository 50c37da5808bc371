"""Several files in one step: all of them appear, whole, or none does and the old ones stay.

Each is written beside its place under a hidden name, and all are renamed at the end. Only a power cut
or SIGKILL among the renames, microseconds, leaves some new and some old; each is whole even then.
"""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from archc.output.folder import OPENING, PART, lock, locked, sweep
from archc.output.marks import refuse
from archc.output.target import Target, target


class _Part(NamedTuple):
    """A file under its hidden name."""

    target: Target
    path: Path


def write(files: Mapping[Path, bytes], *, force: bool = False, durable: bool = True) -> None:
    """Write all files, or none. Folders are made; links are followed; modes and owners stay.

    Pipes, terminals and ``/dev/null`` are written to, not replaced. Two processes that write into one
    folder take turns, so that files of one call stay together. ``durable`` files outlive a power cut.

    Raises:
        NotOurs: a file there is not archc's, and ``force`` is not set.
        OSError: one cannot be written; ``filename`` says which, ``strerror`` why.
    """
    with ExitStack() as undo:
        targets = {path: _target(path, force, undo) for path in files}
        parts = []
        for path, content in files.items():
            if targets[path].stream is None:
                with _naming(path):
                    parts.append(_part(targets[path], content, durable, undo))
        for path, content in files.items():
            if targets[path].stream is not None:
                with _naming(path):
                    _send(targets[path], content)
        folders = {part.path.parent for part in parts}
        with locked(folders):
            if not force:  # somebody may have saved a file there meanwhile
                for part in parts:
                    refuse(part.target.named)
            _appear(parts, undo)
            for folder in folders:
                sweep(folder)


def _target(path: Path, force: bool, undo: ExitStack) -> Target:
    with _naming(path):
        found = target(path)
    if found.stream is not None:
        undo.callback(os.close, found.stream)
    elif found.before is not None and not force:
        refuse(path)
    return found


def _part(target: Target, content: bytes, durable: bool, undo: ExitStack) -> _Part:
    """The content under a hidden name in the same folder; ``undo`` will remove it if it is still there."""
    folder = target.place.parent
    _make(folder, undo)
    path = _hidden(folder, undo)
    file = os.open(path, OPENING | os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    undo.callback(os.close, file)
    lock(file)  # until all is renamed: others leave it alone
    if target.before is not None:
        _adopt(file, target.before)
    _pour(file, content)
    if durable:
        os.fsync(file)
    return _Part(target, path)


def _make(folder: Path, undo: ExitStack) -> None:
    """The folder and those above it; ``undo`` removes those that were made, if they are empty."""
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    for path in reversed(missing):
        undo.callback(_quietly, os.rmdir, path)
    folder.mkdir(parents=True, exist_ok=True)


def _hidden(folder: Path, undo: ExitStack) -> Path:
    path = folder / PART.format(secrets.token_hex(8))
    undo.callback(_quietly, os.unlink, path)
    return path


def _quietly(action: Callable[[Path], None], path: Path) -> None:
    """Remove what may be gone already, or must stay."""
    with suppress(OSError):
        action(path)


def _adopt(file: int, before: os.stat_result) -> None:
    """Owner and mode of the file that will be replaced, as far as they may be given away."""
    if os.name == "posix":
        with suppress(PermissionError):
            os.fchown(file, before.st_uid, before.st_gid)
        os.fchmod(file, before.st_mode & 0o777)


def _pour(file: int, content: bytes) -> None:
    with open(file, "wb", closefd=False) as stream:
        stream.write(content)


def _send(target: Target, content: bytes) -> None:
    """Into a pipe, a terminal or standard output, after what was printed so far."""
    assert target.stream is not None
    sys.stdout.flush()
    _pour(target.stream, content)


def _appear(parts: list[_Part], undo: ExitStack) -> None:
    """Rename all; if one cannot be, those before it are put back."""
    before: list[tuple[Path, Path | None]] = []
    try:
        for part in parts:
            with _naming(part.target.named):
                if len(parts) > 1:
                    before.append((part.target.place, _kept(part.target, undo)))
                os.replace(part.path, part.target.place)
    except BaseException:
        for place, old in reversed(before):
            if old is not None:
                os.replace(old, place)
            elif not any(part.target.place == place and part.path.exists() for part in parts):
                place.unlink(missing_ok=True)
        raise


def _kept(target: Target, undo: ExitStack) -> Path | None:
    """A second name of the file that will be replaced; None where there is no file."""
    if not target.place.exists():
        return None
    old = _hidden(target.place.parent, undo)
    try:
        os.link(target.place, old)
    except OSError:  # a file system without such names
        import shutil

        shutil.copy2(target.place, old)
    return old


@contextmanager
def _naming(path: Path) -> Iterator[None]:
    """An error names the file that was asked for, not the hidden one."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or "no reason given"
        raise OSError(error.errno, reason, str(path)) from None
