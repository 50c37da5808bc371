"""``archc draw``: the architecture as a picture."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from archc.cli.options import STDIN, Args, Inputs, Root, Spec, open_spec
from archc.cli.writing import write_file

if TYPE_CHECKING:
    from archc.drawing import Format


def draw(  # noqa: PLR0913  # one parameter for each option
    spec: Spec,
    *,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", "-o", help="File, or - for standard output. [default: build/NAME.svg]"
        ),
    ] = None,
    format: Annotated[
        str | None,
        typer.Option("--format", "-f", help="svg, pdf, png or dot. [default: by the ending]"),
    ] = None,
    depth: Annotated[
        int | None, typer.Option(min=0, help="How many levels of block calls are opened.")
    ] = None,
    collapse: Annotated[
        list[str],
        typer.Option(
            metavar="NAME",
            help="A block or call to fold; may be given often.",
            default_factory=list,
            show_default=False,
        ),
    ],
    arg: Args,
    input: Inputs,
    root: Root = None,
) -> None:
    """Draw the graph."""
    from archc.drawing import draw as drawing_of
    from archc.drawing import render

    kind = _format(out, format)
    net = open_spec(spec, arg, input, root)
    picture = render(drawing_of(net.graph, depth=depth, collapse=collapse), kind)
    if str(out) == STDIN:
        sys.stdout.buffer.write(picture)
        return
    path = out or Path("build") / f"{net.name}.{kind}"
    write_file(path, picture)
    typer.echo(path)


def _format(out: Path | None, named: str | None) -> Format:
    """The format that was asked for, by name or by the file's ending.

    Raises:
        typer.BadParameter: it is none that drawings have.
    """
    from archc.drawing import FORMATS

    to_file = out is not None and str(out) != STDIN
    wanted = named or (out.suffix.lstrip(".") if out is not None and to_file else "svg")
    for known in FORMATS:
        if wanted == known:
            return known
    message = f"a drawing is written as one of {', '.join(FORMATS)}, not as '{wanted}'"
    raise typer.BadParameter(message, param_hint="--format" if named else "--out")
