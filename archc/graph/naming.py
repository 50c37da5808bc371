"""What a library calls the nodes of a graph, and so the tensors of its weights."""

from __future__ import annotations

from archc.errors import Mistake, SpecError, nearest
from archc.graph.graph import Graph, Node
from archc.spec.layouts import OWN, Layout, fill


class Naming:
    """The names of one layout for the tensors of one graph."""

    def __init__(self, graph: Graph, layout: Layout) -> None:
        self._graph = graph
        self._layout = layout
        self._numbered = _numbered(graph, layout)

    def tensor(self, name: str) -> str:
        """``layer1.0.conv1_norm.weight`` as ``layer1.0.bn1.weight``.

        Raises:
            KeyError: the graph has no node of this name; the message has the nearest one.
        """
        path, _, rest = name.rpartition(".")
        while path and path not in self._graph.nodes:
            path, _, head = path.rpartition(".")
            rest = f"{head}.{rest}"
        if not path:
            near = nearest(name.rpartition(".")[0], self._graph.nodes)
            raise KeyError(
                f"{self._graph.name} has no tensor '{name}'" + (f"; {near}" if near else "")
            )
        return f"{self.node(path)}.{rest}"

    def node(self, path: str) -> str:
        """``layer1.0.conv1_norm`` as ``layer1.0.bn1``."""
        if path in self._numbered:
            return self._numbered[path]
        node = self._graph.nodes[path]
        owner = node.owner.name if node.role == "norm" and node.owner is not None else None
        return self._layout.renamed(path, owner)


def naming(graph: Graph, layout: str) -> Naming:
    """The names of a layout that the graph's document declares, or of archc itself.

    Raises:
        SpecError: it declares none of this name.
    """
    known = {OWN: Layout(OWN, (), ()), **graph.document.layouts}
    if layout not in known:
        message = f"{graph.name} has no layout '{layout}'"
        help = nearest(layout, known) or f"it has {', '.join(known)}"
        raise SpecError([Mistake("A091", message, help=help)])
    return Naming(graph, known[layout])


def _numbered(graph: Graph, layout: Layout) -> dict[str, str]:
    """The names that ranges give: a range counts the operations of its nodes, in order."""
    places = {name: place for place, name in enumerate(graph.document.nodes)}
    found: dict[str, str] = {}
    for run in layout.runs:
        range_ = range(places[run.first], places[run.last] + 1)
        inside = (name for name, node in graph.nodes.items() if places[_written(node)] in range_)
        for number, name in enumerate(inside):
            found.setdefault(name, fill(run.target, {"n": str(number)}) or name)  # `<n-1>` of 0
    return found


def _written(node: Node) -> str:
    """The document's node that an operation comes from."""
    return (node.owner or node).name.partition(".")[0]
