"""What archc compiles computes what torchvision, timm and Keras compute, with the same weights.

The tensors are matched by the spec's own ``layouts``, so the rules that carry trained weights over are
proven too. ``closeness.json`` keeps the largest difference that was seen, for docs/zoo.md; it is written
with UPDATE_GOLDEN=1.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
import torch
from references import REFERENCES, Reference
from torch import Tensor
from weights import of_keras, of_torch, ours, settle

import archc

CLOSENESS = Path(__file__).with_name("closeness.json")
TORCHVISION = [one for one in REFERENCES if one.library == "torchvision"]
TIMM = [one for one in REFERENCES if one.library == "timm"]
KERAS = [one for one in REFERENCES if one.library == "keras"]


@pytest.fixture(autouse=True)
def seeded() -> Iterator[None]:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        yield


def label(one: Reference) -> str:
    return one.label


def images(net: archc.Architecture, count: int = 1) -> Tensor:
    (node,) = net.inputs.values()
    return torch.randn(count, *node.shape)


def compare(one: Reference, found: Tensor, expected: Tensor) -> None:
    assert expected.std() > 0.1  # a signal that died away would prove little
    torch.testing.assert_close(found, expected, rtol=one.tolerance, atol=one.tolerance)
    if os.environ.get("UPDATE_GOLDEN"):  # not under xdist: each worker would write its own
        known = json.loads(CLOSENESS.read_text()) if CLOSENESS.exists() else {}
        known[one.label] = float(f"{(found - expected).abs().max().item():.1e}")
        CLOSENESS.write_text(json.dumps(known, indent=1, sort_keys=True) + "\n")


@pytest.mark.parametrize("one", [*TORCHVISION, *TIMM], ids=label)
def test_output_equals_the_librarys(torchvision: ModuleType, one: Reference) -> None:
    net, module = ours(one)
    model = of_torch(one, net, module.state_dict())
    image = images(net)
    with torch.inference_mode():
        compare(one, module.eval()(image), model.eval()(image))


@pytest.mark.parametrize("one", KERAS, ids=label)
def test_output_equals_that_of_keras(one: Reference) -> None:
    net, module = ours(one)
    several = images(net, 4)
    settle(module, several)
    model = of_keras(one, module.state_dict())
    image = several[:1]
    with torch.inference_mode():
        expected = model(image.permute(0, 2, 3, 1), training=False)
        compare(one, module.eval()(image), expected)


def test_every_comparison_was_measured() -> None:
    assert json.loads(CLOSENESS.read_text()).keys() == {one.label for one in REFERENCES}
