"""``archc check``: every mistake of specs and of their variants."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from typing import Annotated, Literal, NoReturn, TypeAlias

import typer

from archc.cli.checked import Checked, Request
from archc.cli.checking import Step, check_all, check_spec
from archc.cli.folders import asked_for, names
from archc.cli.lint_options import Batch, Budget, Off, On, Strict, lint_settings
from archc.cli.options import STDIN, Args, Inputs, Root, Specs
from archc.cli.repeats import Key

Format: TypeAlias = Literal["text", "json", "github", "sarif"]


def check(  # noqa: PLR0913  # one parameter for each option
    specs: Specs,
    *,
    format: Annotated[
        Format,
        typer.Option(
            "--format",
            "-f",
            help="For people, or for machines: JSON, GitHub's workflow commands, or SARIF.",
        ),
    ] = "text",
    watch: Annotated[
        bool, typer.Option("--watch", help="Check again whenever a file is saved.")
    ] = False,
    arg: Args,
    input: Inputs,
    root: Root = None,
    off: Off,
    on: On,
    strict: Strict = False,
    budget: Budget = None,
    batch: Batch = None,
) -> None:
    """Find the mistakes in specs, each file with all its variants.

    A folder stands for every .yaml and .yml file below it.
    """
    request = Request(arg, input, root, lint_settings(off, on, budget, batch), strict)
    if watch:
        _refuse_watching(specs, format)
        _watch(specs, request)
    start = time.perf_counter()
    asked = asked_for(specs)
    checked = check_all(asked, lambda spec, step: check_spec(spec, request, step))
    found = _report(checked, len(asked), start) if format == "text" else _write(checked, format)
    if any(spec.errors for spec in found):
        raise typer.Exit(1)


def _report(checked: Iterable[Checked], number: int, start: float) -> list[Checked]:
    """Each spec's report as soon as it is known, then how all ended; ``number`` specs were asked for."""
    from archc.cli.reports.text import close, show

    told: set[Key] = set()
    found = []
    for spec in checked:
        show(spec, told, single=number == 1)
        found.append(spec)
    close(found, number - len(found), time.perf_counter() - start)
    return found


def _write(checked: Iterable[Checked], format: Format) -> list[Checked]:
    from archc.cli.reports import as_github, as_json, as_sarif

    found = list(checked)
    text = {"json": as_json, "github": as_github, "sarif": as_sarif}[format](found)
    if text:
        typer.echo(text)
    return found


def _watch(specs: Sequence[str], request: Request) -> NoReturn:
    """Check what has changed, show everything, and wait for the next change."""
    from archc.cli.watching import changed, clear_screen, say_watching, together, wait

    known: dict[str, Checked] = {}

    def check(spec: str, step: Step) -> Checked:
        if spec not in known or changed(known[spec].stamps):
            known[spec] = check_spec(spec, request, step)
        return known[spec]

    while True:
        start = time.perf_counter()
        before = names(specs)
        asked = asked_for(specs)
        found = list(check_all(asked, check))
        clear_screen()
        _report(found, len(asked), start)
        stamps = together(one.stamps for one in found)
        say_watching(stamps)
        wait(stamps, before, lambda: names(specs))


def _refuse_watching(specs: Sequence[str], format: Format) -> None:
    """
    Raises:
        typer.BadParameter: there is no file to watch, or nobody to read.
    """
    if STDIN in specs:
        raise typer.BadParameter("standard input cannot be watched", param_hint="--watch")
    if format != "text":
        message = f"it shows text, and no {format}"
        raise typer.BadParameter(message, param_hint="--watch")
