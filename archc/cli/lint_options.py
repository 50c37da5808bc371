"""The options about warnings: which are wanted, whether they fail, and the memory that there is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer

from archc.cli.options import memory_size
from archc.errors import nearest

if TYPE_CHECKING:
    from archc.lint import Settings

ALL = "all"


def _complete(incomplete: str) -> list[str]:
    from archc.spec.keys import LINT_KEYS

    low = incomplete.lower()
    return [code for code in (*LINT_KEYS, ALL) if code.lower().startswith(low)]


def _codes(flag: str, help: str) -> Any:
    return typer.Option(
        flag,
        metavar="CODE",
        help=f"{help}, by its code, or `all`; may be given often.",
        autocompletion=_complete,
        default_factory=list,
        show_default=False,
    )


Off: TypeAlias = Annotated[list[str], _codes("--off", "Leave out a warning")]
On: TypeAlias = Annotated[list[str], _codes("--on", "Show a warning that is switched off")]
Strict: TypeAlias = Annotated[bool, typer.Option("--strict", help="Warnings count as errors.")]
Budget: TypeAlias = Annotated[
    str | None,
    typer.Option(metavar="MEMORY", help="Warn of what needs more memory than this, as 8GiB."),
]
Batch: TypeAlias = Annotated[
    int | None,
    typer.Option(
        min=1, max=10**9, metavar="N", help="Samples that must fit into the budget; 1 if left out."
    ),
]


def lint_settings(
    off: Iterable[str], on: Iterable[str], budget: str | None = None, batch: int | None = None
) -> Settings:
    """What the options say; a code comes before `all`.

    Raises:
        typer.BadParameter: there is no such code, it is switched both ways, or the memory cannot be read.
    """
    from archc.lint import Settings

    switches: dict[str, bool] = {}
    for name, codes, value in (("--off", off, False), ("--on", on, True)):
        for code in (_known(given, name) for given in codes):
            if switches.setdefault(code, value) is not value:
                raise typer.BadParameter(f"--off and --on both name {code}")
    if batch is not None and budget is None:
        message = "a batch is compared with a --budget, and none is given"
        raise typer.BadParameter(message, param_hint="--batch")
    whole = switches.pop(ALL, None)
    return Settings(
        switches, whole, memory_size(budget, "--budget") if budget is not None else None, batch or 1
    )


def _known(given: str, option: str) -> str:
    """A warning's code, which may be written small, or `all`."""
    from archc.spec.keys import LINT_KEYS

    code = ALL if given.lower() == ALL else given.upper()
    if code not in LINT_KEYS and code != ALL:
        help = nearest(code, LINT_KEYS) or f"there are {', '.join(LINT_KEYS)}, and {ALL}"
        raise typer.BadParameter(f"there is no warning '{given}'; {help}", param_hint=option)
    return code
