"""The command line: options in, one stage called, words out.

Results go to standard output, everything else to standard error. Exit status: 0 fine, 1 mistakes
in a spec (that there is none of that name is one), 2 wrong usage, 130 interrupted, 141 nobody reads
the output.
"""

from __future__ import annotations

from archc.cli.about import list_specs, ops, schema
from archc.cli.app import app
from archc.cli.build import build
from archc.cli.check import check
from archc.cli.compare import compare
from archc.cli.convert import convert
from archc.cli.diff import diff
from archc.cli.draw import draw
from archc.cli.paths import paths
from archc.cli.summary import summary

__all__ = ["app", "main"]

for command in (check, summary, build, convert, draw, paths, compare, diff, ops, schema):
    app.command()(command)
app.command("list")(list_specs)


def main() -> None:
    """The ``archc`` command."""
    app(prog_name="archc")
