"""When the rule about memory speaks, and what it says; the numbers are those of the estimate."""

from __future__ import annotations

import pytest

import archc
from archc.analysis.estimate import estimate
from archc.architecture import Architecture
from archc.lint import Settings, lint


@pytest.fixture(scope="module")
def vgg() -> Architecture:
    return archc.load("vgg16")


def test_it_speaks_from_one_byte_too_few(vgg: Architecture) -> None:
    enough = estimate(vgg.graph, batch=32, train=True).peak
    assert lint(vgg.graph, Settings(budget=enough, batch=32)) == []
    (warning,) = lint(vgg.graph, Settings(budget=enough - 1, batch=32))
    assert warning.code == "W027"
    most = estimate(vgg.graph).largest_batch(enough - 1)
    assert warning.help == f"the largest batch that fits: 31 for training, {most} for inference"


def test_it_names_the_largest_activation_or_where_they_are_too_many_the_weights(
    vgg: Architecture,
) -> None:
    (warning,) = lint(vgg.graph, Settings(budget=2**33, batch=512))
    assert [label.text for label in warning.labels] == [
        "the largest activation, 12.25 MiB for each sample"
    ]
    (warning,) = lint(vgg.graph, Settings(budget=2**20))
    assert [label.text for label in warning.labels] == ["the most parameters, 392.02 MiB"]


def test_a_budget_is_said_in_the_units_in_which_it_was_written(vgg: Architecture) -> None:
    (warning,) = lint(vgg.graph, Settings(budget=10**9, batch=64))
    assert warning.message.endswith("more than the 1 GB (953.67 MiB) there are")
    (warning,) = lint(vgg.graph, Settings(budget=2**30, batch=64))
    assert warning.message.endswith("more than the 1.00 GiB there are")
