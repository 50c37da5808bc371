"""The derived networkx graph answers as the typed graph does."""

from __future__ import annotations

import networkx as nx
import pytest

import archc
from archc.analysis.paths import depth


@pytest.mark.parametrize("name", ["lenet5", "googlenet", "resnet50", "vgg19"])
def test_the_longest_path_is_the_depth(name: str) -> None:
    net = archc.load(name)
    graph = net.graph.networkx()
    mains = [output.node.name for output in net.outputs if not output.training_only]
    seen = set(mains).union(*(nx.ancestors(graph, main) for main in mains))
    for _, end in graph.edges:
        layer = net.graph.nodes[end].op.weighted
        for start in graph.predecessors(end):
            graph.edges[start, end]["layers"] = int(layer)
    length = nx.dag_longest_path_length(graph.subgraph(seen), weight="layers")
    assert length == depth(net.graph) == net.depth


def test_document_order_is_topological() -> None:
    graph = archc.load("resnet18").graph.networkx()
    place = {name: number for number, name in enumerate(graph)}
    assert nx.is_directed_acyclic_graph(graph)
    assert all(place[start] < place[end] for start, end in graph.edges)


def test_what_only_training_needs_is_no_ancestor_of_the_main_output() -> None:
    net = archc.load("googlenet")
    needed = nx.ancestors(net.graph.networkx(), "fc") | {"fc"}
    assert {node.name for node in net.nodes if node.training_only} == set(net.graph.nodes) - needed
