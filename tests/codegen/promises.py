"""What the generated source promises of any graph, each as a check that fails with an assertion."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from harness import Lowering, lower
from torch import Tensor, nn

from archc.analysis.receptive import receptive_fields
from archc.codegen import emit
from archc.codegen.emit import network_name
from archc.graph.graph import Graph, Node

COUNTER = "num_batches_tracked"  # of torch's batch norms; no operator declares it


def built(graph: Graph) -> nn.Module:
    """The module of the emitted source, and not of a file that an earlier run has left."""
    source = emit(graph)
    assert source == emit(graph), "emitting twice gives two sources"
    scope: dict[str, Any] = {"__name__": "generated"}
    exec(compile(source, "<generated>", "exec"), scope)
    module = scope[network_name(graph)]()
    assert isinstance(module, nn.Module)
    return module


def imports(source: str) -> set[str]:
    """The packages that a source imports."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(str(node.module).split(".")[0])
    return found


def random_inputs(graph: Graph, batch: int = 2) -> list[Tensor]:
    made = torch.Generator().manual_seed(3)
    return [
        torch.randn(batch, *node.shape, generator=made, dtype=torch.double)
        for node in graph.inputs.values()
    ]


def results(output: Any) -> list[Tensor]:
    return [output] if isinstance(output, Tensor) else list(output)


def check_names(graph: Graph, module: nn.Module) -> None:
    """Parameters and buffers are called and shaped as the graph says, and there are no others."""
    weights: dict[str, tuple[int, ...]] = {}
    buffers: dict[str, tuple[int, ...]] = {}
    for node in graph.nodes.values():
        if node.shared is None:
            weights |= {f"{node.name}.{key}": shape for key, shape in node.facts.weights.items()}
            buffers |= {f"{node.name}.{key}": shape for key, shape in node.facts.buffers.items()}
    parameters = {name: tuple(p.shape) for name, p in module.named_parameters()}
    assert parameters == weights
    kept = {name: tuple(t.shape) for name, t in module.state_dict().items()}
    found = {name: s for name, s in kept.items() if name not in parameters and COUNTER not in name}
    assert found == buffers
    nodes = graph.nodes.values()
    trained, kept = sum(n.params for n in nodes), sum(n.frozen_params for n in nodes)
    for grad, count in ((True, trained), (False, kept)):
        assert sum(p.numel() for p in module.parameters() if p.requires_grad is grad) == count


def check_frozen(graph: Graph, module: nn.Module) -> None:
    """In training all parts are in training mode, but for the batch norms that are frozen."""
    resting = {name for name, part in module.train().named_modules() if not part.training}
    frozen = {(node.shared or node).name for node in graph.nodes.values() if node.frozen}
    norms = {node.name for node in graph.nodes.values() if node.op.name == "batch_norm"}
    assert resting == frozen & norms
    still = {name for name, p in module.named_parameters() if not p.requires_grad}
    assert {name.rpartition(".")[0] for name in still} <= frozen


def check_shapes(graph: Graph, module: nn.Module, inputs: Sequence[Tensor]) -> None:
    """In both modes every result has the graph's shape, and so has every module's that is a node."""
    expected: dict[str, set[tuple[int, ...]]] = {}
    for node in graph.nodes.values():
        expected.setdefault((node.shared or node).name, set()).add(node.shape)
    seen: dict[str, set[tuple[int, ...]]] = {}

    def hook(name: str) -> Any:
        def keep(_: nn.Module, __: object, output: Tensor) -> None:
            if len(output) == 2:  # an average pool also counts the positions of one map
                seen.setdefault(name, set()).add(tuple(output.shape[1:]))

        return keep

    handles = [
        part.register_forward_hook(hook(name))
        for name, part in module.named_modules()
        if name in expected
    ]
    for training in (True, False):
        seen.clear()
        wanted = [o.node.shape for o in graph.outputs if training or not o.training_only]
        with torch.no_grad():
            found = results(module.train(training)(*inputs))
        assert [tuple(t.shape) for t in found] == [(2, *shape) for shape in wanted]
        assert all(shapes <= expected[name] for name, shapes in seen.items())
    for handle in handles:
        handle.remove()


class Interpreter:
    """Walks a graph's nodes in order and runs each one's lowering by itself."""

    def __init__(self, graph: Graph, state: Mapping[str, Tensor]) -> None:
        self.graph = graph
        self.parts: dict[str, Lowering] = {}
        for node in graph.nodes.values():
            self.parts[node.name] = part = lower(node.op, node.input_shapes).double().eval()
            own = f"{(node.shared or node).name}."
            part.load_state_dict({
                f"part.{name.removeprefix(own)}": tensor for name, tensor in state.items()
                if name.startswith(own) and "." not in name.removeprefix(own)
            })  # fmt: skip

    def run(self, inputs: Sequence[Tensor]) -> list[Tensor]:
        values: dict[int, Tensor] = {
            id(node): value for node, value in zip(self.graph.inputs.values(), inputs, strict=True)
        }
        for node in self.graph.nodes.values():
            values[id(node)] = self.parts[node.name](*(values[id(n)] for n in node.inputs))
        return [values[id(output.node)] for output in self.graph.outputs]


def check_values(graph: Graph, module: nn.Module, inputs: Sequence[Tensor]) -> None:
    """The module computes what the graph's nodes, run one by one, compute."""
    with torch.no_grad():
        wanted = Interpreter(graph, module.state_dict()).run(inputs)
        found = results(module.eval()(*inputs))
        heads = results(_in_training_only(module)(*inputs))
    main = [t for t, o in zip(wanted, graph.outputs, strict=True) if not o.training_only]
    for one, other in [*zip(found, main, strict=True), *zip(heads, wanted, strict=True)]:
        torch.testing.assert_close(one, other, rtol=1e-5, atol=1e-5, equal_nan=True)


def _in_training_only(module: nn.Module) -> nn.Module:
    """The network in training, so that it runs its auxiliary heads, and its layers in evaluation."""
    from torch.nn.modules.module import Module

    for part in module.modules():
        Module.eval(part)
    for part in module.modules():
        leaf = type(part).__module__.startswith("torch.") or type(part).__name__ in ("DropPath",)
        part.training = not leaf
    return module


REARRANGED = {"reshape", "permute", "flatten", "fc", "rbf"}
UNEVEN = {"upsample", "conv_transpose", "pad", "slice", "pixel_shuffle", "group_norm",
          "instance_norm", "adaptive_avg_pool", "adaptive_max_pool", "global_avg_pool",
          "global_max_pool"}  # fmt: skip


def check_fields(graph: Graph, module: nn.Module) -> None:
    """A gradient at an input row shows that it is read, and is in the field; a NaN spreads at least
    as far as the field says, in graphs that neither pad nor rearrange."""
    module.eval()
    fields = receptive_fields(graph)
    outputs = [output for output in graph.outputs if not output.training_only]
    plain = all(_plain(node) for node in graph.nodes.values())
    for index, (name, node) in enumerate(graph.inputs.items()):
        for axis in range(min(len(node.shape) - 1, 2)):
            noise = random_inputs(graph, batch=1)
            noise[index].requires_grad_(True)
            found = results(module(*noise))
            for output, value in zip(outputs, found, strict=True):
                reaches = fields[output.node.name].get(name)
                if len(output.node.shape) <= axis + 1:
                    continue
                reach = reaches[axis] if reaches else None
                for position in {0, value.shape[axis + 2] // 2, value.shape[axis + 2] - 1}:
                    claimed = reach.at(position) if reach else (0, -1)
                    read = _read(value.select(axis + 2, position), noise[index], axis + 2)
                    inside = [row for row in read if claimed[0] <= row <= claimed[1]]
                    assert read == inside, (output.name, name, axis, position, claimed, read)
                if plain and reach is not None:
                    _check_spread(module, graph, index, axis, outputs.index(output), reach)


def _plain(node: Node) -> bool:
    padding = getattr(node.op, "padding", 0)
    flat = padding == 0 or (isinstance(padding, tuple) and not any(
        n for side in padding for n in (side if isinstance(side, tuple) else (side,))))  # fmt: skip
    shuffled = getattr(node.op, "connections", None) or getattr(node.op, "ceil", False)
    return node.op.name not in REARRANGED | UNEVEN and flat and not shuffled


def _read(part: Tensor, source: Tensor, axis: int) -> list[int]:
    if not part.requires_grad:
        return []
    (gradient,) = torch.autograd.grad(part.sum(), source, retain_graph=True, materialize_grads=True)
    others = [d for d in range(gradient.ndim) if d != axis]
    rows: list[int] = gradient.abs().sum(dim=others).nonzero().flatten().tolist()
    return rows


def _check_spread(
    module: nn.Module, graph: Graph, index: int, axis: int, number: int, reach: Any
) -> None:
    noise = random_inputs(graph, batch=1)
    spread = []
    with torch.no_grad():
        for row in range(noise[index].shape[axis + 2]):
            tensors = [t.clone() for t in noise]
            tensors[index].select(axis + 2, row).fill_(torch.nan)
            value = results(module(*tensors))[number].isnan()
            spread.append(value.movedim(axis + 2, 0).flatten(1).any(1))
    for position, rows in enumerate(torch.stack(spread, 1)):
        read = rows.nonzero().flatten().tolist()
        claimed = reach.at(position)
        assert read and (read[0], read[-1]) == claimed, (index, axis, position, claimed, read)


def check(graph: Graph, fields: bool = True) -> None:
    """All of the above."""
    torch.manual_seed(0)
    module = built(graph)
    inputs = random_inputs(graph)
    check_names(graph, module)
    check_frozen(graph, module)
    module.double()
    _shake(module)
    check_shapes(graph, module, inputs)
    check_values(graph, module, inputs)
    if fields:
        check_fields(graph, module)


def _shake(module: nn.Module) -> None:
    """Give every weight a value of its own, so that layers that are mixed up show."""
    made = torch.Generator().manual_seed(5)
    for tensor in itertools.chain(module.parameters()):
        with torch.no_grad():
            tensor.copy_(torch.randn(tensor.shape, generator=made, dtype=torch.double) * 0.5)
