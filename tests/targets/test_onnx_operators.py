"""Every operator's examples as ONNX: what ONNX's own inference says, and what ONNX Runtime computes."""

from __future__ import annotations

from typing import Any

import onnx
import pytest
import yaml
from listing import size
from runtime import MOST, differences, shaken

from archc.architecture import Architecture
from archc.codegen import build
from archc.graph.graph import Graph
from archc.ops import OPERATORS, Operator
from archc.ops.base import Example
from archc.targets.onnx import RULES
from archc.targets.onnx.model import to_model

UNSUPPORTED: frozenset[str] = frozenset()  # operators of archc's own that ONNX cannot express

# settings that the examples leave out, and that a rule treats in a way of its own
MORE = {
    "avg_pool": [
        ({"kernel": 3, "stride": 2, "padding": 1, "ceil": True}, (4, 8, 8)),
        ({"kernel": 3, "stride": 2, "padding": 1, "ceil": True, "count_include_pad": False}, (4, 8, 8)),
        ({"kernel": 3, "padding": [[1, 0], [0, 1]]}, (4, 8, 8)),
    ],
    "max_pool": [
        ({"kernel": 2, "stride": 3, "dilation": 4, "ceil": True}, (4, 14, 14)),
        ({"kernel": 2, "stride": 1, "dilation": 3, "padding": "same"}, (4, 9, 9)),
    ],
    "adaptive_avg_pool": [({"size": [3, 4, 2]}, (2, 5, 4, 7))],
    "lrn": [({"size": 4}, (8, 5, 5)), ({"size": 3, "alpha": -0.01}, (8, 5, 5)), ({}, (8, 2, 3, 3))],
    "gelu": [({"approximate": "none"}, (4, 5, 5))],
    "upsample": [({"size": [3, 9], "mode": "bilinear"}, (2, 5, 4)), ({"size": 7}, (2, 5, 4))],
    "pad": [({"padding": [[1, 2], [0, 3]], "mode": "replicate"}, (2, 3, 3))],
    "conv_transpose": [({"filters": 2, "kernel": 3, "dilation": 2, "padding": 1}, (4, 6, 6))],
}  # fmt: skip
CASES = [
    pytest.param(name, example, id=f"{name}-{index}")
    for name, cls in OPERATORS.items()
    for index, example in enumerate(
        [*cls.examples, *(Example(s, (shape,), ()) for s, shape in MORE.get(name, ()))]
    )
]


def alone(cls: type[Operator], example: Example) -> Graph:
    """A network of this one operator."""
    settings: dict[str, Any] = dict(example.settings)
    names = [f"x{index}" for index in range(len(example.inputs))]
    read = list(names)
    if settings.get(cls.reads):
        names[-1] = settings[cls.reads]
        read.pop()
    spec = {
        "archc": 1,
        "name": "net",
        "input": {name: list(shape) for name, shape in zip(names, example.inputs, strict=True)},
        "nodes": {"node": {"op": cls.name, "from": read, **settings}},
    }
    return Architecture.loads(yaml.safe_dump(spec)).graph


def test_every_operator_has_a_rule_or_is_known_to_have_none() -> None:
    assert {cls.name for cls in OPERATORS.values() if cls not in RULES} == UNSUPPORTED


@pytest.mark.parametrize(("name", "example"), CASES)
def test_operator(name: str, example: Example) -> None:
    graph = alone(OPERATORS[name], example)
    module = shaken(build(graph))
    model = to_model(graph, module)
    onnx.checker.check_model(model, full_check=True)
    (output,) = model.graph.output
    wanted = " × ".join(map(str, graph.outputs[0].node.shape))
    assert size(output) == f"batch × {wanted}"
    output.type.tensor_type.ClearField("shape")  # and ONNX finds it by itself
    (found,) = onnx.shape_inference.infer_shapes(model, strict_mode=True).graph.output
    assert size(found).partition(" × ")[2] == wanted  # a resized batch has lost its name
    content = to_model(graph, module).SerializeToString()
    assert max(differences(content, graph, module, batches=(1, 3))) < MOST / 10
