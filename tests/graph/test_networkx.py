"""The derived networkx graph answers as the typed graph does."""

from __future__ import annotations

import networkx as nx

import archc


def test_document_order_is_topological() -> None:
    graph = archc.load("resnet18").graph.networkx()
    place = {name: number for number, name in enumerate(graph)}
    assert nx.is_directed_acyclic_graph(graph)
    assert all(place[start] < place[end] for start, end in graph.edges)


def test_what_only_training_needs_is_no_ancestor_of_the_main_output() -> None:
    net = archc.load("googlenet")
    needed = nx.ancestors(net.graph.networkx(), "fc") | {"fc"}
    assert {node.name for node in net.nodes if node.training_only} == set(net.graph.nodes) - needed
