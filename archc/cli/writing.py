"""Files that commands write: whole or not at all, and never over a file of somebody else's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

if TYPE_CHECKING:
    from archc.plots import Format as Picture

Force: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--force", help="Overwrite files that archc did not write, or that were changed since."
    ),
]


def allow(path: Path | None, force: bool, option: str = "--out") -> None:
    """Refuse to write over a file that archc did not write, before any work is done.

    Raises:
        typer.BadParameter: there is such a file, and no ``--force``.
    """
    if path is not None and not force:
        from archc.output import refuse

        with _said(path, option):
            refuse(path)


def write_file(path: Path, content: bytes, option: str = "--out", *, force: bool = False) -> None:
    """Like :func:`write_files`, for one file."""
    write_files({path: content}, option, force=force)


def write_files(files: Mapping[Path, bytes], option: str = "--out", *, force: bool = False) -> None:
    """Write all files, which ``option`` named, or none: nobody ever reads half of one. Folders are made.

    Raises:
        typer.BadParameter: one cannot be written, or is not archc's and ``force`` is not set.
    """
    from archc.output import write

    with _said(next(iter(files)), option):
        write(files, force=force)


@contextmanager
def _said(path: Path, option: str) -> Iterator[None]:
    """What the operating system says, as wrong usage of ``option``."""
    from archc.output import NotOurs

    try:
        yield
    except BrokenPipeError:
        raise
    except NotOurs as error:
        message = f"'{error.filename}' {error.strerror}; --force overwrites it"
        raise typer.BadParameter(message, param_hint=option) from None
    except OSError as error:
        reason = (error.strerror or "no reason given").lower()
        message = f"'{error.filename or path}' cannot be written: {reason}"
        raise typer.BadParameter(message, param_hint=option) from None


def keep(source: str | Path | None, path: Path | None) -> None:
    """Refuse to write over the weights that are read.

    Raises:
        typer.BadParameter: ``path`` is the file ``source``.
    """
    if (
        source is not None
        and path is not None
        and path.exists()
        and Path(source).exists()
        and path.samefile(source)
    ):
        message = f"'{path}' holds the weights that are read, and would be overwritten"
        raise typer.BadParameter(message, param_hint="--out")


def picture_kind(path: Path | None, option: str) -> Picture | None:
    """The kind of picture that ``option`` asks for, by the file's ending; None without a file.

    Raises:
        typer.BadParameter: it is none that plots and drawings before and after have.
    """
    if path is None:
        return None
    from archc.plots import FORMATS

    for known in FORMATS:
        if path.suffix == f".{known}":
            return known
    what = "drawing" if option == "--draw" else "plot"
    message = not_written_as(what, FORMATS, path.suffix[1:], named=False)
    raise typer.BadParameter(message, param_hint=option)


def not_written_as(what: str, formats: Sequence[str], wanted: str, named: bool = True) -> str:
    """What to say of a file whose name does not tell its format; ``named``: an option could."""
    if wanted:
        return f"a {what} is written as one of {', '.join(formats)}, not as '{wanted}'"
    other = f", or --format {formats[0]}" if named else ""
    return f"the name has no ending: add .{formats[0]}{other}"
