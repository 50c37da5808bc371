"""Whether a `share` node can be what it says: its target's modules, called on another input."""

from __future__ import annotations

from archc.graph.graph import Bypass, Item, Layer, Node, Scope


def unlike(item: Item) -> str | None:
    """The path of a node under ``item`` that the modules of ``item.shares`` do not compute.

    A layer's own numbers in the forward may differ; of a block all has to be the same, since it is
    written once.
    """
    if item.shares is None:
        return None
    return _unlike(item, item.shares, inside=False)


def _unlike(item: Item, other: Item, inside: bool) -> str | None:
    if len(item.parts) != len(other.parts):
        return item.path
    for one, two in zip(item.parts, other.parts, strict=True):
        found = _part(one, two, item.path, inside)
        if found is not None:
            return found
    return None


def _part(
    one: Layer | Scope | Bypass, two: Layer | Scope | Bypass, path: str, inside: bool
) -> str | None:
    if type(one) is not type(two):
        return path
    if isinstance(one, Scope) and isinstance(two, Scope):
        items = zip(one.items, two.items, strict=True)
        return next((name for a, b in items if (name := _unlike(a, b, inside=True))), None)
    if isinstance(one, Layer) and isinstance(two, Layer):
        ours, theirs = list(one.nodes), list(two.nodes)
        if len(ours) != len(theirs):
            return path
        pairs = zip(ours, theirs, strict=True)
        return next((a.name for a, b in pairs if not _same(a, b, inside)), None)
    return None


def _same(one: Node, two: Node, inside: bool) -> bool:
    a, b = (node.op.lower(node.input_shapes, node.shape) for node in (one, two))
    return a == b if inside else a.module == b.module
