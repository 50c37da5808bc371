"""Classes to write: for each group of block calls its constructor arguments, its parts and its calls.

A value in a class is written as the spec wrote it, if that gives every call its number; otherwise as a
literal, if all calls agree; otherwise it becomes one more constructor argument.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from archc.codegen.slots import Param, Slots
from archc.codegen.structure import Group, Structure
from archc.codegen.traced import plain
from archc.codegen.tracing import Written, traced
from archc.graph.graph import Bypass, Graph, Item, Layer, Node, Scope
from archc.ops.lowering import Lowered
from archc.spec.document import NodeSpec


@dataclass(eq=False)
class Step:
    """One operator within a layer: what its constructor makes and what its forward computes."""

    lowered: Lowered
    attribute: str  # of the module: conv1, conv1_norm
    module: ast.Call | None
    values: dict[str, ast.expr]  # fields of the forward template
    init: list[ast.Call]  # with the tensor as attribute of the name `layer`


@dataclass(eq=False)
class Part:
    """One instance of a written node: the steps of a layer, or the call of a class, or neither."""

    steps: list[Step] = field(default_factory=list)
    call: ast.Call | None = None
    bypass: bool = False  # a patch removed the instance; `call` is an nn.Identity
    outputs: list[str] = field(
        default_factory=list
    )  # where instances differ in them; else the entry's

    @property
    def modules(self) -> list[tuple[str, ast.Call]]:
        return [(s.attribute, s.module) for s in self.steps if s.module is not None]


@dataclass(eq=False)
class Entry:
    """One written node in a class."""

    spec: NodeSpec
    reads: tuple[str, ...]
    parts: list[Part]
    repeated: bool
    order: list[int]
    outputs: list[str]  # of a block that names several; else empty
    shares: str = ""  # the entry whose modules this one uses
    condition: ast.expr | None = None  # when only some calls have it
    count: ast.expr | None = (
        None  # when calls repeat it differently: parts are the first, and the rest
    )
    training_only: bool = False
    calls: list[tuple[str, ...]] | None = None  # each instance's own reads, where they differ

    @property
    def id(self) -> str:
        return self.spec.id


@dataclass(eq=False)
class ClassPlan:
    """One class to write."""

    name: str
    scope: Scope  # one of its calls
    entries: dict[str, Entry]
    aliases: dict[str, str]  # absent nodes, and what their names mean
    slots: Slots

    @property
    def params(self) -> list[Param]:
        return self.slots.signature


SHARED = ast.Call(ast.Name("shared", ast.Load()), [], [])  # the call of a class stands elsewhere


class Planner:
    """Plans the classes of a graph, callees first."""

    def __init__(self, graph: Graph, name_of: Callable[[Group], str], taken: set[str]) -> None:
        self.graph, self.taken = graph, taken
        self.structure = Structure(graph)
        self._plan_of: dict[int, ClassPlan] = {}
        self.plans = [self._plan(group, name_of(group)) for group in self.structure.groups]

    def _plan(self, group: Group, name: str) -> ClassPlan:
        first = group.scopes[0]
        ids = {item.spec.id for item in first.items}
        attributes = {f"{id}{suffix}" for id in ids for suffix in ("", "_norm", "_act")}
        own = attributes if first.block is None else set()
        slots = Slots(group.scopes, {*own, *self.taken})
        plan = ClassPlan(name, first, {}, {}, slots)
        writer = _ClassWriter(self, group, plan)
        for item in first.items:
            writer.add(item.spec.id)
        self._plan_of[id(group)] = plan
        return plan

    def callee(self, scope: Scope) -> ClassPlan:
        return self._plan_of[id(self.structure.group_of[id(scope)])]


class _ClassWriter:
    """Works out one class from the calls that share it."""

    def __init__(self, planner: Planner, group: Group, plan: ClassPlan) -> None:
        self.planner, self.group, self.plan, self.slots = planner, group, plan, plan.slots
        self._items = {id(s): {item.spec.id: item for item in s.items} for s in group.scopes}
        self._traced: dict[int, tuple[dict[str, Item], Written]] = {}

    def _trace(self, scope: Scope) -> tuple[dict[str, Item], Written]:
        if id(scope) not in self._traced:
            copy, written = traced(self.planner.graph, scope, self.slots.names)
            self._traced[id(scope)] = ({item.spec.id: item for item in copy.items}, written)
        return self._traced[id(scope)]

    def add(self, name: str) -> None:
        """Plan one written node, from every call that has it."""
        items = {id(scope): self._items[id(scope)][name] for scope in self.group.scopes}
        having = [scope for scope in self.group.scopes if items[id(scope)].parts]
        if not having:
            self.plan.aliases[name] = items[id(self.group.scopes[0])].reads[0]
            return
        condition = self._condition(name, items) if len(having) < len(items) else None
        present = {id(scope): items[id(scope)] for scope in having}
        example = present[id(having[0])]
        count = self._count(name, present)
        # the fullest call: a width behind a node that others lack is then `expansion * in_channels`
        fullest = max(having, key=lambda scope: (len(present[id(scope)].parts), _fullness(scope)))
        model = self._trace(fullest)[0][name]
        shares = example.shares.spec.id if example.shares is not None else ""
        parts = [
            self._part(
                model.parts[k],
                {key: item.parts[k] for key, item in present.items() if len(item.parts) > k},
                name,
                made=not shares,
            )
            for k in range(len(model.parts) if count is None else 2)
        ]
        if count is not None:  # equal in every call, so what holds for the first holds for the rest
            for step, rest in zip(parts[0].steps, parts[1].steps, strict=True):
                rest.values, rest.init = step.values, step.init
        outputs = [_outputs(part) for part in example.parts]
        if example.calls is not None:
            for part, own in zip(parts, outputs, strict=True):
                part.outputs = own
        self.plan.entries[name] = Entry(
            example.spec, _reads(example, parts), parts, example.repeated, example.order,
            outputs[0] if example.calls is None else [], shares, condition, count, calls=example.calls,
        )  # fmt: skip

    def _condition(self, name: str, items: Mapping[int, Item]) -> ast.expr:
        present = {key: bool(item.parts) for key, item in items.items()}
        first = self.group.scopes[0]
        return self.slots.condition(self._written(first, name, "when"), present, name)

    def _written(self, scope: Scope, name: str, key: str) -> ast.expr | None:
        path = f"{scope.path}.{name}" if scope.path else name
        return self._trace(scope)[1].get((path, key))

    def _count(self, name: str, present: Mapping[int, Item]) -> ast.expr | None:
        """The number of instances, where calls differ in it."""
        counts = {key: len(item.parts) for key, item in present.items()}
        if len(set(counts.values())) == 1:
            return None
        return self.slots.number(self._written(self.group.scopes[0], name, "repeat"), counts, name)

    def _part(self, model: Any, parts: Mapping[int, Any], name: str, made: bool) -> Part:
        """``made`` is False where the modules are another entry's."""
        if isinstance(model, Bypass):
            return Part(call=ast.Call(_dotted("nn.Identity"), [], []), bypass=True)
        if isinstance(model, Scope):
            return Part(call=self._block_call(model, parts, name) if made else SHARED)
        return Part([self._step(getattr(model, kind), kind, parts, name, made)
                     for kind in ("node", "norm", "act") if getattr(model, kind) is not None])  # fmt: skip

    def _block_call(self, model: Scope, parts: Mapping[int, Scope], name: str) -> ast.Call:
        callee = self.planner.callee(next(iter(parts.values())))
        arguments: dict[str, Any] = {}
        for key, value in model.args.items():
            arguments[callee.slots.names[key]] = value
        for key, node in model.inputs.items():
            arguments[callee.slots.names[f"{key}."]] = node.shape[0]
        positional: list[ast.expr] = []
        keywords: list[ast.keyword] = []
        for param in callee.params:
            values = {key: param.values[id(scope)] for key, scope in parts.items()}
            traced_value = arguments.get(param.name, next(iter(values.values())))
            chosen = self.slots.choose(values, traced_value, f"{name}_{param.name}")
            if param.default is not None and ast.dump(chosen) == ast.dump(param.default):
                continue
            if param.name in _channel_names(callee) and not keywords:
                positional.append(chosen)
            else:
                keywords.append(ast.keyword(param.name, chosen))
        return ast.Call(_dotted(callee.name), positional, keywords)

    def _step(
        self, node: Node, kind: str, parts: Mapping[int, Layer], name: str, made: bool
    ) -> Step:
        lower = self.planner.structure.lower
        model = node.op.lower(node.input_shapes, node.shape)
        others = {key: lower(getattr(part, kind)) for key, part in parts.items()}
        attribute = name if kind == "node" else f"{name}_{kind}"
        module = self._module(model, others, attribute) if model.module and made else None
        values = {
            key: self.slots.choose(
                {k: o.values[key] for k, o in others.items()}, value, f"{attribute}_{key}"
            )
            for key, value in model.values.items()
        }
        count = len(model.init) if made else 0
        init = [self._init(model, others, index, attribute) for index in range(count)]
        plain_model = next(iter(others.values()))
        return Step(plain_model, attribute, module, values, init)

    def _module(self, model: Lowered, others: Mapping[int, Lowered], attribute: str) -> ast.Call:
        call = model.module
        if call is None:
            raise ValueError(f"{attribute} has no module")
        positional: list[ast.expr] = []
        keywords: list[ast.keyword] = []
        for index, arg in enumerate(call.args):
            values = {k: o.module.args[index].value for k, o in others.items() if o.module}
            label = arg.name or ("in", "out", "kernel")[min(index, 2)]
            chosen = self.slots.choose(values, arg.value, f"{attribute}_{label}")
            defaults = [o.module.args[index].default for o in others.values() if o.module]
            if all(_is_default(chosen, default) for default in defaults):
                continue
            if arg.name:
                keywords.append(ast.keyword(arg.name, chosen))
            else:
                positional.append(chosen)
        return ast.Call(_dotted(call.function), positional, keywords)

    def _init(
        self, model: Lowered, others: Mapping[int, Lowered], index: int, name: str
    ) -> ast.Call:
        init = model.init[index]
        tensor = ast.Attribute(ast.Name("layer", ast.Load()), init.tensor, ast.Load())
        call = ast.Call(_dotted(init.function), [tensor], [])
        for key, value in init.settings.items():
            values = {k: o.init[index].settings[key] for k, o in others.items()}
            chosen = self.slots.choose(values, value, f"{name}_{key}")
            if key == "val":  # people write nn.init.constant_(bias, 1)
                call.args.append(chosen)
            else:
                call.keywords.append(ast.keyword(key, chosen))
        return call


def _is_default(chosen: ast.expr, default: Any) -> bool:
    if not isinstance(chosen, ast.Constant):
        return False
    return type(chosen.value) is type(plain(default)) and bool(chosen.value == default)


def _channel_names(plan: ClassPlan) -> set[str]:
    return {name for key, name in plan.slots.names.items() if key.endswith(".")}


def _reads(item: Item, parts: list[Part]) -> tuple[str, ...]:
    """The item's sources, and what its operator reads besides (crop's `like`), if the code does."""
    first = item.parts[0]
    op = first.node.op if isinstance(first, Layer) else None
    extra = getattr(op, op.reads) if op is not None and op.reads else None
    if extra is None or f"{{{len(item.reads)}}}" not in parts[0].steps[0].lowered.forward:
        return item.reads
    return (*item.reads, extra)


def _outputs(part: Layer | Scope | Bypass) -> list[str]:
    """The names of a call's results, if it has several."""
    block = part.block if isinstance(part, Scope) else None
    return list(block.outputs) if block is not None and len(block.outputs) > 1 else []


def _fullness(scope: Scope) -> int:
    return sum(bool(item.parts) for item in scope.items)


def mark_training_only(plan: ClassPlan, main: Iterable[str]) -> None:
    """Mark the entries that the ``main`` outputs (references) do not need.

    More can be needed than in the graph: a block is called with all its inputs, also one it ignores.
    """
    needed: set[str] = set()
    waiting = [reference.split(".")[0] for reference in main]
    while waiting:
        name = waiting.pop()
        if name in plan.aliases:
            waiting.append(plan.aliases[name].split(".")[0])
        elif name in plan.entries and name not in needed:
            needed.add(name)
            waiting += [reference.split(".")[0] for reference in plan.entries[name].reads]
    for name, entry in plan.entries.items():
        entry.training_only = name not in needed


def _dotted(name: str) -> ast.expr:
    first, *rest = name.split(".")
    tree: ast.expr = ast.Name(first, ast.Load())
    for part in rest:
        tree = ast.Attribute(tree, part, ast.Load())
    return tree
