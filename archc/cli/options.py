"""The options that every command shares, and what they mean."""

from __future__ import annotations

import os
import re
import stat
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer

from archc.budgets import current, size
from archc.errors import Mistake, Source, SpecError

if TYPE_CHECKING:
    from archc.architecture import Architecture

_SHAPE = re.compile(r"(?:(?P<name>[A-Za-z]\w*)=)?(?P<sizes>[0-9]+(?:x[0-9]+)*)\Z", re.ASCII)
STDIN, STDIN_NAME = "-", "<stdin>"


def complete_spec(incomplete: str) -> list[str]:
    """Bundled names and files that go on from what was typed."""
    from archc.spec.files import SUFFIXES, bundled

    path = Path(incomplete)
    folder = path if incomplete.endswith("/") else path.parent
    try:
        found = sorted(folder.iterdir())
    except OSError:
        found = []
    files = [
        f"{p}/" if p.is_dir() else str(p)
        for p in found
        if p.is_dir() or p.suffix.lower() in SUFFIXES
    ]
    names = [*(spec.name for spec in bundled()), *files]
    return [name for name in names if name.startswith(incomplete)]


Spec: TypeAlias = Annotated[
    str,
    typer.Argument(
        metavar="SPEC",
        help="File, file.yaml:variant, bundled name, or - for standard input.",
        autocompletion=complete_spec,
        show_default=False,
    ),
]
Specs: TypeAlias = Annotated[
    list[str],
    typer.Argument(
        metavar="SPEC",
        help="Files, file.yaml:variant, bundled names, or - for standard input.",
        autocompletion=complete_spec,
        show_default=False,
    ),
]
Args: TypeAlias = Annotated[
    list[str],
    typer.Option(
        "--arg",
        "-a",
        metavar="NAME=VALUE",
        help="Set an arg of the spec; may be given often.",
        default_factory=list,
        show_default=False,
    ),
]
Inputs: TypeAlias = Annotated[
    list[str],
    typer.Option(
        "--input",
        metavar="[NAME=]CxHxW",
        help="Another input shape, as 3x299x299; by name where there are several inputs.",
        default_factory=list,
        show_default=False,
    ),
]
Weights: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--weights",
        "-w",
        metavar="FILE",
        help="Trained weights: .safetensors, .pth, .pt, or torchvision:DEFAULT. [default: the spec's]",
        show_default=False,
    ),
]
Layout: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="Whose names the weights have, archc or a layout of the spec. [default: found out]",
        show_default=False,
    ),
]
Except: TypeAlias = Annotated[
    list[str],
    typer.Option(
        "--except",
        "-e",
        metavar="PATTERN",
        help="A node or tensor that is not loaded, so need not fit; may be given often.",
        default_factory=list,
        show_default=False,
    ),
]
Root: TypeAlias = Annotated[
    Path | None,
    typer.Option(help="Folder that files named in the spec may not lead out of.", file_okay=False),
]


def open_spec(spec: str, args: list[str], inputs: list[str], root: Path | None) -> Architecture:
    """The architecture that a command line asks for.

    Raises:
        SpecError: with every mistake of the spec.
        typer.BadParameter: an option is malformed.
    """
    from archc.architecture import Architecture
    from archc.cli.folders import is_folder

    if is_folder(spec):
        help = "name a file in it; only `archc check` takes folders"
        raise SpecError([Mistake("A030", f"'{spec}' is a folder", help=help)])
    text = streamed(spec)
    if text is not None:
        return open_text(text, "", args, inputs, root)
    settings, shapes = settings_of(args), shapes_of(inputs)
    return Architecture.load(spec, args=settings, input=shapes, root=root)


def streamed(spec: str) -> str | None:
    """What comes through standard input or a pipe, but hardly more than may be read; None of a plain file.

    Raises:
        SpecError: it is no UTF-8 text.
    """
    most = current().bytes + 1
    try:
        if spec == STDIN:
            return sys.stdin.read(most)
        mode = os.stat(spec).st_mode
        if not stat.S_ISFIFO(mode) and not stat.S_ISCHR(mode) and not stat.S_ISSOCK(mode):
            return None
        with open(spec, encoding="utf-8-sig") as stream:
            return stream.read(most)
    except (OSError, ValueError) as error:
        if not isinstance(error, UnicodeDecodeError):
            return None  # reading it as a file says why
        message = f"'{STDIN_NAME}' is not UTF-8 text: see byte {error.start:,}"
        raise SpecError([Mistake("A030", message, help="send it as UTF-8")]) from None


def open_text(
    text: str, variant: str, args: list[str], inputs: list[str], root: Path | None
) -> Architecture:
    """Like :func:`open_spec`, for what came through standard input, or a variant in it."""
    from archc.architecture import Architecture

    return Architecture.loads(
        text,
        name=STDIN_NAME,
        variant=variant,
        args=settings_of(args),
        input=shapes_of(inputs),
        root=root or Path.cwd(),
    )


def settings_of(args: list[str]) -> dict[str, Any]:
    """``classes=10`` -> ``{"classes": 10}``; values are YAML 1.2, as in a spec.

    Raises:
        typer.BadParameter: there is no ``=``, or the value is no YAML.
    """
    settings = {}
    for arg in args:
        name, equals, value = arg.partition("=")
        if not equals or not name.isidentifier():
            raise typer.BadParameter(f"'{arg}' is not NAME=VALUE", param_hint="--arg")
        settings[name] = _value(value, arg)
    return settings


def _value(text: str, arg: str) -> Any:
    from archc.spec.reader import read

    try:
        read_as = read(Source("--arg", f"value: [{text}\n]"))
        values: list[Any] = read_as["value"] if len(read_as) == 1 else []
        (value,) = values
    except (SpecError, ValueError):
        message = f"'{arg}' has no value that YAML can read; a list is written [1, 2]"
        raise typer.BadParameter(message, param_hint="--arg") from None
    return value


def shapes_of(inputs: list[str]) -> list[int] | dict[str, list[int]] | None:
    """``3x299x299`` -> ``[3, 299, 299]``; ``left=3x64x64`` -> ``{"left": [3, 64, 64]}``.

    Raises:
        typer.BadParameter: a shape is malformed, or several lack a name.
    """
    shapes: dict[str, list[int]] = {}
    for text in inputs:
        match = _SHAPE.match(text)
        if match is None or (match["name"] or "") in shapes:
            reason = "is not a shape like 3x224x224" if match is None else "repeats an input"
            raise typer.BadParameter(f"'{text}' {reason}", param_hint="--input")
        shapes[match["name"] or ""] = [int(size) for size in match["sizes"].split("x")]
    if "" in shapes and len(shapes) > 1:
        raise typer.BadParameter("of several inputs each needs its name", param_hint="--input")
    return shapes.get("", shapes or None)


def memory_size(text: str, option: str) -> int:
    """``8GiB`` -> 8589934592; bytes alone, as 8, are hardly meant.

    Raises:
        typer.BadParameter: it is no size of memory; the message names the ``option``.
    """
    try:
        count = size(text)
    except ValueError:
        count = 0
    unit = text[-1:].isalpha() or "^" in text
    if not count or not unit:
        message = f"'{text}' is no size of memory; write one like 8GiB or 512MiB"
        raise typer.BadParameter(message, param_hint=option)
    return count
