"""One node explained: what it is, its sums, its neighbours, and its line in the spec."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Sequence

from archc.analysis.formats import named
from archc.analysis.lecture.facts import cost_facts, field_facts, size_facts, weight_facts, weights
from archc.analysis.lecture.page import Fact, Page, Pieces
from archc.analysis.summary import Summary
from archc.analysis.words import counted, dimensions, plain
from archc.errors import Span
from archc.graph.graph import Graph, Node

MOST = 8  # neighbours that are named
LONGEST = 80  # characters of a line of the spec


def node_page(summary: Summary, node: Node) -> Page:
    """Everything about one node or input."""
    graph = summary.graph
    if not node.inputs:
        return _input_page(summary, node)
    followers = [other for other in graph.nodes.values() if other.owner is node]
    facts = [
        *_reads(node),
        *size_facts(node),
        *weight_facts(node, followers),
        *cost_facts(node),
        *field_facts(summary, node),
        *_followers(node, followers),
        *_readers(graph, [node, *followers]),
        *written_at(node.spec.marks.span() if node.spec is not None else None),
    ]
    heading = f"{node.name} in {plain(named(graph))}: {plain(node.label)}"
    return Page(heading, tuple(_meaning(node)), tuple(facts))


def _input_page(summary: Summary, node: Node) -> Page:
    graph = summary.graph
    facts = [
        *size_facts(node),
        *cost_facts(node),
        *_readers(graph, [node]),
        *written_at(graph.document.marks.span("input")),
    ]
    heading = f"{node.name} in {plain(named(graph))}: an input of the network"
    words = ("Its shape is written in the spec, or given by the caller; the batch is left out.",)
    return Page(heading, words, tuple(facts))


def _meaning(node: Node) -> Iterator[str]:
    """The operator in a sentence, the source it follows, and the author's own note."""
    said = (inspect.getdoc(type(node.op)) or "").partition("\n")[0]
    if said:
        yield plain(said)
    if node.op.source:
        yield plain(f"After {node.op.source}.", 300)
    if node.spec is not None and node.spec.note and not node.role:
        yield f"The spec's note: {plain(node.spec.note, 300)}"
    if node.training_only:
        yield "Only training runs it."


def _reads(node: Node) -> Iterator[Fact]:
    yield listing(
        "reads", [f"{source.name} ({dimensions(source.shape)})" for source in node.inputs]
    )


def listing(label: str, names: Sequence[str]) -> Fact:
    """Names one after another; of many, the first few."""
    more = f" and {len(names) - MOST:,} more" if len(names) > MOST else ""
    return Fact(label, (", ".join(names[:MOST]) + more,))


def _followers(node: Node, followers: Sequence[Node]) -> Iterator[Fact]:
    if node.owner is not None:
        yield Fact("belongs to", (f"{node.owner.name}, as its {node.role}",))
    for follower in followers:
        yield Fact(follower.role, _follower(follower))


def _follower(node: Node) -> Pieces:
    words = f"{node.name}: {plain(node.label)}"
    trained = weights(node)
    pieces: Pieces = (words,) if trained is None else (f"{words}, ", trained, " parameters")
    return (*pieces, f", {counted(node.buffers, 'buffer value')}") if node.buffers else pieces


def _readers(graph: Graph, nodes: Sequence[Node]) -> Iterator[Fact]:
    """Who reads the node, or the norm and act that belong to it; and which output it is."""
    readers = [
        f"{other.name} (of {source.name})" if source is not nodes[-1] else other.name
        for other in graph.nodes.values()
        for source in dict.fromkeys(other.inputs)
        if source in nodes and other not in nodes
    ]
    if readers:
        yield listing("read by", readers)
    for output in graph.outputs:
        if output.node in nodes:
            yield Fact("is the output", (output.name,))


def written_at(span: Span | None) -> Iterator[Fact]:
    """The line of the spec at which something is written."""
    if span is not None:
        line = plain(span.source.line(span.line), LONGEST)
        yield Fact("in the spec", (f"{plain(str(span), 200)}: {line}",))
