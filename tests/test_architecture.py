"""The public class and functions."""

from __future__ import annotations

import copy
import pickle
from pathlib import Path

import pytest
import torch

import archc

SPEC = """
archc: 1
name: net
args: {classes: 10}
input: [3, 8, 8]
nodes:
  a: {op: conv, filters: 4, kernel: 3, act: relu}
  b: {op: fc, units: $classes}
"""


@pytest.fixture
def net() -> archc.Architecture:
    return archc.loads(SPEC)


def test_what_can_be_asked(net: archc.Architecture) -> None:
    assert (net.name, net.title) == ("net", "net")
    assert [node.name for node in net.nodes] == ["a", "a_act", "b"]
    assert net.inputs["input"].shape == (3, 8, 8)
    assert [output.node.name for output in net.outputs] == ["b"]
    assert (net.params, net.buffers, net.depth) == (112 + 1450, 0, 2)
    assert net.macs == 4 * 27 * 36 + 144 * 10
    assert net.activation_bytes == 4 * (144 + 144 + 10)
    assert net.peak_activation_bytes == 4 * (192 + 144)
    assert net.shape("a") == (4, 6, 6)
    assert net.receptive_field("a").size == (3, 3)
    assert net.warnings == []
    assert repr(net) == "<Architecture net: 3 nodes, depth 2, 1.56 k parameters, 5.33 k MACs>"


def test_args_and_input(tmp_path: Path) -> None:
    assert archc.loads(SPEC, classes=3).shape("b") == (3,)
    assert archc.loads(SPEC, [3, 10, 10]).shape("a") == (4, 8, 8)
    file = tmp_path / "net.yaml"
    file.write_text(SPEC)
    assert archc.load(file, input=[3, 9, 9], classes=5).params == 112 + 4 * 49 * 5 + 5


def test_an_unknown_node_is_named_with_its_nearest(net: archc.Architecture) -> None:
    with pytest.raises(KeyError, match="net has no node 'a_atc'; did you mean 'a_act'"):
        net.shape("a_atc")


def test_mistakes_are_one_exception() -> None:
    with pytest.raises(archc.SpecError) as caught:
        archc.loads(SPEC.replace("kernel", "kernal").replace("units", "from: input, unit"))
    assert len(caught.value.mistakes) == 2
    assert "did you mean 'kernel'?" in str(caught.value)
    assert "did you mean 'units'?" in str(caught.value)


def test_build_gives_a_module(net: archc.Architecture) -> None:
    module = net.build()
    assert sum(weight.numel() for weight in module.parameters()) == net.params
    assert module(torch.zeros(2, 3, 8, 8)).shape == (2, 10)
    assert compile(net.source(), "net.py", "exec")


def test_build_by_name(tmp_path: Path) -> None:
    file = tmp_path / "net.yaml"
    file.write_text(SPEC)
    module = archc.build(file, "cpu", classes=7)
    assert module(torch.zeros(1, 3, 8, 8)).shape == (1, 7)


def test_a_notebook_shows_the_drawing(
    net: archc.Architecture, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "<svg" in str(net._repr_svg_())

    def fails(*_: object) -> object:
        raise archc.SpecError([])

    monkeypatch.setattr("archc.drawing.draw.draw", fails)
    assert net._repr_svg_() is None


def test_a_drawing_is_written_to_a_file(net: archc.Architecture, tmp_path: Path) -> None:
    scene = net.draw(tmp_path / "net.svg", theme="dark")
    assert (tmp_path / "net.svg").read_text() == scene._repr_svg_()
    net.draw(tmp_path / "net.html")
    assert "<script" in (tmp_path / "net.html").read_text()
    with pytest.raises(archc.SpecError, match="A082"):
        net.draw(tmp_path / "net.gif")


def test_a_summary_is_text(net: archc.Architecture) -> None:
    summary = net.summary("csv")
    assert repr(summary) == str(summary)
    assert isinstance(summary, str)


def test_an_architecture_can_be_copied(net: archc.Architecture) -> None:
    assert copy.copy(net).params == net.params
    assert pickle.loads(pickle.dumps(archc.SpecError([]))).mistakes == []


def test_there_is_nothing_else_in_the_package() -> None:
    with pytest.raises(AttributeError, match="no attribute 'laod'"):
        archc.laod  # type: ignore[attr-defined]  # noqa: B018
