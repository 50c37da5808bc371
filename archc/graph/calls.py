"""The walk: each written node becomes operator nodes or the scope of a block call, in document order."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from archc.budgets import current, remedy
from archc.errors import Mistake, SpecError, nearest
from archc.graph import outputs
from archc.graph.explain import disagreement, own_source
from archc.graph.frame import Fault, Frame, Result, Silent
from archc.graph.graph import Bypass, Item, Node, Scope
from archc.graph.instances import Instances
from archc.graph.layers import Layers, References
from archc.graph.needed import LeftOut
from archc.graph.placing import check_count
from archc.graph.settings import bind, evaluate
from archc.graph.sharing import no_share, unlike
from archc.ops import OPERATORS
from archc.ops.arrange import Identity
from archc.ops.base import ShapeError, show
from archc.ops.foreign import OPERATOR_NAMES
from archc.spec.document import Block, Document, NodeSpec
from archc.spec.edits import removal
from archc.spec.keys import EXAMPLES
from archc.spec.meant import comparison, computed, expression_text, replaced

MAX_SHOWN = 12  # blocks in a message


class Calls(Layers):
    """Expands scopes. A failed node is reported and its readers are passed over, so that all
    independent mistakes are found in one run."""

    def __init__(self, document: Document) -> None:
        super().__init__(document)
        self.instances = Instances(document.instances, document.marks)
        self.paths: set[str] = set()  # of block calls and their instances
        self.failed: list[str] = []  # paths of written nodes
        self.left_out = LeftOut()
        self.cut: list[str] = []  # paths of instances that are left out
        self._stack: list[str] = []
        self._deepest = current().depth
        self._circles: set[str] = set()  # blocks known to call themselves

    def walk(self, frame: Frame) -> None:
        """Expand every node of a scope, in the order written."""
        for written in frame.nodes.values():
            result = None
            try:
                result = self._item(frame, written)
            except (Fault, Silent) as failure:
                self._failed(frame, written, failure)
            frame.define(written.id, result)
            frame.above = written.id

    def _failed(self, frame: Frame, spec: NodeSpec, failure: Fault | Silent) -> None:
        """Report a node's mistakes. What it reads is not to blame: it does not feed nothing."""
        if isinstance(failure, Fault):
            self.tell(failure, frame)
        self.failed.append(frame.path(spec.id))
        self.count_failed(spec, frame)
        sources = spec.sources if spec.sources is not None else frame.above
        if isinstance(sources, str | list):
            names = [sources] if isinstance(sources, str) else sources
            named = (*names, *spec.settings.values())  # crop's `like` is one of them
            frame.used.update(name.partition(".")[0] for name in named if isinstance(name, str))
        else:
            frame.unresolved = True

    def tell(self, fault: Fault, frame: Frame) -> None:
        """Report all mistakes of a fault."""
        for mistake in fault.mistakes:
            self.report(mistake, frame)

    def _item(self, frame: Frame, written: NodeSpec) -> Result:
        path = frame.path(written.id)
        some = self.instances.some
        spec = self.instances.patch(self._origin(frame, path), written) if some else written
        item = Item(spec, path, [], [])
        outer = frame.share
        if spec.share is not None:
            frame.share = self._follow_share(frame, item, spec.share)
        frame.items[spec.id] = item
        frame.scope.items.append(item)
        try:
            removed = some and self.instances.removed(self._origin(frame, path))
            count = 0 if removed else self._count(frame, item.spec)
            references = self.references(frame, item.spec)
            item.reads = tuple([reference for reference, _ in references])
            if count == 0:  # absent: its name means its first input
                self.count_empty(spec, frame)
                first = frame.reach(*references[0])
                item.sources.append((first.node,))
                return first
            sources = self._sources(frame, item.spec, references)
            if item.spec.repeat is None:
                result = self._part(frame, item, item.spec, "", sources)
            else:
                result = self._repeat(frame, item, sources, count)
            if item.shares is not None:
                self._check_shared(frame, item, item.shares)
            return result
        finally:
            frame.share = outer

    def _origin(self, frame: Frame, path: str) -> str:
        """Where the patches of this path stand: a shared node is patched as its target is."""
        own, target = frame.share or ("", "")
        return target + path.removeprefix(own) if own else path

    def _check_shared(self, frame: Frame, item: Item, target: Item) -> None:
        """Weights are shared with the modules that hold them, padding and all."""
        path = unlike(item)
        if path is not None:
            message = f"on this input '{path}' works otherwise than in '{target.path}'"
            help = "modules are shared whole: read a value of the same shape, or pad by numbers"
            raise Fault(
                Mistake("A049", message, item.spec.marks.span(), (), frame.where, help=help)
            )

    def _sources(self, frame: Frame, spec: NodeSpec, references: References) -> list[Result]:
        """What the node reads.

        Raises:
            Silent: some of it has failed; then what is wrong with the node itself has been reported.
        """
        sources = []
        failed = False
        for reference in references:
            try:
                sources.append(frame.reach(*reference))
            except Fault as fault:
                self.tell(fault, frame)
                failed = True
            except Silent:
                failed = True
        if failed:
            self._check_alone(frame, spec, len(references))
            raise Silent
        return sources

    def _check_alone(self, frame: Frame, spec: NodeSpec, count: int) -> None:
        """Report what is wrong with a node whatever it reads: its operator, settings and args."""
        if spec.repeat is not None:
            frame.env["i"] = 0
        try:
            name = evaluate(spec.op, frame, spec.marks, "op")
            if isinstance(name, str) and name in OPERATORS:
                op = self.operators(frame, spec, name)[0]
                check_count(op, count + bool(op.reads and getattr(op, op.reads) is not None))
            else:
                block = self._block(frame, spec, name)
                self._check_call(frame, spec, block, count)
                self._open(frame, spec, block, frame.path(spec.id), dict.fromkeys(block.inputs))
        except ShapeError as error:
            mistake = disagreement(
                error, frame.path(spec.id), None, (), spec, frame, own_source(self.document)
            )
            self.report(mistake, frame)
        except Fault as fault:
            self.tell(fault, frame)
        except Silent:
            pass
        finally:
            frame.env.pop("i", None)

    def _follow_share(self, frame: Frame, item: Item, name: str) -> tuple[str, str]:
        """Make a `share` node a copy of its target, that is read elsewhere.

        Returns: the pair of paths (own, target's) under which nodes share weights.
        """
        written = item.spec
        target = frame.items.get(name)
        if target is None or not target.parts:
            raise no_share(frame, written, name)
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
        return item.path, self._origin(frame, target.path)

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
        if count > self._limits.nodes:
            raise SpecError([self.too_many(spec, frame, spec.op in OPERATORS, count)])
        return int(count)

    def _wrong(
        self, frame: Frame, spec: NodeSpec, key: str, wanted: str, found: Any, code: str
    ) -> None:
        written = expression_text(spec.marks.get(key))
        make = comparison if key == "when" else computed
        others = list(make(written, found)) if written else []
        help = others[0].words(key) if others else EXAMPLES[key]
        fixes = replaced(spec.marks, key, others)
        message = f"{key} must be {wanted}, not {show(found)}"
        at = spec.marks.span(key)
        raise Fault(Mistake(code, message, at, (), frame.where, help=help, fixes=fixes))

    def _repeat(self, frame: Frame, item: Item, sources: list[Result], count: int) -> Result:
        """A chain of instances: the first input runs through them, the others stay."""
        item.repeated = True
        origin = self._origin(frame, item.path)
        item.order = self._running(frame, item, self.instances.order(origin, count))
        results: dict[int, Result] = {}
        result = sources[0]
        try:
            for index in item.order:
                frame.env["i"] = index
                spec = self.instances.instance(f"{origin}.{index}", item.spec)
                inputs = [result, *sources[1:]]
                result = results[index] = self._part(frame, item, spec, f".{index}", inputs)
        finally:
            frame.env.pop("i", None)
        instances = {index: results[index] for index in sorted(results)}
        return Result(result.node, result.outputs, instances)

    def _running(self, frame: Frame, item: Item, order: list[int]) -> list[int]:
        """The instances in the order they run, without those that a patch's outputs leave out."""
        if frame.scope.block is not None:
            return order
        kept = self.left_out.order(item.spec.id, order)
        self.cut += [f"{item.path}.{index}" for index in order[len(kept) :]]
        return kept

    def _part(
        self, frame: Frame, item: Item, spec: NodeSpec, suffix: str, inputs: list[Result]
    ) -> Result:
        """One instance: a layer, a block call, or what a path patch left of it."""
        path = item.path + suffix
        nodes = tuple([result.node for result in inputs])
        item.sources.append(nodes)
        if suffix and self.instances.removed(self._origin(frame, path)):
            node = self.place(path, Identity(), nodes[:1], spec, frame)
            item.parts.append(Bypass(path, node))
            return Result(node)
        name = evaluate(spec.op, frame, spec.marks, "op")
        if isinstance(name, str) and name in OPERATORS:
            layer = self.layer(frame, spec, name, item.path, suffix, nodes)
            item.parts.append(layer)
            return Result(layer.result)
        block = self._block(frame, spec, name)
        self._check_call(frame, spec, block, len(inputs))
        values = {key: result.node for key, result in zip(block.inputs, inputs, strict=True)}
        scope = self._open(frame, spec, block, path, values)
        item.parts.append(scope)
        named = scope.outputs if block.named_outputs else {}
        return Result(scope.result, {key: Result(node) for key, node in named.items()})

    def _block(self, frame: Frame, spec: NodeSpec, name: Any) -> Block:
        block = self.document.blocks.get(name) if isinstance(name, str) else None
        if block is not None:
            return block
        known = [*OPERATORS, *self.document.blocks]
        blocks = ", ".join([*self.document.blocks][:MAX_SHOWN])
        help = "`archc ops` lists the operators" + (f"; blocks here are: {blocks}" * bool(blocks))
        if isinstance(name, str):
            help = nearest(name, known, help, OPERATOR_NAMES)
        message = f"there is no operator or block {show(name)}"
        help, fixes = removal(spec, self.document) or (help, ())
        at = spec.marks.span("op" if "op" in spec.marks else None)
        raise Fault(Mistake("A040", message, at, (), frame.where, help=help, fixes=fixes))

    def _open(self, frame: Frame, spec: NodeSpec, block: Block, path: str,
              inputs: Mapping[str, Node | None]) -> Scope:  # fmt: skip
        """Expand one call of a block; an input of None is that of a node that has failed."""
        given = {
            key: evaluate(value, frame, spec.marks, key) for key, value in spec.settings.items()
        }
        for key, value in (("norm", spec.norm), ("act", spec.act)):  # ordinary args of a block
            if value is not None:
                given[key] = evaluate(value, frame, spec.marks, key)
        env = dict(self.lexical(block.lexical))
        args = bind(spec, given, frame, block.args, block.name, env)
        scope = Scope(
            path, block, args, {}, patched=self.instances.below(self._origin(frame, path))
        )
        self.paths.add(path)
        self.count_empty(spec, frame)
        called = spec.marks.span()
        where = f"in block {block.name}, called as {path} at {called}"
        inner = Frame(scope, block.nodes, block.lexical, env, {}, where, called, share=frame.share)
        for name, node in inputs.items():
            if node is not None:
                scope.inputs[name] = node
            inner.define(name, Result(node) if node is not None else None)
        inner.above = block.inputs[0]
        self._stack.append(block.name)
        try:
            self.walk(inner)
            outputs.of_block(block, inner, self)
        finally:
            self._stack.pop()
        return scope

    def _check_call(self, frame: Frame, spec: NodeSpec, block: Block, count: int) -> None:
        at = spec.marks.span("op" if "op" in spec.marks else None)
        if block.name in self._stack and not self._circles.isdisjoint(self._stack):
            raise Silent  # the circle is entered at another block
        if len(self._stack) >= self._deepest and block.name not in self._stack:
            message = f"calls of blocks are nested too deep: at most {self._deepest} levels"
            help = remedy("depth", "`repeat` chains instances")
            raise Fault(Mistake("A044", message, at, (), frame.where, help=help))
        if block.name in self._stack:
            self._circles.update(self._stack)
            chain = " → ".join([*self._stack[-6:], block.name])
            message = f"block {block.name} calls itself: {chain}"
            help = "blocks may use blocks, but without recursion; `repeat` chains instances"
            raise Fault(Mistake("A044", message, at, (), frame.where, help=help))
        if count != len(block.inputs):
            at = spec.marks.span("from" if "from" in spec.marks else None)
            wanted = ", ".join(block.inputs)
            message = f"block {block.name} reads {len(block.inputs)} inputs ({wanted}), not {count}"
            help = f"name them in this order: from: [{wanted}]"
            raise Fault(Mistake("A045", message, at, (), frame.where, help=help))
