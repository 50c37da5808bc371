"""The passes in order, and running them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from archc.errors import Mistake, SpecError, nearest
from archc.graph.graph import Graph
from archc.passes.fold import clamp_norms, fold_norms, fold_norms_ahead
from archc.passes.fuse import fuse_kernels
from archc.passes.idle import drop_idle
from archc.passes.layout import act_in_place, take_slices, use_channels_last
from archc.passes.pads import absorb_pads
from archc.passes.siblings import merge_siblings
from archc.passes.step import Change, Pass, Step, Tensors

PASSES: tuple[Pass, ...] = (
    drop_idle,
    absorb_pads,
    fold_norms,
    fold_norms_ahead,
    merge_siblings,
    clamp_norms,
    fuse_kernels,
    act_in_place,
    use_channels_last,
    take_slices,
)


def pass_name(run: Pass) -> str:
    """How a pass is called in options and tables: ``fold-norms``."""
    return run.__name__.replace("_", "-")


class Ran(NamedTuple):
    """A pass that has run over ``before``; more than once, where a change made room for another."""

    name: str
    before: Graph
    steps: tuple[Step, ...]

    @property
    def after(self) -> Graph:
        return self.steps[-1].graph if self.steps else self.before

    @property
    def changes(self) -> list[Change]:
        return [change for step in self.steps for change in step.changes]


@dataclass(frozen=True)
class Optimised:
    """A graph, and what made it of another."""

    graph: Graph
    ran: tuple[Ran, ...]

    def carry(self, tensors: Tensors) -> Tensors:
        """A state dict of the graph before as one of the graph after; the tensors given stay as they are."""
        carried = dict(tensors)
        for ran in self.ran:
            for done in ran.steps:
                done.carry(carried)
        return carried


def chosen(names: Sequence[str]) -> tuple[Pass, ...]:
    """The passes that ``names`` ask for: all of them, none but ``a``, all but ``-b``; in their fixed order.

    Raises:
        SpecError: there is no pass of such a name.
    """
    known = {pass_name(run): run for run in PASSES}
    for name in names:
        if name.removeprefix("-") not in known:
            help = nearest(name.removeprefix("-"), list(known), f"there are {', '.join(known)}")
            raise SpecError([Mistake("A100", f"there is no pass '{name}'", help=help)])
    wanted = [name for name in names if not name.startswith("-")] or list(known)
    return tuple(run for name, run in known.items() if name in wanted and f"-{name}" not in names)


def optimise(graph: Graph, passes: Sequence[Pass] = PASSES) -> Optimised:
    """The graph for inference, after the passes, each repeated until it finds nothing more to do."""
    ran = []
    for run in passes:
        before, steps = graph, []
        while True:
            done = run(graph)
            if not done.changes:
                break
            steps.append(done)
            graph = done.graph
        ran.append(Ran(pass_name(run), before, tuple(steps)))
    return Optimised(_named(graph), tuple(ran))


def _named(graph: Graph) -> Graph:
    """The graph as a network of its own: ``googlenet_optimized``, which a second time it stays."""
    if graph.name.endswith("_optimized"):
        return graph
    name, title = f"{graph.name}_optimized", graph.document.title
    document = replace(graph.document, name=name, title=f"{title} (optimized)" if title else "")
    return replace(graph, name=name, document=document)
