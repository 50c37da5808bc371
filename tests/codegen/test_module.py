"""A built module behaves as a hand-written one: saved, copied, spawned, compiled, exported, cast."""

from __future__ import annotations

import copy
import inspect
import io
import pickle
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

import archc

# together: repeats with norms, shortcuts that some calls lack, concat, auxiliary heads, support classes
SMALL = """
archc: 1
name: small
args: {classes: 7}
defaults:
  conv: {bias: false, norm: batch_norm, act: relu, kernel: 3, padding: 1}
input: [3, 16, 16]
blocks:
  residual:
    args: {width: int, stride: 1}
    nodes:
      conv1: {op: conv, filters: $width, stride: $stride}
      conv2: {op: conv, filters: $width, act: none}
      drop: {op: drop_path, rate: 0.1}
      shortcut: {op: conv, filters: $width, kernel: 1, padding: 0, stride: $stride, act: none, from: input,
                 when: $(stride != 1 or input.channels != width)}
      sum: {op: add, from: [drop, shortcut], act: relu}
  branches:
    nodes:
      one: {op: conv, filters: 4, kernel: 1, padding: 0, from: input}
      pool: {op: max_pool, kernel: 3, stride: 1, padding: 1, from: input}
      project: {op: conv, filters: 4, kernel: 1, padding: 0}
      join: {op: concat, from: [one, project]}
nodes:
  stem: {op: conv, filters: 8, repeat: 2}
  layer1: {op: residual, width: 8, repeat: 2}
  layer2: {op: residual, width: 16, repeat: 2, stride: $(2 if i == 0 else 1)}
  mixed: branches
  pool: global_avg_pool
  fc: {op: fc, units: $classes}
  aux_pool: {op: global_avg_pool, from: layer1}
  aux_fc: {op: fc, units: $classes}
outputs:
  main: fc
  aux: {from: aux_fc, training_only: true}
"""


@pytest.fixture(scope="module")
def net() -> archc.Architecture:
    return archc.loads(SMALL)


@pytest.fixture
def model(net: archc.Architecture) -> nn.Module:
    torch.manual_seed(0)
    return net.build()


@pytest.fixture
def images() -> Tensor:
    return torch.randn(2, 3, 16, 16, generator=torch.Generator().manual_seed(1))


def test_auxiliary_heads_are_returned_in_training_only(model: nn.Module, images: Tensor) -> None:
    trained = model.train()(images)
    assert trained._fields == ("main", "aux")
    assert [tuple(value.shape) for value in trained] == [(2, 7), (2, 7)]
    assert tuple(model.eval()(images).shape) == (2, 7)


def test_it_trains(model: nn.Module, images: Tensor) -> None:
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    labels, losses = torch.tensor([1, 2]), []
    for _ in range(40):
        result = model.train()(images)
        loss = nn.functional.cross_entropy(result.main, labels)
        loss = loss + 0.3 * nn.functional.cross_entropy(result.aux, labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert sum(losses[-5:]) < sum(losses[:5]) / 2
    assert all(p.grad is not None for p in model.parameters())


def test_names_are_those_of_the_graph(net: archc.Architecture, model: nn.Module) -> None:
    promised = {f"{node.name}.{weight}" for node in net.nodes for weight in node.facts.weights}
    assert {name for name, _ in model.named_parameters()} == promised
    assert sum(p.numel() for p in model.parameters()) == net.params


@pytest.mark.parametrize("again", [copy.deepcopy, lambda m: pickle.loads(pickle.dumps(m))])
def test_a_copy_computes_the_same(again: Any, model: nn.Module, images: Tensor) -> None:
    model.eval()
    assert torch.equal(again(model)(images), model(images))


def test_torch_saves_it_whole_and_by_its_state(
    net: archc.Architecture, model: nn.Module, images: Tensor
) -> None:
    file = io.BytesIO()
    torch.save(model.eval(), file)
    file.seek(0)
    assert torch.equal(torch.load(file, weights_only=False)(images), model(images))
    other = net.build().eval()
    other.load_state_dict(model.state_dict())
    assert torch.equal(other(images), model(images))


def _forward(model: nn.Module, images: Tensor, results: Any) -> None:
    results.put(model(images).tolist())


def test_it_survives_a_spawned_process(model: nn.Module, images: Tensor) -> None:
    context = torch.multiprocessing.get_context("spawn")
    results = context.Queue()
    model.eval()
    process = context.Process(target=_forward, args=(model, images, results))
    process.start()
    found = results.get(timeout=60)
    process.join(timeout=60)
    torch.testing.assert_close(torch.tensor(found), model(images), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("training", [False, True])
def test_it_is_one_graph_for_torch_compile(
    training: bool, model: nn.Module, images: Tensor
) -> None:
    model.train(training)
    compiled = torch.compile(copy.deepcopy(model), fullgraph=True, backend="eager")
    torch.manual_seed(2)
    expected = model(images)
    torch.manual_seed(2)
    found = compiled(images)
    torch.testing.assert_close(tuple(found), tuple(expected))


def test_it_is_exported(model: nn.Module, images: Tensor) -> None:
    batch = torch.export.Dim("batch", min=1, max=64)
    exported = torch.export.export(model.eval(), (images,), dynamic_shapes=({0: batch},))
    more = torch.randn(5, 3, 16, 16)
    torch.testing.assert_close(exported.module()(more), model(more))


def test_channels_last_computes_the_same(model: nn.Module, images: Tensor) -> None:
    expected = model.eval()(images)
    last = model.to(memory_format=torch.channels_last)
    found = last(images.to(memory_format=torch.channels_last))
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-5)


def test_bfloat16_comes_near(model: nn.Module, images: Tensor) -> None:
    expected = model.eval()(images)
    found = model.bfloat16()(images.bfloat16())
    assert found.dtype == torch.bfloat16
    assert torch.allclose(found.float(), expected, atol=0.1 * expected.abs().max().item())


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_cuda_computes_what_the_cpu_does(net: archc.Architecture, images: Tensor) -> None:
    model = net.build().eval()
    expected = model(images)
    found = model.to("cuda")(images.to("cuda")).cpu()
    torch.testing.assert_close(found, expected, rtol=1e-3, atol=1e-3)
    assert net.build(device="cuda")(images.to("cuda")).main.is_cuda


def test_the_source_is_at_hand(net: archc.Architecture, model: nn.Module) -> None:
    """Tracebacks and inspect show it, since the module is that source, imported."""
    file = inspect.getsourcefile(type(model))
    assert file is not None
    assert Path(file).read_text(encoding="utf-8") == net.source()


def test_the_source_stands_alone(net: archc.Architecture, images: Tensor) -> None:
    """Nothing of archc is needed to use the file; only a comment names it."""
    names: dict[str, Any] = {"__name__": "small"}
    exec(compile(net.source(), "small.py", "exec"), names)  # our own output
    code = net.source().split('"""', 2)[2]
    assert "archc" not in "\n".join(line for line in code.split("\n") if line[:1] != "#")
    assert tuple(names["Small"]().eval()(images).shape) == (2, 7)


def live_bytes(model: nn.Module, images: Tensor) -> int:
    """The most bytes of results that are alive at once in a forward pass."""
    import weakref

    from torch.utils._python_dispatch import TorchDispatchMode

    alive: dict[int, int] = {}
    most = 0

    class Watch(TorchDispatchMode):
        def __torch_dispatch__(
            self, func: Any, types: Any, args: Any = (), kwargs: Any = None
        ) -> Any:
            nonlocal most
            result = func(*args, **(kwargs or {}))
            if isinstance(result, Tensor):
                storage = result.untyped_storage()
                key = storage.data_ptr()
                if key not in alive and storage.nbytes():
                    alive[key] = storage.nbytes()
                    weakref.finalize(storage, alive.pop, key, None)
                most = max(most, sum(alive.values()))
            return result

    with torch.inference_mode(), Watch():
        model(images)
    return most


DEEP = """
archc: 1
name: deep
defaults: {conv: {filters: 8, kernel: 3, padding: 1, act: relu}}
input: [8, 32, 32]
nodes:
  a1: conv
  a2: conv
  a: {op: add, from: [a2, a1]}
  b1: conv
  b2: conv
  b: {op: add, from: [b2, b1]}
  c1: conv
  c2: conv
  c: {op: add, from: [c2, c1]}
  end: conv
"""


class ByHand(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.convs = nn.ModuleList([nn.Conv2d(8, 8, 3, padding=1) for _ in range(7)])

    def forward(self, x: Tensor) -> Tensor:
        relu = nn.functional.relu
        for first, second in ((0, 1), (2, 3), (4, 5)):
            skip = relu(self.convs[first](x))
            x = relu(self.convs[second](skip))
            x = x + skip
        return relu(self.convs[6](x))


def test_no_value_is_kept_longer_than_by_hand() -> None:
    images = torch.randn(1, 8, 32, 32)
    ours = live_bytes(archc.loads(DEEP).build().eval(), images)
    theirs = live_bytes(ByHand().eval(), images)
    assert 0 < ours <= theirs


def test_initialisation_is_as_the_spec_says_and_pytorchs_otherwise() -> None:
    text = """
archc: 1
name: start
input: [3, 8, 8]
nodes:
  said: {op: conv, filters: 64, kernel: 5, init: {weight: normal, std: 0.01, bias: 1}}
  unsaid: {op: conv, filters: 64, kernel: 3}
"""
    torch.manual_seed(0)
    model = archc.loads(text).build()
    said, unsaid = model.get_submodule("said"), model.get_submodule("unsaid")
    assert torch.all(said.get_parameter("bias") == 1)
    assert 0.009 < said.get_parameter("weight").std() < 0.011
    bound = 1 / (64 * 9) ** 0.5  # nn.Conv2d's own: uniform within 1/sqrt(fan in)
    weight = unsaid.get_parameter("weight")
    assert weight.abs().max() <= bound
    assert weight.abs().max() > 0.95 * bound
