"""How long the names of the written module hold their values, which may be longer than they are read.

Each block is a call. It holds what it was given until it returns, and a chain of calls what its first was
given. A chain of layers reuses one name; that of a branch is reused when another is needed, or lives on
until the call returns; so does that of a value which branches start from. See `codegen/values.py`.
"""

from __future__ import annotations

from collections.abc import Iterator

from archc.graph.graph import Item, Node, Part, Scope


def held(scope: Scope) -> Iterator[tuple[Node, Node]]:
    """Values, each with a node until whose end something holds it."""
    yield from _by_names(scope)
    for item in scope.items:
        if not item.parts or not isinstance(item.parts[0], Scope):
            continue
        yield from ((source, _end(item)) for source in item.sources[0])
        for part, sources in zip(item.parts, item.sources, strict=True):
            if isinstance(part, Scope):
                yield from ((source, _last(part)) for source in sources)
                yield from held(part)


def _by_names(scope: Scope) -> Iterator[tuple[Node, Node]]:
    """The same for what the names inside one call hold when nothing reads it any more."""
    items = [item for item in scope.items if item.parts]
    dying = _dying(scope, items)
    readers = _readers(items)
    dead: dict[Node, None] = {}  # in the order in which they die
    for item, values in zip(items, dying, strict=True):
        dead.update(dict.fromkeys(values))
        first, *others = item.sources[0]
        follows = first in values and not others
        apart = follows and len(readers[first]) > 1 and _ends_in_merge(item, readers)
        if follows and not apart:
            del dead[first]  # the result goes on under its name
        elif value := next((one for one in dead if not (apart and one is first)), None):
            del dead[value]
            yield value, _end(item)
    yield from ((value, _last(scope)) for value in dead if items)


def _readers(items: list[Item]) -> dict[Node, list[Item]]:
    """For each value, the items that read it."""
    found: dict[Node, list[Item]] = {}
    for item in items:
        for source in dict.fromkeys(item.sources[0]):
            found.setdefault(source, []).append(item)
    return found


def _ends_in_merge(item: Item, readers: dict[Node, list[Item]]) -> bool:
    """Whether the chain of single readers from an item on runs into a merge, as a branch does."""
    while len(after := readers.get(item.parts[-1].result, [])) == 1:
        (item,) = after
        if len(item.sources[0]) > 1:
            return True
    return False


def _dying(scope: Scope, items: list[Item]) -> list[list[Node]]:
    """For each item, the values of this call that nothing reads after it."""
    last: dict[Node, int] = {}
    for place, item in enumerate(items):
        last.update(dict.fromkeys(item.sources[0], place))  # a chain's other values have no names
    for output in scope.outputs.values():
        last.pop(output, None)
    found: list[list[Node]] = [[] for _ in items]
    for value, place in last.items():
        found[place].append(value)
    return found


def _end(item: Item) -> Node:
    """The node that runs last in an item that is there."""
    return _of(item.parts[-1])


def _of(part: Part) -> Node:
    return _last(part) if isinstance(part, Scope) else part.result


def _last(scope: Scope) -> Node:
    """The node that runs last in a call; where none does, the value that passes by."""
    item = next((item for item in reversed(scope.items) if item.parts), None)
    return scope.result if item is None else _end(item)
