"""``archc estimate``: the memory that a network needs, before it runs."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from typing import Annotated

import typer

from archc.analysis import Format
from archc.analysis.estimate import DType, Estimate, Optimizer
from archc.analysis.estimate import estimate as estimated
from archc.analysis.estimate.formats import when, write
from archc.analysis.words import memory as words
from archc.cli.app import colored
from archc.cli.options import Args, Inputs, Root, Spec, memory_size, open_spec
from archc.errors import Mistake, SpecError


def estimate(  # noqa: PLR0913  # one parameter for each option
    spec: Spec,
    *,
    batch: Annotated[
        int, typer.Option("--batch", "-b", min=1, max=10**9, metavar="N", help="Samples at once.")
    ] = 1,
    train: Annotated[
        bool, typer.Option("--train", help="A step of training, not a forward pass alone.")
    ] = False,
    optimizer: Annotated[
        Optimizer | None,
        typer.Option(
            help="Which optimiser takes the step; momentum if left out.", show_default=False
        ),
    ] = None,
    dtype: Annotated[DType, typer.Option(help="Type of all numbers.")] = "float32",
    memory: Annotated[
        list[str],
        typer.Option(
            "--memory",
            "-m",
            metavar="SIZE",
            help="The memory that there is, as 8GiB: the largest batch that fits; may be given often.",
            default_factory=list,
            show_default=False,
        ),
    ],
    format: Annotated[Format, typer.Option("--format", "-f", help="What to write.")] = "table",
    arg: Args,
    input: Inputs,
    root: Root = None,
) -> None:
    """Estimate the memory for inference or training, and the largest batch that fits."""
    if optimizer is not None and not train:
        message = "an optimiser is for training, which --train asks for"
        raise typer.BadParameter(message, param_hint="--optimizer")
    sizes = [memory_size(text, "--memory") for text in memory]
    graph = open_spec(spec, arg, input, root).graph
    how = partial(estimated, graph, train=train, optimizer=optimizer or "momentum")
    found = how(batch=batch, dtype=dtype)
    if sizes:
        _check_one_fits(found._replace(batch=1), max(sizes), how)
    text = write(found, graph, format, sizes)
    if format == "table" and colored(sys.stdout):
        head, _, text = text.partition("\n")
        typer.secho(head, bold=True)
    typer.echo(text)


def _check_one_fits(one: Estimate, size: int, how: Callable[..., Estimate]) -> None:
    """Refuse a memory in which not even a batch of 1 fits.

    Raises:
        SpecError: it does not.
    """
    if one.peak <= size:
        return
    what = "training" if one.train else "inference"
    least = f"{what} with a batch of 1 needs {words(one.peak)}"
    why = (f"most is held {when(one.at)}", f"weights alone take {words(one.weights)}")
    halved = one.dtype == "float32" and how(batch=1, dtype="bfloat16").peak <= size
    help = "a smaller input or network" + (", or `--dtype bfloat16`" if halved else "")
    message = f"{least}, and there are {words(size)}"
    raise SpecError([Mistake("A086", message, why=why, help=help)])
