"""Whole networks as ONNX: names, weights, shapes, values, and what cannot be written."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import onnx
import pytest
import torch
from generate import Seeded, written
from listing import listing, size
from onnx import numpy_helper
from runtime import MOST, differences, expected, noise, settled, shaken, smallest

import archc
from archc.architecture import Architecture
from archc.errors import SpecError
from archc.graph.graph import Graph
from archc.ops import OPERATORS
from archc.ops.activation import ReLU
from archc.spec.files import bundled
from archc.targets import to_onnx
from archc.targets.onnx import OPSET, RULES, Place, rule
from archc.targets.onnx.model import to_model

HERE = Path(__file__).parent
NAMES = HERE / "names.yaml"

# of most files one, so that every way of building a network is there; the rest takes minutes
SOME = ("lenet5_1998", "alexnet", "densenet121", "efficientnet_b0", "googlenet", "inception_3a",
        "resnet18_a", "resnet20_cifar", "xception_timm")  # fmt: skip
EVERY = [spec.name for spec in bundled()]


@pytest.fixture(scope="module")
def net() -> Architecture:
    return archc.load(NAMES)


def test_a_file_reads_like_its_spec(net: Architecture) -> None:
    """Nodes, weights, inputs and outputs have the spec's names; training's head and no-ops are gone."""
    golden = HERE / "names.txt"
    found = listing(to_model(net.graph, net.build()))
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(found, encoding="utf-8")
    assert found == golden.read_text(encoding="utf-8")


def test_the_same_weights_are_the_same_bytes(net: Architecture) -> None:
    module = net.build()
    assert to_onnx(net.graph, module) == to_onnx(net.graph, module)


def test_initialisers_hold_the_state_dict(net: Architecture) -> None:
    module = net.build()
    state = module.state_dict()
    model = onnx.load_from_string(to_onnx(net.graph, module))
    held = {entry.name: numpy_helper.to_array(entry).copy() for entry in model.graph.initializer}
    kept = {name for name in state if "num_batches" not in name and not name.startswith("aux.")}
    assert kept <= held.keys()
    for name in kept:
        assert torch.equal(torch.from_numpy(held[name]).flatten(), state[name].flatten())


def test_values_of_several_inputs_and_outputs(net: Architecture) -> None:
    module = shaken(net.build())
    content = to_onnx(net.graph, module)
    assert max(differences(content, net.graph, module, batches=(1, 3))) < MOST


def test_the_mode_of_the_module_does_not_matter(net: Architecture) -> None:
    module = net.build()
    assert module.training
    assert to_onnx(net.graph, module) == to_onnx(net.graph, module.eval())


def check_inference(graph: Graph, model: onnx.ModelProto) -> None:
    """ONNX finds the shape of every node's value by itself, and it is archc's."""
    declared = {info.name: size(info) for info in model.graph.value_info}
    assert declared
    del model.graph.value_info[:]
    inferred = onnx.shape_inference.infer_shapes(model, strict_mode=True)
    found = {info.name: size(info) for info in inferred.graph.value_info}
    assert {name: found[name] for name in declared} == declared


@pytest.mark.parametrize("name", SOME)
def test_bundled(name: str) -> None:
    compare(name)


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted({*EVERY} - {*SOME}))
def test_every_bundled(name: str) -> None:
    compare(name)


def compare(name: str) -> None:
    net = smallest(name)
    torch.manual_seed(1)
    module = shaken(net.build(weights=False))
    if not all(output.isfinite().all() for output in expected(module, noise(net.graph))):
        settled(module, noise(net.graph))
    content = to_onnx(net.graph, module)
    onnx.checker.check_model(content, full_check=True)
    check_inference(net.graph, onnx.load_from_string(content))
    assert max(differences(content, net.graph, module)) < MOST


SEEDS = (555, *range(700, 715))  # of 555 an output is called as a node that pads


@pytest.mark.parametrize("seed", SEEDS)
def test_random_specs(seed: int) -> None:
    try:
        net = Architecture.loads(written(Seeded(seed), size=10))
    except SpecError:
        pytest.skip("not a valid spec")
    module = shaken(net.build())
    content = to_onnx(net.graph, module)
    onnx.checker.check_model(content, full_check=True)
    assert max(differences(content, net.graph, module, batches=(1, 3))) < MOST


@dataclass(frozen=True)
class Foreign(ReLU):
    """An operator of some package, which archc.targets does not know."""


@pytest.fixture
def foreign() -> Iterator[Architecture]:
    """A network in which it stands twice."""
    OPERATORS["foreign"] = Foreign
    yield Architecture.loads(
        "archc: 1\nname: net\ninput: [3]\nnodes:\n  a: {op: foreign}\n  b: {op: foreign}\n"
    )
    del OPERATORS["foreign"]
    RULES.pop(Foreign, None)


def test_an_operator_without_a_rule_is_told(foreign: Architecture) -> None:
    with pytest.raises(SpecError) as caught:
        to_onnx(foreign.graph, foreign.build())
    (mistake,) = caught.value.mistakes
    assert mistake.code == "A103"
    assert str(caught.value).splitlines()[0] == (
        "error[A103]: a cannot be written as ONNX: relu has no rule for it"
    )
    assert "1 other node of it" in str(caught.value)
    assert "leave onnx out of --emit" in mistake.help


def test_a_package_can_bring_a_rule(foreign: Architecture) -> None:
    @rule(Foreign)
    def foreign_rule(op: Foreign, at: Place) -> str:
        return at.result("Relu", *at.inputs)

    module = foreign.build()
    assert max(differences(to_onnx(foreign.graph, module), foreign.graph, module)) == 0


WIDE = "archc: 1\nname: wide\ninput: [30000]\nnodes:\n  fc: {op: fc, units: 20000, act: relu}\n"


def test_more_than_a_file_holds_is_told_before_anything_is_built() -> None:
    wide = Architecture.loads(WIDE)
    with pytest.raises(SpecError, match=r"fc has most of them: 2\.24 GiB"):
        to_onnx(wide.graph, torch.nn.Module())


def test_a_module_of_another_graph_is_refused(net: Architecture) -> None:
    with pytest.raises(ValueError, match=r"the module has no stem\.weight"):
        to_onnx(net.graph, torch.nn.Linear(1, 1))
    with pytest.raises(ValueError, match=r"has \(5, 84\) as output\.weight"):
        to_onnx(archc.load("lenet5").graph, archc.load("lenet5", classes=5).build())


@pytest.mark.parametrize("dtype", [torch.float16, torch.float64], ids=str)
def test_weights_of_other_types(dtype: torch.dtype) -> None:
    net = archc.load("lenet5")
    module = net.build().to(dtype)
    model = to_model(net.graph, module)
    onnx.checker.check_model(model, full_check=True)
    types = {info.type.tensor_type.elem_type for info in (*model.graph.input, *model.graph.output)}
    assert types == {entry.data_type for entry in model.graph.initializer}


def test_weights_of_several_types_are_refused() -> None:
    net = archc.load("lenet5")
    module = net.build()
    module.output.half()
    with pytest.raises(SpecError, match="the weights are float16, float32; in ONNX"):
        to_onnx(net.graph, module)


def test_the_opset_is_the_one_stated(net: Architecture) -> None:
    (entry,) = onnx.load_from_string(to_onnx(net.graph, net.build())).opset_import
    assert (entry.domain, entry.version, OPSET) == ("", 18, 18)
    assert "Opset 18." in str(to_onnx.__doc__)
