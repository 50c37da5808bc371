"""Whether a `share` node can be what it says: its target's modules, called on another input."""

from __future__ import annotations

from archc.errors import Mistake, nearest
from archc.graph.frame import Fault, Frame, Silent
from archc.graph.graph import Bypass, Item, Layer, Node, Scope
from archc.spec.document import NodeSpec


def no_share(frame: Frame, spec: NodeSpec, name: str) -> Fault | Silent:
    """Why there are no weights to share."""
    message = f"there is no node '{name}' above whose weights could be shared"
    help = nearest(name, frame.items, "`share` names a node of the same scope, above")
    if name in frame.results and frame.results[name] is None:
        return Silent()
    if name == spec.id:
        message, help = f"'{name}' shares itself", "name the node whose weights it uses"
    elif name in frame.items:
        message = f"'{name}' is absent here, so it has no weights to share"
        help = "give this node the same `when`"
    elif name in frame.nodes:
        message = f"'{name}' is written further down"
        help = "move one of the two: weights are shared with a node above"
    at = spec.marks.span("share")
    return Fault(Mistake("A049", message, at, (), frame.where, help=help))


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
