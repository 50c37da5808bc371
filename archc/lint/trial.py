"""What would mend a warning, tried before it is offered."""

from __future__ import annotations

from collections.abc import Mapping

from archc.errors import Mistake, SpecError
from archc.graph.compiled import Reader
from archc.graph.expand import expand
from archc.graph.remedies.trial import Trials
from archc.lint.rules import lint
from archc.lint.settings import Settings


def tried(warnings: list[Mistake], read: Reader, settings: Settings | None) -> list[Mistake]:
    """The warnings, each with the change that takes it away, if one was found.

    ``read`` reads the spec that they are about, and ``settings`` are those they were found with.
    """
    if not any(warning.fixes for warning in warnings):
        return warnings

    def find(texts: Mapping[str, str]) -> list[Mistake]:
        try:
            return lint(expand(read(texts)), settings)
        except SpecError as error:
            return error.mistakes

    return Trials(find, warnings).mended()
