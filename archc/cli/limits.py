"""``--limit``: how much archc may spend on a spec, for every command that takes one."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Annotated, Any, TypeAlias

import typer

from archc.budgets import assignment, changed, current, declared, limits


def _complete(incomplete: str) -> list[str]:
    return [f"{name}=" for name in declared() if name.startswith(incomplete)]


Limit: TypeAlias = Annotated[
    list[str],
    typer.Option(
        "--limit",
        metavar="NAME=VALUE",
        help="Raise or lower a limit: nodes=5M, bytes=64MiB, time=10s; may be given often.",
        autocompletion=_complete,
        default_factory=list,
        show_default=False,
    ),
]


def limited(command: Callable[..., None]) -> Callable[..., None]:
    """The command with the option ``--limit``, whose limits hold until it ends."""

    @wraps(command)
    def run(*args: Any, limit: list[str], **kwargs: Any) -> None:
        with limits(**_changes(limit)):
            command(*args, **kwargs)

    signature = inspect.signature(command, eval_str=True)
    option = inspect.Parameter("limit", inspect.Parameter.KEYWORD_ONLY, annotation=Limit)
    parameters = [*signature.parameters.values(), option]
    parameters.sort(key=lambda one: one.kind)
    run.__signature__ = signature.replace(parameters=parameters)  # type: ignore[attr-defined]
    run.__annotations__ = {one.name: one.annotation for one in parameters}
    return run


def _changes(texts: list[str]) -> dict[str, str]:
    """What the options say, checked.

    Raises:
        typer.BadParameter: one of them cannot be read.
    """
    try:
        changes = dict(map(assignment, texts))
        changed(current(), changes)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--limit") from None
    return changes
