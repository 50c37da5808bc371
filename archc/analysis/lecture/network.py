"""The whole network as a lecture's table: each layer with the sums behind its size and weights."""

from __future__ import annotations

from archc.analysis.formats import footer, heading
from archc.analysis.lecture.facts import field_cell, sizes, weights
from archc.analysis.lecture.page import Arithmetic, Line, Page, Pieces, Table
from archc.analysis.rows import Row, layers, lines
from archc.analysis.summary import Summary
from archc.analysis.words import dimensions, plain, short
from archc.graph.graph import Graph, Node
from archc.ops.formula import Expr, Formula, parts, plus, times
from archc.ops.notation import term

HEAD = ("name", "layer", "size", "output", "weights", "parameters", "MACs", "field")
RIGHT = frozenset({5, 6, 7})
FLEXIBLE = (1, 16), (4, 18), (1, 12), (2, 11)


def network_page(summary: Summary) -> Page:
    """One row for each layer with its norm and activation; blocks and repetitions as in a summary."""
    followers = _followers(summary.graph)
    found = [
        Line(_cells(summary, row, followers), level, bool(row.inner))
        for level, row in lines(layers(summary.graph))
    ]
    table = Table(HEAD, found, RIGHT, FLEXIBLE, stacked=(2, 4))
    return Page(plain(heading(summary)), table=table, closing=tuple(footer(summary)))


def _followers(graph: Graph) -> dict[Node, list[Node]]:
    found: dict[Node, list[Node]] = {}
    for node in graph.nodes.values():
        if node.owner is not None:
            found.setdefault(node.owner, []).append(node)
    return found


def _cells(summary: Summary, row: Row, followers: dict[Node, list[Node]]) -> tuple[Pieces, ...]:
    repeated = f"{row.times} × " if row.times > 1 else ""
    note = " (training only)" if row.training_only else ""
    node = row.node.owner or row.node
    size: Pieces = ()
    trained: Pieces = ()
    if not row.inner:
        size = size_cell(node)
        trained = weight_cell([node, *followers.get(node, ())], row.times)
    return (
        (row.name,),
        (f"{repeated}{plain(row.what)}{note}",),
        size,
        (dimensions(row.shape),),
        trained,
        (_counted(row),),
        (short(row.cost.macs) if row.cost.macs else "",),
        (field_cell(summary, row.node),),
    )


def _counted(row: Row) -> str:
    """Trained numbers, or those that are frozen."""
    cost = row.cost
    if cost.frozen and not cost.params:
        return f"{cost.frozen:,} frozen"
    return f"{cost.params:,}" if cost.params else ""


def size_cell(node: Node) -> Pieces:
    """The sum behind the first size that tells something: of an axis, else of the channels."""
    found = sizes(node)
    sums = [sum for sum in [*found[1:], *found[:1]] if sum is not None and not sum.given]
    shown = [sum for sum in sums if not _trivial(sum, node)]
    different = list(dict.fromkeys(shown))
    if len(different) > 1 and len(node.shape) > 1:
        pieces: list[Arithmetic | str] = []
        for sum in different[: len(node.shape)]:
            pieces += [", ", Arithmetic(sum)] if pieces else [Arithmetic(sum)]
        return tuple(pieces)
    return (Arithmetic(different[0]),) if different else ()


def _trivial(sum: Formula, node: Node) -> bool:
    """Whether a window of 1 that moves by 1, or padding to the same size, gives back the size."""
    if term(sum) == term(Formula(int(sum.result))):
        return True
    kernel, stride = (getattr(node.op, name, None) for name in ("kernel", "stride"))
    return kernel == 1 and stride == 1 and sum.result in node.input_shapes[0]


def weight_cell(nodes: list[Node], count: int) -> Pieces:
    """The sums of a layer's weights together: ``3·3·64·64 + 2·64``."""
    terms: list[Expr] = []
    for node in nodes:
        sum = weights(node)
        if sum is not None and node.shared is None:
            terms += parts(sum.expr, "sum")
    if not terms or all(isinstance(term, int) for term in terms):
        return ()
    whole = plus(*terms)
    return (Arithmetic(Formula(times(count, *parts(whole, "product")) if count > 1 else whole)),)
