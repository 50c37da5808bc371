"""Stages one after another compute what the whole network computes, and have its weights by name."""

from __future__ import annotations

import os
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest
import torch
from generate import Seeded, written
from torch import Tensor, nn

import archc
from archc.architecture import Architecture
from archc.codegen import build, emit
from archc.errors import SpecError
from archc.graph.graph import Graph
from archc.pipeline import cut, stage_graphs

HERE = Path(__file__).parent
GOLDEN = HERE / "golden" / "tower.py.txt"


def as_tuple(result: Tensor | tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    return (result,) if isinstance(result, Tensor) else tuple(result)


def stages_of(graph: Graph, count: int, whole: nn.Module) -> list[nn.Module]:
    """The stages with the weights of the whole network, whose names are together all of its."""
    stages = [
        build(stage).double().train(whole.training)
        for stage in stage_graphs(graph, cut(graph, count))
    ]
    tensors = whole.state_dict()
    names = [name for stage in stages for name in stage.state_dict()]
    assert sorted(names) == sorted(tensors)
    for stage in stages:
        stage.load_state_dict({name: tensors[name] for name in stage.state_dict()})
    return stages


def check(graph: Graph, count: int, training: bool = False) -> None:
    whole = build(graph).double().train(training)
    stages = stages_of(graph, count, whole)
    inputs = [torch.randn(2, *node.shape, dtype=torch.double) for node in graph.inputs.values()]
    torch.manual_seed(0)
    expected = as_tuple(whole(*inputs))
    torch.manual_seed(0)
    values: Sequence[Tensor] = inputs
    for stage in stages:
        values = as_tuple(stage(*values))
    for one, other in zip(values, expected, strict=True):
        torch.testing.assert_close(one, other, equal_nan=True)


@pytest.mark.parametrize("name", ["lenet5", "resnet20_cifar", "inception_3a"])
def test_bundled_networks(name: str) -> None:
    for count in (2, 4):
        check(archc.load(name).graph, count)


@pytest.mark.parametrize("name", ["tower", "several", "shared"])
def test_small_networks(name: str) -> None:
    graph = archc.load(HERE / "specs" / f"{name}.yaml").graph
    for count in (2, 3):
        check(graph, count)


@pytest.mark.parametrize("training", [True, False])
def test_training_only_heads_are_handed_out_by_the_last_stage(training: bool) -> None:
    check(archc.load(HERE / "specs" / "heads.yaml").graph, 3, training)


def test_random_networks() -> None:
    tried = 0
    for seed in range(12):
        try:
            graph = Architecture.loads(written(Seeded(seed))).graph
            check(graph, 2)
            check(graph, 5)
        except SpecError:  # the spec is wrong, or too short
            continue
        except Exception as error:
            error.add_note(f"seed {seed}")
            raise
        tried += 1
    assert tried >= 6


def test_a_stage_is_a_graph_of_its_own() -> None:
    graph = archc.load("unet").graph
    for stage in stage_graphs(graph, cut(graph, 4)):
        known = {id(node) for node in (*stage.inputs.values(), *stage.nodes.values())}
        read = [source for node in stage.nodes.values() for source in node.inputs]
        assert {id(node) for node in (*read, *(end.node for end in stage.outputs))} <= known


def test_what_a_stage_receives_is_what_the_one_before_sends() -> None:
    for name in ("googlenet", "unet", "densenet121"):
        graph = archc.load(name).graph
        found = cut(graph, 4)
        stages = stage_graphs(graph, found)
        for before, after in pairwise(stages):
            sent = [(output.name, output.node.shape) for output in before.outputs]
            assert sent == [(name, node.shape) for name, node in after.inputs.items()]


def test_blocks_that_a_cut_goes_through() -> None:
    graph = archc.load(HERE / "specs" / "tower.yaml").graph
    sources = [emit(stage) for stage in stage_graphs(graph, cut(graph, 4))]
    text = "\n\n\n".join(sources)
    if os.environ.get("UPDATE_GOLDEN"):
        GOLDEN.write_text(text, encoding="utf-8")
    assert text == GOLDEN.read_text(encoding="utf-8")
