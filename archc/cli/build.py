"""``archc build``: the architecture as a PyTorch file, which is then imported and run once."""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

import typer

from archc.analysis.words import counted, dimensions
from archc.cli.app import colored
from archc.cli.options import Args, Inputs, Root, Spec, open_spec
from archc.cli.writing import write_file

if TYPE_CHECKING:
    from archc.architecture import Architecture
    from archc.codegen.trial import Trial

Device: TypeAlias = Literal["auto", "cpu", "cuda"]


def build(  # one parameter for each option
    spec: Spec,
    *,
    out: Annotated[
        Path, typer.Option("--out", "-o", help="Folder for NAME.py, or a file that ends in .py.")
    ] = Path("build"),
    device: Annotated[Device, typer.Option(help="Where the forward pass runs.")] = "auto",
    batch: Annotated[int, typer.Option(min=1, help="Samples in the forward pass.")] = 1,
    arg: Args,
    input: Inputs,
    root: Root = None,
) -> None:
    """Write the architecture as a PyTorch file, and run it once on random input."""
    net = open_spec(spec, arg, input, root)
    source = net.source()
    path = out if out.suffix == ".py" else out / f"{net.name}.py"
    write_file(path, source.encode())
    lines = counted(source.count("\n"), "line")
    typer.echo(f"{path}: {lines}, {counted(net.params, 'parameter')}")
    with _spinner(f"running {net.name}"):
        trial = _try_out(net, device, batch)
    read = ", ".join(dimensions((batch, *node.shape)) for node in net.inputs.values())
    made = ", ".join(map(dimensions, trial.outputs))
    typer.echo(f"forward pass on {trial.device}: {read} → {made} in {trial.seconds * 1e3:,.1f} ms")


def _try_out(net: Architecture, device: Device, batch: int) -> Trial:
    from archc.codegen.trial import has_cuda, try_out

    module = net.build()
    found = device != "cpu" and has_cuda()
    if device == "cuda" and not found:
        raise typer.BadParameter("torch finds no GPU here", param_hint="--device")
    shapes = [node.shape for node in net.inputs.values()]
    return try_out(module, shapes, batch, "cuda" if found else "cpu")


def _spinner(text: str) -> AbstractContextManager[object]:
    """Importing torch takes seconds; a terminal shows that something goes on."""
    if not colored(sys.stderr):
        return nullcontext()
    from rich.console import Console

    return Console(stderr=True).status(text)
