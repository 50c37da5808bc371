"""How graphs are taken apart: chains of parts, splits and their branches, tangles."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archc.drawing.flow.structure import Chain, Edge, Row, Split, Tangle, chain, tangle


def edges_of(text: str) -> list[Edge]:
    """``01 12``: an edge from part 0 to 1, and one from 1 to 2."""
    return [Edge(i, int(pair[0]), int(pair[1])) for i, pair in enumerate(text.split())]


def split(*branches: tuple[Row, ...], passing: tuple[int, ...] = ()) -> Split:
    return Split(tuple(map(Chain, branches)), passing)


@pytest.mark.parametrize(
    ("size", "edges", "rows"),
    [
        (1, "", (0,)),
        (3, "01 12", (0, 1, 2)),
        (3, "01 12 02", (0, split((1,), passing=(2,)), 2)),
        (4, "01 02 13 23", (0, split((1,), (2,)), 3)),
        (5, "01 12 02 23 34 24", (0, split((1,), passing=(2,)), 2, split((3,), passing=(5,)), 4)),
        (5, "01 12 23 34 13 04", (0, split((1, split((2,), passing=(4,)), 3), passing=(5,)), 4)),
        (3, "02 12", (split((0,), (1,)), 2)),  # two inputs
        (3, "01 02", (0, split((1,), (2,)))),  # two outputs
        (2, "", (split((0,), (1,)),)),
        (6, "01 02 13 14 23 24 35 45", (0, Tangle(((1, 2), (3, 4))), 5)),
        (4, "01 12 23 02 13", (0, Tangle(((1,), (2,))), 3)),  # skips that overlap
    ],
)  # fmt: skip
def test_graphs_drawn_by_hand(size: int, edges: str, rows: tuple[Row, ...]) -> None:
    assert chain(range(size), edges_of(edges)) == Chain(rows)


def test_a_tangle_ranks_parts_after_all_that_they_read() -> None:
    assert tangle(range(4), edges_of("01 12 03")) == Tangle(((0,), (1, 3), (2,)))


@st.composite
def graphs(draw: st.DrawFn) -> tuple[int, list[Edge]]:
    size = draw(st.integers(1, 14))
    pairs = [(a, b) for b in range(size) for a in range(b)]
    chosen = draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else []
    return size, [Edge(i, a, b) for i, (a, b) in enumerate(chosen)]


@given(graphs())
def test_every_part_stands_once_and_below_all_that_it_reads(
    graph: tuple[int, list[Edge]],
) -> None:
    size, edges = graph
    found = chain(range(size), edges)
    assert sorted(parts_in(found)) == list(range(size))
    order = {part: i for i, part in enumerate(parts_in(found))}
    assert all(order[edge.source] < order[edge.target] for edge in edges)


@given(graphs())
def test_only_edges_that_pass_by_all_branches_are_passing(graph: tuple[int, list[Edge]]) -> None:
    size, edges = graph
    for before, row, after in splits_in(chain(range(size), edges)):
        for number in row.passing:
            assert before in (edges[number].source, None)  # None: it comes from outside the branch
            assert after in (edges[number].target, None)


def test_deep_nesting_ends_in_a_tangle() -> None:
    size = 1_000
    line = [Edge(i, i, i + 1) for i in range(size - 1)]
    nested = [Edge(size + i, i, size - 1 - i) for i in range(size // 2 - 1)]
    found = chain(range(size), [*line, *nested])
    assert sorted(parts_in(found)) == list(range(size))


def parts_in(found: Chain) -> Iterator[int]:
    for row in found.rows:
        match row:
            case int():
                yield row
            case Tangle(ranks):
                for rank in ranks:
                    yield from rank
            case Split(branches):
                for branch in branches:
                    yield from parts_in(branch)


def splits_in(found: Chain) -> Iterator[tuple[Row | None, Split, Row | None]]:
    """Every split with the rows before and after it."""
    for (before, row), (_, after) in pairwise(pairwise([None, *found.rows, None])):
        if isinstance(row, Split):
            yield before, row, after
            for branch in row.branches:
                yield from splits_in(branch)
