"""Files that commands write: whole, or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import typer


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


def _umask() -> int:
    """What the user's new files may not be; it can only be read by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
