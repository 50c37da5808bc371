"""Where to cut a network, so that the slowest stage is as fast as can be.

Among the cuts whose slowest stage takes at most ``SLACK`` times that of the best, the one is taken that
goes through the fewest blocks, of those the one that sends least, and of those the most even one:
``layer2 | layer3`` reads better than a cut within a residual block. Both searches are exact over all places
between layers, or where there are very many over some :data:`MOST` of them.
"""

from __future__ import annotations

from typing import NamedTuple

from archc.analysis.words import counted
from archc.errors import Mistake, SpecError
from archc.graph.graph import Graph
from archc.pipeline.costs import Costs, Stage
from archc.pipeline.search import Fastest, Neatest, search
from archc.pipeline.units import Sequence, sequence

SLACK = 1.1
MOST = 1000  # places that are compared


class Cut(NamedTuple):
    """A network's stages, in the order in which they run."""

    layers: Sequence
    stages: tuple[Stage, ...]

    @property
    def slowest(self) -> float:
        """The time of the slowest stage, in floating-point operations: see :class:`Costs`."""
        return max(stage.time for stage in self.stages)

    @property
    def balance(self) -> float:
        """The mean time of a stage as a share of the slowest's: 1 where all take as long."""
        return sum(stage.time for stage in self.stages) / len(self.stages) / (self.slowest or 1.0)


def cut(graph: Graph, count: int) -> Cut:
    """Cut a network into ``count`` stages.

    Raises:
        SpecError: it has fewer places to cut (A105).
    """
    layers = sequence(graph)
    inner = places(layers)
    if len(inner) < count - 1:
        raise SpecError([_too_many(graph, layers, len(inner) + 1, count)])
    costs = Costs(layers)
    ends = [0, *_thinned(inner, costs, max(MOST, 4 * count)), len(layers.units)]
    fastest = search(ends, count, costs.work, Fastest(costs))
    limit = SLACK * max(costs.time(first, end) for first, end in fastest)
    neatest = search(ends, count, costs.work, Neatest(costs, limit))
    return Cut(layers, tuple(costs.stage(first, end) for first, end in neatest))


def places(layers: Sequence) -> list[int]:
    """The units that may begin a stage: nodes that share weights stay together, with all between them."""
    held = [False] * len(layers.units)
    for one in layers.joined():
        held[one.start + 1 : one.end + 1] = [True] * (one.end - one.start)
    return [place for place in range(1, len(layers.units)) if not held[place]]


def _thinned(inner: list[int], costs: Costs, most: int) -> list[int]:
    """Of many places the best of each neighbourhood: neighbourhoods take equally long."""
    if len(inner) <= most:
        return inner
    whole = costs.work[-1] or 1.0
    best: dict[int, int] = {}
    for place in inner:
        near = int(most * costs.work[place] / whole)
        known = best.get(near, place)
        best[near] = min(known, place, key=lambda one: (costs.depth[one], costs.sent[one]))
    kept = set(best.values())
    spare = iter(place for place in inner if place not in kept)  # where much takes no time at all
    return sorted(
        [*kept, *(place for place, _ in zip(spare, range(most - len(kept)), strict=False))]
    )


def _too_many(graph: Graph, layers: Sequence, most: int, count: int) -> Mistake:
    message = f"{graph.name} can be cut into {counted(most, 'stage')} at most, not {count}"
    are = "is" if len(layers.units) == 1 else "are"
    units = counted(len(layers.units), "layer")
    why = [f"a layer stays whole, with its norm and activation, and there {are} {units}"]
    for one in layers.joined()[:3]:
        held = counted(one.end - one.start + 1, "layer")
        words = f"{one.item.path} uses the weights of {one.owner.path}"
        why.append(f"{words}, so the {held} from one to the other stay together")
    help = f"--stages {most}, or fewer" if most > 1 else "run it whole, on one device"
    return Mistake("A105", message, why=tuple(why), help=help)
