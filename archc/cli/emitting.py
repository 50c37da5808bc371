"""``archc build --emit``: which files are written, where, and what is said of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from archc.analysis.words import counted, parameters, short_memory
from archc.cli.options import STDIN
from archc.errors import nearest

if TYPE_CHECKING:
    from torch import nn

    from archc.architecture import Architecture
    from archc.targets.files import Target

Emit: TypeAlias = Annotated[
    list[str],
    typer.Option(
        "--emit",
        metavar="TARGET,…",
        help="What to write: py, weights, onnx, pt2; several with commas. Left out: py, "
        "and weights if any are loaded.",
        default_factory=list,
        show_default=False,
    ),
]

Out: TypeAlias = Annotated[
    Path,
    typer.Option(
        "--out",
        "-o",
        help="Folder for NAME.py, or a file that ends in .py; other files stand beside it.",
    ),
]


def targets_of(emit: Sequence[str]) -> tuple[Target, ...]:
    """The targets that ``--emit`` names, each once, in archc's order; none if it is not given.

    Raises:
        typer.BadParameter: one is unknown, or needs a package that is not installed.
    """
    from archc.targets.files import TARGETS, need

    named = [word.strip() for text in emit for word in text.split(",")]
    for word in named:
        if word not in TARGETS:
            help = nearest(word, TARGETS) or f"there are {', '.join(TARGETS)}"
            raise typer.BadParameter(f"no target is called '{word}': {help}", param_hint="--emit")
    found = tuple(target for target in TARGETS if target in named)
    for target in found:
        if missing := need(target):
            message = f"{target} needs the package {missing}: pip install 'archc[{target}]'"
            raise typer.BadParameter(message, param_hint="--emit")
    return found


def places(out: Path, name: str, targets: Sequence[Target]) -> dict[Target, Path]:
    """A file for each target: beside the one named, or of the network's name in the folder named.

    Raises:
        typer.BadParameter: ``out`` is neither, but a device, ``-``, or a file of another kind.
    """
    from archc.targets.files import ENDINGS

    endings = [ENDINGS[target] for target in targets]
    if out.suffix in endings:
        return {target: out.with_suffix(ENDINGS[target]) for target in targets}
    taken = out.exists() and not out.is_dir()
    if str(out) == STDIN or taken or (out.suffix in ENDINGS.values() and not out.is_dir()):
        message = f"'{out}' is no folder: name one, or a file that ends in {' or '.join(endings)}"
        raise typer.BadParameter(message, param_hint="--out")
    return {target: out / f"{name}{ENDINGS[target]}" for target in targets}


def tell_of_others(paths: Mapping[Target, Path]) -> None:
    """Say which files beside these an earlier build has left: they are of another state of the spec."""
    from archc.targets.files import ENDINGS

    one = next(iter(paths.values()))
    for target, ending in ENDINGS.items():
        if target not in paths and one.with_suffix(ending).exists():
            typer.echo(f"note: {one.with_suffix(ending)} is from an earlier build", err=True)


def line(target: Target, path: Path, content: bytes, net: Architecture, module: nn.Module) -> str:
    """What was written: ``build/lenet5.onnx: 243 KiB, ONNX opset 18, any batch``."""
    from archc.targets.onnx import OPSET

    match target:
        case "py":
            lines = counted(content.count(b"\n"), "line")
            words = f"{lines}, {parameters(net.params, net.frozen)}"
        case "weights":
            words = counted(len(module.state_dict()), "tensor")
        case "onnx":
            words = f"{short_memory(len(content))}, ONNX opset {OPSET}, any batch"
        case "pt2":
            words = f"{short_memory(len(content))}, program of torch.export, any batch"
    return f"{path}: {words}"
