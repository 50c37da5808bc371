"""``archc summary``: shapes, parameters, multiply-accumulates and receptive fields."""

from __future__ import annotations

import shutil
import sys
from typing import Annotated

import typer

from archc.analysis import Format, Summary, summarise, write
from archc.analysis.formats import footer, heading, table
from archc.cli.app import colored
from archc.cli.options import Args, Inputs, Root, Spec, open_spec


def summary(
    spec: Spec,
    *,
    format: Annotated[Format, typer.Option("--format", "-f", help="What to write.")] = "table",
    every: Annotated[
        bool, typer.Option("--all", help="A row for each node, not for each layer.")
    ] = False,
    arg: Args,
    input: Inputs,
    root: Root = None,
) -> None:
    """Show every layer with its shape and cost."""
    counts = summarise(open_spec(spec, arg, input, root).graph)
    if format == "table" and colored(sys.stdout):
        _to_terminal(counts, every)
    else:
        typer.echo(write(counts, format, every))


def _to_terminal(counts: Summary, every: bool) -> None:
    """The table as wide as the terminal; blocks stand out, what only training runs stands back."""
    typer.secho(f"{heading(counts)}\n", bold=True)
    for row, line in table(counts, every, shutil.get_terminal_size().columns):
        block = row is None or bool(row.inner)
        typer.secho(line, bold=block or None, dim=(row is not None and row.training_only) or None)
    typer.echo("\n".join(["", *footer(counts)]))
