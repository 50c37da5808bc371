"""Files that commands write: whole, or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from archc.plots import Format as Picture


def write_file(path: Path, content: bytes, option: str = "--out") -> None:
    """Write ``path``, which ``option`` named, in one step: nobody ever reads half of it.

    Folders are made.

    Raises:
        typer.BadParameter: it cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, part = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with open(handle, "wb") as stream:
                stream.write(content)
            os.chmod(part, 0o666 & ~_umask())
            os.replace(part, path)
        except BaseException:
            os.unlink(part)
            raise
    except OSError as error:
        reason = (error.strerror or "no reason given").lower()
        message = f"'{path}' cannot be written: {reason}"
        raise typer.BadParameter(message, param_hint=option) from None


def keep(source: str | Path | None, path: Path) -> None:
    """Refuse to write over the weights that are read.

    Raises:
        typer.BadParameter: ``path`` is the file ``source``.
    """
    if source is not None and path.exists() and Path(source).exists() and path.samefile(source):
        message = f"'{path}' holds the weights that are read, and would be overwritten"
        raise typer.BadParameter(message, param_hint="--out")


def picture_kind(path: Path | None, option: str) -> Picture | None:
    """The kind of picture that ``option`` asks for, by the file's ending; None without a file.

    Raises:
        typer.BadParameter: it is none that plots have.
    """
    if path is None:
        return None
    from archc.plots import FORMATS

    for known in FORMATS:
        if path.suffix == f".{known}":
            return known
    message = f"a plot is written as one of {', '.join(FORMATS)}, not as '{path.suffix[1:]}'"
    raise typer.BadParameter(message, param_hint=option)


def _umask() -> int:
    """What the user's new files may not be; it can only be read by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
