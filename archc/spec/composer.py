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

from archc.errors import Mistake, Source, Span, SpecError
from archc.spec.syntax import odd_character, syntax_mistake

MAX_BYTES = 16 * 2**20
MAX_VALUES = 500_000  # scalars, lists and mappings of one text
MAX_DEPTH = 64


def compose(source: Source) -> tuple[yaml.Node | None, int]:
    """The root of a text's nodes (None for an empty text), and how many nodes there are.

    Every mark's name is the source. A node's tag is None unless one was written out. Raises
    :class:`SpecError` for what is no YAML, or too much.
    """
    try:
        size = len(source.text.encode())
    except UnicodeEncodeError as error:
        raise SpecError([odd_character(source, error.start)]) from None
    if size > MAX_BYTES:
        message = f"the text is too long: {size:,} bytes, at most {MAX_BYTES:,}"
        raise SpecError([Mistake("A006", message, Span(source, 1, 1, 2))])
    count = _Count()
    composer = _Composer(_Text(source))
    composer.descend_resolver = count.descend
    composer.ascend_resolver = count.ascend
    composer.resolve = _no_tag
    try:
        return composer.get_single_node(), count.total()
    except yaml.YAMLError as error:
        raise SpecError([syntax_mistake(source, error)]) from None


class _Text(io.StringIO):
    """PyYAML puts its stream's name into every mark; so each mark knows its source."""

    def __init__(self, source: Source) -> None:
        super().__init__(source.text)
        self.name = source


class _Count:
    """Counts nodes and their nesting, in the two calls that PyYAML's composers make for every node.

    They are most of what composing costs beyond PyYAML itself; hence a closure and a list's method.
    """

    def __init__(self) -> None:
        path: list[object] = []
        push = path.append
        total = 0

        def descend(parent: yaml.Node | None, index: object) -> None:
            nonlocal total
            total += 1
            push(index)
            if total > MAX_VALUES:
                raise _refusal(parent, f"there are too many values: at most {MAX_VALUES:,}")
            if len(path) > MAX_DEPTH + 1:
                raise _refusal(parent, f"values are nested too deep: at most {MAX_DEPTH} levels")

        self.descend = descend
        self.ascend = path.pop
        self.total: Callable[[], int] = lambda: total


def _refusal(parent: yaml.Node | None, message: str) -> SpecError:
    if parent is None:  # the root is neither deep nor one too many
        return SpecError([Mistake("A006", message)])
    mark: Any = parent.start_mark  # the parent is half made: it has no end yet
    at = Span(mark.name, mark.line + 1, mark.column + 1, mark.column + 2)
    return SpecError([Mistake("A006", message, at)])


def _no_tag(kind: object, value: object, implicit: object) -> None:
    """So the only tags on nodes are those that were written out."""


class _PythonComposer(Reader, Scanner, Parser, Composer):
    """For a PyYAML without its C extension: the same nodes, many times slower."""

    def __init__(self, stream: _Text) -> None:
        Reader.__init__(self, stream)
        Scanner.__init__(self)
        Parser.__init__(self)
        Composer.__init__(self)


def _composer_class() -> Any:
    if not yaml.__with_libyaml__:
        return _PythonComposer

    class CComposer(yaml.cyaml.CParser):  # type: ignore[name-defined,misc]
        """PyYAML's C parser, without the constructor that would make Python objects."""

    return CComposer


_Composer = _composer_class()
