"""What the rule about memory counts, beside what the analysis counts."""

from __future__ import annotations

import pytest

import archc
from archc.architecture import Architecture
from archc.lint import Settings, lint
from archc.lint.budget import Need, inference, training

IMAGE = 4 * 3 * 224 * 224  # bytes


@pytest.fixture(scope="module")
def vgg() -> Architecture:
    return archc.load("vgg16")


def test_training_keeps_three_numbers_a_parameter_and_all_activations(vgg: Architecture) -> None:
    assert training(vgg.graph) == (3 * 4 * vgg.params, vgg.activation_bytes + IMAGE)


def test_inference_keeps_the_weights_and_the_peak(vgg: Architecture) -> None:
    assert inference(vgg.graph) == (4 * vgg.params, vgg.peak_activation_bytes)


def test_frozen_weights_and_statistics_are_not_trained() -> None:
    text = "archc: 1\nextends: resnet18\nname: head\nfreeze: [conv1, 'layer*']\n"
    net = archc.loads(text)
    assert training(net.graph).fixed == 4 * (3 * net.params + net.frozen + net.buffers)
    assert inference(net.graph).fixed == 4 * (net.params + net.frozen + net.buffers)


def test_auxiliary_heads_are_for_training_alone() -> None:
    net = archc.load("googlenet")
    assert training(net.graph).fixed > 3 * inference(net.graph).fixed


def test_the_largest_batch_fits_and_one_more_does_not(vgg: Architecture) -> None:
    need = training(vgg.graph)
    most = need.largest(2**33)
    assert need.of(most) <= 2**33 < need.of(most + 1)
    assert Need(100, 10).largest(99) == 0


def test_it_speaks_from_one_byte_too_few(vgg: Architecture) -> None:
    enough = training(vgg.graph).of(32)
    assert lint(vgg.graph, Settings(budget=enough, batch=32)) == []
    (warning,) = lint(vgg.graph, Settings(budget=enough - 1, batch=32))
    assert warning.code == "W027"
    assert warning.help.startswith("the largest batch that fits: 31 for training, ")


def test_a_budget_is_said_in_the_units_in_which_it_was_written(vgg: Architecture) -> None:
    (warning,) = lint(vgg.graph, Settings(budget=10**9, batch=64))
    assert warning.message.endswith("more than the 1 GB (953.67 MiB) there are")
    (warning,) = lint(vgg.graph, Settings(budget=2**30, batch=64))
    assert warning.message.endswith("more than the 1.00 GiB there are")
