"""Where the source writes over a value, and where that would be wrong."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from archc.architecture import Architecture
from archc.codegen import emit
from archc.ops.activation import Activation
from archc.ops.base import OPERATORS

HEAD = "archc: 1\nname: net\ninput: [4, 6, 6]\n"
CONV = "op: conv, filters: 4, kernel: 3, padding: 1"
WRITTEN = [
    (f"c: {{{CONV}, norm: batch_norm, act: relu}}", "F.relu(self.c_norm(self.c(x)), inplace=True)"),
    (f"c: {{{CONV}}}\nr: relu", "F.relu(x, inplace=True)"),
    (f"c: {{{CONV}}}\nr: relu6", "F.relu6(x, inplace=True)"),
    ("f: {op: fc, units: 5, act: relu}", "F.relu(self.f(torch.flatten(x, 1)), inplace=True)"),
    (f"c: {{{CONV}}}\ns: {{op: add, from: [input, c], act: relu}}",
     "F.relu(c.add_(x), inplace=True)"),
    (f"c: {{{CONV}, act: relu}}\ns: {{op: add, from: [input, c], act: relu}}",
     "F.relu(x + c, inplace=True)"),
    (f"c: {{{CONV}}}\nd: {{{CONV}, from: input}}\ns: {{op: concat, from: [c, d], act: relu}}",
     "F.relu(torch.cat([c, d], dim=1), inplace=True)"),
    (f"c: {{{CONV}, repeat: 3, act: relu}}", "F.relu(conv(x), inplace=True)"),
    (f"c: {{{CONV}, norm: batch_norm, act: silu}}", "F.silu(self.c_norm(self.c(x)), inplace=True)"),
    (f"c: {{{CONV}}}\nr: {{op: leaky_relu, slope: 0}}", "F.leaky_relu(x, 0, inplace=True)"),
    (f"c: {{{CONV}, repeat: 2, act: {{op: leaky_relu, slope: '$([0.5, -0.5][i])'}}}}",
     "F.leaky_relu(self.c[0](x), 0.5, inplace=True)"),
]  # fmt: skip
NOT_WRITTEN = {
    "the network's input": "r: relu",
    "what another reads": f"c: {{{CONV}}}\nr: relu\ns: {{op: add, from: [r, c]}}",
    "a result": f"c: {{{CONV}}}\nr: relu\noutputs: [c, r]",
    "one value twice": f"c: {{{CONV}}}\ns: {{op: add, from: [c, c]}}",
    "what a sigmoid keeps": "g: sigmoid\nr: relu",
    "of which the gradient would be another": f"c: {{{CONV}, act: elu}}\nd: {{{CONV}, act: selu}}",
    "whose sign a negative slope turns": f"c: {{{CONV}, act: {{op: leaky_relu, slope: -0.5}}}}",
    "a view of the input": "d: {op: dropout, rate: 0.5}\nr: relu",
    "an absent layer's input": "u: {op: unit, there: false}\nv: {op: unit, there: true}\n"
    "blocks: {unit: {args: {there: bool}, nodes: "
    f"{{c: {{{CONV}, when: $there}}, r: relu}}}}}}",
    "a block's result": f"u: unit\nr: relu\nblocks: {{unit: {{nodes: {{c: {{{CONV}}}}}}}}}",
    "what a loop reads anew": f"c: {{{CONV}}}\ns: {{op: add, from: [input, c], repeat: 2}}",
}
OVERWRITING = [name for name, op in OPERATORS.items() if issubclass(op, Activation) and op.in_place]
IN_PLACE = re.compile(r"inplace=True|\w+\.add_\(")


def source(text: str) -> str:
    nodes, _, rest = text.partition("\nblocks: " if "\nblocks: " in text else "\noutputs: ")
    rest = text[len(nodes) :]
    body = "".join(f"  {line}\n" for line in nodes.splitlines())
    return emit(Architecture.loads(f"{HEAD}nodes:\n{body}{rest.strip()}\n", name="net").graph)


def results(text: str) -> list[Tensor]:
    """The outputs, and the gradients of their sum, of a source's network with fixed weights."""
    scope: dict[str, Any] = {"__name__": "generated"}
    exec(compile(text, "<generated>", "exec"), scope)
    torch.manual_seed(0)
    module, x = scope["Net"](), torch.randn(2, 4, 6, 6, requires_grad=True)
    given = x.detach().clone()
    found = module(x)
    outputs = [found] if isinstance(found, Tensor) else list(found)
    sum(output.square().sum() for output in outputs).backward()
    assert torch.equal(x.detach(), given)
    return [*outputs, x.grad, *(p.grad for p in module.parameters() if p.grad is not None)]


def out_of_place(text: str) -> str:
    return re.sub(r"(\w+)\.add_\((\w+)\)", r"\1 + \2", text.replace(", inplace=True", ""))


@pytest.mark.parametrize(("text", "line"), WRITTEN)
def test_values_that_nobody_else_reads_are_written_over(text: str, line: str) -> None:
    assert line in source(text)


@pytest.mark.parametrize("text", [text for text, _ in WRITTEN])
def test_results_and_gradients_are_the_same_bits(text: str) -> None:
    written = source(text)
    plain = out_of_place(written)
    assert plain != written
    pairs = zip(results(written), results(plain), strict=True)
    assert all(torch.equal(one, other) for one, other in pairs)


@pytest.mark.parametrize("text", NOT_WRITTEN.values(), ids=NOT_WRITTEN)
def test_other_values_are_not(text: str) -> None:
    written = source(text)
    assert IN_PLACE.search(written) is None
    results(written)


def test_a_class_for_each_sign_of_a_slope() -> None:
    written = source(
        f"a: unit\nb: {{op: unit, slope: 0.25}}\nc: {{op: unit, slope: -0.5}}\n"
        "blocks: {unit: {args: {slope: 0.5}, nodes: "
        f"{{c: {{{CONV}}}, r: {{op: leaky_relu, slope: $slope}}}}}}}}"
    )
    assert written.count("class Unit") == 2
    assert written.count("inplace=True") == 1
    results(written)


def calls(name: str, shape: torch.Size) -> list[Callable[[Tensor], Tensor]]:
    """An activation as it is lowered: out of place, and in place."""
    lowered = OPERATORS[name]().lower((tuple(shape[1:]),), tuple(shape[1:]))
    given = {"F": functional, **lowered.values}
    templates = (lowered.forward, lowered.in_place)
    return [eval(f"lambda x: {text.format('x', **lowered.values)}", given) for text in templates]


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16], ids=str)
@pytest.mark.parametrize("name", OVERWRITING)
def test_an_activation_in_place_computes_the_same_bits(name: str, dtype: torch.dtype) -> None:
    """Of lengths that fill no vector, and of maps in both formats."""
    torch.manual_seed(0)
    maps = 4 * torch.randn(2, 5, 33, 31, dtype=dtype)
    for x in (maps, maps.contiguous(memory_format=torch.channels_last), maps[0, 0, 0]):
        found = []
        for call in calls(name, x.shape):
            given = x.clone().requires_grad_()
            result = call(given.clone())
            result.backward(x.flip(0))
            found.append((result, given.grad))
        assert all(map(torch.equal, *found))


@pytest.mark.parametrize("name", OVERWRITING)
def test_autograd_copies_what_is_overwritten_where_an_operator_says_so(name: str) -> None:
    x = torch.randn(3, 7, requires_grad=True).clone()
    saved: list[int] = []

    def pack(tensor: Tensor) -> Tensor:
        saved.append(tensor.data_ptr())
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        result = calls(name, x.shape)[1](x)
    assert result.data_ptr() == x.data_ptr()
    copies = OPERATORS[name]().lower(((7,),), (7,)).copies
    assert copies == (saved != [result.data_ptr()])


def test_a_layer_lets_its_input_go_before_the_norm_runs() -> None:
    """In one expression, ``x`` would hold what the convolution read until the norm is done."""
    written = source(
        f"a: {{{CONV}}}\nb: {{{CONV}, norm: batch_norm, act: elu}}\nend: {{op: identity, act: gelu}}"
    )
    body = written.partition("Tensor:\n")[2]
    assert [line.strip() for line in body.splitlines()] == [
        "x = self.a(x)", "x = self.b(x)", "x = self.b_norm(x)", "x = F.elu(x, 1.0)", "return F.gelu(x)",
    ]  # fmt: skip
