"""A view as nested scopes of units, each with the links between its own units.

A unit is a box, a group with a scope inside, or a port: the place in a group's frame where a value
comes in or goes out. So every scope can be laid out by itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from archc.drawing.flow.looks import Look
from archc.drawing.view import Box, Edge, Group, View


@dataclass(eq=False)
class Unit:
    """One thing to place. ``axis`` is where its trunk runs, from its left side, in points."""

    subject: Box | Group | None  # None: a port
    look: Look | None = None
    inner: Scope | None = None
    port: Literal["", "in", "out"] = ""
    width: float = 0
    height: float = 0
    axis: float = 0
    x: float = 0
    y: float = 0
    caption: str = ""  # of a group: what it costs
    bar: bool = False  # as wide as the branches beside it, which meet it straight
    spread: bool = False  # a bar above branches, which leave it straight
    beside: bool = False  # a projection shortcut's layer, which stands beside the trunk

    @property
    def box(self) -> Box:
        assert isinstance(self.subject, Box)
        return self.subject

    @property
    def training_only(self) -> bool:
        return self.subject is not None and self.subject.training_only


@dataclass(eq=False)
class Link:
    """An edge between two units of a scope, and the view's edges that run through it."""

    source: Unit
    target: Unit
    edges: list[Edge] = field(default_factory=list)
    points: list[tuple[float, float]] = field(default_factory=list)
    skip: bool = False  # drawn as a skip connection, across from arm to arm


@dataclass(eq=False)
class Scope:
    """The units of a group, or of the whole drawing, in the order they run."""

    units: list[Unit] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    ins: dict[Box, Unit] = field(default_factory=dict)  # ports by the box whose value they carry
    outs: dict[Box, Unit] = field(default_factory=dict)


def scopes(view: View) -> tuple[Scope, dict[Edge, list[Link]]]:
    """The drawing's outermost scope, and the links that each edge of the view runs through."""
    builder = _Builder()
    root = Scope()
    builder.fill(root, view.top, ())
    routes = {edge: builder.route(edge, root) for edge in view.edges}
    for link in builder.links.values():
        if {edge.shortcut for edge in link.edges} == {"projection"}:
            link.source.beside = True
    for scope in builder.all:
        scope.units = [*scope.ins.values(), *scope.units, *scope.outs.values()]
    return root, routes


class _Builder:
    def __init__(self) -> None:
        self.where: dict[Box, tuple[Unit, ...]] = {}  # the units around a box, then its own
        self.links: dict[tuple[Unit, Unit], Link] = {}
        self.all: list[Scope] = []

    def fill(self, scope: Scope, children: list[Box | Group], around: tuple[Unit, ...]) -> None:
        self.all.append(scope)
        for child in children:
            unit = Unit(child)
            scope.units.append(unit)
            if isinstance(child, Group):
                unit.inner = Scope()
                self.fill(unit.inner, child.children, (*around, unit))
            else:
                self.where[child] = (*around, unit)

    def route(self, edge: Edge, root: Scope) -> list[Link]:
        start, end = self.where[edge.source], self.where[edge.target]
        shared = 0
        while shared < min(len(start), len(end)) - 1 and start[shared] is end[shared]:
            shared += 1
        links = [
            self.link(edge, inside, unit, self.port(inside, edge.source, "out"))
            for inside, unit in _levels(start, shared)
        ]
        common = start[shared - 1].inner if shared else root
        assert common is not None
        links.append(self.link(edge, common, start[shared], end[shared]))
        entering = [
            self.link(edge, inside, self.port(inside, edge.source, "in"), unit)
            for inside, unit in _levels(end, shared)
        ]
        return links + entering[::-1]

    def port(self, scope: Scope, source: Box, way: Literal["in", "out"]) -> Unit:
        ports = scope.ins if way == "in" else scope.outs
        return ports.setdefault(source, Unit(None, port=way))

    def link(self, edge: Edge, scope: Scope, source: Unit, target: Unit) -> Link:
        link = self.links.get((source, target))
        if link is None:
            link = self.links[source, target] = Link(source, target)
            scope.links.append(link)
        link.edges.append(edge)
        return link


def _levels(path: tuple[Unit, ...], shared: int) -> Iterator[tuple[Scope, Unit]]:
    """From a box outwards: each scope below the shared one, and the unit in it on the way."""
    for level in range(len(path) - 1, shared, -1):
        inside = path[level - 1].inner
        assert inside is not None
        yield inside, path[level]
