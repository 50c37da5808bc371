"""What `archc optimize` and `archc build --optimize` share: passes chosen, run, and held to the proof."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, NamedTuple, TypeAlias

import typer

from archc.errors import SpecError

if TYPE_CHECKING:
    from torch import nn

    from archc.architecture import Architecture
    from archc.passes.optimise import Optimised
    from archc.passes.proof import Difference
    from archc.passes.step import Pass

Passes: TypeAlias = Annotated[
    list[str],
    typer.Option(
        "--passes",
        metavar="NAME,-NAME,…",
        help="Passes to run, or with a minus to leave out; all if none is named.",
        default_factory=list,
        show_default=False,
    ),
]
Tolerance: TypeAlias = Annotated[
    float | None,
    typer.Option(
        min=0,
        help="How far outputs may be from those before, as a share of the largest number. "
        "Left out: 0.001, or what rounding alone makes.",
        show_default=False,
    ),
]


class Faster(NamedTuple):
    """An optimised network: as an architecture, as a module, what was done, and how far its outputs are."""

    net: Architecture
    module: nn.Module
    result: Optimised
    difference: Difference


def passes_of(given: list[str]) -> tuple[Pass, ...]:
    """The passes that ``--passes`` asks for.

    Raises:
        typer.BadParameter: there is none of a name.
    """
    from archc.passes.optimise import chosen

    names = [word.strip() for text in given for word in text.split(",")]
    try:
        return chosen(names)
    except SpecError as error:
        mistake = error.mistakes[0]
        message = f"{mistake.message}: {mistake.help}"
        raise typer.BadParameter(message, param_hint="--passes") from None


def faster(
    net: Architecture,
    module: nn.Module,
    passes: tuple[Pass, ...],
    loaded: bool,
    tolerance: float | None,
) -> Faster:
    """The network after the passes, with the weights of ``module``.

    Outputs are compared on random inputs; where no weights were ``loaded``, with norms as after training.

    Raises:
        SpecError: outputs differ by more than ``tolerance``.
    """
    from copy import deepcopy

    from archc.architecture import Architecture
    from archc.passes.module import carried
    from archc.passes.optimise import optimise
    from archc.passes.proof import proven, settle

    graph = net.graph
    result = optimise(graph, passes)
    module.eval()
    made = carried(module, graph, result)
    one, other = module, made
    if not loaded:
        one = deepcopy(module)
        settle(one, graph)
        other = carried(one, graph, result)
    found = proven(one, other, graph, tolerance)
    return Faster(Architecture(result.graph, net.read), made, result, found)
