"""An explanation as Markdown, with mathematics as GitHub renders it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from archc.analysis.lecture.page import Arithmetic, Fact, Page, Piece, Pieces, Symbols, Table
from archc.analysis.words import markdown
from archc.ops.formula import Formula
from archc.ops.notation import BRIEF_LATEX, latex, lecture, term


def markdown_lines(page: Page) -> Iterator[str]:
    """The page line by line."""
    yield f"**{markdown(page.heading)}**"
    for words in page.words:
        yield from ("", markdown(words))
    yield from _facts(page.facts)
    if page.table is not None:
        yield ""
        yield from _table(page.table)
    yield from _facts(page.totals)
    if page.closing:
        yield from ("", "  \n".join(map(markdown, page.closing)))


def _facts(facts: Sequence[Fact]) -> Iterator[str]:
    if facts:
        yield ""
    for label, pieces in facts:
        indent = "  " if label.startswith(" ") else ""
        yield f"{indent}- **{markdown(label.strip())}**: {_pieces(pieces)}"


def _table(table: Table) -> Iterator[str]:
    yield f"| {' | '.join(table.head)} |"
    rule = ("---:" if place in table.right else "---" for place in range(len(table.head)))
    yield f"| {' | '.join(rule)} |"
    for cells, level, heading in table.lines:
        words = [_pieces(cell) for cell in cells]
        words[0] = "&emsp;" * level + (f"**{words[0]}**" if heading else words[0])
        yield f"| {' | '.join(words)} |"


def _pieces(pieces: Pieces) -> str:
    return "".join(map(_piece, pieces))


def _piece(piece: Piece) -> str:
    match piece:
        case Symbols(_, symbols):
            return f"${symbols}$ = "
        case Arithmetic(formula):
            return f"${term(formula, BRIEF_LATEX)}$"
        case Formula():
            note = f", {markdown(piece.note)}" if piece.note else ""
            return (lecture(piece) if piece.given else f"${latex(piece)}$") + note
    return markdown(piece)
