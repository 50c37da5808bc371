"""A mistake as people read it: the line, carets with labels hung under them, why, and what to do.

The manner is that of Rust's and Elm's compilers. Text from a spec is made safe to print: control
characters cannot steer a terminal.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from archc.errors import Label, Mistake, Source, Span
from archc.printable import safe, unmarked, unspoken, width

MAX_COLUMNS = 100  # of a source line; a longer one is cut around its first caret

_ANSI = {
    "bold": "1", "dim": "2", "error": "1;31", "warning": "1;33", "help": "1;32", "note": "1;34",
    "place": "34", "aside": "1;34", "mark": "1;33", "removed": "31", "added": "32",
}  # fmt: skip


def render(mistake: Mistake, color: bool = False, columns: int = MAX_COLUMNS) -> str:
    """The report of one mistake, over several lines; with ``color`` styled by ANSI codes.

    Lines of the source are shown up to so many ``columns``.
    """
    return "\n".join(
        unspoken(line.rstrip()) for line in _Report(mistake, _Paint(color), columns).lines()
    )


def summary_line(
    mistakes: Iterable[Mistake],
    lines: int | None = None,
    seconds: float | None = None,
    color: bool = False,
) -> str:
    """The closing line: ``1 error and 2 warnings in 23 lines, checked in 0.09 s``."""
    kinds = ["warning" if mistake.warning else "error" for mistake in mistakes]
    paint = _Paint(color)
    counts = [
        paint(_count(kinds.count(kind), kind), kind)
        for kind in ("error", "warning")
        if kind in kinds
    ]
    found = " and ".join(counts) or paint("no mistakes", "help")
    place = f" in {_count(lines, 'line')}" if lines is not None else ""
    time = f", checked in {seconds:.2f} s" if seconds is not None else ""
    return found + paint(place + time, "dim")


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'s' * (number != 1)}"


class _Paint:
    """Styles text with ANSI codes, or leaves it alone."""

    def __init__(self, color: bool) -> None:
        self._color = color

    def __call__(self, text: str, style: str) -> str:
        return f"\x1b[{_ANSI[style]}m{text}\x1b[0m" if self._color and text and style else text


@dataclass
class _Report:
    mistake: Mistake
    paint: _Paint
    columns: int
    gutter: int = field(init=False)  # width of the line numbers, two blanks included

    def __post_init__(self) -> None:
        largest = max((label.span.line for label in _labels(self.mistake)), default=1)
        self.gutter = max(4, len(str(largest)) + 2)

    @property
    def kind(self) -> str:
        return "warning" if self.mistake.warning else "error"

    def lines(self) -> Iterator[str]:
        mistake, paint = self.mistake, self.paint
        title = paint(f"{self.kind}[{mistake.code}]", self.kind)
        yield f"{title}: {paint(safe(mistake.message), 'bold')}"
        yield from self._excerpts()
        if mistake.why:
            yield ""
            yield from self._why()
            yield ""
        if mistake.help:
            yield from self._advice("help", mistake.help)
        for note in mistake.notes:
            yield from self._advice("note", note)

    def _excerpts(self) -> Iterator[str]:
        """The lines that take part: the mistake's own file first, then others, each under its name."""
        where = self.paint(safe(self.mistake.where), "dim")
        labels = _labels(self.mistake)
        if not labels:
            if where:
                yield self._arrow(where)
            return
        files: dict[int, list[Label]] = {}
        for label in labels:
            files.setdefault(id(label.span.source), []).append(label)
        for number, group in enumerate(files.values()):
            place = safe(str(group[0].span))
            yield self._arrow(f"{place}   {where}" if where and number == 0 else place)
            yield from self._file(group)

    def _arrow(self, text: str) -> str:
        return self.paint(" " * (self.gutter - 2) + "──▶", "place") + f" {text}"

    def _file(self, labels: Sequence[Label]) -> Iterator[str]:
        source: Source = labels[0].span.source
        before = 0
        for number in sorted({label.span.line for label in labels}):
            if before and number > before + 1:
                yield self.paint(" " * (self.gutter - 1) + "⋮", "place")
            here = [label for label in labels if label.span.line == number]
            excerpt = _Excerpt(
                source.line(number), here, self.mistake.at, self.kind, self.paint, self.columns
            )
            yield self._gutter(str(number)) + excerpt.text
            for row in excerpt.rows():
                yield self._gutter("") + row
            before = number

    def _gutter(self, number: str) -> str:
        return self.paint(f"{number:>{self.gutter}} │", "place") + " "

    def _why(self) -> Iterator[str]:
        style = self.kind  # of the first headline: what is wrong; those after it are for comparison
        for line in self.mistake.why:
            text, arrow, remark = safe(line).partition("◀")
            if text.startswith("●"):
                text, style = self.paint(text, style), "aside"
            yield " " * (self.gutter + 1) + text + self.paint(arrow + remark, "mark")

    def _advice(self, word: str, text: str) -> Iterator[str]:
        first, *others = map(safe, text.split("\n"))
        yield f"{self.paint(word, word)}: {self.paint(first, 'bold' if word == 'help' else '')}"
        for line in others:
            style = "removed" if "│-" in line[:10] else "added" if "│+" in line[:10] else ""
            yield self.paint(line, style)


def _labels(mistake: Mistake) -> list[Label]:
    """All labels, the mistake's own place first; a label that stands there gives it its text."""
    if mistake.at is None:
        return list(dict.fromkeys(mistake.labels))
    texts = dict.fromkeys(label.text for label in mistake.labels if label.span == mistake.at)
    others = dict.fromkeys(label for label in mistake.labels if label.span != mistake.at)
    return [Label(mistake.at, "; ".join(text for text in texts if text)), *others]


class _Excerpt:
    """One line of source and the rows of carets and labels under it."""

    def __init__(
        self,
        line: str,
        labels: Sequence[Label],
        at: Span | None,
        kind: str,
        paint: _Paint,
        columns: int,
    ) -> None:
        self._paint = paint
        start = max(0, min(labels[0].span.column - 1, len(line)) - columns // 3)
        start = max(0, min(start, len(line) - columns)) if len(line) > columns else 0
        shown = [safe(char) for char in unmarked(line)[start : start + columns]]
        head = "…" if start else ""
        tail = "…" if start + columns < len(line) else ""
        self.text = head + "".join(shown) + tail
        edges = [
            len(head)
        ]  # the screen column where each character begins, and where the last ends
        for char in shown:
            edges.append(edges[-1] + width(char))
        self._marks: list[tuple[int, int, str, str]] = []  # first column, end, text, style
        for span, text in labels:
            first = max(0, min(span.column - 1 - start, len(shown)))
            end = max(first, min(span.end - 1 - start, len(shown)))
            style = kind if span == at else "aside"
            mark = (edges[first], max(edges[end], edges[first] + 1), safe(text), style)
            self._marks.append(mark)
        self._marks.sort(key=lambda mark: mark[:2])

    def rows(self) -> Iterator[str]:
        """The carets, the last one with its label beside it; then the other labels, right to left."""
        carets: dict[int, tuple[str, str]] = {}
        for first, end, _, style in sorted(self._marks, key=lambda mark: mark[3] != "aside"):
            carets.update((column, ("^", style)) for column in range(first, end))
        hanging = [mark for mark in self._marks if mark[2]]
        last = self._marks[-1]
        beside = ""
        if last[2] and last[1] > max(carets):
            hanging.remove(last)
            beside = " " + self._paint(last[2], last[3])
        yield self._row(carets) + beside
        while hanging:
            first, _, text, style = hanging.pop()
            row = {mark[0]: ("│", mark[3]) for mark in hanging}
            corner = "├─" if first in row else "╰─"
            row.pop(first, None)
            yield self._row(row, first) + self._paint(f"{corner} {text}", style)

    def _row(self, cells: dict[int, tuple[str, str]], width: int = 0) -> str:
        """Characters at their columns; runs of one style are painted at once."""
        row, run, run_style = "", "", ""
        for column in range(max(max(cells, default=-1) + 1, width)):
            char, style = cells.get(column, (" ", ""))
            if style != run_style:
                row += self._paint(run, run_style)
                run, run_style = "", style
            run += char
        return row + self._paint(run, run_style)
