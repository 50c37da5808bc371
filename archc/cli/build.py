"""``archc build``: the architecture as files, of which the PyTorch file is imported and run once."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from archc.analysis.words import dimensions
from archc.cli.emitting import Emit, Out, line, places, targets_of, tell_of_others
from archc.cli.loading import (
    Cast,
    Device,
    Fresh,
    Loading,
    available,
    built,
    loading_of,
    note_fresh,
    spinner,
)
from archc.cli.optimizing import Passes, Tolerance, faster, passes_of
from archc.cli.options import (
    Args,
    Except,
    Inputs,
    Layout,
    Root,
    Spec,
    Weights,
    open_spec,
)
from archc.cli.stages import Stages, plan_stages, write_stages
from archc.cli.writing import Force, allow, keep, write_files

if TYPE_CHECKING:
    from torch import nn

    from archc.architecture import Architecture
    from archc.graph.graph import Graph
    from archc.passes.step import Pass
    from archc.targets.files import Target

Optimize: TypeAlias = Annotated[
    bool,
    typer.Option("--optimize", help="The network made faster for inference; see archc optimize."),
]


def build(  # noqa: PLR0913  # one parameter for each option
    spec: Spec,
    *,
    out: Out = Path("build"),
    emit: Emit,
    stages: Stages = None,
    optimize: Optimize = False,
    passes: Passes,
    tolerance: Tolerance = None,
    weights: Weights = None,
    layout: Layout = None,
    except_: Except,
    cast: Cast = False,
    fresh: Fresh = False,
    device: Annotated[Device, typer.Option(help="Where the forward pass runs.")] = "auto",
    batch: Annotated[int, typer.Option(min=1, help="Samples in the forward pass.")] = 1,
    force: Force = False,
    arg: Args,
    input: Inputs,
    root: Root = None,
) -> None:
    """Write the architecture as a PyTorch file, with its weights if any are named, and run it once.

    --emit writes it in other forms too, all of them or none; --optimize makes it faster first;
    --stages cuts it for several devices.
    """
    from archc.targets.files import check

    targets = targets_of(emit)
    net = open_spec(spec, arg, input, root)
    loading = loading_of(net, weights, layout, except_, cast, fresh)
    wanted = _passes(optimize, passes, tolerance)
    if stages is not None:
        _unused(device, batch)
        _build_stages(net, loading, targets or wanted, stages, out, force)
        return
    both = loading.wanted or optimize
    name = f"{net.name}_optimized" if optimize else net.name
    paths = places(out, name, targets or (("py", "weights") if both else ("py",)))
    for path in paths.values():
        keep(loading.source, path)
        allow(path, force)
    check(net.graph, [*paths])
    place = available(device)
    module, report = built(net, loading)
    if optimize:
        net, module = _optimised(net, module, wanted, loading.wanted, tolerance)
    contents = _contents(net.graph, module, [*paths])
    tell_of_others(paths)
    if {*paths} - {"py"}:
        note_fresh(report)
    write_files({path: contents[target] for target, path in paths.items()}, force=force)
    for target, path in paths.items():
        typer.echo(line(target, path, contents[target], net, module))
    if report is not None:
        typer.echo(report)
    _run(net, module, batch, place)


def _optimised(net: Architecture, module: nn.Module, passes: tuple[Pass, ...],
               loaded: bool, tolerance: float | None) -> tuple[Architecture, nn.Module]:  # fmt: skip
    """The network made faster; says how far its outputs are from those before."""
    from archc.passes.report import proof_words

    with spinner(f"optimising {net.name}"):
        found = faster(net, module, passes, loaded, tolerance)
    typer.echo(proof_words(found.difference))
    return found.net, found.module


def _passes(optimize: bool, given: list[str], tolerance: float | None) -> tuple[Pass, ...]:
    """The passes to run: none without ``--optimize``.

    Raises:
        typer.BadParameter: nothing is to be optimised, but it is said how, or there is no pass of a name.
    """
    how = {"--passes": bool(given), "--tolerance": tolerance is not None}
    for name, said in how.items():
        if said and not optimize:
            raise typer.BadParameter("says what --optimize does: add it", param_hint=name)
    return passes_of(given) if optimize else ()


def _unused(device: Device, batch: int) -> None:
    """Stages are written, not run.

    Raises:
        typer.BadParameter: an option says how to run the network.
    """
    hints = {
        "--device": "takes GPUs if there are enough",
        "--batch": "has a --batch of its own",
    }
    for name, said in {"--device": device != "auto", "--batch": batch != 1}.items():
        if said:
            message = f"stages are written and not run; train.py {hints[name]}: leave it out"
            raise typer.BadParameter(message, param_hint=name)


def _build_stages(net: Architecture, loading: Loading, others: Sequence[object],
                  count: int, out: Path, force: bool) -> None:  # fmt: skip
    """Write the network in ``count`` pipeline stages.

    Raises:
        typer.BadParameter: other targets are named too, or passes.
    """
    if others:
        message = "stages are plain Python files, to train: leave out --emit and --optimize"
        raise typer.BadParameter(message, param_hint="--stages")
    plan = plan_stages(net.graph, count, out, loading.source, force)
    module, report = built(net, loading) if loading.wanted else (None, None)
    write_stages(net.graph, plan, module, force)
    if report is not None:
        typer.echo(report)


def _contents(graph: Graph, module: nn.Module, targets: list[Target]) -> dict[Target, bytes]:
    """The content of a file for each target."""
    from archc.targets.files import content

    found = {}
    for target in targets:
        with spinner(f"writing {graph.name} as {target}"):
            found[target] = content(target, graph, module)
    return found


def _run(net: Architecture, module: nn.Module, batch: int, place: str) -> None:
    """Put a batch through the network, and say what came out."""
    from archc.codegen.trial import try_out

    with spinner(f"running {net.name}"):
        trial = try_out(module, [node.shape for node in net.inputs.values()], batch, place)
    read = ", ".join(dimensions((batch, *node.shape)) for node in net.inputs.values())
    made = ", ".join(map(dimensions, trial.outputs))
    typer.echo(f"forward pass on {trial.device}: {read} → {made} in {trial.seconds * 1e3:,.1f} ms")
