"""A block call or a chain of instances explained: its inside as a table, and the sums below it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from archc.analysis.formats import named
from archc.analysis.lecture.facts import bytes_of, field_cell, field_facts, names_of_sizes, sizes
from archc.analysis.lecture.node import listing, written_at
from archc.analysis.lecture.page import Fact, Line, Page, Table
from archc.analysis.memory import BYTES
from archc.analysis.rows import Row, item_rows, lines, scope_rows
from archc.analysis.summary import Summary
from archc.analysis.words import counted, dimensions, plain, short
from archc.graph.graph import Bypass, Graph, Item, Node, Scope
from archc.ops.base import show
from archc.ops.formula import Expr, Formula, plus, times
from archc.spec.document import NodeSpec

HEAD = ("name", "layer", "output", "parameters", "MACs", "field")
RIGHT = frozenset({3, 4, 5})
MOST_TERMS = 12  # of a sum that is written out


def scope_page(summary: Summary, scope: Scope, spec: NodeSpec) -> Page:
    """One call of a block."""
    block = scope.block.name if scope.block is not None else ""
    heading = f"{scope.path} in {plain(named(summary.graph))}: a call of the block {block}"
    reads = [
        f"{name}: {node.name} ({dimensions(node.shape)})" if len(scope.inputs) > 1
        else f"{node.name} ({dimensions(node.shape)})"
        for name, node in scope.inputs.items()
    ]  # fmt: skip
    facts = [listing("reads", reads)]
    if scope.args:
        args = ", ".join(f"{key} {show(value)}" for key, value in scope.args.items())
        facts.append(Fact("args", (plain(args, 300),)))
    rows = scope_rows(scope)
    last = scope.result.owner or scope.result
    totals = [*_results(scope), *_sums(rows, scope.result)]
    totals += [fact for fact in field_facts(summary, last) if not fact.label.startswith(" ")]
    totals += written_at(spec.marks.span())
    note = scope.block.marks.get("note") if scope.block is not None else None
    words = (f"The spec's note: {plain(note, 300)}",) if isinstance(note, str) else ()
    return Page(heading, words, tuple(facts), _table(summary, rows), tuple(totals))


def item_page(summary: Summary, item: Item) -> Page:
    """A repeated node: the chain of its instances; or one that is absent."""
    graph = summary.graph
    heading = f"{item.path} in {plain(named(graph))}"
    if not item.parts:
        source = item.sources[0][0]
        words = "It is absent here: `when` is false, or `repeat` is 0."
        return Page(heading, (words, f"Its name means {source.name}, which passes by."))
    heading += f": {counted(len(item.parts), 'instance')} in a chain"
    reads = [f"{node.name} ({dimensions(node.shape)})" for node in item.sources[0]]
    rows = item_rows(item)
    result = item.parts[-1].result
    totals = [Fact("result", (f"{dimensions(result.shape)}, of {result.name}",))]
    totals += [*_sums(rows, result), *written_at(item.spec.marks.span())]
    return Page(heading, (), (listing("reads", reads),), _table(summary, rows), tuple(totals))


def bypass_page(graph: Graph, bypass: Bypass) -> Page:
    """An instance that a patch removed."""
    heading = f"{bypass.path} in {plain(named(graph))}"
    source = bypass.node.inputs[0]
    return Page(heading, (f"It was removed by a patch; the signal of {source.name} passes by.",))


def _table(summary: Summary, rows: list[Row]) -> Table:
    found = []
    for level, row in lines(rows):
        repeated = f"{row.times} × " if row.times > 1 else ""
        cells = (
            row.name,
            repeated + plain(row.what),
            dimensions(row.shape),
            f"{row.cost.params:,}" if row.cost.params else "",
            short(row.cost.macs) if row.cost.macs else "",
            field_cell(summary, row.node),
        )
        found.append(Line(tuple((cell,) for cell in cells), level, bool(row.inner)))
    return Table(HEAD, found, RIGHT)


def _results(scope: Scope) -> Iterator[Fact]:
    """The shape of each output, and how the node that it is came to its sizes."""
    for name, node in scope.outputs.items():
        label = f"result {name}" if len(scope.outputs) > 1 else "result"
        yield Fact(label, (f"{dimensions(node.shape)}, of {node.name}",))
        last = node.owner or node
        if last.shape == node.shape:
            yield from _computed(last)


def _computed(node: Node) -> Iterator[Fact]:
    for name, sum in zip(names_of_sizes(node), sizes(node), strict=True):
        if sum is not None and not sum.given and name in ("channels", "numbers"):
            yield Fact(f"  {name}", (sum,))


def _sums(rows: Sequence[Row], result: Node) -> Iterator[Fact]:
    """What the rows come to together."""
    counts: tuple[tuple[str, str], ...] = (
        ("parameters", "params"), ("frozen", "frozen"), ("buffer values", "buffers"), ("MACs", "macs")
    )  # fmt: skip
    for label, key in counts:
        sum = total_of(rows, key)
        if sum is not None:
            yield Fact(label, (sum,))
    whole = sum_of(rows, "params")
    yield Fact("memory of the result", bytes_of(times(*result.shape, BYTES)))
    if whole:
        yield Fact("memory of the weights", bytes_of(times(whole, BYTES)))


def sum_of(rows: Sequence[Row], key: str) -> int:
    """What the rows have of one count, by its name in ``Cost``."""
    return sum(getattr(row.cost, key) for row in rows)


def total_of(rows: Sequence[Row], key: str) -> Formula | None:
    """The sum over the rows, written out where it is short; repeated rows as a product."""
    terms: list[Expr] = []
    for row in rows:
        count = getattr(row.cost, key)
        if count and row.times > 1 and count % row.times == 0:
            terms.append(times(row.times, count // row.times))
        elif count:
            terms.append(count)
    if not terms:
        return None
    return Formula(plus(*terms) if len(terms) <= MOST_TERMS else sum_of(rows, key))
