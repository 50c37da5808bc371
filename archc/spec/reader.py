"""YAML text -> mappings and lists that know their places.

Scalars become values here. Everything is bounded, so a hostile text costs little.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Any

import yaml

from archc.budgets import check_time, current, remedy, timed
from archc.collector import paused_collector
from archc.errors import Edit, Fix, Label, Mistake, Source, Span, SpecError
from archc.spec.composer import alias_too_many, compose
from archc.spec.lines import Run, blank, placed, runs
from archc.spec.names import usable
from archc.spec.nulls import cut_list, unnamed_settings
from archc.spec.scalars import FIRST, WORDS, LongNumberError, number
from archc.spec.tree import Map, Seq, span_of

SLICE = 20_000  # values between two looks at the clock

_Scalar = yaml.ScalarNode


@timed()
@paused_collector()
def read(source: Source) -> Map:
    """Reads one spec's text.

    Scalars become ``str int float bool`` or None; a ``$…`` scalar stays text. Raises
    :class:`SpecError` with everything that is wrong with the text as YAML.
    """
    if found := runs(source):
        with suppress(SpecError, _NoRunsError):  # what is wrong is told as of any other text
            return _read(source, found)
    return _read(source, [])


def _read(source: Source, found: list[Run]) -> Map:
    """The text, of which these runs are read already."""
    root, count = compose(source, blank(source.text, found))
    if not isinstance(root, yaml.MappingNode):
        raise SpecError([_no_mapping(source, root)])
    count += sum(run.size for run in found)
    if found and (count > current().values or not placed(root, found)):
        raise _NoRunsError
    conversion = _Conversion(count + current().aliased)
    try:
        result: Map = conversion.value(root)
    except _TooMuchError:
        raise SpecError(conversion.mistakes) from None
    if conversion.mistakes:
        raise SpecError(conversion.mistakes)
    for run in found:
        run.take_out()
    return result


def _no_mapping(source: Source, root: yaml.Node | None) -> Mistake:
    if root is None:
        at = Span(source, 1, 1, 2)
        return Mistake("A005", "the text is empty", at, help="a spec begins with 'archc: 1'")
    help = "a spec is a mapping and begins with 'archc: 1'"
    if isinstance(root, yaml.ScalarNode) and re.match(r"\w+:\S", root.value):
        help = "a space is missing after the colon"
    kind = "a list" if isinstance(root, yaml.SequenceNode) else "a single value"
    return Mistake("A005", f"a spec is a mapping, and this is {kind}", span_of(root), help=help)


class _NoRunsError(Exception):
    """The runs are not what they seemed."""


class _TooMuchError(Exception):
    """Going on would cost too much, or bring more mistakes than anyone reads."""


class _Conversion:
    """YAML nodes -> values; gathers every mistake on the way."""

    def __init__(self, budget: int) -> None:
        self.mistakes: list[Mistake] = []
        self._start = budget
        self._budget = budget  # values that may still be made
        self._stop = max(budget - SLICE, 0)  # where the clock is looked at
        self._short = min(
            9, current().digits + 1
        )  # characters of a number that need no second look
        self._words: set[str] = set()  # keys that are plain words, met so far
        self._open: set[int] = set()  # ids of the nodes being converted: the way down from the root

    def _mapping(self, node: yaml.Node) -> Map:
        result = Map(node)
        marks, words = result.marks, self._words
        self._enter(node)
        for pair in node.value:
            if pair.__class__ is Run:
                self._run(pair, result, node)
                continue
            key_node, value_node = pair
            key = key_node.value
            # the one hot spot: a word already seen as a key needs no second look
            if key_node.__class__ is not _Scalar or key not in words or key_node.tag is not None:
                key = self._key(key_node, value_node, node)
                if key is None:
                    continue
            if key in marks:
                self._twice(key, marks[key][0], key_node)
                continue
            marks[key] = pair
            result[key] = self.value(value_node)
        self._open.discard(id(node))
        return result

    def _run(self, run: Run, result: Map, owner: yaml.Node) -> None:
        """Entries that are read already."""
        for name in result.keys() & run.values.keys():
            self._twice(name, result.marks[name][0], run.marks[name][0])
        result.update(run.values)
        result.marks.update(run.marks)
        self._budget -= run.size
        if self._budget < self._stop:
            self._pause(owner)

    def _sequence(self, node: yaml.Node) -> Seq:
        result = Seq(node)
        self._enter(node)
        result.marks = node.value
        result.extend(map(self.value, node.value))
        self._open.discard(id(node))
        return result

    def value(self, node: yaml.Node) -> Any:
        if node.tag is not None:
            self._tag(node)
        if node.__class__ is _Scalar:
            text = node.value
            if node.style:  # quoted, or a block: always text
                return text
            if text in WORDS:
                return WORDS[text]
            return self._number(node) if text[0] in FIRST else text
        if id(node) in self._open:
            self._add("A004", "this alias stands for a list or mapping that it is part of", node)
            return None
        convert = self._mapping if isinstance(node, yaml.MappingNode) else self._sequence
        return convert(node)

    def _number(self, node: yaml.ScalarNode) -> Any:
        text = node.value
        if len(text) < self._short and text.isdecimal() and text.isascii():
            return int(text)
        try:
            value = number(text)
        except ValueError as error:
            length = error.length if isinstance(error, LongNumberError) else 0
            help = remedy("digits", need=length) if length else "write it with a smaller exponent"
            self._add("A007", str(error), node, help)
            return None
        return text if value is None else value

    def _key(self, node: yaml.Node, value: yaml.Node, owner: yaml.Node) -> str | None:
        """The key's text, or None where it is none."""
        if not isinstance(node, yaml.ScalarNode):
            help = "write a name before the colon: letters, digits and _"
            self._add("A003", "a key is a word, not a list or mapping", node, help)
            return None
        key: str = node.value
        if node.tag is not None:
            self._tag(node)
        if node.style:
            return key
        if key == "<<":
            help = "write the settings out, or share them through 'defaults', 'args' or 'extends'"
            self._add("A004", "merge keys are not used in specs", node, help)
            return None
        if key in WORDS or (key[0] in FIRST and self._number(node) != key):
            kind = (
                "a number"
                if key not in WORDS
                else "a truth value"
                if key[:1] in "tTfF"
                else "nothing"
            )
            kind = "nothing" if key in WORDS and WORDS[key] is None else kind
            self._add_key(f"a key is a word, and '{key[:40]}' is {kind}", key, node, owner)
            return None
        if ":" in key:
            self._check_space(key, node, value)
        elif key[0] not in FIRST:
            self._words.add(key)
        return key

    def _enter(self, node: yaml.Node) -> None:
        self._open.add(id(node))
        self._budget -= len(node.value) * (2 if isinstance(node, yaml.MappingNode) else 1)
        if self._budget < self._stop:
            self._pause(node)

    def _pause(self, node: yaml.Node) -> None:
        if self._budget < 0:
            message = f"aliases add too many values: at most {current().aliased:,}"
            help = remedy("aliased", "write blocks instead of aliases")
            self._add("A006", message, node, help)
            raise _TooMuchError
        check_time("reading the text")
        self._stop = max(self._budget - SLICE, 0)

    def _check_space(self, key: str, key_node: yaml.ScalarNode, value: yaml.Node) -> None:
        """``{kernel:3}`` is one key without a value, to YAML."""
        if not key_node.style and value.start_mark.index == value.end_mark.index:
            name, rest = key.split(":", 1)
            self._add(
                "A001", "a space is missing after the colon", key_node, f"write {name}: {rest}"
            )

    def _add_key(self, message: str, key: str, node: yaml.Node, owner: Any) -> None:
        """A key that is no word. Quotes would not help: an identifier begins with a letter."""
        help, fixes = cut_list(owner, node) if owner.flow_style else ("", ())
        if fixes:
            self._add("A003", message, node, help, fixes=fixes)
            return
        unnamed = unnamed_settings(owner, node) if owner.flow_style else None
        if unnamed is not None:
            if unnamed.first is node:  # those after it are told with it
                self._add("A003", message, node, unnamed.help, fixes=unnamed.fixes)
            return
        if key in WORDS or len(key) > current().name:
            self._add("A003", message, node, "choose another word; quotes do not help")
            return
        help = f"names begin with a letter: write `{usable(key)}`"
        fix = Fix(help, (Edit(span_of(node), usable(key)),), shown=False)
        self._add("A003", message, node, help, fixes=(fix,))

    def _twice(self, key: str, first: yaml.Node, second: yaml.Node) -> None:
        labels = (Label(span_of(first), "first given here"),)
        help = "keep one of the two"
        self._add("A002", f"the key '{key[:40]}' is given twice", second, help, labels)

    def _tag(self, node: yaml.Node) -> None:
        tag = node.tag.replace("tag:yaml.org,2002:", "!!")
        help = "leave the tag out; put quotes around what should be text"
        self._add("A004", f"tags such as {tag[:40]} are not used in specs", node, help)

    def _add(
        self,
        code: str,
        message: str,
        node: yaml.Node,
        help: str = "",
        labels: tuple[Label, ...] = (),
        fixes: tuple[Fix, ...] = (),
    ) -> None:
        at = span_of(node)
        if code == "A006":
            at = alias_too_many(at.source, self._start) or at
        mistake = Mistake(code, message, at, labels, help=help, fixes=fixes)
        if mistake not in self.mistakes:  # what an alias repeats is told once
            self.mistakes.append(mistake)
        if len(self.mistakes) >= current().mistakes:
            raise _TooMuchError
