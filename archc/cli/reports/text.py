"""Checked specs as people read them.

Reports go to standard error, and a line for each fine spec to standard output.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

import typer

from archc.analysis.words import counted
from archc.cli.app import colored, complain
from archc.cli.checked import Checked
from archc.cli.repeats import Key, key
from archc.printable import safe

LONGEST = 300  # characters of a name in a line


def show(spec: Checked, told: set[Key], single: bool) -> None:
    """Print what was found in a spec, without what is in ``told``, to which it is added.

    A ``single`` spec is named by its report; others have a line of their own.
    """
    new = [mistake for mistake in spec.mistakes if mistake.at is None or key(mistake) not in told]
    told.update(map(key, new))
    if new:
        complain(new)
    if not spec.errors:
        remark = f" ({counted(spec.warnings, 'warning')})" if spec.warnings else ""
        typer.echo(f"ok {_named(spec)}: {spec.about}{remark}")
    elif not single:
        known = len(spec.mistakes) - len(new)
        shown = "shown above" if not new else f"{known:,} of them shown above"
        remark = f", {shown}" if known else ""
        blank = "\n" if new else ""
        line = f"{blank}{_named(spec)}: {_numbers(spec)}{remark}\n"
        typer.echo(line, err=True)


def close(specs: Sequence[Checked], parts: int, seconds: float) -> None:
    """Print how the whole check ended, unless one fine spec has said it already."""
    from archc.report import summary_line

    wrong = [spec for spec in specs if spec.errors]
    color = colored(sys.stderr)
    if len(specs) == 1 and not wrong:
        return
    if len(specs) > 1:
        typer.echo(_counts(specs, parts), err=True)
        for spec in wrong:
            typer.echo(f"  {_named(spec)}: {_numbers(spec)}", err=True)
    else:
        typer.echo(err=True)
    distinct = {key(mistake): mistake for spec in specs for mistake in spec.mistakes}
    lines = sum(spec.lines for spec in specs) or None
    typer.echo(summary_line(distinct.values(), lines, seconds, color=color), err=True)


def _counts(specs: Sequence[Checked], parts: int) -> str:
    """
    >>> _counts([Checked("a", "a"), Checked("b", "b")], 0)
    '2 specs: 2 ok'
    """
    wrong = sum(spec.errors > 0 for spec in specs)
    fine = len(specs) - wrong
    text = f"{counted(len(specs), 'spec')}: {fine:,} ok"
    if wrong:
        text += f", {wrong:,} with mistakes"
    if parts:
        has = "file of blocks" if parts == 1 else "files of blocks"
        text += f"; {parts:,} {has}, checked where included"
    return text


def _named(spec: Checked) -> str:
    """A spec as the command line takes it; a line that begins with :: is a command on GitHub."""
    dotted = "" if spec.spec[:1].isalnum() or spec.spec[:1] in "./_<-" else "./"
    return safe(dotted + spec.spec, LONGEST)


def _numbers(spec: Checked) -> str:
    also = f", {counted(spec.warnings, 'warning')}" if spec.warnings else ""
    return counted(spec.errors, "error") + also
