"""What a pass must leave alone, and numbers that are hard to fold: each was wrong once, or nearly."""

from __future__ import annotations

import pytest
import torch
from torch import nn

import archc
from archc.passes import fuse
from archc.passes.optimise import optimise
from archc.passes.proof import difference, proven, settle

HEAD = "archc: 1\nname: net\n"
SPECS = {
    "a softmax looks at its siblings": """
input: [8]
nodes:
  flat: flatten
  a: {op: fc, units: 5, act: softmax}
  b: {op: fc, units: 4, act: softmax, from: flat}
outputs: [a, b]
""",
    "activations with weights of their own": """
input: [8]
nodes:
  flat: flatten
  a: {op: fc, units: 5, act: prelu}
  b: {op: fc, units: 4, act: prelu, from: flat}
outputs: [a, b]
""",
    "a shared block whose call before is read again": """
input: [4, 6, 6]
blocks:
  unit:
    nodes:
      c: {op: conv, filters: 4, kernel: 3, padding: 1}
      r: leaky_relu
    outputs: {main: r, skip: c}
nodes:
  one: unit
  two: {share: one}
  sum: {op: add, from: [two, two.skip]}
""",
    "siblings that some calls have": """
input: [4, 6, 6]
blocks:
  unit:
    args: {wide: bool}
    nodes:
      a: {op: conv, filters: 4, kernel: 1, when: $wide}
      b: {op: conv, filters: 4, kernel: 1, from: input, when: $wide}
      all: {op: concat, from: [a, b]}
nodes:
  one: {op: unit, wide: true}
  two: {op: unit, wide: false}
""",
    "a pad outside the block of its reader": """
input: [4, 6, 6]
blocks:
  unit:
    inputs: [x, y]
    nodes:
      c: {op: conv, filters: 4, kernel: 3, from: x}
      s: {op: add, from: [c, y]}
nodes:
  p: {op: pad, padding: 1}
  u: {op: unit, from: [p, input]}
""",
    "a pool that needs its pad": """
input: [4, 2, 8, 8]
nodes:
  p: {op: pad, padding: 1}
  pool: {op: avg_pool, kernel: 3, stride: 1}
""",
    "a pool that steps over its input": """
input: [4, 2, 2]
nodes:
  r: relu
  p: {op: pad, padding: 1}
  pool: {op: max_pool, kernel: 2, dilation: 3}
""",
    "names that would meet": """
input: [4, 6, 6]
nodes:
  a: {op: conv, filters: 2, kernel: 1}
  b_c: {op: conv, filters: 2, kernel: 1, from: input}
  a_b: {op: conv, filters: 2, kernel: 3, padding: 1, from: input}
  c: {op: conv, filters: 2, kernel: 3, padding: 1, from: input}
  all: {op: concat, from: [a, b_c, a_b, c]}
""",
    "an input that is called as a pass would call its node": """
input: {channels_last: [3, 6, 6]}
nodes:
  c: {op: conv, filters: 2, kernel: 1, from: channels_last}
""",
    "norms of every sign": """
input: [6, 6, 6]
nodes:
  n1: {op: batch_norm, act: relu}
  c1: {op: conv, filters: 6, kernel: 3}
  n2: {op: scale, bias: true, act: relu}
  c2: {op: conv, filters: 6, kernel: 1, bias: false}
  s2: {op: scale, bias: true}
  n3: batch_norm
  c3: {op: conv, filters: 6, kernel: 1, groups: 2}
""",
}


def hard(module: nn.Module) -> None:
    """Factors below 0, of 0, and almost 0; summands of both signs."""
    for part in module.modules():
        if type(part).__name__ in ("BatchNorm2d", "Scale"):
            with torch.no_grad():
                part.weight.normal_()
                part.weight[:3] = torch.tensor([-0.5, 0, 1e-45])
                part.bias.normal_()


@pytest.fixture(autouse=True)
def _every_pass_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fuse, "SMALLEST", 0)  # these maps are small


@pytest.mark.parametrize("name", SPECS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_the_same_is_computed(name: str, dtype: torch.dtype) -> None:
    net = archc.loads(HEAD + SPECS[name])
    torch.manual_seed(0)
    module = net.build().to(dtype)
    settle(module, net.graph)
    hard(module)
    tolerance = 1e-5 if dtype == torch.float32 else 1e-12
    assert difference(module, archc.optimize(module), net.graph).relative < tolerance


def test_numbers_that_are_none_prove_nothing() -> None:
    net = archc.load("lenet5")
    module = net.build().eval()
    with torch.no_grad():
        module.get_parameter("C1.weight")[0] = torch.nan
    with pytest.raises(archc.SpecError) as found:
        proven(module, archc.optimize(module), net.graph, None)
    assert "which proves nothing" in found.value.mistakes[0].message


def test_a_norm_that_was_changed_is_told() -> None:
    module = archc.build("resnet18", input=[3, 32, 32]).eval()
    module.conv1_norm = nn.BatchNorm2d(64, track_running_stats=False).eval()
    with pytest.raises(archc.SpecError) as found:
        archc.optimize(module)
    assert found.value.mistakes[0].message.startswith(
        "the module's tensor conv1_norm.running_mean is missing"
    )


def test_an_optimised_module_becomes_onnx() -> None:
    net = archc.load("lenet5")
    faster = archc.optimize(net.build().eval())
    assert net.to_onnx(faster)


def test_a_graph_is_optimised_once() -> None:
    graph = archc.load("resnet18").graph
    once = optimise(graph).graph
    assert optimise(once).graph is once
