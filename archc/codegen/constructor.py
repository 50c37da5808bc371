"""The ``__init__`` of a class: its modules in order, the numbers it keeps, how its weights start."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator, Sequence

from archc.codegen.forward import (
    attribute,
    conditional_groups,
    guard,
    is_literal,
    value_attribute,
)
from archc.codegen.plan import Entry, Part
from archc.codegen.printer import inline, layout
from archc.codegen.values import Values

INDENT = 8
NOTHING = ast.Call(ast.parse("nn.Identity", mode="eval").body, [], [])  # holds an index free


def constructor(entries: Sequence[Entry], values: Values) -> list[str]:
    """The statements after ``super().__init__()``."""
    lines: list[str] = []
    starts: list[tuple[ast.expr, Part, int]] = []
    for group in conditional_groups(entries):
        condition = group[0].condition
        present, module = guard(group)
        if condition is None:
            for entry in group:
                lines += _assignments(entry, values, INDENT)
                starts += _starts(entry)
            continue
        if not module:
            lines += layout(f"self.{present} = ", condition, INDENT)
        inner = [line for entry in group for line in _assignments(entry, values, INDENT + 4)]
        inner += _initialise([start for entry in group for start in _starts(entry)], INDENT + 4)
        if inner:
            lines += (
                layout("if ", condition, INDENT, ":") if module else [f"        if self.{present}:"]
            )
            lines += inner
        if module:
            lines += ["        else:", f"            self.{present} = None"]
    return [*lines, *_initialise(starts, INDENT)]


def _assignments(entry: Entry, values: Values, indent: int) -> Iterator[str]:
    if not entry.shares:
        yield from _modules(entry, values, indent)
    if values.written_out(entry):
        for place, part in enumerate(entry.parts):
            yield from _kept(part, entry.order[place], indent)
    else:
        yield from _kept(entry.parts[0], None, indent)


def _modules(entry: Entry, values: Values, indent: int) -> Iterator[str]:
    if entry.repeated:
        yield from _containers(entry, values, indent)
        return
    part = entry.parts[0]
    modules = [(entry.id, part.call)] if part.call is not None else part.modules
    for name, call in modules:
        yield from layout(f"self.{name} = ", call, indent)


def _kept(part: Part, index: int | None, indent: int) -> Iterator[str]:
    """Numbers that the forward needs and that differ between calls of the class."""
    for step in part.steps:
        for key, value in step.values.items():
            if not is_literal(value):
                yield from layout(f"self.{value_attribute(step, key, index)} = ", value, indent)


def _containers(entry: Entry, values: Values, indent: int) -> Iterator[str]:
    """One list of modules for each attribute of a repeated entry, in the order of the names."""
    if entry.count is not None:
        yield from _counted(entry, entry.count, values, indent)
        return
    by_index = dict(zip(entry.order, entry.parts, strict=True))
    chain = values.is_chain(entry)
    modules = [_named(entry, by_index.get(index)) for index in range(max(entry.order) + 1)]
    names = dict.fromkeys(name for part in modules for name in part)
    for name in names or ([entry.id] if chain else []):
        calls = [part.get(name, NOTHING) for part in modules]
        yield from _container(name, list(runs(calls)), chain, indent)


def _named(entry: Entry, part: Part | None) -> dict[str, ast.Call]:
    """The modules of one instance; none where it was removed, or moved behind what is left out."""
    if part is not None and part.call is not None and not part.bypass:
        return {entry.id: part.call}
    return dict(part.modules) if part is not None else {}


def _counted(entry: Entry, count: ast.expr, values: Values, indent: int) -> Iterator[str]:
    """As :func:`_containers`, where the number of instances is an argument."""
    if not entry.parts[0].modules and entry.parts[0].call is None:
        yield from layout(f"self._{entry.id}_count = ", count, indent)
    first, rest = (
        [(entry.id, part.call)] if part.call is not None else part.modules for part in entry.parts
    )
    for (name, one), (_, other) in zip(first, rest, strict=True):
        if ast.dump(one) == ast.dump(other):
            items: list[ast.expr] = [ast.Starred(_comprehension(one, "_", count), ast.Load())]
        else:
            fewer = ast.BinOp(count, ast.Sub(), ast.Constant(1))
            items = [one, ast.Starred(_comprehension(other, "_", fewer), ast.Load())]
        yield from _container(name, items, values.is_chain(entry), indent)


def _container(name: str, items: list[ast.expr], chain: bool, indent: int) -> Iterator[str]:
    if not chain:
        only = items[0].value if len(items) == 1 and isinstance(items[0], ast.Starred) else None
        items = [only if only is not None else ast.List(items, ast.Load())]
    kind = "nn.Sequential" if chain else "nn.ModuleList"
    function = ast.parse(kind, mode="eval").body
    yield from layout(f"self.{name} = ", ast.Call(function, items, []), indent)


def runs(calls: Sequence[ast.Call]) -> Iterator[ast.expr]:
    """The calls as items of a list: equal neighbours, and those that count up, as a comprehension."""
    dumps = [ast.dump(call) for call in calls]
    start = 0
    while start < len(calls):
        stop = start + 1
        while stop < len(calls) and dumps[stop] == dumps[start]:
            stop += 1
        item: ast.expr = calls[start]
        if stop - start == 1:
            stop, item = _counting(calls, start)
        if stop - start > 1:
            name = "_" if item is calls[start] else "i"
            count = ast.Constant(stop - start)
            item = ast.Starred(_comprehension(item, name, count), ast.Load())
        yield item
        start = stop


def _comprehension(item: ast.expr, name: str, count: ast.expr) -> ast.ListComp:
    loop = ast.Call(ast.Name("range", ast.Load()), [count], [])
    return ast.ListComp(item, [ast.comprehension(ast.Name(name, ast.Store()), loop, [], 0)])


def _counting(calls: Sequence[ast.Call], start: int) -> tuple[int, ast.expr]:
    """The longest run from here whose whole numbers grow by fixed steps, as one call in terms of i."""
    if start + 2 >= len(calls):
        return start + 1, calls[start]
    first, steps = _numbers(calls[start]), _differences(calls[start], calls[start + 1])
    if steps is None or len(_numbers(calls[start])) != len(steps):
        return start + 1, calls[start]
    stop = start + 2
    while stop < len(calls) and _differences(calls[stop - 1], calls[stop]) == steps:
        stop += 1
    if stop - start < 3:
        return start + 1, calls[start]
    written = copy.deepcopy(calls[start])
    for number, base, step in zip(_numbers(written), first, steps, strict=True):
        if step:
            i: ast.expr = ast.Name("i", ast.Load())
            grown = i if step == 1 else ast.BinOp(ast.Constant(step), ast.Mult(), i)
            text = ast.BinOp(ast.Constant(base.value), ast.Add(), grown)
            _replace(written, number, text if base.value else grown)
    return stop, written


def _numbers(call: ast.Call) -> list[ast.Constant]:
    return [
        node
        for node in ast.walk(call)
        if isinstance(node, ast.Constant) and type(node.value) is int
    ]


def _differences(left: ast.Call, right: ast.Call) -> list[int] | None:
    """How the whole numbers of two calls differ, if nothing else does."""
    ones, others = _numbers(left), _numbers(right)
    if len(ones) != len(others) or _blank(left) != _blank(right):
        return None
    return [_whole(b) - _whole(a) for a, b in zip(ones, others, strict=True)]


def _whole(number: ast.Constant) -> int:
    return number.value if isinstance(number.value, int) else 0


def _blank(call: ast.Call) -> str:
    blank = copy.deepcopy(call)
    for number in _numbers(blank):
        number.value = 0
    return ast.dump(blank)


def _replace(tree: ast.AST, old: ast.AST, new: ast.expr) -> None:
    for node in ast.walk(tree):
        for name, value in ast.iter_fields(node):
            if value is old:
                setattr(node, name, new)
            elif isinstance(value, list) and old in value:
                value[value.index(old)] = new


def _starts(entry: Entry) -> list[tuple[ast.expr, Part, int]]:
    """What has to be initialised: where it stands, and its part and step."""
    found: list[tuple[ast.expr, Part, int]] = []
    gaps = max(entry.order, default=0) >= len(entry.parts)
    for place, part in enumerate(entry.parts):
        for number, step in enumerate(part.steps):
            if step.init:
                where = attribute(step.attribute)
                if entry.repeated:
                    same = (_same_init(part, other, number) for other in entry.parts)
                    alike = not gaps and all(same)
                    if alike and place:
                        continue
                    index = ast.Constant(entry.order[place])
                    where = (ast.Starred(where, ast.Load()) if alike and len(entry.parts) > 1
                             else ast.Subscript(where, index, ast.Load()))  # fmt: skip
                found.append((where, part, number))
    return found


def _same_init(one: Part, other: Part, number: int) -> bool:
    """Whether the layers at one place of two instances start alike; one may lack that layer."""
    if len(other.steps) <= number or one.steps[number].attribute != other.steps[number].attribute:
        return False
    dumps = [[ast.dump(call) for call in part.steps[number].init] for part in (one, other)]
    return dumps[0] == dumps[1]


def _initialise(starts: Sequence[tuple[ast.expr, Part, int]], indent: int) -> Iterator[str]:
    """The ``nn.init`` calls; layers that start alike share a loop."""
    alike: dict[str, list[tuple[ast.expr, list[ast.Call]]]] = {}
    for where, part, number in starts:
        calls = part.steps[number].init
        alike.setdefault(" ".join(map(ast.dump, calls)), []).append((where, calls))
    for members in alike.values():
        calls = members[0][1]
        if len(members) == 1 and not isinstance(members[0][0], ast.Starred):
            for call in calls:
                yield from layout("", _with_layer(call, members[0][0]), indent)
            continue
        only = members[0][0]
        if len(members) == 1 and isinstance(only, ast.Starred):
            yield f"{' ' * indent}for layer in {inline(only.value)}:"
        else:
            layers = ast.Tuple([where for where, _ in members], ast.Load())
            yield from layout("for layer in ", layers, indent, ":")
        for call in calls:
            yield from layout("", call, indent + 4)


def _with_layer(call: ast.Call, where: ast.expr) -> ast.expr:
    tensor = call.args[0]
    if not isinstance(tensor, ast.Attribute):
        raise TypeError("an initialisation starts with the tensor")
    return ast.Call(
        call.func, [ast.Attribute(where, tensor.attr, ast.Load()), *call.args[1:]], call.keywords
    )
