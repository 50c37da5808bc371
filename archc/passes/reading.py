"""Who reads what in a graph, and where each node stands: what every pass asks."""

from __future__ import annotations

from archc.graph.graph import Graph, Layer, Node
from archc.graph.rewriting.tree import Place, Tree
from archc.ops.arrange import Identity


class Reading:
    """The readers of each value. An identity, which only keeps a name, is looked through."""

    def __init__(self, graph: Graph) -> None:
        self.nodes = list(graph.nodes.values())
        self._readers: dict[Node, list[Node]] = {node: [] for node in graph.inputs.values()}
        self._readers |= {node: [] for node in self.nodes}
        for node in self.nodes:
            if not isinstance(node.op, Identity):
                for source in node.inputs:
                    self._readers[_origin(source)].append(node)
        self._outputs = {_origin(output.node) for output in graph.outputs}
        targets = {node.shared for node in self.nodes if node.shared is not None}
        self._shared = {node for node in self.nodes if node.shared is not None} | targets
        self._tree = Tree(graph.root, deep=True)

    def readers(self, node: Node) -> list[Node]:
        """Its readers, or none where it is an output too: then it has to stay as it is."""
        return [] if node in self._outputs else self._readers[node]

    def all_readers(self, node: Node) -> list[Node]:
        """Its readers, whether it is an output too or not."""
        return list(dict.fromkeys(self._readers[node]))

    def only(self, node: Node) -> Node | None:
        """The one node that reads this one, once; None if there are more or it is an output."""
        readers = self.readers(node)
        return readers[0] if len(readers) == 1 else None

    def last(self, node: Node) -> Node | None:
        """The reader that runs last; None where the value is an output."""
        readers = self.readers(node)
        return readers[-1] if readers else None

    def shares(self, node: Node) -> bool:
        """Whether its weights serve another node too."""
        return node in self._shared

    def place(self, node: Node) -> Place:
        return self._tree.place(node.name)

    def scope(self, node: Node) -> str:
        """The path of the block call that it stands in."""
        return self.place(node).scope.path

    def alone(self, node: Node) -> bool:
        """Whether it is the one layer of a written node: no repetition, no norm."""
        item = self.place(node).item
        if item.repeated or item.shares is not None or len(item.parts) != 1:
            return False
        part = item.parts[0]
        return isinstance(part, Layer) and part.norm is None and part.node is node


def _origin(node: Node) -> Node:
    while isinstance(node.op, Identity):
        node = node.inputs[0]
    return node
