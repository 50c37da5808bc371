"""The lines of a summary: layers grouped by the blocks they stand in, and repetitions folded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from archc.analysis.cost import Cost, total
from archc.graph.graph import Bypass, Graph, Item, Layer, Node, Scope
from archc.ops.base import Shape


@dataclass(frozen=True, slots=True)
class Row:
    """A layer with its norm and activation, or a block call with the rows inside it.

    ``times`` equal instances in a chain share one row: ``cost`` is that of all of them, the rows
    inside are those of one, and ``node``, whose receptive field is shown, is the last one's result.
    """

    name: str  # inside a block without the block's path
    what: str
    shape: Shape
    cost: Cost
    node: Node = field(compare=False)
    inner: tuple[Row, ...] = ()
    times: int = 1

    @property
    def training_only(self) -> bool:
        return self.node.training_only


def every_node(graph: Graph) -> list[Row]:
    """One row for each node of the graph, with its whole name."""
    return [
        Row(name, node.label, node.shape, total([node]), node) for name, node in graph.nodes.items()
    ]


def layers(graph: Graph) -> list[Row]:
    """The rows that a lecture would show."""
    return scope_rows(graph.root)


def scope_rows(scope: Scope) -> list[Row]:
    """The rows inside one call of a block."""
    return [row for item in scope.items for row in item_rows(item)]


def lines(rows: list[Row] | tuple[Row, ...], level: int = 0) -> Iterator[tuple[int, Row]]:
    """The rows and those inside them in order, each with how deep it stands."""
    for row in rows:
        yield level, row
        yield from lines(row.inner, level + 1)


def item_rows(item: Item) -> list[Row]:
    """One row for each instance of a written node; equal neighbours are folded into one."""
    folded: list[Row] = []
    alone: Row | None = None  # the last row as it stands for one instance
    for place, part in enumerate(item.parts):
        name = f"{item.spec.id}.{item.order[place]}" if item.repeated else item.spec.id
        row = _part_row(part, item, name)
        if alone is not None and _alike(row, alone):
            folded[-1] = _fold(folded[-1], row)
        else:
            folded.append(row)
            alone = row
    return folded


def _alike(row: Row, other: Row) -> bool:
    """Whether two rows say the same, but for their names."""
    return (row.what, row.shape, row.cost, row.times, row.inner) == (
        other.what,
        other.shape,
        other.cost,
        other.times,
        other.inner,
    )


def _fold(row: Row, more: Row) -> Row:
    first = row.name.partition(" … ")[0]
    cost = Cost(*(a + b for a, b in zip(row.cost, more.cost, strict=True)))
    name = f"{first} … {more.name.rpartition('.')[2]}"
    return replace(row, name=name, cost=cost, node=more.node, inner=more.inner, times=row.times + 1)


def _part_row(part: Layer | Scope | Bypass, item: Item, name: str) -> Row:
    if isinstance(part, Bypass):
        return Row(name, "removed, the signal passes by", part.node.shape, Cost(), part.node)
    shares = f", weights of {item.shares.path}" if item.shares is not None else ""
    if isinstance(part, Layer):
        what = ", ".join(node.label for node in part.nodes)
        return Row(name, what + shares, part.result.shape, total(part.nodes), part.result)
    inner = tuple(scope_rows(part))
    cost = Cost(*map(sum, zip(Cost(), *[row.cost for row in inner], strict=True)))
    block = part.block.name if part.block is not None else ""
    return Row(name, block + shares, part.result.shape, cost, part.result, inner)
