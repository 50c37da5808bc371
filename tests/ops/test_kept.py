"""What autograd keeps of each operator, against what torch really hands to its hooks."""

from __future__ import annotations

import pytest
import torch
from harness import Lowering, lower, make
from torch import Tensor

from archc.ops import OPERATORS
from archc.ops.base import Example, Operator, Shapes

BATCH = 3
SLACK = 64  # bytes: factors of Python that torch keeps as tensors of one number

CASES = [
    pytest.param(cls, example, id=f"{name}-{index}")
    for name, cls in OPERATORS.items()
    for index, example in enumerate(cls.examples)
]
MORE = (
    ("mul", {}, ((4, 6, 6), (4, 1, 1), (4, 6, 6))),
    ("add", {}, ((4, 6, 6), (4, 6, 6), (4, 6, 6))),
    ("dropout", {"rate": 0}, ((4, 6, 6),)),
    ("drop_path", {"rate": 0}, ((4, 6, 6),)),
    ("adaptive_avg_pool", {"size": 1}, ((4, 6, 6),)),
    ("avg_pool", {"kernel": 4, "stride": 2, "padding": "same"}, ((4, 9, 9),)),
    ("max_pool", {"kernel": 2, "stride": 1, "padding": "same"}, ((4, 9, 9),)),
    ("group_norm", {"groups": 2, "affine": False}, ((4, 6, 6),)),
    ("instance_norm", {}, ((4, 6, 6),)),
    ("pad", {"padding": 1, "mode": "replicate"}, ((4, 6, 6),)),
)


class Storages:
    """The memory that autograd keeps, each piece once; what parameters and buffers hold left out."""

    def __init__(self, module: Lowering) -> None:
        self.ignored = {_storage(t) for t in [*module.parameters(), *module.buffers()]}
        self.sizes: dict[int, int] = {}
        self.tensors: list[Tensor] = []  # alive, so that no address is used twice

    def pack(self, tensor: Tensor) -> Tensor:
        if _storage(tensor) not in self.ignored:
            self.tensors.append(tensor)
            self.sizes[_storage(tensor)] = tensor.untyped_storage().nbytes()
        return tensor


def _storage(tensor: Tensor) -> int:
    return tensor.untyped_storage().data_ptr()


@pytest.mark.parametrize(("cls", "example"), CASES)
def test_an_example_keeps_what_its_operator_says(cls: type[Operator], example: Example) -> None:
    _compare(cls.make(example.settings), example.inputs)


@pytest.mark.parametrize(("name", "settings", "inputs"), MORE)
def test_so_does_another_use(name: str, settings: dict[str, object], inputs: Shapes) -> None:
    _compare(make(name, **settings), inputs)


def _compare(op: Operator, inputs: Shapes) -> None:
    output = op.infer(inputs)
    module = lower(op, inputs).train()
    tensors = [torch.randn(BATCH, *shape, requires_grad=True) for shape in inputs]
    storages = Storages(module)
    with torch.autograd.graph.saved_tensors_hooks(storages.pack, lambda tensor: tensor):
        result = module(*tensors)

    kept = op.kept(inputs, output)
    given = {_storage(tensor): index for index, tensor in enumerate(tensors)}
    assert {given[s] for s in storages.sizes if s in given} == set(kept.inputs)
    is_view = op.is_view(training=True)
    assert (_storage(result) in given) == is_view
    if not is_view:
        assert (_storage(result) in storages.sizes) == kept.output
    own = sum(n for s, n in storages.sizes.items() if s not in given and s != _storage(result))
    expected = BATCH * (4 * kept.values + kept.bytes) + 4 * kept.fixed
    assert expected == pytest.approx(own, rel=0.02, abs=SLACK)
