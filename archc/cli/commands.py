"""The commands by name. Only the one that is called is imported and built, since building all takes long.

``archc --help`` and completion, which show a line of each, build those that they show.
"""

from __future__ import annotations

from contextlib import ExitStack
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from archc.cli.limits import limited

# module and function, in the order of `archc --help`
SPEC_COMMANDS = {  # they take a spec, and so the option --limit
    "check": "check.check",
    "summary": "summary.summary",
    "explain": "explain.explain",
    "build": "build.build",
    "convert": "convert.convert",
    "draw": "draw.draw",
    "paths": "paths.paths",
    "compare": "compare.compare",
    "diff": "diff.diff",
    "optimize": "optimize.optimize",
    "estimate": "estimate.estimate",
    "bench": "bench.bench",
}
OTHER_COMMANDS = {
    "ops": "about.ops",
    "schema": "about.schema",
    "list": "about.list_specs",
}
COMMANDS = SPEC_COMMANDS | OTHER_COMMANDS


class Starting(TyperCommand):
    """A command that ends what holds while the program starts: the stack that `main` gave, if it did."""

    def invoke(self, ctx: Any) -> Any:
        if isinstance(ctx.obj, ExitStack):
            ctx.obj.close()
        return super().invoke(ctx)


class LazyGroup(TyperGroup):
    """A group whose commands are the table's, each of them made when it is first asked for."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        # the keys are what typer lists, and what it looks for a mistyped name in
        self.commands: dict[str, Any] = dict.fromkeys(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name in self.commands and self.commands[cmd_name] is None:
            self.commands[cmd_name] = made(cmd_name)
        return self.commands.get(cmd_name)


def made(name: str) -> Any:
    """The command of this name, as typer makes it from its function."""
    module, _, function = COMMANDS[name].partition(".")
    run = getattr(import_module(f"archc.cli.{module}"), function)
    alone = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    alone.command(name, cls=Starting)(limited(run) if name in SPEC_COMMANDS else run)
    return typer.main.get_command(alone)
