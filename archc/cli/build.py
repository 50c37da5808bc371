"""``archc build``: the architecture as a PyTorch file, which is then imported and run once."""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

import typer

from archc.analysis.words import counted, dimensions, parameters
from archc.cli.app import colored
from archc.cli.options import (
    STDIN,
    Args,
    Except,
    Inputs,
    Layout,
    Root,
    Spec,
    Weights,
    open_spec,
)
from archc.cli.writing import Force, allow, keep, write_files

if TYPE_CHECKING:
    from torch import nn

    from archc.architecture import Architecture

Device: TypeAlias = Literal["auto", "cpu", "cuda"]


def build(  # noqa: PLR0913  # one parameter for each option
    spec: Spec,
    *,
    out: Annotated[
        Path, typer.Option("--out", "-o", help="Folder for NAME.py, or a file that ends in .py.")
    ] = Path("build"),
    weights: Weights = None,
    layout: Layout = None,
    except_: Except,
    cast: Annotated[
        bool, typer.Option("--cast", help="Take weights of another floating-point type.")
    ] = False,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Leave the weights that the spec names alone.")
    ] = False,
    device: Annotated[Device, typer.Option(help="Where the forward pass runs.")] = "auto",
    batch: Annotated[int, typer.Option(min=1, help="Samples in the forward pass.")] = 1,
    force: Force = False,
    arg: Args,
    input: Inputs,
    root: Root = None,
) -> None:
    """Write the architecture as a PyTorch file, with its weights if any are named, and run it once."""
    from archc.weights import to_bytes
    from archc.weights.fetch import is_fetched

    net = open_spec(spec, arg, input, root)
    path = _source_file(out, net.name)
    beside = path.with_suffix(".safetensors")
    for given, name in ((layout, "--layout"), (except_, "--except"), (cast, "--cast")):
        if given and not (weights or (net.graph.document.weights and not fresh)):
            raise typer.BadParameter(
                "says how to load weights, and there are none", param_hint=name
            )
    own = None if fresh else net.graph.document.weights
    keep(weights or (own.path if own else None), beside)
    for file in (path, beside) if weights or own else (path,):
        allow(file, force)
    with _spinner(f"building {net.name}", is_fetched(weights or "")):
        place = _available(device)
        module = net.build(weights=False)
        report = None
        if weights or own:
            report = net.load_weights(module, weights, layout=layout, except_=except_, cast=cast)
    source = net.source()
    files = {path: source.encode()}
    if report is not None:
        files[beside] = to_bytes(module.state_dict(), beside.suffix)
    elif beside.exists():
        typer.echo(f"note: {beside} is from an earlier build", err=True)
    write_files(files, force=force)
    lines = counted(source.count("\n"), "line")
    typer.echo(f"{path}: {lines}, {parameters(net.params, net.frozen)}")
    if report is not None:
        typer.echo(f"{beside}: {counted(len(module.state_dict()), 'tensor')}\n{report}")
    _run(net, module, batch, place)


def _source_file(out: Path, name: str) -> Path:
    """The file for the source: the one named, or one of the network's name in the folder named.

    Raises:
        typer.BadParameter: it is neither, but a device, ``-``, or a file of another kind.
    """
    if out.suffix == ".py":
        return out
    if str(out) == STDIN or (out.exists() and not out.is_dir()):
        message = f"'{out}' is no folder: name one, or a file that ends in .py"
        raise typer.BadParameter(message, param_hint="--out")
    return out / f"{name}.py"


def _run(net: Architecture, module: nn.Module, batch: int, place: str) -> None:
    """Put a batch through the network, and say what came out."""
    from archc.codegen.trial import try_out

    with _spinner(f"running {net.name}"):
        trial = try_out(module, [node.shape for node in net.inputs.values()], batch, place)
    read = ", ".join(dimensions((batch, *node.shape)) for node in net.inputs.values())
    made = ", ".join(map(dimensions, trial.outputs))
    typer.echo(f"forward pass on {trial.device}: {read} → {made} in {trial.seconds * 1e3:,.1f} ms")


def _available(device: Device) -> str:
    """The device to run on.

    Raises:
        typer.BadParameter: there is none of that kind.
    """
    from archc.codegen.trial import has_cuda

    found = device != "cpu" and has_cuda()
    if device == "cuda" and not found:
        raise typer.BadParameter("torch finds no GPU here", param_hint="--device")
    return "cuda" if found else "cpu"


def _spinner(text: str, fetching: bool = False) -> AbstractContextManager[object]:
    """Importing torch takes seconds; a terminal shows that something goes on, as torch does of a download."""
    if fetching or not colored(sys.stderr):
        return nullcontext()
    from rich.console import Console

    return Console(stderr=True).status(text)
