"""A graph with edits made to it: a copy, so that the graph itself stays as it was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from archc.graph.graph import Bypass, Graph, Item, Layer, Node, Part, Scope
from archc.graph.rewriting.edits import Edit
from archc.graph.rewriting.tree import Tree


def rewritten(graph: Graph, edits: Sequence[Edit]) -> Graph:
    """The graph after the edits, one after another. Names of nodes that stay are kept."""
    copy = _Copy(graph)
    root = copy.scope(graph.root)
    tree = Tree(root, deep=True)
    for edit in edits:
        edit.apply(tree)
    tree.resolve()
    nodes = {node.name: node for node in root.nodes}
    outputs = [
        output._replace(node=tree.now(copy.node(output.node)))
        for output in graph.outputs
        if output.name not in tree.gone_outputs
    ]
    return replace(
        graph,
        root=root,
        inputs=root.inputs,
        nodes=nodes,
        outputs=outputs,
        edits=(*graph.edits, *edits),
        slice=tree.slice or graph.slice,
    )


class _Copy:
    """Copies of a graph's nodes and scopes, each once."""

    def __init__(self, graph: Graph) -> None:
        self._nodes: dict[Node, Node] = {}
        self._items: dict[int, Item] = {}
        for node in (*graph.inputs.values(), *graph.nodes.values()):
            self._nodes[node] = Node(
                node.name,
                node.op,
                tuple(map(self.node, node.inputs)),
                node.facts,
                node.spec,
                node.role,
                self._known(node.owner),
                self._known(node.shared),
                node.training_only,
                node.frozen,
            )

    def node(self, node: Node) -> Node:
        return self._nodes[node]

    def _known(self, node: Node | None) -> Node | None:
        return None if node is None else self._nodes[node]

    def scope(self, scope: Scope) -> Scope:
        inputs = {name: self.node(node) for name, node in scope.inputs.items()}
        items = [self._item(item) for item in scope.items]
        outputs = {name: self.node(node) for name, node in scope.outputs.items()}
        return replace(scope, inputs=inputs, items=items, outputs=outputs)

    def _item(self, item: Item) -> Item:
        copy = replace(
            item,
            parts=[self._part(part) for part in item.parts],
            sources=[tuple(map(self.node, sources)) for sources in item.sources],
            order=list(item.order),
            shares=None if item.shares is None else self._items[id(item.shares)],
        )
        self._items[id(item)] = copy
        return copy

    def _part(self, part: Part) -> Part:
        if isinstance(part, Scope):
            return self.scope(part)
        if isinstance(part, Bypass):
            return Bypass(part.path, self.node(part.node))
        return Layer(self.node(part.node), self._known(part.norm), self._known(part.act))
