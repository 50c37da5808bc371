"""``archc list``, ``archc ops`` and ``archc schema``: what archc itself brings along."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Literal

import typer

from archc.analysis.words import dimensions
from archc.errors import nearest
from archc.ops import OPERATORS
from archc.ops.base import Attribute, Operator, show


def list_specs(
    format: Annotated[
        Literal["table", "json"], typer.Option("--format", "-f", help="What to write.")
    ] = "table",
) -> None:
    """List the bundled specs."""
    from archc.spec.files import bundled

    specs = [(one.name, one.title, _near(one.file)) for one in bundled()]
    if format == "json":
        keys = ("name", "title", "file")
        typer.echo(json.dumps([dict(zip(keys, spec, strict=True)) for spec in specs], indent=1))
    else:
        typer.echo(columns([("name", "title", "file"), *specs]))


def _near(path: Path) -> str:
    """A file's name as one would type it here."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)


def schema() -> None:
    """Print the JSON Schema of the spec language, for editors."""
    from archc.spec.schema import schema_text

    typer.echo(schema_text(), nl=False)


def complete_operator(incomplete: str) -> list[str]:
    return [name for name in sorted(OPERATORS) if name.startswith(incomplete)]


def ops(
    name: Annotated[
        str | None,
        typer.Argument(metavar="NAME", help="One operator.", autocompletion=complete_operator),
    ] = None,
) -> None:
    """List the operators, or show one with all its settings."""
    if name is None:
        public = [kind for kind in OPERATORS.values() if kind.family != "input"]
        rows = [(kind.name, kind.family.replace("_", " "), _settings(kind)) for kind in public]
        typer.echo(columns([("operator", "family", "settings"), *sorted(rows, key=lambda r: r[1])]))
        return
    if name not in OPERATORS:
        message = f"there is no operator '{name}'"
        hint = nearest(name, OPERATORS) or "`archc ops` lists them"
        raise typer.BadParameter(f"{message}; {hint}", param_hint="NAME")
    typer.echo("\n".join(_page(OPERATORS[name])))


def columns(rows: Sequence[Sequence[str]]) -> str:
    """Rows of text, aligned; the last column runs on."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    padded = ("  ".join(map(str.ljust, row, widths)) for row in rows)
    return "\n".join(line.rstrip() for line in padded)


def _settings(kind: type[Operator]) -> str:
    return ", ".join(
        f"{name}={default}" if (default := _default(attribute)) not in ("", "required") else name
        for name, attribute in kind.attributes().items()
    )


def _default(attribute: Attribute) -> str:
    if attribute.required:
        return "required"
    return "" if attribute.default is None else show(attribute.default).strip("'")


def _page(kind: type[Operator]) -> Iterator[str]:
    """What its declaration says of one operator."""
    yield f"{kind.name} ({kind.family.replace('_', ' ')})\n"
    yield inspect.getdoc(kind) or ""
    if kind.source:
        yield f"\nAfter {kind.source}."
    if kind.attributes():
        yield ""
        yield columns([
            ("setting", "takes", "default", "meaning"),
            *((a.name, a.kind.name, _default(a), a.doc) for a in kind.attributes().values()),
        ])  # fmt: skip
    if kind.examples:
        yield ""
    for settings, inputs, output in kind.examples:
        use = show({"op": kind.name, **settings}).replace("'", "")
        yield f"{use}: {', '.join(map(dimensions, inputs))} → {dimensions(output)}"
