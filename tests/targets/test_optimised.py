"""Graphs after the passes, as ONNX: the values are those of the network before them."""

from __future__ import annotations

import copy
import io
from contextlib import suppress

import onnx
import pytest
import torch
from runtime import MOST, differences, noise, settled, shaken, smallest

import archc
from archc.errors import SpecError
from archc.ops.base import Operator
from archc.passes import operators
from archc.passes.module import carried
from archc.passes.optimise import optimise
from archc.passes.proof import difference, settle
from archc.spec.files import bundled
from archc.targets import to_onnx, to_pt2
from archc.targets.onnx import RULES

MADE = [
    kind
    for kind in vars(operators).values()
    if isinstance(kind, type)
    and issubclass(kind, Operator)
    and kind.__module__ == operators.__name__
]


def test_what_passes_make_has_rules() -> None:
    assert MADE
    assert {*MADE} <= RULES.keys()


@pytest.mark.parametrize("name", ["densenet121", "inception_3a", "efficientnet_b0", "resnet18"])
def test_optimised(name: str) -> None:
    net = smallest(name)
    torch.manual_seed(1)
    module = settled(shaken(net.build(weights=False)), noise(net.graph))
    result = optimise(net.graph)
    content = to_onnx(result.graph, carried(module, net.graph, result))
    onnx.checker.check_model(content, full_check=True)
    assert max(differences(content, net.graph, module)) < MOST


def test_optimised_as_a_program() -> None:
    """Its weights lie with the channels last, of which torch warns; a warning here is an error."""
    net = smallest("resnet18")
    result = optimise(net.graph)
    module = carried(net.build(weights=False).eval(), net.graph, result)
    program = torch.export.load(io.BytesIO(to_pt2(result.graph, module))).module()
    inputs = noise(net.graph, 3)
    with torch.no_grad():
        torch.testing.assert_close(program(*inputs), module(*inputs), rtol=1e-4, atol=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize("name", [spec.name for spec in bundled()])
def test_every_bundled(name: str) -> None:
    """In float64 next to nothing differs; in float32 about as much as from float64."""
    net = archc.load(name)
    (shape,) = (node.shape for node in net.inputs.values())
    if shape[1:] > (96, 96):  # statistics of maps of one number would make it chaotic
        with suppress(SpecError):  # too small for some
            net = archc.load(name, input=[shape[0], 96, 96])
    module = net.build(weights=False)
    settle(module, net.graph)
    precise = copy.deepcopy(module).double()
    assert difference(precise, archc.optimize(precise), net.graph).relative < 1e-8
    rounding = difference(module, precise, net.graph).relative
    assert difference(module, archc.optimize(module), net.graph).relative < 1e-4 + 10 * rounding
