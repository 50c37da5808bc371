"""Where the time of a forward pass goes, block by block."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import pairwise
from time import perf_counter
from typing import TYPE_CHECKING, Any, NamedTuple

from archc.graph.graph import Graph, Node
from archc.measure.timing import ROUNDS, Task, Timing, compare, nothing

if TYPE_CHECKING:
    from torch import nn

WHOLE = "(network)"  # where no part is called


class BlockTime(NamedTuple):
    """One block's part of a forward pass: seconds in each round, and FLOP for one sample if known."""

    name: str
    timing: Timing
    flops: int | None


class BlockTimes(NamedTuple):
    """All blocks in the order they run, with the times of the ceiling's task in the same rounds."""

    blocks: tuple[BlockTime, ...]
    ceiling: Timing


def block_times(
    module: nn.Module,
    forward: Task,
    ceiling: Task,
    rounds: int = ROUNDS,
    *,
    graph: Graph | None = None,
    wait: Callable[[], None] = nothing,
    clock: Callable[[], float] = perf_counter,
) -> BlockTimes:
    """The time of each block of ``module`` while ``forward`` runs it, in turns with the ``ceiling``.

    Blocks are the module's children; of several children only one of which holds weights, that one's
    own. With the ``graph`` they are named as in the spec, and a norm or an activation counts with the
    layer it stands at. What the module does between two blocks counts with the first of them, and
    what it does before all with the first, so that the times add up to those of the passes.
    """
    names = block_names(module, graph)
    runs: dict[str, list[float]] = defaultdict(list)
    with _marks(module, names, wait, clock) as marks:

        def collect(turn: int, _: int) -> None:
            if turn > 1:  # the first turn is the ceiling's: until then the passes warmed up
                for name, seconds in _intervals(marks).items():
                    runs[name].append(seconds)
            marks.clear()

        tasks = {"ceiling": ceiling, "forward": forward}
        timings = compare(tasks, rounds, wait=wait, clock=clock, progress=collect)
    flops = block_flops(graph, set(names.values())) if graph is not None else {}
    blocks = (
        BlockTime(name, Timing(tuple(times)), flops.get(name, 0) if graph is not None else None)
        for name, times in runs.items()
    )
    return BlockTimes(tuple(blocks), timings["ceiling"])


def block_names(module: nn.Module, graph: Graph | None = None) -> dict[str, str]:
    """The name of the block to which each of the module's parts belongs, by the part's own name.

    >>> from torch import nn
    >>> block_names(nn.Sequential(nn.Linear(2, 2), nn.ReLU(), nn.Linear(2, 1)))
    {'0': '0', '1': '1', '2': '2'}
    """
    nodes = {} if graph is None else graph.nodes
    return {name: _owner(nodes, name) for name in _parts(module)}


def block_flops(graph: Graph, blocks: set[str]) -> Mapping[str, int]:
    """FLOP of an inference pass for one sample within each of the blocks; others have no entry."""
    flops: dict[str, int] = defaultdict(int)
    for node in graph.nodes.values():
        name = _owner(graph.nodes, (node.shared or node).name)
        while name and name not in blocks:
            name = name.rpartition(".")[0]
        if name and not node.training_only:
            flops[name] += 2 * node.macs
    return flops


def _owner(nodes: Mapping[str, Node], name: str) -> str:
    """The node beside which this norm or activation is written; any other name as it is."""
    node = nodes.get(name)
    return node.owner.name if node is not None and node.owner is not None else name


def _parts(module: nn.Module, path: str = "") -> list[str]:
    """The names of the children, those of lists and of an only child with weights opened."""
    from torch import nn

    prefix = f"{path}." if path else ""
    children = dict(module.named_children())
    weighted = [name for name, child in children.items() if any(True for _ in child.parameters())]
    found = []
    for name, child in children.items():
        uncalled = isinstance(child, nn.ModuleList | nn.ModuleDict)
        opened = uncalled or (weighted == [name] and any(True for _ in child.children()))
        found += _parts(child, prefix + name) if opened else [prefix + name]
    return found


@contextmanager
def _marks(
    module: nn.Module,
    names: Mapping[str, str],
    wait: Callable[[], None],
    clock: Callable[[], float],
) -> Iterator[list[tuple[str, float]]]:
    """A list that each forward pass fills: which block begins when; at the end a mark without a name."""
    marks: list[tuple[str, float]] = []

    def hook(name: str) -> Callable[..., None]:
        def mark(*_: Any) -> None:
            wait()
            marks.append((name, clock()))

        return mark

    handles = [module.register_forward_pre_hook(hook(WHOLE))]
    handles += [
        module.get_submodule(part).register_forward_pre_hook(hook(name))
        for part, name in names.items()
    ]
    handles.append(module.register_forward_hook(hook("")))
    try:
        yield marks
    finally:
        for handle in handles:
            handle.remove()


def _intervals(marks: list[tuple[str, float]]) -> dict[str, float]:
    """The seconds of each block in a pass, on average over those that left the marks.

    A block lasts from its mark to the next; a pass begins with the mark of the whole.
    """
    passes = sum(name == WHOLE for name, _ in marks)
    seconds: dict[str, float] = defaultdict(float)
    for (name, begin), (then, end) in pairwise(marks):
        if name:
            seconds[then if name == WHOLE and then else name] += (end - begin) / passes
    return seconds
