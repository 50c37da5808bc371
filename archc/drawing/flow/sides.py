"""What leads to a scope's main end, and what only hangs from that: auxiliary heads, other outputs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeAlias

from archc.drawing.flow.units import Scope, Unit
from archc.drawing.view import Box
from archc.graph.graph import GraphOutput

Hanging: TypeAlias = tuple[Unit, list[Unit]]  # where it hangs, and its units


def trunk_and_sides(scope: Scope, forced: Iterable[Unit] = ()) -> tuple[list[Unit], list[Hanging]]:
    """The units on the trunk, those ``forced`` to be among them, and the parts that hang from it.

    A part hangs by one value, which its first unit reads; what reads several is on the trunk.
    """
    leading: dict[Unit, list[Unit]] = {unit: [] for unit in scope.units}
    for link in scope.links:
        leading[link.target].append(link.source)
    trunk = _leading_to([*_ends(scope), *forced], leading)
    while True:
        found = _parts(scope.units, trunk, leading)
        if not isinstance(found, Unit):
            return [unit for unit in scope.units if unit in trunk], found
        trunk |= _leading_to([found], leading)


def _ends(scope: Scope) -> list[Unit]:
    outs = [unit for unit in scope.units if unit.port == "out"]
    if outs:
        return outs
    inner = [unit for unit in scope.units if not unit.port] or scope.units
    main = [unit for unit in inner if not unit.training_only] or inner
    return [next((unit for unit in main if _is_output(unit)), main[-1])]


def _is_output(unit: Unit) -> bool:
    return isinstance(unit.subject, Box) and isinstance(unit.subject.subject, GraphOutput)


def _leading_to(ends: list[Unit], leading: dict[Unit, list[Unit]]) -> set[Unit]:
    found, todo = set(ends), list(ends)
    while todo:
        for source in leading[todo.pop()]:
            if source not in found:
                found.add(source)
                todo.append(source)
    return found


def _parts(
    units: list[Unit], trunk: set[Unit], leading: dict[Unit, list[Unit]]
) -> list[Hanging] | Unit:
    """The parts that hang from the trunk, or a unit that reads more than one value of others."""
    home: dict[Unit, Unit] = {}  # the first unit of each one's part
    parts: dict[Unit, Hanging] = {}
    for unit in units:
        if unit in trunk:
            continue
        sources = {home.get(source, source) for source in leading[unit]}
        if len(sources) != 1:
            return unit
        source = sources.pop()
        if source in trunk:
            home[unit] = unit
            parts[unit] = (source, [unit])
        else:
            home[unit] = source
            parts[source][1].append(unit)
    return list(parts.values())
