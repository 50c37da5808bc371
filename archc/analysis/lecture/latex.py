r"""An explanation as a LaTeX fragment, which needs the packages amsmath and booktabs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from archc.analysis.lecture.aligned import aligned
from archc.analysis.lecture.page import Arithmetic, Fact, Line, Page, Piece, Pieces, Symbols, Table
from archc.ops.formula import Formula
from archc.ops.notation import BRIEF_LATEX, latex, term

ROWS = 40  # of one tabular, which cannot break across pages

_SIGNS = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "_": r"\_",
    "%": r"\%", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "<": "$<$", ">": "$>$",
    "|": "$|$", "`": r"\textasciigrave{}", '"': "''", "“": "``", "”": "''", "‘": "`",
    "×": r"$\times$", "·": r"$\cdot$", "−": "$-$", "→": r"$\to$", "…": r"\dots{}",
    "≤": r"$\leq$", "≥": r"$\geq$", "≈": r"$\approx$", "±": r"$\pm$", "Σ": r"$\Sigma$", "Φ": r"$\Phi$",
    "σ": r"$\sigma$", "²": "$^2$", "³": "$^3$", "ˣ": "$^x$", "⁻": "$^-$", "⌊": r"$\lfloor$",
    "⌋": r"$\rfloor$", "⌈": r"$\lceil$", "⌉": r"$\rceil$", "–": "--", "’": "'", "\u00a0": "~",
}  # fmt: skip
_OPENING = re.compile(r'(?<![^\s(\[])"')  # a quotation mark that begins a word
LETTERS = "\u017f"  # the last of the letters that LaTeX knows without further packages


def latex_lines(page: Page) -> Iterator[str]:
    """The page line by line."""
    yield rf"\paragraph{{{escaped(page.heading)}}}"
    yield from map(escaped, page.words)
    yield from _facts(page.facts)
    if page.table is not None:
        yield from _table(page.table)
    yield from _facts(page.totals)
    if page.closing:
        yield ""
        yield from (rf"\noindent {escaped(line)}\par" for line in page.closing)


def escaped(words: str) -> str:
    """Words that mean themselves in LaTeX; a character that it does not know becomes ``?``."""
    return "".join(map(_character, _OPENING.sub("“", words)))


def _character(char: str) -> str:
    if char in _SIGNS:
        return _SIGNS[char]
    return char if " " <= char <= "~" or "\u00c0" <= char <= LETTERS else "?"


def _facts(facts: Sequence[Fact]) -> Iterator[str]:
    """What is computed as aligned mathematics, what is told as a list, in their order."""
    for computed, group in groupby(facts, lambda fact: fact.computed):
        if computed:
            yield from aligned([(_label(f.label), _sum(f.pieces)) for f in group])
        else:
            yield r"\begin{itemize}"
            yield from (rf"  \item {_label(f.label)}: {_words(f.pieces)}" for f in group)
            yield r"\end{itemize}"


def _label(label: str) -> str:
    """The label in text; that of a part of the fact above, which begins with a blank, is indented."""
    return r"\quad " * label.startswith(" ") + escaped(label.strip())


def _table(table: Table) -> Iterator[str]:
    columns = "".join("r" if place in table.right else "l" for place in range(len(table.head)))
    yield r"{\scriptsize\setlength{\tabcolsep}{3pt}"
    for start in range(0, len(table.lines) or 1, ROWS):
        yield rf"\noindent\begin{{tabular}}{{@{{}}{columns}@{{}}}}"
        yield r"  \toprule"
        yield f"  {' & '.join(map(escaped, table.head))} \\\\"
        yield r"  \midrule"
        yield from map(_row, table.lines[start : start + ROWS])
        yield r"  \bottomrule"
        yield r"\end{tabular}\par"
    yield "}"


def _row(line: Line) -> str:
    cells = [_words(cell) for cell in line.cells]
    name = rf"\textbf{{{cells[0]}}}" if line.heading else cells[0]
    indent = rf"\hspace*{{{line.level}em}}" if line.level else ""
    return f"  {' & '.join([indent + name, *cells[1:]])} \\\\"


def _words(pieces: Pieces) -> str:
    """Pieces in running text."""
    return "".join(escaped(piece) if isinstance(piece, str) else _math(piece) for piece in pieces)


def _math(piece: Piece) -> str:
    body = _formula(piece)
    note = piece.note if isinstance(piece, Formula) else ""
    return f"${body}$" + (f", {escaped(note)}" if note else "")


def _sum(pieces: Pieces) -> str:
    """Pieces in mathematics."""
    return "".join(
        rf"\text{{{escaped(piece)}}}" if isinstance(piece, str) else _formula(piece) + _note(piece)
        for piece in pieces
    )


def _note(piece: Piece) -> str:
    note = piece.note if isinstance(piece, Formula) else ""
    return rf"\text{{, {escaped(note)}}}" if note else ""


def _formula(piece: Piece) -> str:
    match piece:
        case Symbols(_, symbols):
            return f"{symbols} = "
        case Arithmetic(formula):
            return term(formula, BRIEF_LATEX)
        case Formula():
            return latex(piece)
    return escaped(piece)
