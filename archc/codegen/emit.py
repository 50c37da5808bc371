"""Graph -> one readable, standalone Python file: a class for each block, torch its only import."""

from __future__ import annotations

import ast
import builtins
import keyword
import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import NamedTuple

from archc.codegen.constructor import constructor
from archc.codegen.forward import Forward
from archc.codegen.frozen import NOTHING_FROZEN, Frozen, frozen_parts
from archc.codegen.plan import ClassPlan, Entry, Planner, mark_training_only
from archc.codegen.printer import WIDTH, inline, layout
from archc.codegen.slices import SLICES, sliced
from archc.codegen.slots import Param
from archc.codegen.structure import Group
from archc.codegen.values import Values
from archc.graph.graph import Graph, GraphOutput
from archc.output import signed

IMPORTED = {"torch", "nn", "F", "Tensor", "NamedTuple"}
FEW = 3  # calls that a docstring names
LONGEST = 8  # outputs written out one by one in a return type


def class_name(name: str) -> str:
    """``resnet50_v1`` as ``Resnet50V1``, ``squeeze_excite`` as ``SqueezeExcite``."""
    joined = "".join(part[:1].upper() + part[1:] for part in name.split("_"))
    return f"{joined}_" if keyword.iskeyword(joined) else joined


def network_name(graph: Graph) -> str:
    """The name of the network's class: its title, where that is its name in nicer letters.

    ``GoogLeNet`` for googlenet, ``InceptionV4`` for the title Inception-v4.
    """
    words = re.split(r"[^A-Za-z0-9]+", graph.document.title)
    title = "".join(word[:1].upper() + word[1:] for word in words)
    same = title.lower() == graph.name.replace("_", "").lower()
    usable = title.isidentifier() and not keyword.iskeyword(title) and not hasattr(builtins, title)
    name = title if same and usable else class_name(graph.name)
    return f"{name}Net" if name in {*IMPORTED, *_defined(graph)} else name


def emit(graph: Graph) -> str:
    """The source of the graph's module, formatted as ``ruff format`` does.

    The file's last class is the network. State-dict names are the graph's node names.
    """
    names = _Names(graph)
    planner = Planner(graph, names.of, names.taken)
    support = list(dict.fromkeys(_support(planner.plans)))
    outputs = _outputs(graph)
    parts = [*support, SLICES] if graph.slice else support
    if outputs.tuple_name:
        parts.append(_named_tuple(outputs, network_name(graph)))
    for plan in planner.plans[:-1]:
        block = plan.scope.block
        returned = list(block.outputs.values()) if block is not None else []
        parts.append(
            _write(
                plan,
                list(plan.scope.inputs),
                returned,
                f'"""Block {names.block(plan)}."""',
                names.taken,
            )
        )
    parts.append(_network(graph, planner.plans[-1], outputs, names.taken))
    body = "\n\n\n".join(part.strip("\n") for part in parts)
    imports = _imports(body, bool(outputs.tuple_name))
    return signed(f"{_header(graph)}\n\n{imports}\n\n\n{body}\n")


class _Names:
    """Class names, each once; the network's own name comes first."""

    def __init__(self, graph: Graph) -> None:
        own = network_name(graph)
        self.taken = {*IMPORTED, own, f"{own}Output", *_defined(graph)}
        self._root, self._own = graph.root, own
        self._calls: dict[str, list[str]] = {}  # of each class
        self._first: dict[str, str] = {}  # class of each block

    def of(self, group: Group) -> str:
        if group.scopes[0] is self._root:
            return self._own
        wanted = name = class_name(group.block_name)
        if name == self._own:
            wanted = name = f"{name}Block"
        count = 2
        while name in self.taken:
            name, count = f"{wanted}{count}", count + 1
        self.taken.add(name)
        self._first.setdefault(group.block_name, name)
        self._calls[name] = [scope.path for scope in group.scopes]
        return name

    def block(self, plan: ClassPlan) -> str:
        block = plan.scope.block
        name = block.name if block is not None else ""
        if plan.scope.part:
            return f"`{name.removesuffix('_part')}`, the layers of {plan.scope.path} that are here"
        if plan.scope.patched:
            return f"`{name}` as patched in {plan.scope.path}"
        calls = self._calls[plan.name]
        shown = ", ".join(calls[:FEW]) + (
            f" and {len(calls) - FEW} more" if len(calls) > FEW else ""
        )
        return f"`{name}`" + (f", for {shown}" if self._first[name] != plan.name else "")


def _defined(graph: Graph) -> Iterator[str]:
    """Names that support code defines."""
    yield from _definitions(SLICES) if graph.slice else ()
    nodes = {(id(n.op), n.input_shapes): n for n in graph.nodes.values()}.values()
    lowered = (node.op.lower(node.input_shapes, node.shape) for node in nodes)
    for source in dict.fromkeys(source for one in lowered for source in one.support):
        yield from _definitions(source)


@cache
def _definitions(source: str) -> tuple[str, ...]:
    parts = ast.parse(source).body
    return tuple(p.name for p in parts if isinstance(p, ast.ClassDef | ast.FunctionDef))


def _support(plans: Sequence[ClassPlan]) -> Iterator[str]:
    for plan in plans:
        for entry in plan.entries.values():
            for part in entry.parts:
                for step in part.steps:
                    yield from step.lowered.support


class _Outputs(NamedTuple):
    """What the network returns: main outputs always, all of them in training; ``slice`` samples at a time."""

    all: list[tuple[GraphOutput, str]]  # with the reference
    tuple_name: str  # of the named tuple; empty where there is none
    slice: int  # 0 for all

    @property
    def main(self) -> list[tuple[GraphOutput, str]]:
        return [pair for pair in self.all if not pair[0].training_only]


def _outputs(graph: Graph) -> _Outputs:
    sources = {output.name: output.source for output in graph.document.outputs}
    pairs = [(output, sources.get(output.name, output.name)) for output in graph.outputs]
    named = len(pairs) > 1 and (
        graph.document.named_outputs or any(output.training_only for output in graph.outputs)
    )
    return _Outputs(pairs, f"{network_name(graph)}Output" if named else "", graph.slice)


def _named_tuple(outputs: _Outputs, name: str) -> str:
    lines = [f"class {outputs.tuple_name}(NamedTuple):"]
    always = all(not output.training_only for output, _ in outputs.all)
    lines.append(f'    """What {name} returns{"" if always else " in training"}."""')
    lines.append("")
    lines += [f"    {output.name}: Tensor" for output, _ in outputs.all]
    return "\n".join(lines)


def _network(graph: Graph, plan: ClassPlan, outputs: _Outputs, taken: set[str]) -> str:
    returned = [reference for _, reference in outputs.all]
    mark_training_only(plan, [reference for _, reference in outputs.main])
    doc = f'"""{_title(graph)}"""'
    return _write(plan, list(graph.inputs), returned, doc, taken, outputs, frozen_parts(graph))


def _title(graph: Graph) -> str:
    shapes = [" × ".join(map(str, node.shape)) for node in graph.inputs.values()]
    title = _safe(graph.document.title) or graph.name
    return f"{title}, for inputs of {' and '.join(shapes)}."


def _safe(text: str) -> str:
    """Words of a spec as they may stand in a docstring."""
    plain = "".join(c if c.isprintable() else " " for c in text)
    return plain[: WIDTH - 40].strip().replace("\\", "\\\\").replace('"', "'")


def _header(graph: Graph) -> str:
    name = graph.name
    return f'"""{name}, generated by archc from its spec: change the spec, not this file."""'


def _imports(body: str, named: bool) -> str:
    used = {node.id for node in ast.walk(ast.parse(body)) if isinstance(node, ast.Name)}
    lines = []
    if named:
        lines += ["from typing import NamedTuple", ""]
    if "torch" in used:
        lines.append("import torch")
    if "F" in used:
        lines.append("import torch.nn.functional as F")
    lines.append("from torch import Tensor, nn")
    return "\n".join(lines)


def _scheduled(plan: ClassPlan, values: Values) -> list[Entry]:
    """Entries in order; what only training needs moves up to where its inputs are made."""
    order = [entry for entry in plan.entries.values() if not entry.training_only]
    for entry in plan.entries.values():
        if entry.training_only:
            makers = {values.value(reference).split(".")[0] for reference in entry.reads}
            place = max((i + 1 for i, e in enumerate(order) if e.id in makers), default=0)
            while place < len(order) and order[place].training_only:
                place += 1
            order.insert(place, entry)
    return order


def _write(plan: ClassPlan, inputs: list[str], returned: list[str], doc: str,
           taken: set[str], outputs: _Outputs | None = None,
           frozen: Frozen = NOTHING_FROZEN) -> str:  # fmt: skip
    values = Values(plan, inputs, returned)
    entries = list(plan.entries.values())
    forward = Forward(plan, values, _scheduled(plan, values), {*taken, "self", "range", "zip"})
    made = constructor(entries, values)
    lines = [f"class {plan.name}(nn.Module):", f"    {doc}", "", *frozen.constant()]
    if made:
        lines += [*_signature("__init__", [_parameter(p) for p in plan.params], "None")]
        lines += ["        super().__init__()", *made, *frozen.constructor(), ""]
        lines += frozen.train(plan.name)
    kind = _return_type(returned, outputs)
    lines += _signature("forward", [f"{name}: Tensor" for name in forward.parameters], kind)
    if outputs is not None and outputs.slice:
        lines += sliced(outputs.slice, forward.parameters, len(returned), outputs.tuple_name)
    lines += forward.lines()
    if forward.closing is None:
        lines += _returns(forward, values, outputs)
    return "\n".join(lines)


def _parameter(param: Param) -> str:
    default = f" = {inline(param.default)}" if param.default is not None else ""
    return f"{param.name}: {param.annotation}{default}"


def _signature(name: str, parameters: list[str], returned: str) -> list[str]:
    whole = f"    def {name}({', '.join(['self', *parameters])}) -> {returned}:"
    if len(whole) <= WIDTH:
        return [whole]
    inner = f"        {', '.join(['self', *parameters])}"
    if len(inner) <= WIDTH:
        return [f"    def {name}(", inner, f"    ) -> {returned}:"]
    each = [f"        {parameter}," for parameter in ["self", *parameters]]
    return [f"    def {name}(", *each, f"    ) -> {returned}:"]


def _return_type(returned: list[str], outputs: _Outputs | None) -> str:
    if outputs is not None and outputs.tuple_name:
        main = len(outputs.main)
        if main == len(outputs.all):
            return outputs.tuple_name
        return f"{outputs.tuple_name} | {_tensors(main)}"
    return _tensors(len(returned))


def _tensors(count: int) -> str:
    if count == 1:
        return "Tensor"
    return f"tuple[{', '.join(['Tensor'] * count) if count < LONGEST else 'Tensor, ...'}]"


def _returns(forward: Forward, values: Values, outputs: _Outputs | None) -> list[str]:
    """The statements that hand out the results."""
    names = [ast.Name(forward.returned(value), ast.Load()) for value in values.outputs]
    if outputs is None or not outputs.tuple_name:
        return _return(names, 8)
    whole = ast.Call(ast.Name(outputs.tuple_name, ast.Load()), list(names), [])
    if len(outputs.main) == len(outputs.all):
        return _return([whole], 8)
    pairs = zip(outputs.all, names, strict=True)
    main = [name for (output, _), name in pairs if not output.training_only]
    return ["        if self.training:", *_return([whole], 12), *_return(main, 8)]


def _return(results: Sequence[ast.expr], indent: int) -> list[str]:
    line = f"{' ' * indent}return {', '.join(map(inline, results))}"
    if len(line) <= WIDTH:
        return [line]
    whole = ast.Tuple(list(results), ast.Load()) if len(results) > 1 else results[0]
    return layout("return ", whole, indent)
