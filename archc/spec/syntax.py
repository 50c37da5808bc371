"""What PyYAML says of broken YAML -> a mistake in plain words, with what to do about it."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import yaml
from yaml.reader import Reader

from archc.errors import Edit, Fix, Label, Mistake, Source, Span

MOST_EDITS = 50
_BRACES = re.compile(r"\$\{[^{}]*\}")


class _Place(NamedTuple):
    """A position in the text, with its line; ``column`` counts from 0."""

    source: Source
    line: int
    column: int
    text: str

    @property
    def char(self) -> str:
        return self.text[self.column : self.column + 1]

    @property
    def before(self) -> str:
        return self.text[: self.column]

    @property
    def indent(self) -> int:
        return len(self.text) - len(self.text.lstrip())

    def span(self, length: int = 1) -> Span:
        return Span(self.source, self.line, self.column + 1, self.column + 1 + length)


class _Finding(NamedTuple):
    """A mistake in the making: ``start`` is where the broken thing began, if that says more."""

    message: str
    help: str = ""
    at: _Place | None = None
    length: int = 1
    label: str = ""
    fixes: tuple[Fix, ...] = ()


def syntax_mistake(source: Source, error: yaml.YAMLError) -> Mistake:
    """The mistake (A001, or A004 for what specs do not use) behind an error of PyYAML."""
    if not isinstance(error, yaml.MarkedYAMLError):
        match = Reader.NON_PRINTABLE.search(source.text)
        return odd_character(source, match.start() if match else 0)
    mark = error.problem_mark or error.context_mark
    place = _place(source, mark)
    start = _place(source, error.context_mark) if error.context_mark else place
    problem = f"{error.context or ''}: {error.problem or ''}"
    code = "A001"
    if "expected a single document" in problem:
        code = "A004"
        found = _Finding(
            "a second document begins here", "one file holds one spec; families are 'variants'"
        )
    else:
        found = _finding(problem, place, start)
    at = found.at or place
    labels: tuple[Label, ...] = ()
    if found.label:
        other = place if at is start else start
        labels = (Label(other.span(), found.label),) if other != at else ()
    return Mistake(
        code, found.message, at.span(found.length), labels, help=found.help, fixes=found.fixes
    )


def odd_character(source: Source, index: int) -> Mistake:
    """A character that no YAML text may hold."""
    line, column = source.position(index)
    at = Span(source, line, column, column + 1)
    code = ord(source.text[index : index + 1] or "\0")
    help = "save the file as UTF-8 text, without control characters"
    return Mistake("A001", f"the character U+{code:04X} cannot stand in a spec", at, help=help)


def _place(source: Source, mark: Any) -> _Place:
    """The mark's place; the end of the text moves to the end of the last line that has words."""
    line, column = mark.line + 1, mark.column
    if mark.index >= len(source.text.rstrip()):
        line, _ = source.position(len(source.text.rstrip()))
        column = len(source.line(line).rstrip())
    return _Place(source, line, column, source.line(line))


def _finding(problem: str, place: _Place, start: _Place) -> _Finding:
    for pattern, explain in _EXPLANATIONS:
        if re.search(pattern, problem):
            return explain(place, start)
    return _Finding(f"this is not valid YAML: {problem.split(': ', 1)[1]}")


def _unclosed(place: _Place, start: _Place) -> _Finding:
    """A flow mapping or list went on where ``,`` or its end was due."""
    opening = start.char
    closing = {"[": "]", "{": "}"}.get(opening, "bracket")
    braced = _braced(place)
    if braced is not None:
        return braced
    indexed = _indexed(place)
    if indexed is not None:
        return indexed
    if place.char == ":" and (place.line == start.line or place.indent > start.indent):
        return _colon(place)
    if place.char in "]}" and place.char:
        return _Finding(
            f"'{opening}' is closed by '{place.char}'",
            f"close it with '{closing}'",
            place,
            label="opened here",
        )
    if place.line == start.line and place.char and place.column < len(place.text.rstrip()):
        return _Finding(
            f"',' or '{closing}' is missing here", "", place, label="in what begins here"
        )
    return _Finding(
        f"'{opening}' is never closed",
        f"add '{closing}' at its end",
        start,
        label=f"no '{closing}' up to here",
    )


def _braced(place: _Place) -> _Finding | None:
    """``${n}`` in flow style, where YAML reads a mapping that begins after the dollar."""
    from archc.spec.foreign_expressions import rewritten

    found = next((m for m in _BRACES.finditer(place.text) if m.start() + 1 == place.column), None)
    ours = rewritten(found[0]) if found else ""
    if found is None or not ours:
        return None
    edits: list[Edit] = []
    for number, line in enumerate(place.source.text.splitlines(), 1):
        for other in _BRACES.finditer(line):
            at = Span(place.source, number, other.start() + 1, other.end() + 1)
            text = rewritten(other[0])
            if text and len(edits) < MOST_EDITS:
                edits.append(Edit(at, f'"{text}"' if "," in text else text))
    help = f"write `{ours}`"
    return _Finding(
        "the value of a name is written without braces",
        help,
        place._replace(column=found.start()),
        len(found[0]),
        fixes=(Fix(help, tuple(edits), shown=False),),
    )


def _indexed(place: _Place) -> _Finding | None:
    """``$depths[0]`` in flow style, where YAML reads the value as ended at the bracket."""
    name = re.search(r"\$(\w+)\Z", place.before)
    index = re.match(r"\[(\w+)\](?![\w\[])", place.text[place.column :])
    if name is None or index is None:
        return None
    ours = f"{name[0]}.{index[1]}" if index[1].isdecimal() else f'"$({name[1]}{index[0]})"'
    at = place._replace(column=name.start())
    length = len(name[0]) + len(index[0])
    help = f"write `{ours}`"
    fix = Fix(help, (Edit(at.span(length), ours),), shown=False)
    message = "an item of a list is not written with brackets here"
    return _Finding(message, help, at, length, fixes=(fix,))


def _without_colon(place: _Place) -> _Finding | None:
    """``fc {op: fc, units: 10}``."""
    name = re.match(r"(\s*)([\w.]+)(\s*)\{", place.before)
    if name is None:
        return None
    help = f"write `{name[2]}: {{`"
    edit = Edit(Span(place.source, place.line, name.end(2) + 1, name.end(3) + 1), ": ")
    fix = Fix(help, (edit,), shown=False)
    at = place._replace(column=name.start(2))
    message = f"a colon is missing after '{name[2]}'"
    return _Finding(message, help, at, len(name[2]), fixes=(fix,))


def _semicolon(place: _Place) -> _Finding | None:
    """``{filters: 16; act: relu}``."""
    found = [m.start() for m in re.finditer(r";(?=\s*\w+:\s)", place.text)]
    if not re.search(r";\s*\w+\Z", place.before):
        return None
    at = place._replace(column=place.before.rindex(";"))
    help = "write `,` for `;`"
    edits = tuple(Edit(at._replace(column=column).span(), ",") for column in found)
    fix = Fix(help, edits, shown=False)
    return _Finding("a comma stands between settings", help, at, fixes=(fix,))


def _colon(place: _Place) -> _Finding:
    slip = _without_colon(place) or _semicolon(place)
    if slip is not None:
        return slip
    return _Finding(
        "a value with a colon and a space in it needs quotes",
        "put the whole value in quotes, or a line break where a new key was meant",
        place,
    )


def _mapping_value(place: _Place, start: _Place) -> _Finding:
    if len(place.before.strip()) > 1024:
        return _Finding("a key is too long: at most 1,024 characters")
    if re.search(r":\s", place.before):
        return _colon(place)
    return _indented(place, start)


def _indented(place: _Place, start: _Place) -> _Finding:
    place = place._replace(column=place.indent)
    return _Finding(
        "this line's indentation fits no line above it",
        "start the keys of one mapping in the same column, and indent with spaces",
        place,
        max(1, len(place.text.strip().split(":")[0])),
    )


def _character(place: _Place, start: _Place) -> _Finding:
    if place.char == "\t":
        return _Finding("a tab cannot indent a line", "replace it by spaces")
    return _Finding(
        f"a value cannot begin with '{place.char}'",
        "put the value in quotes if it is meant as text",
    )


def _simple_key(place: _Place, start: _Place) -> _Finding:
    text = start.text.strip()
    length = max(1, len(start.text.rstrip()) - start.column)
    if re.match(r"[\w.]+:\S", text):
        return _Finding(
            "a space is missing after the colon",
            f"write {text.replace(':', ': ', 1)[:60]}",
            start,
            length,
        )
    return _Finding("this line has no colon", "write 'key: value'", start, length)


def _expected_key(place: _Place, start: _Place) -> _Finding:
    if place.char and place.char in "]}":
        return _Finding(f"'{place.char}' closes nothing that is open", "take it out", place)
    if place.before.strip():
        return _Finding(
            "this comes after the end of a value", "put the value in quotes if it is one text"
        )
    return _indented(place, start)


def _content(place: _Place, start: _Place) -> _Finding:
    if place.char and place.char in "]}":
        return _Finding(f"'{place.char}' closes nothing that is open", "take it out", place)
    if place.char == ",":
        return _Finding("a value is missing before this comma")
    return _Finding("the text ends before its brackets are closed", "close them")


def _quote(place: _Place, start: _Place) -> _Finding:
    return _Finding("this quote is never closed", "add the closing quote", start)


def _escape(place: _Place, start: _Place) -> _Finding:
    return _Finding(
        "YAML does not know this escape",
        "write \\\\ for a backslash, or use single quotes",
        length=2,
    )


def _alias(place: _Place, start: _Place) -> _Finding:
    return _Finding(
        "there is no anchor of this name above", "put text that begins with '*' in quotes"
    )


def _anchor(place: _Place, start: _Place) -> _Finding:
    return _Finding(
        "an anchor of this name stands above", "use another name", label="the first one"
    )


def _block_scalar(place: _Place, start: _Place) -> _Finding:
    return _Finding(
        f"text after '{start.char}' begins on the next line", "put it in quotes otherwise"
    )


_EXPLANATIONS = (
    (r"did not find expected ',' or|expected ',' or", _unclosed),
    (r"mapping values are not allowed", _mapping_value),
    (r"cannot start any token", _character),
    (r"simple key", _simple_key),
    (r"quoted scalar: found unexpected end of stream|unexpected document", _quote),
    (r"unknown escape", _escape),
    (r"block mapping: |block collection: ", _expected_key),
    (r"expected node content|expected the node content", _content),
    (r"undefined alias", _alias),
    (r"duplicate anchor", _anchor),
    (r"block scalar", _block_scalar),
)
