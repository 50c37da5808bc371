"""A shortcut whose shape the branch has changed: a projection, as residual networks have it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from archc.errors import Edit, Fix
from archc.graph.explain import chain, dims
from archc.graph.graph import Node
from archc.graph.remedies.remedy import Refusal, Remedy, yaml_text
from archc.graph.remedies.setting import FARTHEST
from archc.ops.arrange import Flatten
from archc.ops.conv import Conv
from archc.ops.merge import Add
from archc.ops.windows import by_sign, step
from archc.spec.expressions import Expression


def projection(refusal: Refusal) -> Iterator[Remedy]:
    """A 1×1 convolution between the block's input and the sum (He et al., 2015, option B)."""
    if not isinstance(refusal.op, Add) or len(refusal.inputs) != 2:
        return
    for shortcut in (0, 1):
        line = chain(refusal.inputs[1 - shortcut], refusal.inputs[shortcut], FARTHEST)
        if line[0] is not refusal.inputs[shortcut] or len(line) < 2:
            continue  # the branch does not begin at the other input
        source, target = line[0], line[-1]
        if len(source.shape) < 2 or len(source.shape) != len(target.shape):
            continue
        filters, stride = _filters(line, target), _stride(line, source, target)
        if stride is None:
            continue
        settings: dict[str, Any] = {"op": "conv", "filters": filters, "kernel": 1}
        if stride != "1":
            settings["stride"] = stride
        yield from _written(refusal, shortcut, settings, target)


def _filters(line: list[Node], target: Node) -> str:
    """The branch's channels: as its last convolution has them, if an expression gives them."""
    for node in reversed(line[1:]):
        if isinstance(node.op, Conv) and node.spec is not None:
            written = node.spec.settings.get("filters")
            return written.text if isinstance(written, Expression) else str(target.shape[0])
    return str(target.shape[0])


def _stride(line: list[Node], source: Node, target: Node) -> str | None:
    """The stride with which a 1×1 window comes to the branch's size; None where there is none."""
    steps = {
        -(-size // left) for size, left in zip(source.shape[1:], target.shape[1:], strict=True)
    }
    if len(steps) != 1:
        return None
    step = steps.pop()
    if any(
        (size - 1) // step + 1 != left
        for size, left in zip(source.shape[1:], target.shape[1:], strict=True)
    ):
        return None
    for node in line[1:]:
        written = node.spec.settings.get("stride") if node.spec is not None else None
        if isinstance(written, Expression) and getattr(node.op, "stride", 1) == step:
            return written.text
    strided = any(getattr(node.op, "stride", 1) != 1 for node in line[1:])
    return str(step) if step == 1 or strided else None  # else padding was forgotten


def _written(
    refusal: Refusal, shortcut: int, settings: dict[str, Any], target: Node
) -> Iterator[Remedy]:
    reads = _reads(refusal)
    if reads is None:
        return
    id = free("shortcut", refusal)
    source = reads[shortcut]
    when = _when(settings, source)
    entry = f"{id}: {yaml_text({**settings, 'from': source})}"
    if when:
        entry = f"{entry[:-1]},\n{' ' * len(f'{id}: {{')}when: {when}}}"
    reads[shortcut] = id
    edits: tuple[Edit, ...] = (
        *inserted(refusal, entry),
        *refusal.edits(refusal.spec, {"from": reads}),
    )
    if len(edits) < 2:
        return
    kernel = by_sign(1, len(target.shape) - 1)
    stride = step(int(settings["stride"])) if str(settings.get("stride", "")).isdecimal() else ""
    words = (
        f"project the shortcut to {dims(target.shape)}: a {kernel} conv, {target.shape[0]}{stride}"
    )
    words += " where the shape changes" if when else ""
    yield Remedy(Fix(words, edits), (target.shape, target.shape))


def _when(settings: dict[str, Any], source: str) -> str:
    """A projection whose size is an arg's is needed only where the shape changes."""
    terms = []
    if str(settings.get("stride", "1")).startswith("$"):
        terms.append(f"{_bare(settings['stride'])} != 1")
    if settings["filters"].startswith("$"):
        terms.append(f"{source}.channels != {_bare(settings['filters'])}")
    return f"$({' or '.join(terms)})" if terms and "." not in source else ""


def _bare(text: str) -> str:
    """``$width`` -> ``width``; ``$(4 * width)`` -> ``4 * width``"""
    return text[2:-1] if text.startswith("$(") else text[1:]


def flattened(refusal: Refusal) -> Iterator[Remedy]:
    """A ``flatten`` before a merge of a vector and of maps."""
    ranks = {len(shape) for shape in refusal.shapes}
    reads = _reads(refusal)
    if refusal.error.code != "A062" or len(ranks) < 2 or 1 not in ranks or reads is None:
        return
    edits: list[Edit] = []
    shapes = list(refusal.shapes)
    names = []
    for index, shape in enumerate(refusal.shapes):
        if len(shape) > 1:
            name = reads[index]
            id = free(f"{name.replace('.', '_')}_flat", refusal)
            if name not in names:
                names.append(name)
                edits += inserted(refusal, f"{id}: {{op: flatten, from: {name}}}")
            reads[index] = id
            shapes[index] = Flatten().infer((shape,))
    edits += refusal.edits(refusal.spec, {"from": reads})
    words = f"make a vector of {' and '.join(names)} with `flatten`"
    if len(edits) > len(names):
        yield Remedy(Fix(words, tuple(edits)), tuple(shapes))


def inserted(refusal: Refusal, entry: str) -> tuple[Edit, ...]:
    """The text with a new node above the operator's."""
    from archc.spec.edits import insert_node

    return insert_node(refusal.document, refusal.block, refusal.spec.id, entry)


def _reads(refusal: Refusal) -> list[str] | None:
    """What the operator's node reads, as it is written, if it says so itself."""
    written = refusal.spec.sources
    return [str(name) for name in written] if isinstance(written, list) else None


def free(name: str, refusal: Refusal) -> str:
    """A name that no node of the scope has."""
    taken = {*refusal.frame.nodes, *refusal.frame.results}
    return next(n for n in (name, *(f"{name}{i}" for i in range(2, 999))) if n not in taken)
