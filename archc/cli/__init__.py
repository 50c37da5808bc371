"""The command line: options in, one stage called, words out.

Results go to standard output, everything else to standard error. Exit status: 0 fine, 1 mistakes
in a spec (that there is none of that name is one), 2 wrong usage, 130 interrupted, 141 nobody reads
the output, 143 ended by SIGTERM.
"""

from __future__ import annotations

from archc.cli.about import list_specs, ops, schema
from archc.cli.app import app, end_in_order
from archc.cli.build import build
from archc.cli.check import check
from archc.cli.compare import compare
from archc.cli.convert import convert
from archc.cli.diff import diff
from archc.cli.draw import draw
from archc.cli.explain import explain
from archc.cli.limits import limited
from archc.cli.paths import paths
from archc.cli.summary import summary

__all__ = ["app", "main"]

for command in (check, summary, explain, build, convert, draw, paths, compare, diff):
    app.command()(limited(command))
for other in (ops, schema):
    app.command()(other)
app.command("list")(list_specs)


def main() -> None:
    """The ``archc`` command."""
    end_in_order()
    app(prog_name="archc")
