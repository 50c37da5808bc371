"""Collecting mistakes, so that one run reports all that are independent."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from archc.budgets import current
from archc.errors import Mistake, Span, SpecError


class Mistakes(list[Mistake]):
    """The mistakes met so far; a spec that is wrong everywhere stops at the limit."""

    def add(self, code: str, message: str, at: Span | None, help: str = "", **rest: Any) -> None:
        """Keep a mistake; the same one at the same place is kept once.

        Raises:
            SpecError: there are too many to go on.
        """
        if any((known.code, known.at, known.message) == (code, at, message) for known in self):
            return
        most = current().mistakes
        if len(self) == most - 1:
            rest["notes"] = (stopped(most),)
        self.append(Mistake(code, message, at, help=help, **rest))
        if len(self) >= most:
            self.stop()

    def stop(self) -> None:
        """Raise :class:`SpecError` if there is any mistake."""
        if self:
            raise SpecError(in_order(self))


def stopped(most: int) -> str:
    """The note on the last mistake that is told."""
    return f"archc stops after {most:,} mistakes; there may be more"


def in_order(mistakes: Iterable[Mistake]) -> list[Mistake]:
    """File after file, and within each from top to bottom; what has no place comes first."""
    files: dict[int, int] = {}

    def place(mistake: Mistake) -> tuple[int, int, int]:
        if mistake.at is None:
            return (-1, 0, 0)
        file = files.setdefault(id(mistake.at.source), len(files))
        return (file, mistake.at.line, mistake.at.column)

    return sorted(mistakes, key=place)
