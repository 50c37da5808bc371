"""The ``forward`` of a class: straight-line code, one statement for each written node."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache, partial
from itertools import groupby
from string import Formatter
from typing import Protocol

from archc.codegen.plan import ClassPlan, Entry, Part, Step
from archc.codegen.printer import inline, layout
from archc.codegen.values import Allocation, Move, Values
from archc.ops.lowering import Lowered

SELF = ast.Name("self", ast.Load())


def attribute(name: str) -> ast.expr:
    return ast.Attribute(SELF, name, ast.Load())


def is_literal(tree: ast.expr) -> bool:
    return not any(isinstance(node, ast.Name) for node in ast.walk(tree))


def guard(entries: Sequence[Entry]) -> tuple[str, bool]:
    """The attribute that tells whether conditional entries are there, and whether it is a module."""
    for entry in entries:
        for part in entry.parts if not entry.shares else []:
            if part.call is not None:
                return entry.id, True
            if part.modules:
                return part.modules[0][0], True
    return f"_has_{entries[0].id}", False  # with a _, since no node's name begins so


def conditional_groups(entries: Sequence[Entry]) -> list[list[Entry]]:
    """Entries in order, those under one condition that stand together in one group."""

    def key(pair: tuple[int, Entry]) -> str:
        condition = pair[1].condition
        return ast.dump(condition) if condition is not None else str(pair[0])

    groups = groupby(enumerate(entries), key)
    return [[entry for _, entry in group] for _, group in groups]


class Forward:
    """Writes the statements of one class's ``forward``."""

    def __init__(
        self, plan: ClassPlan, values: Values, entries: Sequence[Entry], taken: set[str]
    ) -> None:
        self.plan, self.values = plan, values
        moves = [move for entry in entries for move in values.moves(entry)]
        self.allocation = Allocation(values, moves)
        self.taken = {*taken}
        self.allocation.name(self.taken)
        self._moves: dict[str, list[Move]] = {entry.id: [] for entry in entries}
        self._maker: dict[str, Move] = {}
        for move in moves:
            self._moves[move.entry.id].append(move)
            self._maker.update(dict.fromkeys(move.makes, move))
        self.entries = entries
        self.closing = self._closing(moves[-1]) if moves else None

    @property
    def parameters(self) -> list[str]:
        return [self.allocation.of[name].name for name in self.values.inputs]

    def _closing(self, last: Move) -> Move | None:
        """The last statement, if its value is all that is returned: ``return self.fc(x)``."""
        entry = last.entry
        looped = entry.repeated and last.index is None and not self.values.is_chain(entry)
        plain = not looped and entry.condition is None and not entry.training_only
        return last if plain and self.values.outputs == last.makes else None

    def lines(self) -> list[str]:
        """The body; its last statement returns the result where there is a ``closing`` one."""
        found: list[str] = []
        main = groupby(self.entries, lambda entry: entry.training_only)
        for only, entries in main:
            groups = conditional_groups(list(entries))
            body = [line for group in groups for line in self._group(group, 12 if only else 8)]
            if only and body:
                found.append("        if self.training:")
            found += body
        return found

    def returned(self, value: str) -> str:
        return self.allocation.of[value].name

    def _group(self, group: list[Entry], indent: int) -> Iterator[str]:
        if group[0].condition is None:
            for entry in group:
                for move in self._moves[entry.id]:
                    yield from self._statement(move, indent)
            return
        for entry in group:  # absent, it stands for what it reads: its variable starts with that
            move = self._moves[entry.id][0]
            name, source = self._name(move.makes[0]), self._name(move.reads[0])
            if name != source and not self.allocation.unread(move.makes[0]):
                yield f"{' ' * indent}{name} = {source}"
        present, module = guard(group)
        test = f"self.{present} is not None" if module else f"self.{present}"
        moves = [move for entry in group for move in self._moves[entry.id]]
        body = [line for move in moves for line in self._statement(move, indent + 4)]
        if body:  # an identity may need no statement
            yield f"{' ' * indent}if {test}:"
            yield from body

    def _name(self, value: str) -> str:
        return self.allocation.of[value].name

    def _statement(self, move: Move, indent: int) -> Iterator[str]:
        entry = move.entry
        reads: list[ast.expr] = [ast.Name(self._name(value), ast.Load()) for value in move.reads]
        names = ["_" if self.allocation.unread(v) else self._name(v) for v in move.makes]
        if entry.repeated and move.index is None and not self.values.is_chain(entry):
            yield from self._loop(move, self._name(move.makes[0]), reads, indent)
            return
        reused = names[0] if move.reads[0] not in self.values.inputs else ""
        *before, expr = self._expressions(move, reads, reused)
        for first in before:
            yield from layout(f"{reused} = ", first, indent)
        if move is self.closing:
            yield from layout("return ", expr, indent)
            return
        if names == [inline(expr)]:
            return  # an identity that goes on under the same name
        yield from layout(f"{', '.join(names)} = ", expr, indent)

    def _expressions(self, move: Move, reads: list[ast.expr], reused: str) -> list[ast.expr]:
        """What a statement computes, in one expression or several: see ``_steps``."""
        entry = move.entry
        base = entry.shares or entry.id
        if entry.repeated and move.index is None:
            return [ast.Call(attribute(base), reads, [])]
        place = move.index or 0
        part = entry.parts[place]
        index = entry.order[place] if entry.repeated else None
        if part.bypass:
            return [reads[0]]
        if part.call is not None:
            return [ast.Call(_at(attribute(base), index), reads, [])]
        modules = {step.attribute: _at(attribute(base + step.attribute.removeprefix(entry.id)), index)
                   for step in part.steps}  # fmt: skip
        free = [self._is_free(value) for value in move.reads]
        fill = partial(self._filled, modules=modules, index=index)
        return _pieces(part, fill, reads, free, reused)

    def _is_free(self, value: str) -> bool:
        """Whether the one statement that reads a value may write over it.

        It may if the value was certainly made in this class, since what a class is given is not its own,
        and no derivative reads it.
        """
        move = self._maker.get(value)
        if move is None or not self.allocation.read_once(value):
            return False
        entry = move.entry
        if entry.condition is not None or (entry.repeated and move.index is None):
            return False
        steps = entry.parts[move.index or 0].steps
        return bool(steps) and steps[-1].lowered.owned

    def _filled(self, step: Step, template: str, reads: list[ast.expr],
                modules: Mapping[str, ast.expr], index: int | None) -> ast.expr:  # fmt: skip
        fields: dict[str, ast.expr] = {"self": modules[step.attribute]}
        for key, value in step.values.items():
            kept = attribute(value_attribute(step, key, index))
            fields[key] = value if is_literal(value) else kept
        return filled(template, reads, fields)

    def _loop(self, move: Move, name: str, reads: list[ast.expr], indent: int) -> Iterator[str]:
        """``for conv, norm in zip(self.conv1, self.conv1_norm): x = F.relu(norm(conv(x)))``"""
        entry = move.entry
        base = entry.shares or entry.id
        if inline(reads[0]) != name:
            yield f"{' ' * indent}{name} = {inline(reads[0])}"
        reads = [ast.Name(name, ast.Load()), *reads[1:]]
        part = entry.parts[0]
        if part.call is not None:
            variable = self._fresh("block")
            head = f"for {variable} in self.{base}:"
            body: list[ast.expr] = [ast.Call(ast.Name(variable, ast.Load()), reads, [])]
        else:
            steps = [step for step in part.steps if step.lowered.module is not None]
            words = {s.attribute: self._fresh(_word(s, entry)) for s in steps}
            lists = [f"self.{base}{s.attribute.removeprefix(entry.id)}" for s in steps]
            count = str(len(entry.parts)) if entry.count is None else f"self._{entry.id}_count"
            head = _head(list(words.values()), lists, count)
            modules: dict[str, ast.expr] = {s.attribute: SELF for s in part.steps}
            modules.update({key: ast.Name(word, ast.Load()) for key, word in words.items()})
            fill = partial(self._filled, modules=modules, index=None)
            body = _pieces(part, fill, reads, [False] * len(reads), name)
        yield f"{' ' * indent}{head}"
        for expr in body:
            yield from layout(f"{name} = ", expr, indent + 4)

    def _fresh(self, word: str) -> str:
        while word in self.taken:
            word += "_"
        return word


class _Fill(Protocol):
    def __call__(self, step: Step, template: str, reads: list[ast.expr]) -> ast.expr: ...


def _pieces(
    part: Part, fill: _Fill, reads: list[ast.expr], free: Sequence[bool], reused: str
) -> list[ast.expr]:
    """The steps of a layer: one expression, or if the variable ``reused`` holds what it reads, several.

    While ``x = norm(conv(x))`` runs, ``x`` holds its old value until the norm is done. So each step that
    makes a new tensor gets a statement, and the old one goes. ``free`` tells of each value read whether
    it may be written over.
    """
    cuts = bool(reused) and inline(reads[0]) == reused
    found: list[ast.expr] = []
    for step in part.steps:
        template, reads = _over(step.lowered, reads, free)
        made = bool(found) and inline(found[-1]) != reused  # an identity makes nothing
        if made and cuts and template != step.lowered.in_place:
            reads = [ast.Name(reused, ast.Load())]
        else:
            found = found[:-1]
        found.append(fill(step, template, reads))
        reads, free = found[-1:], [step.lowered.owned]
    return found


def _over(
    lowered: Lowered, reads: list[ast.expr], free: Sequence[bool]
) -> tuple[str, list[ast.expr]]:
    """The template of a step and what it reads: in place, with what it writes over first, where it may."""
    if not lowered.in_place or True not in free:
        return lowered.forward, reads
    place = list(free).index(True)
    return lowered.in_place, [reads[place], *reads[:place], *reads[place + 1 :]]


def value_attribute(step: Step, key: str, index: int | None) -> str:
    """Where the constructor keeps a number that the forward needs and that is no literal."""
    name = f"_{step.attribute}_{key}"  # no node's name begins with _
    return name if index is None else f"{name}_{index}"


def _word(step: Step, entry: Entry) -> str:
    if step.attribute != entry.id:
        return step.attribute.removeprefix(f"{entry.id}_")
    function = step.lowered.module.function if step.lowered.module is not None else ""
    return "conv" if "Conv" in function else "layer"


def _head(words: list[str], lists: list[str], count: str) -> str:
    if not words:
        return f"for _ in range({count}):"
    if len(words) == 1:
        return f"for {words[0]} in {lists[0]}:"
    return f"for {', '.join(words)} in zip({', '.join(lists)}):"


def _at(tree: ast.expr, index: int | None) -> ast.expr:
    return tree if index is None else ast.Subscript(tree, ast.Constant(index), ast.Load())


@lru_cache(maxsize=512)
def _template(text: str, count: int) -> ast.expr:
    names = [f"__{n}__" for n in range(count)]
    return ast.parse(Formatter().vformat(text, names, _Fields()), mode="eval").body


class _Fields(dict[str, str]):
    """``{pad}`` becomes a name that a syntax tree can hold."""

    def __missing__(self, key: str) -> str:
        return f"__{key}__"


def filled(text: str, reads: Sequence[ast.expr], fields: Mapping[str, ast.expr]) -> ast.expr:
    """A forward template with its fields filled in."""
    known = {f"__{n}__": tree for n, tree in enumerate(reads)}
    known.update({f"__{key}__": tree for key, tree in fields.items()})
    return _substitute(_template(text, len(reads)), known)


def _substitute(tree: ast.AST, known: Mapping[str, ast.expr]) -> ast.expr:
    if isinstance(tree, ast.Name):
        return known.get(tree.id, tree)
    copy = type(tree)()
    for name, value in ast.iter_fields(tree):
        setattr(copy, name, _substituted(value, known))
    return copy  # type: ignore[return-value]


def _substituted(value: object, known: Mapping[str, ast.expr]) -> object:
    if isinstance(value, list):
        return [_substituted(item, known) for item in value]
    return _substitute(value, known) if isinstance(value, ast.AST) else value
