"""Modules made faster in memory, against the modules they were made of."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
import warnings
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from torch import nn

import archc
from archc.analysis.memory import peak_activation_bytes
from archc.codegen import emit
from archc.passes import layout
from archc.passes.optimise import chosen, optimise, pass_name
from archc.passes.proof import difference, settle

# each with what the passes do otherwise: siblings, sums, norms ahead of a ReLU, depthwise layers, skips
NETWORKS = {
    "googlenet": [3, 96, 96],
    "resnet18": [3, 64, 64],
    "densenet121": [3, 64, 64],
    "inception_v4": [3, 139, 139],
    "efficientnet_b0": [3, 64, 64],
    "unet_bn": [3, 64, 64],
    "resnet34_a": [3, 64, 64],
    "lenet5": [1, 32, 32],
}


def settled(name: str, shape: list[int]) -> tuple[archc.Architecture, nn.Module]:
    net = archc.load(name, shape)
    torch.manual_seed(0)
    module = net.build(weights=False)
    settle(module, net.graph)
    return net, module


@pytest.mark.parametrize("name", NETWORKS)
def test_outputs_are_those_of_the_module(name: str) -> None:
    net, module = settled(name, NETWORKS[name])
    kept = {key: tensor.clone() for key, tensor in module.state_dict().items()}
    found = difference(module, archc.optimize(module), net.graph)
    assert found.relative < 5e-4  # inception_v4 in float32 is 7e-5 away from itself in float64
    after = module.state_dict()
    assert all(torch.equal(after[key], tensor) for key, tensor in kept.items())


@pytest.mark.parametrize("name", ["resnet18", "densenet121"])
def test_only_rounding_differs(name: str) -> None:
    net, module = settled(name, NETWORKS[name])
    module.double()
    assert difference(module, archc.optimize(module), net.graph).relative < 1e-11


def test_it_is_for_inference() -> None:
    _, module = settled("resnet18", [3, 32, 32])
    faster = archc.optimize(module)
    assert not faster.training
    assert not any(parameter.requires_grad for parameter in faster.parameters())
    x = torch.randn(2, 3, 32, 32)
    with torch.inference_mode():
        expected = faster(x)
        for other in (copy.deepcopy(faster), pickle.loads(pickle.dumps(faster))):
            torch.testing.assert_close(other(x), expected)


def test_a_second_time_nothing_changes() -> None:
    """Nor is the input written over, which a copy in its own format would be."""
    net = archc.loads(
        "archc: 1\nname: net\ninput: [3, 8, 8]\nnodes:\n"
        "  before: relu\n  conv: {op: conv, filters: 4, kernel: 3}\n"
    )
    once = net.optimize(net.build().eval())
    twice = archc.optimize(once)
    assert type(twice) is type(once)
    x = torch.randn(2, 3, 8, 8).contiguous(memory_format=torch.channels_last)
    kept = x.clone()
    with torch.inference_mode():
        torch.testing.assert_close(twice(x), once(x))
    assert torch.equal(x, kept)


def test_new_weights_count() -> None:
    """The kernels keep weights in a layout of their own, and make it anew where weights have changed."""
    _, module = settled("resnet18", [3, 32, 32])
    faster = archc.optimize(module)
    x = torch.randn(2, 3, 32, 32)
    with torch.inference_mode():
        before = faster(x)
    with torch.no_grad():
        faster.get_parameter("conv1.weight").mul_(2)
    with torch.inference_mode():
        one = faster(x)
    faster.load_state_dict(archc.optimize(module).state_dict())
    with torch.inference_mode():
        assert not torch.allclose(one, before)
        torch.testing.assert_close(faster(x), before)


def test_new_weights_count_in_inference_mode() -> None:
    """Where tensors have no versions, which would tell that they were changed."""
    net = archc.load("resnet18", [3, 32, 32])
    first, second = net.build().eval(), net.build().eval()
    x = torch.randn(2, 3, 32, 32)
    with torch.inference_mode():
        faster = archc.optimize(first)
        copied = copy.deepcopy(faster)
        expected = archc.optimize(second)
        for module in (faster, copied):
            module(x)
            module.load_state_dict(expected.state_dict())
            torch.testing.assert_close(module(x), expected(x))


def test_weights_of_a_functional_call_count() -> None:
    """Each call has tensors of its own, which may lie where those before lay."""
    net = archc.load("resnet18", [3, 32, 32])
    faster, plain = net.build().eval(), net.build().eval()
    faster = archc.optimize(faster)
    plain = archc.optimize(plain)
    x = torch.randn(2, 3, 32, 32)
    weights = dict(faster.named_parameters())
    with torch.no_grad():
        for factor in (1.0, 1.2, 0.8, 1.1):
            scaled = {name: weight * factor for name, weight in weights.items()}
            plain.load_state_dict(faster.state_dict() | scaled)
            found = torch.func.functional_call(faster, scaled, (x,))
            torch.testing.assert_close(found, plain(x), rtol=1e-4, atol=1e-4)


def test_autocast_gives_its_type() -> None:
    faster = archc.optimize(archc.load("resnet18", [3, 32, 32]).build().eval())
    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16):
        assert faster(torch.randn(2, 3, 32, 32)).dtype == torch.bfloat16


def test_a_program_is_exported_whole() -> None:
    _, module = settled("densenet121", [3, 64, 64])
    faster = archc.optimize(module)
    x = torch.randn(2, 3, 64, 64)
    program = torch.export.export(faster, (x,))
    with torch.no_grad():
        torch.testing.assert_close(program.module()(x), faster(x), rtol=1e-4, atol=1e-4)


def test_a_traced_module_takes_any_batch() -> None:
    faster = archc.optimize(archc.load("resnet18", [3, 64, 64]).build().eval())
    x = torch.randn(3, 3, 64, 64)
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # tracing is deprecated
        traced = torch.jit.trace(faster, x[:1])
        torch.testing.assert_close(traced(x), faster(x), rtol=1e-4, atol=1e-5)


def test_a_wrong_input_is_named() -> None:
    faster = archc.optimize(archc.load("resnet18", [3, 64, 64]).build().eval())
    with torch.inference_mode(), pytest.raises(RuntimeError, match="to have 3 channels"):
        faster(torch.randn(1, 4, 64, 64))


LAYERS = [
    ({"stride": 2, "padding": 1}, (8, 3)),
    ({"groups": 8, "padding": 2, "dilation": 2}, (8, 3)),
    ({"bias": False}, (5, 1)),
]


@pytest.mark.parametrize("act", [None, "relu", "relu6", "silu"])
@pytest.mark.parametrize(("settings", "sizes"), LAYERS)
def test_the_kernel_against_its_parts(
    act: str | None, settings: dict[str, int], sizes: tuple[int, int]
) -> None:
    scope: dict[str, type[nn.Conv2d]] = {}
    exec(emit(optimise(archc.load("resnet18").graph).graph), scope)
    layer = scope["FusedConv2d"](8, *sizes, **settings)
    x = torch.randn(2, 8, 9, 9)
    plain = F.conv2d(
        x, layer.weight, layer.bias, layer.stride, layer.padding, layer.dilation, layer.groups
    )
    expected = getattr(F, act)(plain) if act else plain
    other = torch.randn_like(plain)
    summed = torch.relu(plain + other)
    for inference in (True, False):
        with torch.inference_mode(inference):
            for format in (torch.contiguous_format, torch.channels_last):
                laid = x.contiguous(memory_format=format)
                torch.testing.assert_close(layer(laid, act=act), expected, rtol=1e-4, atol=1e-5)
                found = layer(laid, add=other, act="relu")
                torch.testing.assert_close(found, summed, rtol=1e-4, atol=1e-5)


def test_sources_are_formatted_and_clean(tmp_path: Path) -> None:
    for name in ("googlenet", "densenet121", "resnet50", "xception"):
        (tmp_path / f"{name}.py").write_text(emit(optimise(archc.load(name).graph).graph))
    for command in (["check", "--ignore=N"], ["format", "--check"]):
        ruff = [sys.executable, "-m", "ruff", *command, "--isolated", "--quiet", str(tmp_path)]
        done = subprocess.run(ruff, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout


def message(error: pytest.ExceptionInfo[archc.SpecError]) -> tuple[str, str, str]:
    mistake = error.value.mistakes[0]
    return mistake.code, mistake.message, mistake.help


def test_what_cannot_be_optimised() -> None:
    module = archc.build("lenet5")
    with pytest.raises(archc.SpecError) as found:
        archc.optimize(module)
    code, words, help = message(found)
    assert code == "A101"
    assert words.startswith("the module is in training mode")
    assert help == "call .eval() on it first"
    with pytest.raises(archc.SpecError) as found:
        archc.optimize(nn.Linear(2, 2).eval())
    assert message(found)[:2] == ("A101", "Linear is no module that archc built in this process")
    module.C1 = nn.Conv2d(1, 6, 3)
    module.eval()
    with pytest.raises(archc.SpecError) as found:
        archc.optimize(module)
    assert message(found)[:2] == (
        "A101",
        "the module's tensor C1.weight has the shape (6, 1, 3, 3); its spec gives it (6, 1, 5, 5)",
    )


def test_passes_are_chosen_by_name() -> None:
    assert [pass_name(run) for run in chosen(["fuse-kernels", "fold-norms"])] == [
        "fold-norms",
        "fuse-kernels",
    ]
    assert "fuse-kernels" not in [pass_name(run) for run in chosen(["-fuse-kernels"])]
    with pytest.raises(archc.SpecError) as found:
        chosen(["fold-norm"])
    assert message(found) == ("A100", "there is no pass 'fold-norm'", "did you mean 'fold-norms'?")


SLICED = {
    "one": "archc: 1\nname: one\ninput: [3, 64, 64]\nnodes:\n  conv: {op: conv, filters: 4, kernel: 3}\n",
    "two": """
archc: 1
name: two
input: {left: [3, 64, 64], parts: [3, 64, 64]}
nodes:
  conv: {op: conv, filters: 4, kernel: 3, from: left}
  shared: {op: conv, filters: 4, kernel: 3, from: parts}
  sum: {op: add, from: [conv, shared]}
outputs: [sum, conv]
""",
    "named": """
archc: 1
name: named
input: [3, 64, 64]
nodes:
  conv: {op: conv, filters: 4, kernel: 3}
  pool: {op: max_pool, kernel: 2}
outputs: {maps: conv, pooled: pool}
""",
}


@pytest.mark.parametrize("name", SLICED)
def test_a_large_batch_runs_in_slices(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    net = archc.loads(SLICED[name])
    whole = optimise(net.graph, chosen(["-take-slices"])).graph
    monkeypatch.setattr(layout, "CACHE", 2 * peak_activation_bytes(whole).bytes)
    assert optimise(net.graph).graph.slice == 2
    module = net.build().eval()
    faster = archc.optimize(module)
    batches: list[int] = []
    faster.get_submodule("conv").register_forward_pre_hook(
        lambda _, args: batches.append(len(args[0]))
    )
    x = [torch.randn(5, 3, 64, 64) for _ in net.inputs]
    with torch.inference_mode():
        expected, found = module(*x), faster(*x)
        faster(*(one[:2] for one in x))
    assert batches == [2, 2, 1, 2]
    assert isinstance(found, tuple) == isinstance(expected, tuple)
    assert getattr(found, "_fields", ()) == getattr(expected, "_fields", ())
    torch.testing.assert_close(tuple(found), tuple(expected), rtol=1e-4, atol=1e-5)


def test_inputs_of_different_batches_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layout, "CACHE", 0)
    faster = archc.optimize(archc.loads(SLICED["two"]).build().eval())
    with torch.inference_mode(), pytest.raises(ValueError, match="zip"):
        faster(left=torch.randn(4, 3, 64, 64), parts=torch.randn(3, 3, 64, 64))


@pytest.mark.parametrize("batch", [0, 1, 3])
def test_any_batch(batch: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layout, "CACHE", 0)
    module = archc.loads(SLICED["named"]).build().eval()
    x = torch.randn(batch, 3, 64, 64)
    with torch.inference_mode():
        found, expected = archc.optimize(module)(x), module(x)
    torch.testing.assert_close(tuple(found), tuple(expected), rtol=1e-4, atol=1e-5)


def test_a_batch_norm_that_is_left_trains_on_the_whole_batch(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(layout, "CACHE", 0)
    text = SLICED["one"].replace("kernel: 3", "kernel: 3, norm: batch_norm")
    module = archc.loads(text).build().eval()
    faster = archc.optimize(module, ["take-slices"]).train()
    x = torch.randn(4, 3, 64, 64)
    torch.testing.assert_close(faster(x), module.train()(x))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16], ids=str)
@pytest.mark.parametrize("name", ["elu", "selu"])
def test_what_only_a_pass_writes_over_its_input_is_equal(name: str, dtype: torch.dtype) -> None:
    """The others are written so in plain source, and tested there."""
    x = 4 * torch.randn(2, 5, 33, 31, dtype=dtype)
    for given in (x, x.contiguous(memory_format=torch.channels_last), x[0, 0, 0]):
        function = getattr(F, name)
        assert torch.equal(function(given.clone(), inplace=True), function(given))


def test_a_sliced_network_is_exported_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layout, "CACHE", 0)
    faster = archc.optimize(archc.loads(SLICED["one"]).build().eval())
    x = torch.randn(5, 3, 64, 64)
    batch = torch.export.Dim("batch", min=2, max=64)
    program = torch.export.export(faster, (x,), dynamic_shapes=({0: batch},))
    with torch.no_grad():
        torch.testing.assert_close(program.module()(x[:3]), faster(x[:3]), rtol=1e-4, atol=1e-5)
