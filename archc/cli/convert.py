"""``archc convert``: trained weights under other names."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from archc.analysis.words import counted
from archc.cli.options import Args, Except, Inputs, Layout, Root, Spec, open_spec
from archc.cli.writing import Force, allow, keep, write_file
from archc.spec.layouts import OWN


def convert(  # noqa: PLR0913  # one parameter for each option
    spec: Spec,
    weights: Annotated[
        str,
        typer.Argument(metavar="WEIGHTS", help=".safetensors, .pth, .pt, or torchvision:DEFAULT."),
    ],
    *,
    to: Annotated[
        str, typer.Option(metavar="LAYOUT", help="Whose names to write: archc, torchvision, …")
    ] = OWN,
    layout: Layout = None,
    except_: Except,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", "-o", help="File. [default: build/NAME.safetensors, build/NAME.LAYOUT.pth]"
        ),
    ] = None,
    force: Force = False,
    arg: Args,
    input: Inputs,
    root: Root = None,
) -> None:
    """Write trained weights in the names of another library, or of archc."""
    from archc.spec.weights import ENDINGS
    from archc.weights import to_bytes
    from archc.weights.report import possessive

    net = open_spec(spec, arg, input, root)
    ending = ".safetensors" if to == OWN else f".{to}.pth"
    path = out or Path("build") / f"{net.name}{ending}"
    if path.suffix not in ENDINGS:
        message = f"weights are written as {', '.join(ENDINGS)}, not as '{path.name}'"
        raise typer.BadParameter(message, param_hint="--out")
    keep(weights, path)
    allow(path, force)
    tensors, report = net.convert(weights, to, layout=layout, except_=except_)
    write_file(path, to_bytes(tensors, path.suffix), force=force)
    typer.echo(f"{path}: {counted(len(tensors), 'tensor')}, by {possessive(to)} names")
    typer.echo(str(report))
