"""Every bundled architecture comes to exactly the numbers of its paper or reference code.

``oracle.json`` holds, for each, what was measured on the reference that ``source`` names
(torchvision, Caffe's prototxts) or worked out from the paper. MACs are those of convolutions and
linear layers for one image; ``depth`` is the most of these on one path; ``buffers`` leaves out the
step counter of batch norm; ``frozen`` are parameters that are not trained; ``stages`` are the shapes of
the nodes named.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import archc
from archc.spec.files import bundled

FACTS: list[dict[str, Any]] = json.loads(Path(__file__).with_name("oracle.json").read_text())
NAMES = sorted({fact["name"] for fact in FACTS})
VOCABULARY = {
    "dataset": {"ImageNet", "MNIST", "CIFAR-10", "PASCAL VOC 2011", "PhC-U373"},
    "protocol": {"1 crop", "10 crops", "dense", "test set", "seg11valid"},
}


def label(fact: dict[str, Any]) -> str:
    args = [f"{key}={value}" for key, value in fact.get("args", {}).items()]
    return "-".join([fact["name"], *args])


@pytest.mark.parametrize("fact", FACTS, ids=label)
def test_an_architecture_equals_its_reference(fact: dict[str, Any]) -> None:
    net = archc.load(fact["name"], **fact.get("args", {}))
    assert [list(node.shape) for node in net.inputs.values()] == [fact["input"]]
    assert (net.params, net.buffers, net.macs) == (fact["params"], fact["buffers"], fact["macs"])
    assert net.frozen == fact.get("frozen", 0)
    assert net.depth == fact["depth"]
    assert list(net.outputs[0].node.shape) == fact["output"]
    stages = {name: shape_of(net, name) for name in fact["stages"]}
    assert stages == fact["stages"]


def shape_of(net: archc.Architecture, name: str) -> list[int]:
    """The shape of a node's result: that of the last node placed for it."""
    parts = [node for node in net.nodes if node.name == name or node.name.startswith(f"{name}.")]
    return list(parts[-1].shape)


def test_every_bundled_architecture_has_a_reference() -> None:
    assert {spec.name for spec in bundled()} == {*NAMES}


@pytest.mark.parametrize("name", NAMES)
def test_every_bundled_architecture_is_written_without_a_warning(name: str) -> None:
    net = archc.load(name)
    assert net.name == name
    assert net.warnings == []
    assert net.title


@pytest.mark.parametrize("name", NAMES)
def test_published_figures_can_be_compared(name: str) -> None:
    """Accuracy in percent, or for segmentation the mean of intersection over union; of what, measured
    how, and who says so: a figure without that is none."""
    published = archc.load(name).graph.document.published
    if published is None:
        return
    figures = {*published} - {*VOCABULARY, "source"}
    assert {*published} >= {*VOCABULARY, "source"}
    assert figures in ({"top1"}, {"top1", "top5"}, {"mean_iou"})
    assert all(published[key] in words for key, words in VOCABULARY.items())
    assert 50 < published[min(figures)] < published.get("top5", 100) <= 100
