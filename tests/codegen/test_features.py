"""Networks whose outputs a patch has moved: they compute what the base computes there, and no more."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import torch
from promises import check
from torch import Tensor, nn

import archc
from archc.architecture import Architecture

SPEC = """
archc: 1
name: base
input: [3, 12, 12]
defaults:
  conv: {kernel: 3, padding: 1, init: he_normal}
blocks:
  unit:
    nodes:
      conv1: {op: conv, filters: 4, norm: batch_norm, act: relu}
      conv2: {op: conv, filters: 4}
      sum: {op: add, from: [input, conv2], act: relu}
  split:
    nodes:
      low: {op: conv, filters: 4}
      high: {op: conv, filters: 4, from: input}
    outputs: {low: low, high: high}
nodes:
  stem: {op: conv, filters: 4, norm: batch_norm, act: relu, repeat: 4}
  layer1: {op: unit, repeat: 3}
  pool: {op: max_pool, kernel: 2}
  layer2: {op: unit, repeat: 4}
  split: {op: split, repeat: 2}
  ends: {op: concat, from: [split, split.high]}
  aux: {op: fc, units: 2, from: layer1}
  fc: {op: fc, units: 3, from: ends}
outputs:
  main: fc
  aux: {from: aux, training_only: true}
"""

CASES = {
    "layer1": ["layer1.2"],
    "layer1.1": ["layer1.1"],
    "layer2.0": ["layer2.0"],
    "[stem.1, layer2.2]": ["stem_norm.1", "layer2.2"],
    "[stem, layer1.0, layer2]": ["stem_norm.3", "layer1.0", "layer2.3"],
    "[layer2.1, layer2.0]": ["layer2.1", "layer2.0"],
    "[split.0.high, layer2.3]": None,
    "[split.high]": None,
    "ends": None,
}


def patched(patch: str) -> Architecture:
    # a list or word replaces the base's mapping, as any patch does
    return Architecture.loads(f"{SPEC}variants:\n  features: {{{patch}}}\n", variant="features")


def images() -> Tensor:
    return torch.randn(2, 3, 12, 12, generator=torch.Generator().manual_seed(2))


def seen(module: nn.Module, names: list[str]) -> dict[str, Tensor]:
    """What the parts of a module give for the images."""
    found: dict[str, Tensor] = {}
    for name in names:
        part = module.get_submodule(name)
        part.register_forward_hook(lambda _, __, value, name=name: found.__setitem__(name, value))
    with torch.no_grad():
        module.eval()(images())
    return found


@pytest.mark.parametrize("outputs", CASES)
def test_features_are_those_of_the_base(outputs: str) -> None:
    torch.manual_seed(0)
    whole = archc.loads(SPEC).build()
    net = patched(f"outputs: {outputs}")
    module = net.build()
    state = {
        name: tensor for name, tensor in whole.state_dict().items() if name in module.state_dict()
    }
    module.load_state_dict(state)  # strictly: every name is one of the base's
    with torch.no_grad():
        results = module.eval()(images())
    found = [results] if isinstance(results, Tensor) else list(results)
    assert [tuple(value.shape[1:]) for value in found] == [o.node.shape for o in net.outputs]
    names = CASES[outputs]
    if names is not None:
        parts = seen(whole, names)
        for name, value in zip(names, found, strict=True):
            expected = parts[name].relu() if "norm" in name else parts[name]
            torch.testing.assert_close(value, expected, rtol=0, atol=0)


@pytest.mark.parametrize(
    ("outputs", "heads"),
    [
        ("layer1", {"stem", "stem_norm", "layer1"}),
        ("layer1.1", {"stem", "stem_norm", "layer1"}),
        ("stem.0", {"stem", "stem_norm"}),
        ("[split.0.high]", {"stem", "stem_norm", "layer1", "layer2", "split"}),
        ("aux", {"stem", "stem_norm", "layer1", "aux"}),
    ],
)
def test_weights_of_what_is_left_out_are_not_made(outputs: str, heads: set[str]) -> None:
    whole = archc.loads(SPEC)
    net = patched(f"outputs: {outputs}")
    names = {name for name, _ in net.build().named_parameters()}
    assert {name.split(".")[0] for name in names} == heads
    assert names == {f"{n.name}.{key}" for n in net.nodes for key in n.facts.weights}
    assert net.params == sum(whole.node(node.name).params for node in net.nodes) < whole.params


@pytest.mark.parametrize(
    "patch",
    [*[f"outputs: {outputs}" for outputs in CASES],
     "outputs: {c1: stem, c2: layer1.1, main: null, aux: null}",
     "outputs: layer1.0, nodes: {layer1.2: {before: layer1.0}}",
     "outputs: stem.1, nodes: {stem.3: {before: stem.0}, stem.1: {norm: none}}",
     "outputs: [stem.1], nodes: {stem.0: null}",
     "outputs: layer1.2, nodes: {layer1.1: {after: layer1.2}}",
     "outputs: stem.2, nodes: {stem: {act: tanh}, stem.1: {after: stem.3}}",
     "outputs: layer2.2, freeze: [stem, 'layer*.*.conv1', fc, layer2.3], nodes: {layer2.1.conv2: null}"],
)  # fmt: skip
def test_the_source_keeps_its_promises(patch: str, tmp_path: Path) -> None:
    net = patched(patch)
    check(net.graph)
    (tmp_path / "net.py").write_text(net.source(), encoding="utf-8")
    for command in (["format", "--diff"], ["check"]):
        ruff = [sys.executable, "-m", "ruff", *command, "--isolated", "--quiet", str(tmp_path)]
        done = subprocess.run(ruff, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


def test_named_outputs_come_as_a_named_tuple() -> None:
    text = "archc: 1\nextends: resnet18\nname: pyramid\ninput: [3, 64, 64]\n"
    net = archc.loads(f"{text}outputs: {{c2: layer1, c3: layer2, c4: layer3, c5: layer4}}\n")
    result = net.build().eval()(torch.zeros(1, 3, 64, 64))
    assert result._fields == ("c2", "c3", "c4", "c5")
    assert [tuple(value.shape[1:]) for value in result] == [
        (64, 16, 16), (128, 8, 8), (256, 4, 4), (512, 2, 2),
    ]  # fmt: skip
    assert not any(name.startswith("fc") for name, _ in net.build().named_parameters())
