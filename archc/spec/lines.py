"""Long runs of nodes on a line each, as a program writes them, read without YAML's parser.

PyYAML makes an object for each word and two for its places, which was most of what a long spec took in
memory, and half of its time. So it gets a text in which such a run is blank but for its first and its last
line. These two show that the run stands in a mapping in block style; then each line between is an entry of
it, for only what can mean nothing else counts as plain here. In doubt the whole text is PyYAML's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import yaml

from archc.budgets import check_time, current
from archc.errors import Source
from archc.spec.line import Line
from archc.spec.scalars import WORDS, plain
from archc.spec.tree import Inside, Map, Seq

FEW = 100  # lines; a shorter run is not worth a second way
KNOWN = 4096  # values that are kept to be found again
SLICE = 10_000  # lines between two looks at the clock
LEVELS = 3  # that a run's mapping has inside it at most: mappings, lists, their items

_KEY = r"[A-Za-z]\w{0,99}"
_WORD = r"(?:\$\([\w .+*/%()-]*\)|-?[\w.$][\w.+/-]*)"
_ENTRY = rf"{_KEY}: (?:{_WORD}|\[{_WORD}(?:, {_WORD})*\])"
_BELOW = r"(?: *(?:#[ -~]*)?\n){0,9}"  # blank lines and comments
_LINE = re.compile(rf"^( +)({_KEY}): (\S.*)\n({_BELOW})", re.ASCII | re.MULTILINE)
_VALUE = re.compile(rf"(?:{_WORD}|\{{{_ENTRY}(?:, {_ENTRY})*\}})\Z", re.ASCII)
_PARTS = re.compile(rf"({_KEY}): (?:({_WORD})|\[([^]]+)\])", re.ASCII)


class Value(NamedTuple):
    """What a plain line gives its name: a word, or entries, of which those that are lists stand apart."""

    size: int  # YAML nodes, the name's included
    word: Any = None
    entries: dict[str, Any] | None = None
    lists: tuple[tuple[str, list[Any]], ...] = ()

    def at(self, line: Line) -> Any:
        """The value as it stands on a line."""
        if self.entries is None:
            return self.word
        made = Map(line)
        made.update(self.entries)
        for key, items in self.lists:
            made[key] = Seq(Inside(line, key))
            made[key] += items
        return made


class Plain(NamedTuple):
    """A plain line, with the blank lines and comments below it."""

    indent: int
    name: str
    value: Value
    number: int  # from 0
    start: int
    end: int


@dataclass(eq=False)
class Run:
    """Plain lines one below the other. Marks and values leave out the first and the last of them."""

    source: Source
    first: Plain
    last: Plain
    marks: dict[str, Line] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    size: int = 0  # YAML nodes of the values and their names
    twice: bool = False  # a name is given twice
    among: list[Any] | None = None  # the entries of the YAML node that it is put into

    def took(self, line: Plain) -> bool:
        """Take the line in, as the last one so far, if it is the next one; whether it was."""
        name, last = self.last.name, self.last
        if line.start != last.end or line.indent != last.indent:
            return False
        if last is not self.first:
            self.twice = self.twice or name in self.marks
            mark = self.marks[name] = Line(self.source, last.number + 1)
            self.values[name] = last.value.at(mark)
            self.size += last.value.size
        self.last = line
        return True

    def take_out(self) -> None:
        """Leave the YAML node as PyYAML made it."""
        if self.among is not None:
            self.among.remove(self)

    def stands_at(
        self, first: tuple[yaml.Node, yaml.Node], last: tuple[yaml.Node, yaml.Node]
    ) -> bool:
        """Whether these entries of a mapping are the first and the last line."""
        return _is(first, self.first) and _is(last, self.last)


def _is(pair: tuple[yaml.Node, yaml.Node], line: Plain) -> bool:
    """Whether an entry stands on a line, and ends there."""
    start, end = pair[0].start_mark, pair[1].end_mark
    return start.line == end.line == line.number and start.column == line.indent


def runs(source: Source) -> list[Run]:
    """The long runs of plain lines in a text; whether they are what they seem, :func:`placed` says.

    None in a text that is beyond the limits anyway.
    """
    if source.text.count("\n") <= FEW or source.text[:1] == "\ufeff":  # YAML does not count that
        return []
    found: list[Run] = []
    room = current().values
    for line in _plain_lines(source.text):
        room -= line.value.size
        if room < 0:
            return []
        if not found or not found[-1].took(line):
            found.append(Run(source, line, line))
    return [run for run in found if len(run.marks) > FEW and not run.twice]


def _plain_lines(text: str) -> Iterator[Plain]:
    known: dict[str, Value | None] = {}
    words = _Words()
    number = at = stop = 0
    for match in _LINE.finditer(text):
        indent, name, written, below = match.groups()
        start, end = match.span()
        if start != at:
            number += text.count("\n", at, start)
        if number >= stop:
            check_time("reading the text")
            stop = number + SLICE
        if written not in known:
            if len(known) >= KNOWN:
                known.clear()
            known[written] = _value(written, words)
        value = known[written]
        if value is not None and name not in WORDS:
            yield Plain(len(indent), name, value, number, start, end)
        number += 1 + below.count("\n")
        at = end


class _Words(dict[str, Any]):
    """What words stand for, worked out once; equal text is one object."""

    def __missing__(self, text: str) -> Any:
        if len(self) >= KNOWN:
            self.clear()
        value = self[text] = plain(text)
        return value


def _value(written: str, words: _Words) -> Value | None:
    """What is written behind a name; None where that is not plain."""
    if not _VALUE.match(written):
        return None
    try:
        if written[0] != "{":
            return Value(2, words[written])
        parts = _PARTS.findall(written)
        lists = {
            key: [words[item] for item in items.split(", ")] for key, _, items in parts if items
        }
        entries = {key: lists.get(key) or words[word] for key, word, _ in parts}
    except ValueError:  # a number out of bounds
        return None
    if len(entries) < len(parts) or not WORDS.keys().isdisjoint(entries):
        return None
    return Value(
        2 + 2 * len(parts) + sum(map(len, lists.values())), None, entries, (*lists.items(),)
    )


def blank(text: str, found: Iterable[Run]) -> str:
    """The text without the entries of the runs; all else stays where it is."""
    pieces = []
    at = 0
    for run in found:
        start, end = run.first.end, run.last.start
        breaks = text.count("\n", start, end)
        pieces += [text[at:start], " " * (end - start - breaks), "\n" * breaks]
        at = end
    return "".join([*pieces, text[at:]])


def placed(root: yaml.MappingNode, found: Iterable[Run]) -> bool:
    """Put each run into the mapping that it stands in, between its first line and its last.

    Returns: False where one stands elsewhere, in a text of many lines say, or too deep.
    """
    waiting = {run.first.number: run for run in found}
    seen: set[int] = set()  # an alias leads back to what has been seen
    nodes = [(root, 1)]
    while nodes:
        node, depth = nodes.pop()
        if id(node) in seen or node.flow_style:
            continue
        seen.add(id(node))
        pairs = node.value
        nodes += [(value, depth + 1) for _, value in pairs if isinstance(value, yaml.MappingNode)]
        if depth + LEVELS > current().nesting + 1:
            continue
        for index in range(len(pairs) - 2, -1, -1):
            run = waiting.get(pairs[index][0].start_mark.line)
            if run is not None and run.stands_at(pairs[index], pairs[index + 1]):
                run.among = pairs
                pairs.insert(index + 1, run)
                del waiting[run.first.number]
    return not waiting
