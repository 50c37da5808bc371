"""``archc compare``: several architectures side by side, as a table and as a chart."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

import typer

from archc.analysis import Format, comparison_table
from archc.analysis.comparison import Compared, compared
from archc.cli.app import colored
from archc.cli.options import Args, Inputs, Root, Specs, open_spec
from archc.cli.writing import Force, allow, picture_kind, write_file

if TYPE_CHECKING:
    from archc.plots import Format as Picture

Chart: TypeAlias = Literal["bars", "bubble", "receptive"]
WRITERS: dict[Format, Callable[[Sequence[Compared]], str]] = {
    "table": comparison_table.as_table,
    "markdown": comparison_table.as_markdown,
    "csv": comparison_table.as_csv,
    "json": comparison_table.as_json,
}


def compare(  # noqa: PLR0913  # one parameter for each option
    specs: Specs,
    *,
    format: Annotated[Format, typer.Option("--format", "-f", help="What to write.")] = "table",
    plot: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Also draw a chart: svg, pdf or png."),
    ] = None,
    kind: Annotated[
        Chart | None,
        typer.Option(
            help="The chart: cost by stage, accuracy over cost, or receptive field over depth; "
            "bars if left out.",
            show_default=False,
        ),
    ] = None,
    force: Force = False,
    arg: Args,
    input: Inputs,
    root: Root = None,
) -> None:
    """Compare architectures: depth, parameters, MACs, memory and published accuracy.

    Ratios are to the first one.
    """
    if kind is not None and plot is None:
        raise typer.BadParameter(
            "it is for a chart, which --plot FILE asks for", param_hint="--kind"
        )
    picture = picture_kind(plot, "--plot")
    allow(plot, force, "--plot")
    rows = compared([open_spec(spec, arg, input, root).graph for spec in specs])
    drawn = None if picture is None else _drawn(rows, kind or "bars", picture)
    if format == "table" and colored(sys.stdout):
        _to_terminal(rows)
    else:
        typer.echo(WRITERS[format](rows))
    if plot is not None and drawn is not None:
        chart, left_out = drawn
        write_file(plot, chart, "--plot", force=force)
        for words in left_out:
            typer.echo(f"not in the chart: {words}", err=True)
        typer.echo(plot, err=True)


def _to_terminal(rows: Sequence[Compared]) -> None:
    """The table as wide as the terminal, with bold heads."""
    width = shutil.get_terminal_size().columns
    for head, line in comparison_table.table(rows, width):
        typer.secho(line, bold=head or None)
    typer.echo("\n".join(comparison_table.folded(comparison_table.footer(rows), width)))


def _drawn(rows: Sequence[Compared], kind: Chart, picture: Picture) -> tuple[bytes, list[str]]:
    """The chart's file, and which networks it cannot show.

    Raises:
        typer.BadParameter: it can show none of them.
    """
    from archc.plots import bars, bubble, receptive

    charts = {
        "bars": (bars.shown, bars.plot),
        "bubble": (bubble.shown, bubble.plot),
        "receptive": (receptive.shown, receptive.plot),
    }
    shown, plot = charts[kind]
    able, left_out = shown(rows)
    if not able:
        message = f"no network can be shown in this chart: {'; '.join(left_out)}"
        raise typer.BadParameter(message, param_hint="--kind")
    return plot(able, picture), left_out
