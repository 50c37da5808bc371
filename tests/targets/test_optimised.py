"""Graphs after the passes, as ONNX: the values are those of the network before them."""

from __future__ import annotations

import onnx
import pytest
import torch
from runtime import MOST, differences, noise, settled, shaken, smallest

from archc.ops.base import Operator
from archc.passes import operators
from archc.passes.module import carried
from archc.passes.optimise import optimise
from archc.targets import to_onnx
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
