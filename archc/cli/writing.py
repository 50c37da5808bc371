"""Files that commands write: whole, or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import typer


def write_file(path: Path, content: bytes) -> None:
    """Write ``path`` in one step, so that nobody ever reads half of it; folders are made.

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
        raise typer.BadParameter(
            f"'{path}' cannot be written: {reason}", param_hint="--out"
        ) from None


def _umask() -> int:
    """What the user's new files may not be; it can only be read by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
