"""From a scope's units to pieces with sizes, the innermost scopes first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal, TypeAlias, TypeGuard

from archc.analysis.words import dimensions, plain, short
from archc.drawing.flow import structure
from archc.drawing.flow.looks import SMALL, cost_of, look_of, result_of
from archc.drawing.flow.pieces import (
    ARROW,
    BESIDE,
    BUS,
    COMPACT_GAP,
    GAP,
    LABEL_GAP,
    Fork,
    Mesh,
    Piece,
    Stack,
    left_of,
    right_of,
)  # fmt: skip
from archc.drawing.flow.sides import Hanging, trunk_and_sides
from archc.drawing.flow.structure import Chain, Edge, Split, Tangle
from archc.drawing.flow.units import Link, Scope, Unit
from archc.drawing.palette import Theme
from archc.drawing.picture.lettering import fitted, text_width
from archc.drawing.view import Box, Entry, Group
from archc.graph.graph import GraphOutput, Layer

# what is left out to make a drawing smaller: shapes beside lines, then the boxes' second lines
Density: TypeAlias = Literal["full", "tight", "compact"]
PAD, TITLE = 8.0, 19.0  # inside a group's frame: around, and the row of its title
TITLE_SIZE, TITLE_WIDEST = 10.0, 150.0
LABEL_X, PORT_GAP = 5.0, 4.0  # from a line to its shape; below and above ports
TITLE_GAP = 7.0  # from a title to the trunk
OVER = 4.0  # from a box to a line below it that leads into a frame
WIDER = 6.0  # that a frame may become for its caption
EVEN = 48.0  # points: branches whose widths differ by no more are made equally wide


@dataclass(eq=False)
class Side:
    """What hangs from a trunk and leads nowhere on it: an auxiliary head, another output."""

    source: Unit
    stack: Stack
    lane: float = 0  # the x of the line that leads there

    @property
    def above(self) -> float:
        """What stays free above: a frame is entered from there."""
        first = self.stack.rows[0]
        enters = isinstance(first, Unit) and first.look is not None and not first.look.sign
        return ARROW if enters else ARROW + BUS

    @property
    def room(self) -> float:
        return self.above + self.stack.height


@dataclass(eq=False)
class Laid:
    """A scope laid out: its trunk, and what stands to the side of it."""

    stack: Stack
    sides: list[Side] = field(default_factory=list)
    width: float = 0
    height: float = 0


@dataclass(eq=False)
class Arranger:
    """Lays out scopes in one look; ``laid`` keeps what became of each.

    ``bars``: an input above equal branches is as wide as they are together. ``tangled``: the paths
    of the scopes to lay out in ranks, "" for the outermost.
    """

    theme: Theme
    density: Density
    bars: bool = False
    tangled: frozenset[str] = frozenset()
    laid: dict[Scope, Laid] = field(default_factory=dict)

    def scope(self, scope: Scope, path: str = "") -> Laid:
        """The scope's pieces, measured; those of the scopes inside it too."""
        for unit in scope.units:
            self.size(unit)
        if path in self.tangled:
            ranks = structure.tangle(*_numbered(scope.units, scope.links))
            laid = Laid(self.stack(Chain((ranks,)), scope.units, scope.links))
            self.laid[scope] = laid
            return laid
        trunk, hanging = trunk_and_sides(scope)
        chain = chain_of(trunk, scope.links)
        while inner := _branching(hanging, trunk, chain):
            trunk, hanging = trunk_and_sides(scope, {*trunk, *inner})
            chain = chain_of(trunk, scope.links)
        laid = Laid(self.stack(chain, trunk, scope.links))
        reading: dict[Unit, list[Link]] = {}
        for link in scope.links:
            reading.setdefault(link.target, []).append(link)
        for source, units in hanging:
            links = [link for unit in units for link in reading[unit]]
            laid.sides.append(Side(source, self.stack(chain_of(units, links), units, links)))
        self.laid[scope] = laid
        return laid

    def size(self, unit: Unit) -> None:
        if unit.port:
            unit.height = TITLE if unit.port == "in" else PAD
        elif unit.inner is not None:
            self.frame(unit, unit.inner)
        else:
            unit.look = look_of(unit.box, self.theme, self.density == "compact", narrow=unit.beside)
            unit.width, unit.height = unit.look.width, unit.look.height
            unit.axis = unit.look.axis or unit.width / 2

    def frame(self, unit: Unit, inner: Scope) -> None:
        """A group's size: its scope with a border, and a title that its trunk does not cross."""
        group = unit.subject
        assert isinstance(group, Group)
        laid = self.scope(inner, group.path)
        stack = laid.stack
        right, height = stack.right, stack.height
        for side in laid.sides:
            right += BESIDE + side.stack.left + side.stack.right
        height = max(height, TITLE + sum(side.room for side in laid.sides))
        title = text_width(group_title(group), TITLE_SIZE, True) + PAD + TITLE_GAP
        unit.axis = max(stack.left + PAD, title)
        long, brief = group_costs(group)
        room = max(right + PAD, unit.axis)
        needed = [text_width(cost, SMALL) + PAD + TITLE_GAP for cost in (long, brief)]
        unit.caption = long if needed[0] <= room + WIDER else brief
        if len(inner.ins) > 1:
            unit.caption = brief = ""  # lines come in where it would stand
        unit.width = unit.axis + max(room, needed[unit.caption is brief] if brief else 0)
        unit.height = height + (0 if inner.ins else TITLE) + (0 if inner.outs else PAD)

    def stack(
        self, chain: Chain, units: Sequence[Unit], links: Sequence[Link], branch: bool = False
    ) -> Stack:
        """A chain's rows; those of one ``branch`` among equals have no room for shapes."""
        rows = [self.row(row, units, links) for row in chain.rows]
        stack = Stack(rows)
        _widen([row for row in rows if isinstance(row, Unit)])
        for before, after in pairwise(rows):
            if isinstance(before, Fork) and before.main is None and _concat(after):
                before.straight = True
                before.measure()
                _as_bar(after, before)
            if self.bars and _input(before) and isinstance(after, Fork) and after.main is None:
                _as_bar(before, after)
                before.spread = True
            if isinstance(before, Fork) and isinstance(after, Unit):
                before.clear(right_of(after))
        for before, after in pairwise(rows):
            label = "" if branch or self.density != "full" else _shape_between(before, after, links)
            stack.gaps.append(LABEL_GAP if label else self.gap(before, after))
            stack.reach.append(LABEL_X + text_width(label, SMALL) if label else 0)
        stack.measure()
        return stack

    def row(self, row: structure.Row, units: Sequence[Unit], links: Sequence[Link]) -> Piece:
        match row:
            case Split():
                return self.fork(row, units, links)
            case Tangle(ranks):
                inside = _ports_last([units[i] for i in rank] for rank in ranks)
                touched = {unit for rank in inside for unit in rank}
                piece = Mesh(inside, [k for k in links if {k.source, k.target} & touched])
                piece.measure()
                return piece
            case int():
                return units[row]

    def fork(self, split: Split, units: Sequence[Unit], links: Sequence[Link]) -> Fork:
        """The branches of a split: beside the one that stays on the trunk, or all alike."""
        trunk = [b for b in split.branches if not _aside(b, units)] or [split.branches[0]]
        alike = len(trunk) > 1
        branches = [self.stack(b, units, links, alike) for b in split.branches]
        main = None if alike else branches[split.branches.index(trunk[0])]
        if alike:
            rows = [r for b in branches for r in b.rows if isinstance(r, Unit)]
            widths = [r.width for r in rows if _plain(r)]
            if widths and max(widths) - min(widths) <= EVEN:
                _widen(rows)
                for branch in branches:
                    branch.measure()
        fork = Fork(branches, [links[i] for i in split.passing], main)
        fork.measure()
        return fork

    def gap(self, before: Piece, after: Piece) -> float:
        """What stays free between two rows."""
        if isinstance(before, Unit) and isinstance(after, Unit):
            beside_port = before.port or after.port
            return PORT_GAP if beside_port else GAP if self.density == "full" else COMPACT_GAP
        if isinstance(after, Fork):
            return BUS if after.main is None else BUS + ARROW - 2
        if isinstance(before, Fork):
            frame = before.main is not None and isinstance(after, Unit) and after.inner is not None
            return (
                ARROW + OVER if frame else ARROW
            )  # lines beside the trunk enter a frame from above
        return 0


def _shape_between(before: Piece, after: Piece, links: Sequence[Link]) -> str:
    """What the line between two rows says: its value's shape, where a layer changed it."""
    for link in links:
        if link.source is before and link.target is after:
            return shape_label(link, links)
    return ""


def shape_label(link: Link, links: Sequence[Link]) -> str:
    """What a line may say: the shape that its layer changed, if no other line leaves there."""
    box, target = link.source.subject, link.target.subject
    if not isinstance(box, Box) or not isinstance(box.subject, Layer):
        return ""
    if isinstance(target, Box) and (isinstance(target.subject, GraphOutput) or merges(target)):
        return ""
    result = result_of(box)
    if result is None or result.shape == box.subject.node.input_shapes[0] or link.target.port:
        return ""
    alone = sum(k.source is link.source for k in links) == 1
    return dimensions(result.shape) if alone and not merges(box) else ""


def merges(box: Box) -> bool:
    """Whether a box joins several values."""
    return isinstance(box.subject, Layer) and box.subject.node.op.family == "merge"


def group_title(group: Group) -> str:
    """A group's name and how often it repeats: ``layer1``, ``layer1.1 × 3``."""
    label = group.item.spec.label if group.path == group.item.path or group.portion else ""
    name = group.path.partition(":")[0]
    many = f" × {group.times}" if group.times > 1 else ""
    portion = f", {group.portion}" if group.portion else ""
    title = fitted(plain(label or name), TITLE_SIZE, TITLE_WIDEST, True)
    return title + many + portion


def group_costs(group: Group) -> tuple[str, str]:
    """What stands at the right of a group's title, in full and in brief."""
    told = not group.portion or group.portion.startswith("1 ")  # once, where it begins
    params = cost_of(group).params if told else 0
    each = " each" if group.times > 1 else ""
    return (f"{short(params)} params{each}", f"{short(params)}{each}") if params else ("", "")


def chain_of(units: Sequence[Unit], links: Sequence[Link]) -> Chain:
    return structure.chain(*_numbered(units, links))


def _numbered(units: Sequence[Unit], links: Sequence[Link]) -> tuple[range, list[Edge]]:
    place = {unit: i for i, unit in enumerate(units)}
    edges = [
        Edge(number, place[link.source], place[link.target])
        for number, link in enumerate(links)
        if link.source in place and link.target in place
    ]
    return range(len(units)), edges


def _ports_last(ranks: Iterable[list[Unit]]) -> list[list[Unit]]:
    """The ranks, with the ports to the outside below all else: the frame's lower side is there."""
    kept = [list(rank) for rank in ranks]
    outs = [unit for rank in kept for unit in rank if unit.port == "out"]
    inner = [[unit for unit in rank if unit.port != "out"] for rank in kept]
    return [rank for rank in [*inner, outs] if rank]


def _branching(hanging: list[Hanging], trunk: list[Unit], chain: Chain) -> set[Unit]:
    """What hangs from a branch of the trunk, where lines to it would cross the others."""
    alone = {trunk[row] for row in chain.rows if isinstance(row, int)}
    return {unit for source, units in hanging if source not in alone for unit in units}


def _plain(unit: Unit) -> bool:
    """Whether a unit is a box that may be wider than its words."""
    return unit.look is not None and not (unit.look.sign or unit.bar or unit.beside)


def _widen(units: list[Unit]) -> None:
    boxes = [unit for unit in units if _plain(unit)]
    width = max((unit.width for unit in boxes), default=0)
    for unit in boxes:
        unit.width, unit.axis = width, width / 2


def _concat(piece: Piece) -> bool:
    if not isinstance(piece, Unit) or piece.look is None or piece.look.sign:
        return False
    return piece.look.kind == "merge"


def _input(piece: Piece) -> TypeGuard[Unit]:
    if not isinstance(piece, Unit) or not isinstance(piece.subject, Box):
        return False
    return isinstance(piece.subject.subject, Entry)


def _as_bar(piece: Piece, fork: Fork) -> None:
    assert isinstance(piece, Unit)
    piece.bar = True
    width = max(piece.width, left_of(fork) + right_of(fork))
    piece.width, piece.axis = width, width / 2


def _aside(chain: Chain, units: Sequence[Unit]) -> bool:
    """Whether a branch leaves the trunk to another: a projection shortcut, or a value passed on."""
    if not all(isinstance(row, int) for row in chain.rows):
        return False
    inner = [units[row] for row in chain.rows if isinstance(row, int) and not units[row].port]
    return not inner or (len(inner) == 1 and inner[0].beside)
