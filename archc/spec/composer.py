"""YAML text -> PyYAML's tree of nodes, by its C parser where there is one; its size is bounded."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import yaml
import yaml.cyaml
from yaml.composer import Composer
from yaml.parser import Parser
from yaml.reader import Reader
from yaml.scanner import Scanner

from archc.budgets import check_time, current, remedy
from archc.errors import Mistake, Source, Span, SpecError
from archc.spec.syntax import odd_character, syntax_mistake

SLICE = 20_000  # nodes between two looks at the clock


def compose(source: Source, text: str) -> tuple[yaml.Node | None, int]:
    """The root of a text's nodes (None for an empty text), and how many nodes there are.

    The text is the source's, or what of it is to be read. Every mark's name is the source. A node's tag is
    None unless one was written out. Raises :class:`SpecError` for what is no YAML, or too much.
    """
    try:
        size = len(text.encode())
    except UnicodeEncodeError as error:
        raise SpecError([odd_character(source, error.start)]) from None
    most = current().bytes
    if size > most:
        message = f"the text is too long: {size:,} bytes, at most {most:,}"
        help = remedy("bytes", need=size)
        raise SpecError([Mistake("A006", message, Span(source, 1, 1, 2), help=help)])
    count = _Count()
    composer = _Composer(_Text(source, text))
    composer.descend_resolver = count.descend
    composer.ascend_resolver = count.ascend
    composer.resolve = _no_tag
    try:
        return composer.get_single_node(), count.total()
    except yaml.YAMLError as error:
        raise SpecError([syntax_mistake(source, error)]) from None


def compose_line(text: str) -> Any:
    """The root of the nodes of a line that is known to be YAML."""
    composer = _Composer(io.StringIO(text))
    composer.descend_resolver = composer.ascend_resolver = composer.resolve = _no_tag
    return composer.get_single_node()


def alias_too_many(source: Source, most: int) -> Span | None:
    """The alias with which a text comes to more than ``most`` values; None if no single one does."""
    sizes: dict[str, int] = {}  # values inside what each anchor stands for, aliases followed
    anchors: list[str | None] = []  # of the lists and mappings around
    counts = [0]
    total = 0
    for event in yaml.parse(source.text, Loader=_loader()):
        if isinstance(event, yaml.CollectionStartEvent):
            anchors.append(event.anchor)
            counts.append(0)
        elif isinstance(event, yaml.CollectionEndEvent):
            inside = counts.pop()
            counts[-1] += inside + 1
            total += 1
            sizes[anchors.pop() or ""] = inside
        elif isinstance(event, yaml.ScalarEvent | yaml.AliasEvent):
            more = 1 + (
                sizes.get(event.anchor or "", 0) if isinstance(event, yaml.AliasEvent) else 0
            )
            total += more
            counts[-1] += more
            if total > most and isinstance(event, yaml.AliasEvent):
                mark: Any = event.start_mark
                end: Any = event.end_mark
                return Span(source, mark.line + 1, mark.column + 1, end.column + 1)
    return None


class _Text(io.StringIO):
    """PyYAML puts its stream's name into every mark; so each mark knows its source."""

    def __init__(self, source: Source, text: str) -> None:
        super().__init__(text)
        self.name = source


class _Count:
    """Counts nodes and their nesting, in the two calls that PyYAML's composers make for every node.

    They are most of what composing costs beyond PyYAML itself; hence a closure and a list's method.
    """

    def __init__(self) -> None:
        path: list[object] = []
        push = path.append
        total = 0
        most, deepest = current().values, current().nesting
        stop = min(most, SLICE)

        def descend(parent: yaml.Node | None, index: object) -> None:
            nonlocal total, stop
            total += 1
            push(index)
            if total > stop:
                if total > most:
                    raise _refusal(parent, "values", f"there are too many values: at most {most:,}")
                check_time("reading the text")
                stop = min(most, total + SLICE)
            if len(path) > deepest + 1:
                message = f"values are nested too deep: at most {deepest} levels"
                raise _refusal(parent, "nesting", message)

        self.descend = descend
        self.ascend = path.pop
        self.total: Callable[[], int] = lambda: total


def _refusal(parent: yaml.Node | None, limit: str, message: str) -> SpecError:
    help = remedy(limit)
    if parent is None:  # the root is neither deep nor one too many
        return SpecError([Mistake("A006", message, help=help)])
    mark: Any = parent.start_mark  # the parent is half made: it has no end yet
    at = Span(mark.name, mark.line + 1, mark.column + 1, mark.column + 2)
    return SpecError([Mistake("A006", message, at, help=help)])


def _no_tag(*_: object) -> None:
    """So the only tags on nodes are those that were written out."""


class _PythonComposer(Reader, Scanner, Parser, Composer):
    """For a PyYAML without its C extension: the same nodes, many times slower."""

    def __init__(self, stream: _Text) -> None:
        Reader.__init__(self, stream)
        Scanner.__init__(self)
        Parser.__init__(self)
        Composer.__init__(self)


def _loader() -> Any:
    return yaml.CLoader if yaml.__with_libyaml__ else yaml.Loader


def _composer_class() -> Any:
    if not yaml.__with_libyaml__:
        return _PythonComposer

    class CComposer(yaml.cyaml.CParser):  # type: ignore[name-defined,misc]
        """PyYAML's C parser, without the constructor that would make Python objects."""

    return CComposer


_Composer = _composer_class()
