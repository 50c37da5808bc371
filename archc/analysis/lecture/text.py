"""An explanation as text for a terminal or a file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from textwrap import wrap
from typing import NamedTuple

from archc.analysis.lecture.page import Arithmetic, Fact, Line, Page, Piece, Pieces, Symbols, Table
from archc.ops.formula import Formula
from archc.ops.notation import lecture, term

GAP = "  "
WIDTH = 120  # of what does not go to a terminal
HARD = "\u00a0"  # a blank at which no line is broken
_BRACKETS = re.compile(r"[(⌊⌈].*[)⌋⌉]")


class Shown(NamedTuple):
    """A line, and whether it stands out."""

    text: str
    bold: bool = False


def text_lines(page: Page, width: int = WIDTH) -> Iterator[Shown]:
    """The page line by line, none wider than ``width`` where its words can be wrapped."""
    yield Shown(page.heading, True)
    for words in page.words:
        yield from (Shown(line) for line in wrap(words, width))
    yield from _facts(page.facts, width)
    if page.table is not None:
        yield Shown("")
        yield from _table(page.table, width)
    yield from _facts(page.totals, width)
    if page.closing:
        yield Shown("")
        yield from (Shown(line) for line in page.closing)


def pieces_text(pieces: Pieces) -> str:
    """The pieces one after another: ``r_in + (k − 1)·j_in = 19 + (3 − 1)·8 = 35``."""
    return "".join(map(_piece, pieces))


def _piece(piece: Piece) -> str:
    match piece:
        case Symbols(text, _):
            return f"{text} = "
        case Arithmetic(formula):
            return term(formula)
        case Formula():
            note = f", {piece.note}" if piece.note else ""
            return lecture(piece) + note
    return piece


def _facts(facts: Sequence[Fact], width: int) -> Iterator[Shown]:
    if not facts:
        return
    yield Shown("")
    widest = max(len(fact.label) for fact in facts)
    indent = " " * (widest + len(GAP))
    for label, pieces in facts:
        words = wrap(pieces_text(pieces), max(width - len(indent), 30)) or [""]
        yield Shown(f"{label:<{widest}}{GAP}{words[0]}")
        yield from (Shown(indent + line) for line in words[1:])


def _table(table: Table, width: int) -> Iterator[Shown]:
    rows, widths = _fitted(table, width, unbroken=True)
    if table.stacked and not _fits(widths, width):
        table = _stacked(table, *table.stacked)
        rows, widths = _fitted(table, width, unbroken=True)
    if not _fits(widths, width):  # brackets have to be broken after all
        rows, widths = _fitted(table, width, unbroken=False)
    yield from (Shown(line) for line in _aligned(table.head, widths, table.right))
    yield Shown("─" * (sum(widths) + len(GAP) * (len(widths) - 1)))
    for row, line in zip(rows, table.lines, strict=True):
        yield from (Shown(text, line.heading) for text in _aligned(row, widths, table.right))


def _fits(widths: list[int], width: int) -> bool:
    return sum(widths) + len(GAP) * (len(widths) - 1) <= width


def _fitted(table: Table, width: int, unbroken: bool) -> tuple[list[list[str]], list[int]]:
    """The rows, and the columns' widths, as near to the width wanted as can be."""
    rows = [_cells(line, unbroken) for line in table.lines]
    return rows, _widths(table, rows, width - len(GAP) * (len(table.head) - 1))


def _stacked(table: Table, first: int, second: int) -> Table:
    """The table with the second column below the first, cell by cell."""

    def merged(cells: tuple[Pieces, ...]) -> tuple[Pieces, ...]:
        both = cells[first], cells[second]
        one = (*both[0], "\n", *both[1]) if all(both) else both[0] or both[1]
        return (*cells[:first], one, *cells[first + 1 : second], *cells[second + 1 :])

    head = (*table.head[:first], f"{table.head[first]}; {table.head[second]}")
    head += (*table.head[first + 1 : second], *table.head[second + 1 :])
    lines = [line._replace(cells=merged(line.cells)) for line in table.lines]
    right = frozenset(place - (place > second) for place in table.right)
    flexible = tuple((place, least) for place, least in table.flexible if place != second)
    return Table(head, lines, right, flexible)


def _cells(line: Line, unbroken: bool) -> list[str]:
    """The row's cells as text; where brackets stay whole, blanks inside them do not break lines."""
    words = [pieces_text(cell) for cell in line.cells]
    if unbroken:
        words = [_BRACKETS.sub(lambda found: found[0].replace(" ", HARD), cell) for cell in words]
    return ["  " * line.level + words[0], *words[1:]]


def _cell_width(cell: str) -> int:
    return max(map(len, cell.split("\n")))


def _widths(table: Table, rows: list[list[str]], room: int) -> list[int]:
    """Of each column; what is too wide is taken from those whose cells can be wrapped, in turn."""
    columns = list(zip(table.head, *rows, strict=True))
    widths = [max(map(_cell_width, column)) for column in columns]
    for place, least in table.flexible:
        words = (word for cell in columns[place] for word in re.split("[ \n]", cell))
        narrowest = max(least, *map(len, words))
        fitting = min(widths[place], widths[place] + room - sum(widths))
        widths[place] = min(widths[place], max(narrowest, fitting))
    return widths


def _aligned(cells: Sequence[str], widths: Sequence[int], right: frozenset[int]) -> Iterator[str]:
    """One row, on several lines where a cell is wrapped."""
    columns = [
        [part for line in cell.split("\n") for part in wrap(line, size, break_long_words=False)]
        if place
        else [cell]
        for place, (cell, size) in enumerate(zip(cells, widths, strict=True))
    ]
    for index in range(max(map(len, columns))):
        parts = [column[index] if index < len(column) else "" for column in columns]
        yield (
            GAP.join(
                part.rjust(size) if place in right else part.ljust(size)
                for place, (part, size) in enumerate(zip(parts, widths, strict=True))
            )
            .rstrip()
            .replace(HARD, " ")
        )
