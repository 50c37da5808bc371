"""Words that every style of drawing uses."""

from __future__ import annotations

from archc.analysis.words import plain
from archc.graph.graph import Graph, Layer

SHORT_NAMES = {"batch norm": "BN", "layer norm": "LN", "local response norm": "LRN"}


def title_of(graph: Graph) -> str:
    """The name that people use; the plain name where the spec has no title that can be shown."""
    return plain(graph.document.title) or graph.name


def followers(layer: Layer) -> tuple[str, ...]:
    """The norm and the activation that a layer's box holds: BN, ReLU."""
    labels = [plain(node.label) for node in (layer.norm, layer.act) if node is not None]
    return tuple(SHORT_NAMES.get(label, label) for label in labels)


def after_layer(layer: Layer) -> str:
    """The same in one text: ``BN, ReLU``."""
    return ", ".join(followers(layer))
