"""``archc optimize``: the network for inference, with less work and the same outputs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from archc.cli.emitting import Out, line, places
from archc.cli.loading import Cast, Fresh, built, loading_of, note_fresh, spinner
from archc.cli.optimizing import Faster, Passes, Tolerance, faster, passes_of
from archc.cli.options import Args, Except, Inputs, Layout, Root, Spec, Weights, open_spec
from archc.cli.writing import Force, allow, keep, picture_kind, write_files
from archc.drawing import Still, ThemeName
from archc.passes.report import OptimiseFormat

if TYPE_CHECKING:
    from archc.architecture import Architecture

Draw = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="Draw before and after: svg, pdf or png. With --explain, build/NAME.svg if left out.",
        show_default=False,
    ),
]

Theme = Annotated[
    ThemeName | None,
    typer.Option(help="The drawing's colours, light if left out.", show_default=False),
]


def optimize(  # noqa: PLR0913  # one parameter for each option
    spec: Spec,
    *,
    explain: Annotated[
        bool,
        typer.Option(
            "--explain", help="Tell what each pass did and saved, and draw before and after."
        ),
    ] = False,
    every: Annotated[bool, typer.Option("--all", help="Each change, also of long lists.")] = False,
    format: Annotated[
        OptimiseFormat, typer.Option("--format", "-f", help="How --explain tells it.")
    ] = "text",
    draw: Draw = None,
    theme: Theme = None,
    passes: Passes,
    tolerance: Tolerance = None,
    weights: Weights = None,
    layout: Layout = None,
    except_: Except,
    cast: Cast = False,
    fresh: Fresh = False,
    out: Out = Path("build"),
    force: Force = False,
    arg: Args,
    input: Inputs,
    root: Root = None,
) -> None:
    """Write a faster network for inference and its weights, after a proof on random inputs.

    Batch norms are folded, siblings merged, kernels fused. If outputs differ, nothing is written.
    """
    from archc.targets.files import content

    _check(explain, every, format, theme if draw is None else None)
    wanted = passes_of(passes)
    kind = picture_kind(draw, "--draw") or "svg"
    net = open_spec(spec, arg, input, root)
    loading = loading_of(net, weights, layout, except_, cast, fresh)
    paths = places(out, f"{net.name}_optimized", ("py", "weights"))
    picture = draw or (paths["py"].with_suffix(".svg") if explain else None)
    for path in (*paths.values(), picture):
        keep(loading.source, path)
        allow(path, force, "--draw" if path is picture else "--out")
    module, report = built(net, loading)
    with spinner(f"optimising {net.name}"):
        found = faster(net, module, wanted, loading.wanted, tolerance)
        made = found.net.graph, found.module
        files = {at: content(target, *made) for target, at in paths.items()}
        if picture is not None:
            files[picture] = _drawn(net, found, kind, theme or "light")
    note_fresh(report)
    write_files(files, force=force)
    _tell(net, found, explain, format, every)
    written = [line(target, at, files[at], found.net, found.module) for target, at in paths.items()]
    for words in (*written, picture, report):
        if words is not None:
            typer.echo(words, err=explain)  # standard output has the explanation


def _check(explain: bool, every: bool, format: OptimiseFormat, theme: ThemeName | None) -> None:
    """
    Raises:
        typer.BadParameter: an option says how to explain or draw, and nothing is to be.
    """
    if not explain and (every or format != "text"):
        option = "--all" if every else "--format"
        raise typer.BadParameter("says how to explain: add --explain", param_hint=option)
    if not explain and theme is not None:
        raise typer.BadParameter("colours the drawing: add --draw", param_hint="--theme")


def _tell(
    net: Architecture, found: Faster, explain: bool, format: OptimiseFormat, every: bool
) -> None:
    from archc.passes.report import proof_words, told

    if explain:
        typer.echo(told(net.name, found.result, found.difference, format, every))
    else:
        typer.echo(proof_words(found.difference))


def _drawn(net: Architecture, found: Faster, kind: Still, theme: ThemeName) -> bytes:
    from archc.analysis.difference import difference
    from archc.drawing.changes.draw import changes
    from archc.drawing.palette import THEMES
    from archc.drawing.picture.render import render

    both = difference(net.graph, found.net.graph)
    return render(changes(both, THEMES[theme], 16 / 9, optimised=True), kind)
