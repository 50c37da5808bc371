"""From a spec's text to its graph; and where that fails, what would mend it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TypeAlias

from archc.budgets import timed
from archc.errors import Mistake, SpecError
from archc.graph.expand import expand
from archc.graph.graph import Graph
from archc.spec.document import Document

# reads a document, with other texts in the files whose names (as messages show them) it is told
Reader: TypeAlias = Callable[[Mapping[str, str]], Document]


@timed()
def compiled(read: Reader) -> Graph:
    """The graph of the document that ``read`` reads.

    Raises:
        SpecError: with every independent mistake, and with remedies that were tried.
    """
    try:
        return expand(read({}))
    except SpecError as error:
        from archc.graph.remedies.trial import Trials

        raise SpecError(Trials(partial(_mistakes, read), error.mistakes).mended()) from None


def _mistakes(read: Reader, texts: Mapping[str, str]) -> list[Mistake]:
    try:
        expand(read(texts))
    except SpecError as error:
        return error.mistakes
    return []
