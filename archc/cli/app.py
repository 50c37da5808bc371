"""The command itself: its name, its version, and how any failure ends."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import sys
from typing import Annotated, Any, NoReturn, TextIO

import typer

from archc import __version__
from archc.budgets import current
from archc.cli.commands import LazyGroup
from archc.errors import Mistake, SpecError

NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS}
BROKEN_PIPE = 141  # what a shell reports for a program that SIGPIPE ended


class Commands(LazyGroup):
    """Turns what the stages raise into words and an exit status."""

    def invoke(self, ctx: Any) -> Any:
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except SpecError as error:
            complain(error.mistakes)
            raise typer.Exit(1) from None
        except BrokenPipeError:
            _silence()
            raise typer.Exit(BROKEN_PIPE) from None
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            if error.filename is None:  # standard output
                _silence()
            elif error.errno in NO_ROOM:
                reason = f"'{error.filename}' cannot be written: {reason}"
            else:
                raise
            typer.echo(f"error: {reason}", err=True)
            raise typer.Exit(1) from None
        return result


def _silence() -> None:
    """The interpreter flushes once more at its end; let that go nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def end_in_order() -> None:
    """Let SIGTERM and SIGHUP end archc as Ctrl-C does: it clears away what is half-written first."""
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:  # nohup ignores one
            signal.signal(number, _end)


def _end(number: int, _frame: object) -> NoReturn:
    signal.signal(number, signal.SIG_IGN)  # a second one would cut the clearing short
    raise SystemExit(128 + number)  # as a shell says it


def colored(stream: TextIO) -> bool:
    """Whether to write colours: to a terminal, unless NO_COLOR is set (https://no-color.org)."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def complain(mistakes: list[Mistake]) -> None:
    """Show mistakes on standard error."""
    from archc.report import MAX_COLUMNS, render  # only a failing run pays for it

    color = colored(sys.stderr)
    columns = MAX_COLUMNS
    if sys.stderr.isatty():  # beside line numbers, and dots where a line is cut
        columns = max(40, min(columns, shutil.get_terminal_size().columns - 10))
    reports = [render(mistake, color, columns) for mistake in mistakes]
    typer.echo("\n\n".join(reports), err=True)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"archc {__version__}")
        raise typer.Exit


@app.callback()
def archc(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Neural network architectures as short specs: checked, analysed, drawn, and compiled.

    A SPEC is a file, file.yaml:variant, the name of a bundled spec, or - for
    standard input. `archc list` names the bundled specs.
    """
    try:
        current()
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
