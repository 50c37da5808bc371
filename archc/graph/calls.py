"""The walk: each written node becomes operator nodes or the scope of a block call, in document order."""

from __future__ import annotations

import dataclasses
from typing import Any

from archc.errors import Mistake, nearest
from archc.graph import outputs
from archc.graph.frame import Fault, Frame, Result, Silent
from archc.graph.graph import Bypass, Item, Scope
from archc.graph.instances import Instances
from archc.graph.layers import Layers
from archc.graph.settings import bind, evaluate
from archc.ops import OPERATORS
from archc.ops.arrange import Identity
from archc.ops.base import show
from archc.spec.document import Block, Document, NodeSpec

MAX_DEPTH = 64  # of block calls within block calls


class Calls(Layers):
    """Expands scopes. A failed node is reported and its readers are passed over, so that all
    independent mistakes are found in one run."""

    def __init__(self, document: Document) -> None:
        super().__init__(document)
        self.instances = Instances(document.instances, document.marks)
        self.paths: set[str] = set()  # of block calls and their instances
        self._stack: list[str] = []

    def walk(self, frame: Frame) -> None:
        """Expand every node of a scope, in the order written."""
        for written in frame.nodes.values():
            result = None
            try:
                result = self._item(frame, written)
            except Fault as fault:
                self.report(fault.mistake)
            except Silent:
                pass
            frame.define(written.id, result)
            frame.above = written.id

    def _item(self, frame: Frame, written: NodeSpec) -> Result:
        path = frame.path(written.id)
        spec = self.instances.patch(path, written)
        item = Item(spec, path, [], [])
        outer, frame.share = frame.share, self._follow_share(frame, item)
        frame.items[spec.id] = item
        frame.scope.items.append(item)
        try:
            count = 0 if self.instances.removed(path) else self._count(frame, item.spec)
            references = self.references(frame, item.spec)
            item.reads = tuple([reference for reference, _ in references])
            if count == 0:  # absent: its name means its first input
                first = frame.reach(*references[0])
                item.sources.append((first.node,))
                return first
            sources = [frame.reach(*reference) for reference in references]
            if item.spec.repeat is None:
                return self._part(frame, item, item.spec, "", sources)
            return self._repeat(frame, item, sources, count)
        finally:
            frame.share = outer

    def _follow_share(self, frame: Frame, item: Item) -> tuple[str, str] | None:
        """Make a `share` node a copy of its target, that is read elsewhere.

        Returns: the pair of paths (own, target's) under which nodes share weights.
        """
        written = item.spec
        if written.share is None:
            return frame.share
        target = frame.items.get(written.share)
        if target is None or not target.parts:
            help = nearest(written.share, frame.items) or "it names a node of the same scope, above"
            message = f"there is no node '{written.share}' above whose weights could be shared"
            at = written.marks.span("share")
            raise Fault(Mistake("A049", message, at, (), frame.where, help=help))
        item.spec = dataclasses.replace(
            target.spec,
            id=written.id,
            sources=written.sources,
            when=written.when,
            label=written.label,
            note=written.note,
            marks=written.marks,
        )
        item.shares = target.shares or target
        return item.path, target.path

    def _count(self, frame: Frame, spec: NodeSpec) -> int:
        """How many instances there are: 0 where the node is absent, 1 where it does not repeat."""
        if spec.when is not None:
            present = evaluate(spec.when, frame, spec.marks, "when")
            if not isinstance(present, bool):
                self._wrong(frame, spec, "when", "true or false", present, "A050")
            if not present:
                return 0
        if spec.repeat is None:
            return 1
        count = evaluate(spec.repeat, frame, spec.marks, "repeat")
        if not isinstance(count, int) or isinstance(count, bool) or count < 0:
            self._wrong(frame, spec, "repeat", "a whole number of at least 0", count, "A047")
        return int(count)

    def _wrong(
        self, frame: Frame, spec: NodeSpec, key: str, wanted: str, found: Any, code: str
    ) -> None:
        help = "divide with `//` to get a whole number" if isinstance(found, float) else ""
        message = f"{key} must be {wanted}, not {show(found)}"
        raise Fault(Mistake(code, message, spec.marks.span(key), (), frame.where, help=help))

    def _repeat(self, frame: Frame, item: Item, sources: list[Result], count: int) -> Result:
        """A chain of instances: the first input runs through them, the others stay."""
        item.repeated = True
        item.order = self.instances.order(item.path, count)
        results: dict[int, Result] = {}
        result = sources[0]
        for index in item.order:
            frame.env["i"] = index
            spec = self.instances.patch(f"{item.path}.{index}", item.spec)
            inputs = [result, *sources[1:]]
            result = results[index] = self._part(frame, item, spec, f".{index}", inputs)
        del frame.env["i"]
        return Result(result.node, result.outputs, [results[index] for index in range(count)])

    def _part(
        self, frame: Frame, item: Item, spec: NodeSpec, suffix: str, inputs: list[Result]
    ) -> Result:
        """One instance: a layer, a block call, or what a path patch left of it."""
        path = item.path + suffix
        nodes = tuple([result.node for result in inputs])
        item.sources.append(nodes)
        if suffix and self.instances.removed(path):
            node = self.place(path, Identity(), nodes[:1], spec, frame)
            item.parts.append(Bypass(path, node))
            return Result(node)
        name = evaluate(spec.op, frame, spec.marks, "op")
        if name in OPERATORS:
            layer = self.layer(frame, spec, name, item.path, suffix, nodes)
            item.parts.append(layer)
            return Result(layer.result)
        block = self.document.blocks.get(name) if isinstance(name, str) else None
        if block is None:
            raise Fault(self._unknown_op(frame, spec, name))
        scope = self._call(frame, spec, block, path, inputs)
        item.parts.append(scope)
        named = scope.outputs if block.named_outputs else {}
        return Result(scope.result, {key: Result(node) for key, node in named.items()})

    def _unknown_op(self, frame: Frame, spec: NodeSpec, name: Any) -> Mistake:
        known = [*OPERATORS, *self.document.blocks]
        help = "`archc ops` lists the operators"
        if isinstance(name, str):
            help = nearest(name, known) or help
        message = f"there is no operator or block {show(name)}"
        at = spec.marks.span("op" if "op" in spec.marks else None)
        return Mistake("A040", message, at, (), frame.where, help=help)

    def _call(
        self, frame: Frame, spec: NodeSpec, block: Block, path: str, inputs: list[Result]
    ) -> Scope:
        """Expand one call of a block."""
        self._check_call(frame, spec, block, inputs)
        given = {
            key: evaluate(value, frame, spec.marks, key) for key, value in spec.settings.items()
        }
        for key, value in (("norm", spec.norm), ("act", spec.act)):  # ordinary args of a block
            if value is not None:
                given[key] = evaluate(value, frame, spec.marks, key)
        env = dict(self.lexical(block.lexical))
        args = bind(spec, given, frame, block.args, block.name, env)
        scope = Scope(path, block, args, {}, patched=self.instances.below(path))
        self.paths.add(path)
        called = f"in block {block.name}, called as {path} at {spec.marks.span()}"
        inner = Frame(scope, block.nodes, block.lexical, env, {}, called, share=frame.share)
        for name, result in zip(block.inputs, inputs, strict=True):
            scope.inputs[name] = result.node
            inner.define(name, Result(result.node))
        inner.above = block.inputs[0]
        self._stack.append(block.name)
        try:
            self.walk(inner)
            outputs.of_block(block, inner, self)
        finally:
            self._stack.pop()
        return scope

    def _check_call(self, frame: Frame, spec: NodeSpec, block: Block, inputs: list[Result]) -> None:
        at = spec.marks.span("op" if "op" in spec.marks else None)
        if block.name in self._stack or len(self._stack) >= MAX_DEPTH:
            chain = " → ".join([*self._stack[-6:], block.name])
            message = f"block {block.name} calls itself: {chain}"
            help = "blocks may use blocks, but without recursion; `repeat` chains instances"
            raise Fault(Mistake("A044", message, at, (), frame.where, help=help))
        if len(inputs) != len(block.inputs):
            wanted = ", ".join(block.inputs)
            message = (
                f"block {block.name} reads {len(block.inputs)} inputs ({wanted}), not {len(inputs)}"
            )
            help = f"name them in this order: from: [{wanted}]"
            raise Fault(Mistake("A045", message, at, (), frame.where, help=help))
