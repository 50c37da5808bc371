"""``archc draw``: architectures as pictures."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer

from archc.cli.options import STDIN, Args, Inputs, Root, Specs, open_spec
from archc.cli.writing import Force, not_written_as, write_files
from archc.drawing import FORMATS, SLIDE, Format, Options, Repeats, Still, Style, ThemeName

if TYPE_CHECKING:
    from archc.architecture import Architecture
    from archc.drawing.picture.scene import Scene
    from archc.graph.graph import Graph


def _many(metavar: str, help: str) -> Any:
    """An option that may be given often."""
    return typer.Option(
        metavar=metavar,
        help=f"{help}; may be given often.",
        default_factory=list,
        show_default=False,
    )


Out: TypeAlias = Annotated[
    Path | None,
    typer.Option("--out", "-o", help="File, or - for standard output. [default: build/NAME.svg]"),
]
Named: TypeAlias = Annotated[
    str | None,
    typer.Option("--format", "-f", help="svg, pdf, png, html or dot. [default: by the ending]"),
]
Look: TypeAlias = Annotated[
    Style, typer.Option("--style", "-s", help="Boxes and arrows, bars by layer, or tensors.")
]
Theme: TypeAlias = Annotated[ThemeName, typer.Option(help="Colours for a screen, or for paper.")]
Aspect: TypeAlias = Annotated[
    str, typer.Option(metavar="W:H", help="The page's, or `free`: as large as needed.")
]
Title: TypeAlias = Annotated[bool, typer.Option(help="Name and costs above the drawing.")]
Depth: TypeAlias = Annotated[
    int | None, typer.Option(min=0, help="How many levels of block calls are opened.")
]
Again: TypeAlias = Annotated[
    Repeats, typer.Option(help="Draw equal neighbours once, as `× 6`, or each.")
]
Frames: TypeAlias = Annotated[
    bool, typer.Option("--frames", help="A picture for each step, or for each highlight.")
]
Collapse: TypeAlias = Annotated[list[str], _many("NAME", "A block or call to fold")]
Expand: TypeAlias = Annotated[list[str], _many("NAME", "A block or call to open")]
Inside: TypeAlias = Annotated[list[str], _many("PATH", "Draw the inside of this block")]
Highlight: TypeAlias = Annotated[
    list[str], _many("NAME", "Fade all but this node, block or operator")
]


def draw(  # noqa: PLR0913  # one parameter for each option
    specs: Specs,
    *,
    out: Out = None,
    format: Named = None,
    style: Look = "graph",
    theme: Theme = "light",
    aspect: Aspect = SLIDE,
    title: Title = True,
    depth: Depth = None,
    collapse: Collapse,
    expand: Expand,
    repeats: Again = "auto",
    node: Inside,
    highlight: Highlight,
    frames: Frames = False,
    force: Force = False,
    arg: Args,
    input: Inputs,
    root: Root = None,
) -> None:
    """Draw architectures for a slide."""
    kind = _format(out, format)
    nets = [open_spec(spec, arg, input, root) for spec in specs]
    options = Options(
        style=style, depth=depth, collapse=tuple(collapse), expand=tuple(expand), repeats=repeats,
        nodes=tuple(node), aspect=aspect, theme=theme, title=title,
    )  # fmt: skip
    path = out or Path("build") / f"{_stem(nets, options)}.{kind}"
    if kind == "html":
        from archc.drawing.files import page

        if frames or highlight:
            message = "a page that folds and searches itself has no frames and no highlights"
            raise typer.BadParameter(message, param_hint="--format")
        files = {path: page([net.graph for net in nets], options)}
    else:
        graphs = [net.graph for net in nets]
        files = _pictures(path, kind, graphs, options, highlight, frames=frames)
    _write(files, force=force)


def _pictures(  # what is drawn, how, and where to
    path: Path,
    kind: Still,
    graphs: list[Graph],
    options: Options,
    highlight: list[str],
    *,
    frames: bool,
) -> dict[Path, bytes]:
    """The file of one picture, or of each frame."""
    from archc.drawing.draw import drawn
    from archc.drawing.flow.sheet import Drawing
    from archc.drawing.frames.build import frames as steps
    from archc.drawing.frames.highlight import highlight as lit
    from archc.drawing.frames.highlight import highlights
    from archc.drawing.palette import THEMES
    from archc.drawing.picture.render import render

    drawing, theme = drawn(graphs, options), THEMES[options.theme]
    if isinstance(drawing, Drawing) and (folded := drawing.folded(graphs[0])):
        typer.echo(folded, err=True)
    if frames:
        scenes = highlights(drawing, highlight, theme) if highlight else steps(drawing, theme)
        return _sequence(path, kind, scenes)
    scene = lit(drawing, highlight, theme) if highlight else drawing.scene
    return {path: render(scene, kind)}


def _sequence(path: Path, kind: Still, scenes: list[Scene]) -> dict[Path, bytes]:
    """Pages of one PDF, or numbered files."""
    from archc.drawing.picture.render import pdf_pages, render

    if kind == "pdf":
        return {path: pdf_pages(scenes)}
    if str(path) == STDIN:
        message = "only --format pdf puts all frames in one file, for standard output"
        raise typer.BadParameter(message, param_hint="--out")
    digits = max(2, len(str(len(scenes))))
    names = (f"{path.stem}-{n:0{digits}}{path.suffix}" for n in range(1, len(scenes) + 1))
    return {
        path.with_name(name): render(scene, kind) for name, scene in zip(names, scenes, strict=True)
    }


def _write(files: Mapping[Path, bytes], *, force: bool) -> None:
    from archc.output import is_stream

    for path, picture in files.items():
        if str(path) == STDIN:
            sys.stdout.buffer.write(picture)
            return
    write_files(files, force=force)
    for path in files:
        typer.echo(path, err=is_stream(path))  # the picture may be on standard output


def _stem(nets: list[Architecture], options: Options) -> str:
    """``googlenet``, ``alexnet-vgg16-stack``, ``googlenet-inception_3a``."""
    style = [options.style] if options.style != "graph" else []
    return "-".join([*(net.name for net in nets), *options.nodes, *style])


def _format(out: Path | None, named: str | None) -> Format:
    """The format that was asked for, by name or by the file's ending.

    Raises:
        typer.BadParameter: it is none that drawings have.
    """
    to_file = out is not None and str(out) != STDIN
    wanted = named or (out.suffix.lstrip(".") if out is not None and to_file else "svg")
    for known in FORMATS:
        if wanted == known:
            return known
    message = not_written_as("drawing", FORMATS, wanted)
    raise typer.BadParameter(message, param_hint="--format" if named else "--out")
