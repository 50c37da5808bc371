"""The cut against the best of all cuts, which is looked for one by one and with other sums."""

from __future__ import annotations

from itertools import combinations
from math import prod
from pathlib import Path

import pytest
from generate import Seeded, written

import archc
from archc.architecture import Architecture
from archc.errors import SpecError
from archc.graph.graph import Graph, Node
from archc.pipeline import cut
from archc.pipeline.cut import SLACK

SPECS = Path(__file__).parent / "specs"
BUNDLED = ("lenet5", "alexnet", "vgg11", "resnet18", "resnet20_cifar", "plain18", "unet", "fcn8s")


def layers(graph: Graph) -> list[list[Node]]:
    """The nodes that are never parted, in order: a layer with its norm and activation."""
    found: dict[str, list[Node]] = {}
    for node in graph.nodes.values():
        found.setdefault((node.owner or node).name, []).append(node)
    return list(found.values())


def times(graph: Graph, edges: tuple[int, ...]) -> list[float]:
    """The time of each stage, from what the nodes read and make."""
    groups = layers(graph)
    place = {node: index for index, group in enumerate(groups) for node in group}
    ends = {output.node for output in graph.outputs}
    found = []
    for first, end in zip((0, *edges), (*edges, len(groups)), strict=True):
        work = 0.0
        for node in (node for group in groups[first:end] for node in group):
            if not node.op.view:
                values = [node.shape, *node.input_shapes]
                work += 2 * node.macs + 10 * 4 * sum(map(prod, values))
        for edge in (first, end):
            if 0 < edge < len(groups):
                late = {n for group in groups[edge:] for node in group for n in node.inputs} | ends
                early = [node for node in late if place.get(node, -1) < edge]
                work += 100 * 4 * sum(prod(node.shape) for node in early)
        found.append(work)
    return found


def best(graph: Graph, count: int) -> float:
    places = range(1, len(layers(graph)))
    return min(max(times(graph, edges)) for edges in combinations(places, count - 1))


@pytest.mark.parametrize("name", BUNDLED)
def test_bundled_networks_are_cut_nearly_as_well_as_can_be(name: str) -> None:
    graph = archc.load(name).graph
    for count in (2, 3) if len(layers(graph)) < 24 else (2,):
        found = cut(graph, count)
        edges = tuple(stage.first for stage in found.stages[1:])
        assert [stage.time for stage in found.stages] == pytest.approx(times(graph, edges))
        assert found.slowest <= SLACK * best(graph, count) * (1 + 1e-9)


def test_random_networks_are_cut_nearly_as_well_as_can_be() -> None:
    tried = 0
    for seed in range(24):
        try:
            graph = Architecture.loads(written(Seeded(seed), size=10)).graph
        except SpecError:
            continue
        shared = any(node.shared is not None for node in graph.nodes.values())
        if shared or not 4 <= len(layers(graph)) <= 16:
            continue
        for count in (2, 3, 4):
            assert cut(graph, count).slowest <= SLACK * best(graph, count) * (1 + 1e-9), seed
        tried += 1
    assert tried >= 5


def test_cuts_go_around_blocks_where_that_costs_little() -> None:
    for name, count in (("resnet50", 4), ("googlenet", 4), ("densenet121", 2), ("unet", 2)):
        found = cut(archc.load(name).graph, count)
        units = found.layers.units
        for stage in found.stages[1:]:
            assert units[stage.first].depth(units[stage.first - 1]) == 0


def test_nodes_that_share_weights_stay_together() -> None:
    graph = archc.load(SPECS / "shared.yaml").graph
    edges = [stage.first for stage in cut(graph, 3).stages]
    assert edges == [0, 1, 4]
    with pytest.raises(SpecError) as error:
        cut(graph, 4)
    assert str(error.value) == (
        "error[A105]: shared can be cut into 3 stages at most, not 4\n\n"
        "     a layer stays whole, with its norm and activation, and there are 5 layers\n"
        "     again uses the weights of head, so the 3 layers from one to the other stay together\n\n"
        "help: --stages 3, or fewer"
    )


def test_a_network_of_very_many_layers_is_cut_in_equal_parts() -> None:
    conv = "{op: conv, filters: 4, kernel: 3, padding: 1, repeat: 3000}"
    net = archc.loads(f"archc: 1\nname: deep\ninput: [4, 8, 8]\nnodes:\n  conv: {conv}\n")
    found = cut(net.graph, 4)
    balance, macs = found.balance, sum(stage.macs for stage in found.stages)
    assert balance > 0.98
    assert macs == net.macs
