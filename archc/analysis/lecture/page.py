"""What an explanation holds, before it is written as text, Markdown or LaTeX."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

from archc.ops.formula import Formula

LectureFormat: TypeAlias = Literal["text", "markdown", "latex"]


class Symbols(NamedTuple):
    """A rule in letters: ``r_in + (k − 1)·j_in``."""

    text: str
    latex: str


class Arithmetic(NamedTuple):
    """A formula whose result stands elsewhere."""

    formula: Formula


Piece: TypeAlias = str | Formula | Symbols | Arithmetic
Pieces: TypeAlias = tuple[Piece, ...]


class Fact(NamedTuple):
    """A line of an explanation. Its pieces follow one another; symbols are equal to what follows."""

    label: str
    pieces: Pieces

    @property
    def computed(self) -> bool:
        """Whether there is arithmetic in it."""
        return any(isinstance(piece, Formula) and not piece.given for piece in self.pieces)


class Line(NamedTuple):
    """A row of a table. A ``heading`` has rows below it, one ``level`` deeper."""

    cells: tuple[Pieces, ...]
    level: int = 0
    heading: bool = False


class Table(NamedTuple):
    """Rows under a head. Columns of ``right`` are aligned to the right, ``flexible`` ones may be
    wrapped, the first named first, each down to the width given.
    Where room is short, the ``stacked`` second column goes below the first.
    """

    head: tuple[str, ...]
    lines: list[Line]
    right: frozenset[int]
    flexible: tuple[tuple[int, int], ...] = ((1, 12),)
    stacked: tuple[int, int] | None = None


class Page(NamedTuple):
    """An explanation: heading, sentences, facts, a table, facts that follow from it, sentences."""

    heading: str
    words: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()
    table: Table | None = None
    totals: tuple[Fact, ...] = ()
    closing: tuple[str, ...] = ()
