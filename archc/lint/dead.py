"""Rules about parts that do nothing: blocks never called, nodes never there, shortcuts to nowhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from archc.errors import Label, Span
from archc.graph.graph import Item, Node
from archc.lint.finding import Finding
from archc.lint.network import Call, Network, span
from archc.lint.settings import Settings
from archc.spec.document import Block, Document, NodeSpec
from archc.spec.expressions import Expression
from archc.spec.tree import Map, Seq


def dead_branch(net: Network, settings: Settings) -> Iterator[Finding]:
    """A block of the file that no node calls; a node that its `when` or `repeat` leaves out wherever it
    stands, by constants alone.

    Only in a document that stands alone: what one variant leaves out another one may use, and a
    patch need not use all that its base has. Not where an expression names the operator, not for
    blocks of included files, and not where an arg of the document, a shape, or `$i` could switch
    the node on.
    """
    document = net.graph.document
    if len(document.lineage) > 1 or "variants" in document.marks or document.instances:
        return
    yield from _never_called(document)
    yield from _never_there(net)


def _never_called(document: Document) -> Iterator[Finding]:
    used, waiting = set[str](), [document.nodes]
    while waiting:
        for node in waiting.pop().values():
            if isinstance(node.op, Expression):
                return
            if isinstance(node.op, str) and node.op in document.blocks and node.op not in used:
                used.add(node.op)
                waiting.append(document.blocks[node.op].nodes)
    blocks = document.marks.get("blocks")
    for name, block in document.blocks.items():
        own = block.lexical is document.lexical and isinstance(blocks, Map)
        if own and name not in used:
            callers = [b.name for b in document.blocks.values() if _calls(b, name)]
            rest = f"; only {callers[0]} does, which nothing calls" if callers else ""
            at = blocks.key_span(name) if isinstance(blocks, Map) else None
            yield Finding(f"no node calls block {name}{rest}", at, help="remove it, or call it")


def _calls(block: Block, name: str) -> bool:
    return block.name != name and any(node.op == name for node in block.nodes.values())


def _never_there(net: Network) -> Iterator[Finding]:
    """Written nodes that all calls leave out, for reasons that no caller can change."""
    seen: dict[int, list[tuple[Call, Item]]] = {}
    for call in net.calls:
        for item in call.scope.items:
            seen.setdefault(id(item.spec.marks), []).append((call, item))
    for found in seen.values():
        call, item = found[0]
        spec = item.spec
        key = "when" if spec.when is not None else "repeat"
        absent = all(not item.parts for _, item in found) and key in spec.marks
        if absent and all(_fixed(item.spec, call) for call, item in found):
            everywhere = " in all calls" if len(found) > 1 else ""
            value = "false" if key == "when" else "0"
            yield Finding(
                f"node {spec.id} is never there: its {key} is {value}{everywhere}",
                spec.marks.span(key),
                item.path,
                call,
                help=f"remove the node, or its `{key}`",
            )


def _fixed(spec: NodeSpec, call: Call) -> bool:
    """Whether nothing but constants decides that a node is absent."""
    return all(_constant(value, call) for value in (spec.when, spec.repeat))


def _constant(value: Any, call: Call) -> bool:
    """Whether a value follows from the text alone, and no caller of the document can change it."""
    if isinstance(value, Expression):
        return all(_constant_name(name, call) for name in value.names)
    if isinstance(value, Mapping):
        return all(_constant(item, call) for item in value.values())
    return not isinstance(value, list | tuple) or all(_constant(item, call) for item in value)


def _constant_name(name: str, call: Call) -> bool:
    block, item = call.scope.block, call.item
    if block is None or item is None or call.within is None or name not in block.args:
        return False
    given = {"norm": item.spec.norm, "act": item.spec.act, **item.spec.settings}.get(name)
    return _constant(block.args[name], call) if given is None else _constant(given, call.within)


def idle_shortcut(net: Network, settings: Settings) -> Iterator[Finding]:
    """An add or concat that reads one value twice: the sum is twice the value, the concatenation repeats
    its channels. So it is where a node of the branch is absent and its name means what it would read.

    Not for mul: `mul: [x, x]` is a square. Two branches that compute alike have weights of their own.
    """
    for node in net.nodes:
        if node.op.name not in ("add", "concat"):
            continue
        read = Counter(_value(each) for each in node.inputs)
        twice, times = next(((value, many) for value, many in read.items() if many > 1), (None, 0))
        if twice is None:
            continue
        message = f"{node.name} adds {twice.name} to itself: that is {times} · {twice.name}"
        if node.op.name == "concat":
            message = f"{node.name} holds the channels of {twice.name} {times} times"
        labels = tuple(_labels(net, node, twice))
        yield Finding(
            message, span(node), node.name, net.call_of[node], labels,
            "name the other branch in `from`, or remove the node",
        )  # fmt: skip


def _value(node: Node) -> Node:
    while node.op.name == "identity":
        node = node.inputs[0]
    return node


def _labels(net: Network, node: Node, value: Node) -> Iterator[Label]:
    """Where `from` names the value, and the absent nodes whose name means it."""
    call = net.call_of[node]
    items = {item.spec.id: item for item in call.scope.items}
    item = next((each for each in items.values() if each.spec is node.spec), None)
    for index, reference in enumerate(item.reads if item else ()):
        read = items.get(reference)
        if read is not None and not read.parts and _value(read.sources[0][0]) is value:
            at = _from(node.spec, index)
            if at is not None:
                yield Label(at, f"{reference} is absent, so its name means {value.name}")


def _from(spec: NodeSpec | None, index: int) -> Span | None:
    written = spec.marks.get("from") if spec else None
    return written.span(index) if isinstance(written, Seq) and index < len(written) else None
