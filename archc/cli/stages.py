"""``archc build --stages``: the architecture cut into pipeline stages, one for each device."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple, TypeAlias

import typer

from archc.cli.options import STDIN
from archc.cli.writing import allow, keep, write_files

if TYPE_CHECKING:
    from torch import nn

    from archc.graph.graph import Graph
    from archc.pipeline import Cut

Stages: TypeAlias = Annotated[
    int | None,
    typer.Option(
        "--stages",
        min=2,
        metavar="N",
        help="Cut into N pipeline stages, written to NAME_N_stages with a script that trains them.",
    ),
]


class Plan(NamedTuple):
    """How a network is cut, and the folder for its stages."""

    cut: Cut
    folder: Path


def plan_stages(
    graph: Graph, count: int, out: Path, source: str | Path | None, force: bool
) -> Plan:
    """Cut the network, and see that its files may be written, before any work is done.

    ``source`` is the file of weights that are read, if any.

    Raises:
        SpecError: the network cannot be cut into so many stages.
        typer.BadParameter: ``out`` is no folder, or a file there is not archc's.
    """
    from archc.pipeline import cut
    from archc.pipeline.files import names

    if out.suffix == ".py" or str(out) == STDIN or (out.exists() and not out.is_dir()):
        message = f"'{out}' is no folder, and stages are several files: name a folder"
        raise typer.BadParameter(message, param_hint="--out")
    folder = out / f"{graph.name}_{count}_stages"
    found = cut(graph, count)
    for name in names(count, weights=source is not None):
        keep(source, folder / name)
        allow(folder / name, force)
    return Plan(found, folder)


def write_stages(graph: Graph, plan: Plan, module: nn.Module | None, force: bool) -> None:
    """Write the stages, the script, and the weights of ``module`` if there is one; and tell of them.

    Raises:
        typer.BadParameter: a file cannot be written; then none is.
    """
    from archc.pipeline.files import stage_files
    from archc.pipeline.table import table

    found, folder = plan
    tensors = module.state_dict() if module is not None else None
    files = stage_files(graph, found, tensors)
    write_files({folder / name: content for name, content in files.items()}, force=force)
    count = len(found.stages)
    typer.echo(f"{folder}: {count} stages, balanced to {100 * found.balance:.0f} %\n")
    typer.echo(table(found))
    typer.echo(f"\nrun: torchrun --nproc-per-node {count} {folder / 'train.py'}")
    old = folder / "stage0.safetensors"
    if module is None and old.exists():
        typer.echo(f"note: {old} is from an earlier build, and train.py loads it", err=True)
