"""The protobuf of a model, made with the package onnx: imported by :mod:`archc.targets.onnx.model` alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import onnx
from onnx import helper

from archc.errors import Mistake, SpecError
from archc.graph.graph import Graph
from archc.ops.base import Shape
from archc.output import ONNX_MARK
from archc.targets.onnx.limits import IR_VERSION, OPSET
from archc.targets.onnx.naming import Names
from archc.targets.onnx.place import Constant, Sheet, Step, Weight

if TYPE_CHECKING:
    import torch
    from torch import Tensor


BATCH = "batch"
NUMBERS = {
    "float32": 1,
    "int64": 7,
    "float16": 10,
    "float64": 11,
}  # of types that all operators take


class Type(NamedTuple):
    """The type of all values: PyTorch's, and ONNX's number for it."""

    torch: torch.dtype
    number: int

    @classmethod
    def of(cls, state: Mapping[str, Tensor]) -> Type:
        """The type of the weights; float32 where there are none.

        Raises:
            SpecError: they are of several types, or of one that ONNX does not know.
        """
        import torch

        found = {tensor.dtype for tensor in state.values() if tensor.is_floating_point()}
        (first, *others) = sorted(found, key=str) or [torch.float32]
        word = str(first).removeprefix("torch.")
        if others or word not in NUMBERS:
            types = ", ".join(str(dtype).removeprefix("torch.") for dtype in (first, *others))
            message = (
                f"the weights are {types}; in ONNX they are float16, float32 or float64, all alike"
            )
            raise SpecError([Mistake("A103", message, help="convert them: module.float()")])
        return cls(first, NUMBERS[word])


def model(
    graph: Graph, sheet: Sheet, names: Names, type: Type, shapes: Mapping[str, Shape]
) -> onnx.ModelProto:
    """The model of what the rules wrote; ``shapes`` are those of values, without the batch axis."""
    info = {
        name: helper.make_tensor_value_info(name, type.number, [BATCH, *shape])
        for name, shape in shapes.items()
    }
    made = {names.of[step.result] for step in sheet.steps}
    inner = [name for name in info if name in made and name not in names.outputs]
    body = helper.make_graph(
        [_node(step, names) for step in sheet.steps],
        graph.name,
        [info[name] for name in graph.inputs],
        [info[name] for name in names.outputs],
        doc_string=graph.document.title,
        value_info=[info[name] for name in inner],
    )
    opset = helper.make_opsetid("", OPSET)
    whole: onnx.ModelProto = helper.make_model(
        body, producer_name="archc", opset_imports=[opset], ir_version=IR_VERSION
    )
    helper.set_model_props(whole, dict([ONNX_MARK]))
    read = dict.fromkeys(value for step in sheet.steps for value in step.reads)
    for name in read:
        if name in sheet.initialisers:
            _fill(whole.graph.initializer.add(), name, sheet.initialisers[name], type)
    return whole


def _node(step: Step, names: Names) -> onnx.NodeProto:
    reads = [names.of.get(value, value) for value in step.reads]
    settings: dict[str, Any] = {**step.settings}
    made = [names.of[step.result]]
    return helper.make_node(step.kind, reads, made, name=step.name, doc_string=step.doc, **settings)


def _fill(proto: onnx.TensorProto, name: str, content: Weight | Constant, type: Type) -> None:
    """Make it the initialiser. It is in the model already: a message that is put there is copied."""
    import torch

    if isinstance(content, Weight):
        tensor = content.tensor.detach().cpu().contiguous()
    else:
        dtype = torch.int64 if content.whole else type.torch
        tensor = torch.tensor(content.numbers, dtype=dtype)
    proto.name = name
    proto.data_type = NUMBERS[str(tensor.dtype).removeprefix("torch.")]
    proto.dims.extend(content.shape)
    proto.raw_data = tensor.reshape(-1).view(torch.uint8).numpy().tobytes()
