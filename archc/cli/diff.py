"""``archc diff``: what one architecture has otherwise than another."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import Annotated

import typer

from archc.analysis.difference import Difference, difference
from archc.analysis.difference_page import page
from archc.analysis.difference_words import DifferenceFormat, lines, write_difference
from archc.cli.app import colored
from archc.cli.options import STDIN, Args, Inputs, Root, complete_spec, open_spec
from archc.cli.writing import Force, allow, picture_kind, write_file
from archc.drawing import Still, ThemeName

HELP = "File, file.yaml:variant, bundled name, or - for standard input."
COLORS = {"+": "green", "-": "red", "~": "yellow"}


def diff(  # noqa: PLR0913  # one parameter for each option
    old: Annotated[
        str,
        typer.Argument(metavar="OLD", help=HELP, autocompletion=complete_spec, show_default=False),
    ],
    new: Annotated[
        str,
        typer.Argument(metavar="NEW", help=HELP, autocompletion=complete_spec, show_default=False),
    ],
    *,
    format: Annotated[
        DifferenceFormat, typer.Option("--format", "-f", help="What to write.")
    ] = "text",
    every: Annotated[bool, typer.Option("--all", help="Every line, also of long lists.")] = False,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="Exit with 1 where the two differ.")
    ] = False,
    draw: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Also draw both, what differs in colour: svg, pdf or png."
        ),
    ] = None,
    theme: Annotated[ThemeName, typer.Option(help="The drawing's colours.")] = "light",
    force: Force = False,
    arg: Args,
    input: Inputs,
    root: Root = None,
) -> None:
    """Tell in words what NEW has otherwise than OLD.

    What all calls of a block have in common is told once. --arg and --input hold for both.
    """
    if old == new == STDIN:
        raise typer.BadParameter("only one of the two can be standard input", param_hint="NEW")
    kind = picture_kind(draw, "--draw")
    allow(draw, force, "--draw")
    graphs = (open_spec(spec, arg, input, root).graph for spec in (old, new))
    found = difference(*graphs)
    if format == "text" and colored(sys.stdout):
        _to_terminal(found, every)
    else:
        typer.echo(write_difference(found, format, every))
    if draw is not None and kind is not None:
        write_file(draw, _drawn(found, kind, theme), "--draw", force=force)
        typer.echo(draw, err=True)  # standard output has the words
    if exit_code and found:
        raise typer.Exit(1)


def _drawn(found: Difference, kind: Still, theme: ThemeName) -> bytes:
    from archc.drawing.changes.draw import changes
    from archc.drawing.palette import THEMES
    from archc.drawing.picture.render import render

    return render(changes(found, THEMES[theme], 16 / 9), kind)


def _to_terminal(found: Difference, every: bool) -> None:
    """The text as wide as the terminal, in the colours that diffs have."""
    for sign, line in lines(page(found, every), shutil.get_terminal_size().columns):
        typer.secho(line, bold=sign == "#" or None, fg=COLORS.get(sign))
