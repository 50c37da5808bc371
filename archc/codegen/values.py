"""The values of one forward pass: which step makes each, which steps read it, which variable holds it.

A chain of steps reuses one variable, as a person would write it, so that no tensor lives longer than in a
hand-written ``forward``. What is needed again further down (a shortcut, a skip) gets a name of its own.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass, field

from archc.codegen.plan import ClassPlan, Entry, Part, Step

END = 1 << 60  # reading at the return statement


@dataclass(eq=False)
class Move:
    """One statement to be: an entry, or one instance of it, with the values it reads and makes."""

    entry: Entry
    reads: list[str]
    makes: list[str]
    index: int | None = None  # of the instance, where a repeated entry is written out
    merging: bool = False  # it reads several values (crop's `like` does not count)


@dataclass(eq=False)
class Variable:
    """A local name, the value it holds at the moment, and the chains of entries that made its values."""

    name: str = ""
    holds: str = ""
    chains: list[list[str]] = field(default_factory=list)

    @property
    def own_name(self) -> str:
        """After its one chain's end; where one dead value's name serves another, after its use."""
        if len(self.chains) == 1:
            return self.chains[0][-1]
        return "branch" if any(len(set(chain)) > 1 for chain in self.chains) else "skip"


class Values:
    """References of a class as values: absent nodes stand for what they read."""

    def __init__(self, plan: ClassPlan, inputs: Sequence[str], outputs: Sequence[str]) -> None:
        self.plan, self.inputs = plan, list(inputs)
        self.outputs = [self.value(output) for output in outputs]
        self._written_out = self._instances_read()

    def value(self, reference: str) -> str:
        """The value that a reference means: ``conv5.2``, ``down1.skip``, or an input's name."""
        name, *rest = reference.split(".")
        if name in self.plan.aliases:
            return self.value(".".join([self.plan.aliases[name], *rest]))
        entry = self.plan.entries.get(name)
        if entry is None:
            return name
        if rest and rest[0].isdecimal() and entry.order[-1] == int(rest[0]):
            rest = rest[1:]
        if entry.outputs and (not rest or rest[-1].isdecimal()):
            rest = [*rest, entry.outputs[0]]
        return ".".join([name, *rest])

    def _instances_read(self) -> set[str]:
        read = [
            *self.outputs,
            *(self.value(r) for e in self.plan.entries.values() for r in e.reads),
        ]
        return {v.split(".")[0] for v in read if "." in v and v.split(".")[1].isdecimal()}

    def moves(self, entry: Entry) -> list[Move]:
        """The statements of an entry: one, unless its instances have to be written out."""
        reads = [self.value(reference) for reference in entry.reads]
        merging = len(entry.reads) - _likes(entry) > 1
        if not self.written_out(entry):
            return [Move(entry, reads, _made(entry, ""), None, merging)]
        moves = []
        for place, index in enumerate(entry.order):
            last = place == len(entry.order) - 1
            if entry.calls is not None:
                reads = [self.value(reference) for reference in entry.calls[place]]
            made = _made(entry, "" if last else f".{index}", entry.parts[place])
            if entry.parts[place].bypass:  # of several values, the first passes by
                made = made[:1]
                moves.append(Move(entry, reads[:1], made, place))
            else:
                moves.append(Move(entry, reads, made, place, merging))
            reads = [made[0], *reads[1:]]
        return moves

    def written_out(self, entry: Entry) -> bool:
        """Whether the instances are called one by one, and not as a chain or in a loop."""
        if not entry.repeated:
            return False
        if entry.count is not None:
            return False
        if entry.calls is not None:
            return True
        moved = entry.order != list(range(len(entry.order)))
        return moved or bool(entry.outputs) or entry.id in self._written_out or not _alike(entry)

    def is_chain(self, entry: Entry) -> bool:
        """Whether the instances can be one ``nn.Sequential``."""
        if entry.shares:
            return self.is_chain(self.plan.entries[entry.shares])
        if self.written_out(entry) or len(entry.reads) > 1:
            return False
        return all(part.call is not None or _bare(part.steps) for part in entry.parts)


def _made(entry: Entry, suffix: str, part: Part | None = None) -> list[str]:
    name = entry.id + suffix
    outputs = part.outputs if part is not None and part.outputs else entry.outputs
    return [f"{name}.{output}" for output in outputs] or [name]


def _likes(entry: Entry) -> int:
    return int("like" in entry.spec.settings and len(entry.reads) > 1)


def _bare(steps: Sequence[Step]) -> bool:
    return len(steps) == 1 and steps[0].lowered.forward == "{self}({0})"


def _alike(entry: Entry) -> bool:
    """Whether all instances compute the same expression of their modules."""
    if any(part.bypass for part in entry.parts) and len(entry.reads) > 1:
        return False  # an nn.Identity takes one value
    if all(part.call is not None or _bare(part.steps) for part in entry.parts):
        return True
    first, *rest = [
        [
            (
                (s.lowered.forward, s.lowered.owned, s.lowered.in_place),
                {k: ast.dump(v) for k, v in s.values.items()},
            )
            for s in part.steps
        ]
        for part in entry.parts
    ]
    return all(part == first for part in rest)


class Allocation:
    """Gives every value a variable."""

    def __init__(self, values: Values, moves: Sequence[Move]) -> None:
        self.moves = moves
        self._uses: dict[str, list[int]] = {name: [] for name in values.inputs}
        self._consumers: dict[str, list[Move]] = {}
        for place, move in enumerate(moves):
            for value in move.reads:
                self._uses.setdefault(value, []).append(place)
                self._consumers.setdefault(value, []).append(move)
            for value in move.makes:
                self._uses.setdefault(value, [])
        for value in values.outputs:
            self._uses.setdefault(value, []).append(END)
        single = len(values.inputs) == 1
        self.variables = [Variable("x" if single else name, name) for name in values.inputs]
        self.of = {variable.holds: variable for variable in self.variables}
        self.trunk = self.variables[0] if single else None
        for place, move in enumerate(moves):
            for number, value in enumerate(move.makes):
                self._assign(place, move, value, number)

    def last_use(self, value: str) -> int:
        return max(self._uses[value], default=-1)

    def unread(self, value: str) -> bool:
        return not self._uses[value]

    def read_once(self, value: str) -> bool:
        """Whether one statement reads a value, once, and it is no result."""
        uses = self._uses[value]
        return len(uses) == 1 and uses[0] != END

    def _assign(self, place: int, move: Move, value: str, number: int) -> None:
        source = move.reads[0]
        variable = self.of[source]
        looped = move.index is None and move.entry.repeated
        keeps = move.entry.condition is not None or looped
        dying = self.last_use(source) <= place and variable.holds == source
        if looped and source in move.reads[1:]:  # every turn reads it anew: `x = x * x` would not
            dying = False
        if number > 0:
            variable = self._other(place)
        elif keeps:  # the variable holds the source first, since the statement may not run at all
            variable = variable if dying else Variable()
        elif move.merging or not dying:
            variable = self._free(place) or self._other(place)
        elif self._stands_apart(source, value, variable):
            variable = self._other(place)
        goes_on = variable.holds == source
        if variable not in self.variables:
            self.variables.append(variable)
        if not goes_on or not variable.chains:
            variable.chains.append([])
        variable.chains[-1].append(move.entry.id)
        variable.holds = value
        self.of[value] = variable

    def _other(self, place: int) -> Variable:
        """A variable beside the trunk's: one whose value is no longer read, so that it goes, or a new one."""
        for variable in self.variables:
            unused = not variable.name and variable is not self.trunk
            if unused and self.last_use(variable.holds) <= place:
                return variable
        return Variable()

    def _free(self, place: int) -> Variable | None:
        """The trunk's variable, if what it holds is not read any more."""
        if self.trunk is None:
            if any(variable.name == "x" for variable in self.variables):
                return None
            self.trunk = Variable("x")
            self.variables.append(self.trunk)
            return self.trunk
        return self.trunk if self.last_use(self.trunk.holds) <= place else None

    def _readers(self, value: str) -> list[Move]:
        return [move for move in self._consumers.get(value, []) if not move.entry.training_only]

    def _fans_out(self, value: str) -> bool:
        return len(self._readers(value)) > 1

    def _stands_apart(self, source: str, value: str, variable: Variable) -> bool:
        """Whether a value that could go on under its source's name reads better under its own."""
        if self._fans_out(source) and self._ends_in_merge(value):
            return True
        return variable is self.trunk and self._is_kept(value)

    def _is_kept(self, value: str) -> bool:
        """Whether a value is read by a merge after something else was made of it."""
        readers = self._readers(value)
        return len(readers) > 1 and readers[-1].merging and readers[0] is not readers[-1]

    def _ends_in_merge(self, value: str) -> bool:
        """Whether the chain of single readers from here runs into a merge."""
        while True:
            readers = self._readers(value)
            if len(readers) != 1:
                return False
            if readers[0].merging:
                return True
            value = readers[0].makes[0]

    def name(self, taken: set[str]) -> None:
        """Name the variables: after their one maker, ``out`` for the only chain, or after its end."""
        unnamed = [variable for variable in self.variables if not variable.name]
        long = [v for v in unnamed if any(len(set(chain)) > 1 for chain in v.chains)]
        for variable in self.variables:
            if not variable.name:
                variable.name = "out" if long == [variable] else variable.own_name
            wanted, count = variable.name, 2
            while variable.name in taken:
                variable.name, count = f"{wanted}{count}", count + 1
            taken.add(variable.name)
