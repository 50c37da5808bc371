"""Every operator's examples, against the declared rules and against torch."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from typing import Any

import jsonschema
import pytest
import torch
from harness import lower
from torch.utils.flop_counter import FlopCounterMode

from archc.ops import OPERATORS, Operator, operator, operators
from archc.ops.base import Example
from archc.ops.inputs import Input

CASES = [
    pytest.param(cls, example, id=f"{name}-{index}")
    for name, cls in OPERATORS.items()
    for index, example in enumerate(cls.examples)
]


@pytest.mark.parametrize("cls", [pytest.param(cls, id=name) for name, cls in OPERATORS.items()])
def test_declaration(cls: type[Operator]) -> None:
    assert cls.examples, "every operator shows its use"
    assert cls.source
    assert cls.__doc__
    first = cls.__doc__.splitlines()[0]
    assert first.endswith(".")
    assert "(" not in cls.name
    for attribute in cls.attributes().values():
        assert attribute.doc
        jsonschema.Draft202012Validator.check_schema(attribute.kind.schema)


@pytest.mark.parametrize("cls", [pytest.param(cls, id=name) for name, cls in OPERATORS.items()])
def test_examples_show_every_rank(cls: type[Operator]) -> None:
    shown = {len(example.inputs[0]) for example in cls.examples}
    low, high = cls.rank
    own = {"fc": {1, 2, 3, 4}, "rbf": {1, 3}, "permute": {2, 3, 4}}
    assert shown == own.get(cls.name, set(range(low, (high or 4) + 1)))


@pytest.mark.parametrize(("cls", "example"), CASES)
def test_infer(cls: type[Operator], example: Example) -> None:
    op = cls.make(example.settings)
    assert op == cls.make(example.settings)
    assert hash(op) == hash(cls.make(example.settings))
    assert op.infer(example.inputs) == example.output
    assert len(op.field(example.inputs, example.output)) == len(example.inputs)
    for shape, axes in zip(example.inputs, op.field(example.inputs, example.output), strict=True):
        assert len(axes) == len(shape) - 1
    assert op.label()


@pytest.mark.parametrize(("cls", "example"), CASES)
def test_settings_fit_the_schema(cls: type[Operator], example: Example) -> None:
    for name, value in example.settings.items():
        jsonschema.validate(value, dict(cls.attributes()[name].kind.schema))


@pytest.mark.parametrize(("cls", "example"), CASES)
def test_lowering(cls: type[Operator], example: Example) -> None:
    op = cls.make(example.settings)
    module = lower(op, example.inputs).eval()
    inputs = [torch.randn(2, *shape) for shape in example.inputs]
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        output = module(*inputs)
    assert tuple(output.shape[1:]) == example.output
    if "connections" not in example.settings:  # which run as a full convolution
        assert counter.get_total_flops() == 2 * 2 * op.macs(example.inputs, example.output)


@pytest.mark.parametrize(("cls", "example"), CASES)
def test_weights_and_buffers(cls: type[Operator], example: Example) -> None:
    op = cls.make(example.settings)
    module = lower(op, example.inputs)
    weights = {n.removeprefix("part."): tuple(p.shape) for n, p in module.named_parameters()}
    assert weights == op.weights(example.inputs)
    kept = {n.removeprefix("part."): tuple(t.shape) for n, t in module.state_dict().items()}
    buffers = {n: s for n, s in kept.items() if n not in weights and n != "num_batches_tracked"}
    assert buffers == op.buffers(example.inputs)


@pytest.mark.parametrize(("cls", "example"), CASES)
def test_view(cls: type[Operator], example: Example) -> None:
    """In evaluation a view shares its input's memory, and nothing else does."""
    op = cls.make(example.settings)
    inputs = [torch.randn(2, *shape) for shape in example.inputs]
    output = lower(op, example.inputs).eval()(*inputs)
    shared = output.untyped_storage().data_ptr() == inputs[0].untyped_storage().data_ptr()
    assert shared == cls.view


SUPPORT = sorted(
    {
        source
        for cls in OPERATORS.values()
        for example in cls.examples
        for source in cls.make(example.settings).lower(example.inputs, example.output).support
    }
)


@pytest.mark.parametrize("source", SUPPORT)
def test_support_source(source: str) -> None:
    """Each piece of source is one documented definition, written as ruff writes it."""
    (definition,) = ast.parse(source).body
    assert isinstance(definition, ast.ClassDef | ast.FunctionDef)
    assert ast.get_docstring(definition)
    ruff = shutil.which("ruff", path=str(sys.prefix) + "/bin") or shutil.which("ruff")
    if ruff is None:
        pytest.skip("ruff is not installed")
    arguments = [ruff, "format", "--isolated", "--line-length", "88", "-"]
    formatted = subprocess.run(arguments, input=source, capture_output=True, text=True, check=True)
    assert formatted.stdout == source
    assert max(map(len, source.splitlines())) <= 88


def test_support_survives_export_and_compile() -> None:
    for name, settings, shape in (
        ("conv", {"filters": 3, "kernel": 3, "connections": [[0, 1], [1], [0]]}, (2, 8, 8)),
        ("rbf", {"units": 10, "codes": "lenet5"}, (84,)),
        ("layer_norm", {}, (4, 3, 3)),
        ("scale", {"bias": True}, (4, 3, 3)),
        ("drop_path", {"rate": 0.2}, (4, 3, 3)),
    ):
        op = OPERATORS[name].make(settings)
        part: Any = lower(op, (shape,)).eval().part
        x = torch.randn(2, *shape)
        exported = torch.export.export(part, (x,)).module()
        torch.testing.assert_close(exported(x), part(x))
        compiled = torch.compile(part, backend="eager", fullgraph=True)
        torch.testing.assert_close(compiled(x), part(x))


def test_input_is_no_operator_of_the_language() -> None:
    assert "input" not in OPERATORS
    assert (Input.name, Input.family, Input.arity) == ("input", "input", (0, 0))


def test_operator_by_name() -> None:
    assert operator("conv") is OPERATORS["conv"]
    assert operator("convolution") is None
    assert operators() is OPERATORS


def test_torch_is_not_imported() -> None:
    code = "import sys, archc.ops; sys.exit('torch' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
