"""`freeze` in the generated source: what is named is not trained, and nothing else is touched."""

from __future__ import annotations

import copy
import io
import pickle
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

import archc
from archc.architecture import Architecture

# together: repeats, nested blocks, shared layers, learned activations, and weights outside torch's own layers
NODES = """
archc: 1
name: small
input: {left: [3, 8, 8], right: [3, 8, 8]}
defaults:
  conv: {bias: false, norm: batch_norm, act: relu, kernel: 3, padding: 1}
blocks:
  inner:
    nodes:
      conv: {op: conv, filters: 4}
      drop: {op: dropout, rate: 0.5}
      gain: {op: scale, bias: true}
  unit:
    nodes:
      one: inner
      two: {op: conv, filters: 4, act: prelu}
      sum: {op: add, from: [input, two]}
nodes:
  stem: {op: conv, filters: 4, repeat: 2, from: left}
  other: {share: stem, from: right}
  both: {op: add, from: [stem, other]}
  layer1: {op: unit, repeat: 2}
  layer2: {op: unit, repeat: 3}
  pool: global_avg_pool
  hidden: {op: fc, units: 6, norm: batch_norm}
  fc: {op: fc, units: 5}
"""

INNER = (
    "one.conv.weight",
    "one.conv_norm.weight",
    "one.conv_norm.bias",
    "one.gain.weight",
    "one.gain.bias",
)
UNIT = (*INNER, "two.weight", "two_norm.weight", "two_norm.bias", "two_act.weight")


def names(*heads: str, of: tuple[str, ...] = UNIT) -> set[str]:
    return {f"{head}.{name}" for head in heads for name in of}


STEM = {f"{part}.{k}.{name}" for k in (0, 1)
        for part, name in (("stem", "weight"), ("stem_norm", "weight"), ("stem_norm", "bias"))}  # fmt: skip
LAYER1 = names("layer1.0", "layer1.1")
LAYER2 = names("layer2.0", "layer2.1", "layer2.2")

CASES = {
    "[stem]": (STEM, '("stem", "stem_norm")'),
    "[other]": (STEM, '("stem", "stem_norm")'),  # its weights are the stem's
    "[stem.1]": ({name for name in STEM if ".1." in name}, '("stem.1", "stem_norm.1")'),
    "[stem_norm]": ({name for name in STEM if "_norm" in name}, '("stem_norm",)'),
    "[layer1]": (LAYER1, '("layer1",)'),
    "[layer1.0, layer1.1]": (LAYER1, '("layer1",)'),
    '["layer*"]': (LAYER1 | LAYER2, '("layer1", "layer2")'),
    '["layer2.*.one"]': (names("layer2.0", "layer2.1", "layer2.2", of=INNER),
                         '("layer2.0.one", "layer2.1.one", "layer2.2.one")'),
    '["layer2.*.one.gain", layer2.1.two_act]': (
        names("layer2.0", "layer2.1", "layer2.2", of=INNER[3:]) | {"layer2.1.two_act.weight"},
        '("layer2.0.one.gain", "layer2.1.one.gain", "layer2.1.two_act", "layer2.2.one.gain")'),
    "[hidden, pool]": ({"hidden.weight", "hidden.bias", "hidden_norm.weight", "hidden_norm.bias"},
                       '("hidden", "hidden_norm")'),
    "[pool, both]": (set(), None),  # nothing there has weights
    "[]": (set(), None),
}  # fmt: skip


def network(freeze: str, rest: str = "") -> archc.Architecture:
    return archc.loads(f"{NODES}freeze: {freeze}\n{rest}")


def model(freeze: str, rest: str = "") -> nn.Module:
    torch.manual_seed(0)
    return network(freeze, rest).build()


def frozen(module: nn.Module) -> set[str]:
    return {name for name, p in module.named_parameters() if not p.requires_grad}


def images() -> list[Tensor]:
    made = torch.Generator().manual_seed(1)
    return [torch.randn(4, 3, 8, 8, generator=made) for _ in range(2)]


def step(module: nn.Module) -> None:
    """One step of gradient descent that moves every weight it may, also those without a gradient."""
    optimiser = torch.optim.SGD(module.parameters(), lr=0.1, momentum=0.9, weight_decay=0.1)
    module(*images()).square().sum().backward()
    optimiser.step()


def changed(module: nn.Module, before: dict[str, Tensor]) -> set[str]:
    return {name for name, now in module.state_dict().items() if not torch.equal(now, before[name])}


def kept(module: nn.Module) -> dict[str, Tensor]:
    return {name: tensor.clone() for name, tensor in module.state_dict().items()}


@pytest.mark.parametrize("freeze", CASES)
def test_exactly_what_is_named_is_not_trained(freeze: str) -> None:
    expected, written = CASES[freeze]
    net = network(freeze)
    module = net.build()
    assert frozen(module) == expected
    counts = [
        sum(p.numel() for p in module.parameters() if p.requires_grad is grad)
        for grad in (True, False)
    ]
    assert counts == [net.params, net.frozen]
    lines = [line for line in net.source().splitlines() if "_FROZEN" in line]
    assert lines[:1] == (
        [f"    _FROZEN = {written}"] if written and len(written) < 75 else lines[:1]
    )
    assert bool(lines) is (written is not None)


@pytest.mark.parametrize("freeze", CASES)
def test_a_step_of_training_changes_all_but_what_is_frozen(freeze: str) -> None:
    module = model(freeze)
    before = kept(module)
    step(module)
    still = {name for name in before if name in CASES[freeze][0]}
    norms = {name.rpartition(".")[0] for name in still if "_norm" in name}
    still |= {f"{norm}.{key}" for norm in norms
              for key in ("running_mean", "running_var", "num_batches_tracked")}  # fmt: skip
    assert changed(module, before) == before.keys() - still
    assert {"layer1.0.two_norm.running_mean", "stem.0.weight"} <= before.keys()


@pytest.mark.parametrize("again", ["built", "eval and train", "requires grad", "parent"])
def test_frozen_batch_norms_stay_in_evaluation(again: str) -> None:
    module = model("[stem, layer1]")
    if again == "eval and train":
        assert not any(part.training for part in module.eval().modules())
        assert module.train() is module
    elif again == "parent":
        nn.ModuleList([module]).eval().train()
    elif again == "requires grad":
        module.requires_grad_(True)
    resting = {name for name, part in module.named_modules() if not part.training}
    norms = {f"layer1.{k}.{norm}" for k in (0, 1) for norm in ("one.conv_norm", "two_norm")}
    assert resting == {"stem_norm.0", "stem_norm.1"} | norms  # so dropout goes on as ever
    assert module.get_submodule("layer1.0.one.drop").training
    before = kept(module)
    module(*images())
    moved = {name for name in changed(module, before) if "running" in name or "tracked" in name}
    assert {name.split(".")[0] for name in moved} == {"layer2", "hidden_norm"}


def test_a_frozen_network_changes_nothing_in_training() -> None:
    module = model('["*"]')
    assert not any(p.requires_grad for p in module.parameters())
    before = kept(module)
    module(*images())
    assert not changed(module, before)


def test_without_batch_norms_the_class_has_no_method_of_its_own() -> None:
    source = archc.loads(
        "archc: 1\nname: net\ninput: [3, 8, 8]\nfreeze: [a]\n"
        "nodes: {a: {op: conv, filters: 2, kernel: 3}, FROZEN: {op: fc, units: 2}}"
    )
    assert "def train" not in source.source()
    module = source.build()
    assert frozen(module) == {"a.weight", "a.bias"}
    assert tuple(module(torch.zeros(1, 3, 8, 8)).shape) == (1, 2)


def test_the_source_reads_well() -> None:
    source = archc.loads(
        "archc: 1\nname: net\ninput: [3, 8, 8]\nfreeze: [a]\nnodes:\n"
        "  a: {op: conv, filters: 2, kernel: 3, norm: batch_norm}\n  b: {op: fc, units: 2}\n"
    ).source()
    assert source.endswith('''
class Net(nn.Module):
    """net, for inputs of 3 × 8 × 8."""

    # Not trained; their batch norms keep their statistics.
    _FROZEN = ("a", "a_norm")

    def __init__(self) -> None:
        super().__init__()
        self.a = nn.Conv2d(3, 2, 3)
        self.a_norm = nn.BatchNorm2d(2)
        self.b = nn.Linear(72, 2)
        for name in self._FROZEN:
            self.get_submodule(name).requires_grad_(False)
        self.train()

    def train(self, mode: bool = True) -> "Net":
        """Frozen batch norms stay in evaluation mode."""
        super().train(mode)
        for name in self._FROZEN:
            for module in self.get_submodule(name).modules():
                if isinstance(module, nn.BatchNorm2d):
                    module.eval()
        return self

    def forward(self, x: Tensor) -> Tensor:
        x = self.a_norm(self.a(x))
        return self.b(torch.flatten(x, 1))
''')


def test_batch_norms_of_several_ranks_are_frozen() -> None:
    net = network("[layer1, hidden]")
    assert "isinstance(module, (nn.BatchNorm1d, nn.BatchNorm2d)):" in net.source()
    resting = {name for name, part in net.build().named_modules() if not part.training}
    assert "hidden_norm" in resting
    assert "layer1.1.two_norm" in resting


@pytest.mark.parametrize("again", [
    copy.deepcopy, lambda module: pickle.loads(pickle.dumps(module)),
    lambda module: torch.load(saved(module), weights_only=False),
])  # fmt: skip
def test_a_copy_is_frozen_alike(again) -> None:  # type: ignore[no-untyped-def]
    module = model("[stem, layer1.0]")
    other = again(module)
    assert frozen(other) == frozen(module) != set()
    modes = [{name: part.training for name, part in net.named_modules()} for net in (module, other)]
    assert modes[0] == modes[1]
    before = kept(other)
    step(other)
    assert not {name for name in changed(other, before) if name.startswith(("stem", "layer1.0"))}


def saved(module: nn.Module) -> io.BytesIO:
    stream = io.BytesIO()
    torch.save(module, stream)
    stream.seek(0)
    return stream


def test_the_state_is_that_of_the_network_without_freeze() -> None:
    free, held = model("[]"), model("[stem, layer1]")
    assert list(free.state_dict()) == list(held.state_dict())
    held.load_state_dict(free.state_dict())
    with torch.no_grad():
        torch.testing.assert_close(held.eval()(*images()), free.eval()(*images()), rtol=0, atol=0)
    assert frozen(held) == STEM | LAYER1


@pytest.mark.filterwarnings("ignore")  # torch's compiler warns of its own making
def test_it_is_one_graph_for_torch_compile_in_training() -> None:
    module = model("[stem, layer1]")
    compiled = torch.compile(module, backend="eager", fullgraph=True)
    before = kept(module)
    torch.manual_seed(3)
    wanted = copy.deepcopy(module)(*images())
    torch.manual_seed(3)
    torch.testing.assert_close(compiled(*images()), wanted)
    moved = changed(module, before)
    assert moved
    assert not any(name.startswith(("stem", "layer1")) for name in moved)


def test_patched_instances_are_frozen_too() -> None:
    patch = """
variants:
  lesion:
    freeze: [layer1, layer2.2.one, "stem.*"]
    nodes:
      layer1.0: null
      layer2.2.two: {act: tanh}
      stem.0: {norm: none}
"""
    module = Architecture.loads(NODES + patch, variant="lesion").build()
    stem = {"stem.0.weight", "stem.1.weight", "stem_norm.1.weight", "stem_norm.1.bias"}
    assert frozen(module) == names("layer1.1") | names("layer2.2", of=INNER) | stem
    before = kept(module)
    step(module)
    assert "layer2.2.two.weight" in changed(module, before)
    assert not changed(module, before) & frozen(module)


def test_every_source_is_formatted_and_clean(tmp_path: Path) -> None:
    for number, freeze in enumerate(CASES):
        (tmp_path / f"net{number}.py").write_text(network(freeze).source(), encoding="utf-8")
    transfer = 'extends: resnet50\nname: flowers\nfreeze: [conv1, "layer*.*.conv2"]\n'
    (tmp_path / "flowers.py").write_text(
        archc.loads(f"archc: 1\n{transfer}").source(), encoding="utf-8"
    )
    for command in (["format", "--diff"], ["check"]):
        ruff = [sys.executable, "-m", "ruff", *command, "--isolated", "--quiet", str(tmp_path)]
        done = subprocess.run(ruff, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
