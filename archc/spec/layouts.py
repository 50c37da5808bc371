"""``layouts``: what a library calls the nodes of this architecture, as rules that a spec declares.

    layouts:
      torchvision:
        inception_<m>: inception<m>
        b3: [branch2.1.conv, branch2.1.bn]
        conv1..pool5: features.<n>

A rule renames parts of a node's path; a pair names the node and its norm; a range numbers the graph's
operations from one node to another, as ``nn.Sequential`` does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from archc.errors import Span, nearest
from archc.spec.collect import Mistakes
from archc.spec.keys import brief, check_key
from archc.spec.nulls import report_nulls
from archc.spec.tree import Map, Seq

OWN = "archc"  # the layout that renames nothing
MAX_HOLES = 2  # in one part of a pattern, so that matching stays cheap
MAX_NAMES = 2  # that a rule gives: a node's and its norm's
_HOLE = r"<[A-Za-z][A-Za-z0-9_]*>"  # braces would need quotes in YAML's flow style
_PART = rf"(?:[A-Za-z0-9_]|{_HOLE})+"
_PATTERN = re.compile(rf"{_PART}(?:\.{_PART})*\Z", re.ASCII)
_RUN = re.compile(r"([A-Za-z]\w*)\.\.([A-Za-z]\w*)\Z", re.ASCII)
_TARGET = re.compile(r"(?:[\w./:-]|<[A-Za-z][A-Za-z0-9_]*(?:[+-][0-9]{1,6})?>)+\Z", re.ASCII)
_FILL = re.compile(r"<([A-Za-z]\w*)([+-][0-9]+)?>", re.ASCII)
_NAME = re.compile(r"<(\w+)>", re.ASCII)


@dataclass(frozen=True)
class Rule:
    """Parts of a path that fit ``pattern`` become ``target``, and where they name a node's norm, ``norm``."""

    pattern: str
    target: str
    norm: str | None = None

    @cached_property
    def parts(self) -> tuple[re.Pattern[str], ...]:
        """An expression for each part of the path that the rule takes."""
        texts = (_NAME.sub(r"(?P<\1>.+?)", part) for part in self.pattern.split("."))
        return tuple(re.compile(text, re.ASCII) for text in texts)

    def apply(self, path: list[str], target: str) -> str | None:
        """What the first parts of a path become; None where the rule does not fit them."""
        if len(path) < len(self.parts):
            return None
        holes: dict[str, str] = {}
        for expected, part in zip(self.parts, path, strict=False):
            match = expected.fullmatch(part)
            if match is None:
                return None
            holes.update(match.groupdict())
        return fill(target, holes)


def fill(target: str, holes: Mapping[str, str]) -> str | None:
    """A target with its holes filled; None where a sum needs a number and finds other text, or falls below 0.

    >>> fill("features.denseblock<b>.denselayer<i+1>", {"b": "1", "i": "0"})
    'features.denseblock1.denselayer1'
    """
    made = target
    for name, step in _FILL.findall(target):
        text = holes[name]
        if step:
            number = int(text) + int(step) if text.isdecimal() else -1
            if number < 0:
                return None
            text = str(number)
        made = made.replace(f"<{name}{step}>", text)
    return made


@dataclass(frozen=True)
class Run:
    """The operations from node ``first`` to node ``last`` are numbered by ``<n>`` in ``target``."""

    first: str
    last: str
    target: str
    at: Span


@dataclass(frozen=True)
class Layout:
    """The rules of one library. Ranges come before the other rules, which stand in order."""

    name: str
    runs: tuple[Run, ...]
    rules: tuple[Rule, ...]

    def renamed(self, path: str, owner: str | None = None) -> str:
        """A path by the rules: from the left, at each part the first rule that fits.

        Of a norm, ``owner`` is the path of the node that it follows: a pair's second name is for it.
        """
        parts, owners = path.split("."), (owner or path).split(".")
        named = len(parts) - 2 if len(parts) > 1 and parts[-1].isdecimal() else len(parts) - 1
        made: list[str] = []
        place = 0
        while place < len(parts):
            for rule in self.rules:
                of_norm = owner is not None and rule.norm is not None
                if of_norm and place <= named < place + len(rule.parts):
                    new = rule.apply(owners[place:], rule.norm or "")
                else:
                    new = rule.apply(parts[place:], rule.target)
                if new is not None:
                    made.append(new)
                    place += len(rule.parts)
                    break
            else:
                made.append(parts[place])
                place += 1
        return ".".join(made)


def layouts(written: Map, nodes: Iterable[str], mistakes: Mistakes) -> dict[str, Layout]:
    """The layouts of a document with these nodes, in order."""
    known = list(nodes)
    if None in written.values():
        report_nulls(written, mistakes)
    found = {}
    for name, rules in written.items():
        check_key(written, name, mistakes)
        if name == OWN:
            message = f"'{OWN}' is the name of the layout that renames nothing"
            mistakes.add("A090", message, written.key_span(name), "choose another name")
        elif isinstance(rules, Map):
            found[name] = _Rules(name, rules, known, mistakes).layout()
        elif rules is not None:
            message = f"layout '{name}' must be a mapping of rules, not {brief(rules)}"
            mistakes.add("A021", message, written.span(name))
    return found


class _Rules:
    def __init__(self, name: str, written: Map, known: list[str], mistakes: Mistakes) -> None:
        self.name, self.written, self.known, self.mistakes = name, written, known, mistakes

    def layout(self) -> Layout:
        if None in self.written.values():
            report_nulls(self.written, self.mistakes)
        runs: list[Run] = []
        rules: list[Rule] = []
        for pattern, value in self.written.items():
            if value is None:
                continue
            targets = list(value) if isinstance(value, Seq) else [value]
            if self._readable(pattern, targets):
                self._take(pattern, targets, runs, rules)
        return Layout(self.name, tuple(runs), tuple(rules))

    def _take(self, pattern: str, targets: list[str], runs: list[Run], rules: list[Rule]) -> None:
        run = _RUN.match(pattern)
        if run:
            runs.append(Run(run[1], run[2], targets[0], self.written.key_span(pattern)))
            return
        rules.append(Rule(pattern, *targets))

    def _readable(self, pattern: str, targets: list[Any]) -> bool:
        """Whether a rule makes sense; says so where it does not."""
        run = _RUN.match(pattern)
        if run is None and _PATTERN.match(pattern) is None:
            help = "a path such as `inception_<m>.b1`, or a range such as `conv1..pool5`"
            return self._wrong(f"'{pattern}' is no pattern of node names", pattern, help, key=True)
        holes = _NAME.findall(pattern)
        crowded = any(len(_NAME.findall(part)) > MAX_HOLES for part in pattern.split("."))
        if crowded or "><" in pattern or len({*holes}) < len(holes):
            help = "each with a name of its own, with text between them, two in a part at most"
            return self._wrong(f"the holes of '{pattern}' are unclear", pattern, help, key=True)
        if run and not self._ordered(pattern, run[1], run[2]):
            return False
        if len(targets) > (1 if run else MAX_NAMES) or not targets:
            if run:
                help = "its operations are numbered: features.<n>"
                return self._wrong(f"the range '{pattern}' takes one name", pattern, help)
            message = f"'{pattern}' takes one name, or a pair: the node's and its norm's"
            return self._wrong(message, pattern, "write [conv, bn]")
        return all(self._target(pattern, target, ["n"] if run else holes) for target in targets)

    def _ordered(self, pattern: str, first: str, last: str) -> bool:
        for name in (first, last):
            if name not in self.known:
                message = f"the range '{pattern}' needs a node '{name}', and there is none"
                help = nearest(name, self.known, "name nodes of the document")
                return self._wrong(message, pattern, help, key=True)
        if self.known.index(first) > self.known.index(last):
            message = f"the range '{pattern}' is empty: {last} stands above {first}"
            return self._wrong(message, pattern, f"write {last}..{first}", key=True)
        return True

    def _target(self, pattern: str, target: Any, holes: list[str]) -> bool:
        if not isinstance(target, str):
            message = f"the name behind '{pattern}' must be text, not {brief(target)}"
            plain = isinstance(target, int | float)
            help = f'write it in quotes: "{brief(target)}"' if plain else "such as features.<n>"
            return self._wrong(message, pattern, help)
        if _TARGET.match(target) is None:
            help = "letters, digits and _ . / : - with holes like <name>, <name+1> or <name-1>"
            return self._wrong(f"'{target}' is no name of a module", pattern, help)
        unknown = [name for name, _ in _FILL.findall(target) if name not in holes]
        if unknown:
            has = ", ".join(f"<{name}>" for name in holes) or "none"
            message = f"'{target}' has a hole <{unknown[0]}>, which '{pattern}' does not fill"
            return self._wrong(message, pattern, f"it has {has}")
        return True

    def _wrong(self, message: str, pattern: str, help: str, key: bool = False) -> bool:
        at = self.written.key_span(pattern) if key else self.written.span(pattern)
        self.mistakes.add("A090", message, at, help)
        return False
