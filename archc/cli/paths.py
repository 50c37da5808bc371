"""``archc paths``: how many paths run through an architecture, and how long they are."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from archc.analysis import Format, path_table
from archc.analysis.formats import GAP
from archc.analysis.path_table import Measured
from archc.cli.app import colored
from archc.cli.options import Args, Inputs, Root, Specs, open_spec
from archc.cli.writing import Force, allow, picture_kind, write_file

if TYPE_CHECKING:
    from archc.plots import Format as Picture

WRITERS: dict[Format, Callable[[Sequence[Measured]], str]] = {
    "table": path_table.as_table,
    "markdown": path_table.as_markdown,
    "csv": path_table.as_csv,
    "json": path_table.as_json,
}


def paths(
    specs: Specs,
    *,
    format: Annotated[Format, typer.Option("--format", "-f", help="What to write.")] = "table",
    plot: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Also plot the distributions: svg, pdf or png."),
    ] = None,
    force: Force = False,
    arg: Args,
    input: Inputs,
    root: Root = None,
) -> None:
    """Count the paths from input to output, by their length in layers with weights.

    Every path of a residual network is a network of its own; most are far shorter than the
    longest, which is the depth.
    """
    kind = picture_kind(plot, "--plot")
    allow(plot, force, "--plot")
    nets = [open_spec(spec, arg, input, root) for spec in specs]
    measured = [Measured(net.graph, net.paths()) for net in nets]
    if format == "table" and colored(sys.stdout):
        _to_terminal(measured)
    else:
        typer.echo(WRITERS[format](measured))
    if plot is not None and kind is not None:
        write_file(plot, _plotted(measured, kind), "--plot", force=force)
        typer.echo(plot, err=True)  # standard output has the counts


def _to_terminal(measured: Sequence[Measured]) -> None:
    """The tables as wide as the terminal, with coloured bars."""
    for graph, lengths in measured:
        typer.secho(path_table.heading(graph), bold=True)
        typer.echo(f"{path_table.totals(lengths)}\n")
        for line, bar in path_table.table(lengths, shutil.get_terminal_size().columns):
            typer.echo(f"{line}{GAP}", nl=False)
            typer.secho(bar, fg="blue")
        typer.echo("\n".join([*path_table.footer(lengths), ""]))
    typer.echo(path_table.UNITS)


def _plotted(measured: Sequence[Measured], kind: Picture) -> bytes:
    from archc.plots.paths import plot

    titled = [(graph.document.title or graph.name, lengths) for graph, lengths in measured]
    return plot(titled, kind)
