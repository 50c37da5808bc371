"""A network built with its weights: what every command that runs one does first."""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, NamedTuple, TypeAlias

import typer

from archc.cli.app import colored

if TYPE_CHECKING:
    from torch import nn

    from archc.architecture import Architecture
    from archc.spec.document import WeightsSpec
    from archc.weights import Report

Device: TypeAlias = Literal["auto", "cpu", "cuda"]
Cast: TypeAlias = Annotated[
    bool, typer.Option("--cast", help="Take weights of another floating-point type.")
]
Fresh: TypeAlias = Annotated[
    bool, typer.Option("--fresh", help="Leave the weights that the spec names alone.")
]


class Loading(NamedTuple):
    """Which weights are loaded: a file, else the spec's own; and how."""

    file: str | None
    own: WeightsSpec | None
    layout: str | None
    except_: list[str]
    cast: bool

    @property
    def wanted(self) -> bool:
        """Whether there are any."""
        return bool(self.file or self.own)

    @property
    def source(self) -> str | Path | None:
        """What is read, and must not be written over."""
        return self.file or (self.own.path if self.own else None)


def loading_of(
    net: Architecture, file: str | None, layout: str | None, except_: list[str], cast: bool,
    fresh: bool,
) -> Loading:  # fmt: skip
    """What the options ask for.

    Raises:
        typer.BadParameter: an option says how to load weights, and there are none.
    """
    found = Loading(file, None if fresh else net.graph.document.weights, layout, except_, cast)
    given = {"--layout": layout, "--except": except_, "--cast": cast}
    for name, value in given.items():
        if value and not found.wanted:
            message = "says how to load weights, and there are none"
            raise typer.BadParameter(message, param_hint=name)
    return found


def built(net: Architecture, loading: Loading) -> tuple[nn.Module, Report | None]:
    """The network with its weights, and what became of each; no report where they are fresh.

    Raises:
        SpecError: the weights cannot be read, or do not fit.
    """
    from archc.weights.fetch import is_fetched

    file, _, layout, except_, cast = loading
    with spinner(f"building {net.name}", is_fetched(file or "")):
        module = net.build(weights=False)
        if not loading.wanted:
            return module, None
        return module, net.load_weights(module, file, layout=layout, except_=except_, cast=cast)


def note_fresh(report: Report | None) -> None:
    """Say so where no weights were loaded: what is written holds random ones."""
    if report is None:
        typer.echo("note: the weights are fresh: none were loaded", err=True)


def available(device: Device) -> str:
    """The device to run on.

    Raises:
        typer.BadParameter: there is none of that kind.
    """
    from archc.codegen.trial import has_cuda

    found = device != "cpu" and has_cuda()
    if device == "cuda" and not found:
        raise typer.BadParameter("torch finds no GPU here", param_hint="--device")
    return "cuda" if found else "cpu"


def spinner(text: str, fetching: bool = False) -> AbstractContextManager[object]:
    """Importing torch takes seconds; a terminal shows that something goes on, as torch does of a download."""
    if fetching or not colored(sys.stderr):
        return nullcontext()
    from rich.console import Console

    return Console(stderr=True).status(text)
