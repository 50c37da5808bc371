"""Depth and longest paths; networkx, on the derived graph, agrees."""

from __future__ import annotations

from itertools import pairwise

import networkx
import pytest

import archc
from archc.analysis.paths import depth, longest_path
from archc.graph.graph import Graph


@pytest.mark.parametrize(
    ("name", "layers"), [("alexnet", 8), ("vgg19", 19), ("googlenet", 22), ("resnet50", 50)]
)
def test_depth_is_what_papers_quote(name: str, layers: int) -> None:
    assert depth(archc.load(name).graph) == layers


def by_networkx(graph: Graph) -> int:
    """The same question, asked as the longest path with weights on the edges into a layer."""
    derived = graph.networkx().reverse()
    ends = {output.node.name for output in graph.outputs if not output.training_only}
    kept = ends.union(*(networkx.descendants(derived, end) for end in ends))
    forward = graph.networkx().subgraph(kept).copy()
    for _, target, data in forward.edges(data=True):
        data["weight"] = int(graph.nodes[target].op.weighted)
    return int(networkx.dag_longest_path_length(forward))


@pytest.mark.parametrize("name", ["googlenet", "resnet18", "resnet20_cifar", "vgg11"])
def test_networkx_finds_the_same_depth(name: str) -> None:
    graph = archc.load(name).graph
    assert depth(graph) == by_networkx(graph)


@pytest.mark.parametrize("name", ["googlenet", "resnet18"])
def test_nodes_stand_in_topological_order(name: str) -> None:
    graph = archc.load(name).graph
    place = {name: index for index, name in enumerate([*graph.inputs, *graph.nodes])}
    assert all(place[source] < place[target] for source, target in graph.networkx().edges)


def test_the_longest_path_runs_from_an_input_to_an_output() -> None:
    net = archc.load("googlenet")
    path = longest_path(net.graph)
    assert path[0].name == "input"
    assert path[-1] is net.outputs[0].node
    assert all(before in after.inputs for before, after in pairwise(path))


def test_training_only_heads_add_no_depth() -> None:
    net = archc.loads(
        "archc: 1\nname: net\ninput: [4]\nnodes:\n  a: {op: fc, units: 4}\n"
        "  aux: {op: fc, units: 4, repeat: 5}\n  out: {op: fc, units: 2, from: a}\n"
        "outputs:\n  main: out\n  aux: {from: aux, training_only: true}\n"
    )
    assert net.depth == 2


def test_a_path_does_not_run_through_what_only_says_how_large_a_crop_is() -> None:
    net = archc.loads(
        "archc: 1\nname: net\ninput: [4, 9, 9]\nnodes:\n"
        "  deep: {op: conv, filters: 4, kernel: 3, repeat: 3}\n"
        "  part: {op: crop, like: deep, from: input}\n  out: {op: fc, units: 2}\n"
        "outputs: [out, {from: deep, training_only: true}]\n"
    )
    assert net.depth == 1
    assert [node.name for node in longest_path(net.graph)] == ["input", "part", "out"]
