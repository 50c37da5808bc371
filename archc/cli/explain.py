"""``archc explain``: the arithmetic of a node, of a whole network, or what a message's code means."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from archc.cli.app import colored
from archc.cli.options import Args, Inputs, Root, complete_spec, open_spec

if TYPE_CHECKING:
    from archc.analysis.lecture import Shown

# the module that writes is imported by the command only, so that others start as fast as ever
Written = Literal["text", "markdown", "latex"]


def complete_subject(incomplete: str) -> list[str]:
    """Codes, bundled names and files that go on from what was typed."""
    from archc.analysis.lecture.codes import codes

    return [*(c for c in codes() if incomplete and c.startswith(incomplete)),
            *complete_spec(incomplete)]  # fmt: skip


def complete_node(ctx: typer.Context, incomplete: str) -> list[str]:
    """Nodes, block calls and inputs of the spec named that go on from what was typed."""
    from archc.analysis.lecture import places
    from archc.errors import SpecError

    params: dict[str, Any] = ctx.params
    with suppress(SpecError, OSError, typer.BadParameter):
        arg, input = params.get("arg") or [], params.get("input") or []
        net = open_spec(str(params.get("spec")), arg, input, params.get("root"))
        return [name for name in places(net.graph) if name.startswith(incomplete)]
    return []


def explain(
    spec: Annotated[
        str,
        typer.Argument(
            metavar="SPEC|CODE",
            help="A spec as elsewhere, or a message's code such as A012.",
            autocompletion=complete_subject,
            show_default=False,
        ),
    ],
    nodes: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[NODE]…",
            help="Nodes, block calls or inputs; without any, the whole network as a table.",
            autocompletion=complete_node,
            show_default=False,
        ),
    ] = None,
    *,
    format: Annotated[Written, typer.Option("--format", "-f", help="What to write.")] = "text",
    arg: Args,
    input: Inputs,
    root: Root = None,
) -> None:
    """Show the arithmetic with its numbers put in, as a lecture writes it.

    Output sizes, parameters, MACs, memory and receptive fields. For a code such as A012, show its page.
    """
    from archc.analysis import summarise
    from archc.analysis.lecture import explain as write
    from archc.analysis.lecture import pages, text_lines
    from archc.analysis.lecture.codes import CODE

    if CODE.match(spec):
        for text in [_code_page(code, format) for code in (spec, *(nodes or ()))]:
            _show(text, format)
        return
    summary = summarise(open_spec(spec, arg, input, root).graph)
    if format != "text" or not colored(sys.stdout):
        typer.echo(write(summary, nodes or (), format, spec))
        return
    width = shutil.get_terminal_size().columns
    for place, page in enumerate(pages(summary, nodes or (), spec)):
        typer.echo("\n" * (place > 0), nl=False)
        _to_terminal(text_lines(page, width))


def _to_terminal(lines: Iterable[Shown]) -> None:
    for text, bold in lines:
        typer.secho(text, bold=True) if bold else typer.echo(text)


def _code_page(code: str, format: Written) -> str:
    """The page of a code, as Markdown.

    Raises:
        typer.BadParameter: there is none, or not in this format.
    """
    from archc.analysis.lecture.codes import CODE, code_page, near

    if format == "latex":
        raise typer.BadParameter("a code's page is text or markdown", param_hint="--format")
    page = code_page(code)
    if page is None:
        shown = f"'{code[:80]}'" + ("" if CODE.match(code) else " (a spec comes before its nodes)")
        others = " and ".join(near(code)) if CODE.match(code) else ""
        hint = f"; near it are {others}" if others else ""
        raise typer.BadParameter(f"there is no code {shown}{hint}", param_hint="CODE")
    return page


def _show(page: str, format: Written) -> None:
    from archc.analysis.lecture.codes import code_lines

    if format == "markdown":
        typer.echo(page)
    elif colored(sys.stdout):
        _to_terminal(code_lines(page))
    else:
        typer.echo("\n".join(line.text for line in code_lines(page)))
