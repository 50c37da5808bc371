"""``archc check``: every mistake of a spec and of its variants."""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from archc.analysis.cost import total
from archc.analysis.words import counted, parameters
from archc.cli.app import complain
from archc.cli.options import (
    STDIN,
    STDIN_NAME,
    Args,
    Inputs,
    Root,
    Specs,
    open_spec,
    open_text,
)
from archc.errors import Mistake, Source, SpecError

if TYPE_CHECKING:
    from archc.spec.tree import Map


@dataclasses.dataclass
class Report:
    """What was found in one spec and its variants; what a variant inherits is told once."""

    mistakes: dict[object, Mistake] = dataclasses.field(default_factory=dict)
    checked: list[str] = dataclasses.field(default_factory=list)

    def add(self, mistakes: list[Mistake], variant: str) -> None:
        for mistake in mistakes:
            note = (f"in variant {variant}",) if variant else ()
            key = mistake.code, mistake.message, str(mistake.at)
            self.mistakes.setdefault(
                key, dataclasses.replace(mistake, notes=(*mistake.notes, *note))
            )

    def number(self, warning: bool) -> int:
        return sum(mistake.warning is warning for mistake in self.mistakes.values())


def check(
    specs: Specs,
    arg: Args,
    input: Inputs,
    root: Root = None,
) -> None:
    """Find the mistakes in specs, each file with all its variants.

    What is right by archc's own checks is also held against the JSON Schema.
    """
    failed = False
    for spec in specs:
        report = _check(spec, arg, input, root)
        if report.mistakes:
            complain(list(report.mistakes.values()))
        wrong, warnings = report.number(warning=False), report.number(warning=True)
        failed = failed or wrong > 0
        remark = f" ({counted(warnings, 'warning')})" if warnings else ""
        if wrong:
            typer.echo(f"\n{spec}: {counted(wrong, 'mistake')}{remark}", err=True)
        else:
            typer.echo(f"ok {spec}: {', '.join(report.checked)}{remark}")
    if failed:
        raise typer.Exit(1)


def _check(spec: str, arg: list[str], input: list[str], root: Path | None) -> Report:
    report = Report()
    text = sys.stdin.read() if spec == STDIN else None
    document, variants = _written(spec, text, root)
    for variant in ["", *variants]:
        try:
            if text is not None:
                net = open_text(text, variant, arg, input, root)
            else:
                net = open_spec(f"{spec}:{variant}" if variant else spec, arg, input, root)
        except SpecError as error:
            report.add(error.mistakes, variant)
            continue
        report.add(net.warnings, variant)
        if not variant:
            cost = total(net.graph.nodes.values())
            nodes = counted(len(net.graph.nodes), "node")
            numbers = parameters(cost.params, cost.frozen)
            report.checked.append(f"{net.name} with {nodes}, {numbers}")
    if document is not None and not report.number(warning=False):
        from archc.spec.validation import against_schema

        report.add(against_schema(document), "")
    if variants:
        report.checked.append(counted(len(variants), "variant"))
    return report


def _written(spec: str, text: str | None, root: Path | None) -> tuple[Map | None, list[str]]:
    """The file as it was read, and its variants' names; what is a variant itself has none of interest."""
    from archc.spec.files import Files
    from archc.spec.reader import read

    files = Files(root)
    try:
        if text is not None:
            document, variant = read(Source(STDIN_NAME, text)), ""
        else:
            file, variant = files.entry(spec)
            document = files.read(file)
    except SpecError:
        return None, []  # loading it says the same, and more
    variants = document.get("variants")
    return document, [] if variant or not isinstance(variants, dict) else list(variants)
