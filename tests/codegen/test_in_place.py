"""Where the source writes over a value, and where that would be wrong."""

from __future__ import annotations

import re
from typing import Any

import pytest
import torch
from torch import Tensor

from archc.architecture import Architecture
from archc.codegen import emit

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
]  # fmt: skip
NOT_WRITTEN = {
    "the network's input": "r: relu",
    "what another reads": f"c: {{{CONV}}}\nr: relu\ns: {{op: add, from: [r, c]}}",
    "a result": f"c: {{{CONV}}}\nr: relu\noutputs: [c, r]",
    "one value twice": f"c: {{{CONV}}}\ns: {{op: add, from: [c, c]}}",
    "what a sigmoid keeps": "g: sigmoid\nr: relu",
    "a view of the input": "d: {op: dropout, rate: 0.5}\nr: relu",
    "an absent layer's input": "u: {op: unit, there: false}\nv: {op: unit, there: true}\n"
    "blocks: {unit: {args: {there: bool}, nodes: "
    f"{{c: {{{CONV}, when: $there}}, r: relu}}}}}}",
    "a block's result": f"u: unit\nr: relu\nblocks: {{unit: {{nodes: {{c: {{{CONV}}}}}}}}}",
    "what a loop reads anew": f"c: {{{CONV}}}\ns: {{op: add, from: [input, c], repeat: 2}}",
}
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


def test_a_layer_lets_its_input_go_before_the_norm_runs() -> None:
    """In one expression, ``x`` would hold what the convolution read until the norm is done."""
    written = source(
        f"a: {{{CONV}}}\nb: {{{CONV}, norm: batch_norm, act: silu}}\nend: {{op: identity, act: mish}}"
    )
    body = written.partition("Tensor:\n")[2]
    assert [line.strip() for line in body.splitlines()] == [
        "x = self.a(x)", "x = self.b(x)", "x = self.b_norm(x)", "x = F.silu(x)", "return F.mish(x)",
    ]  # fmt: skip
