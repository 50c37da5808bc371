"""Each pass on a small network of ``golden``: what it changes, and what it has to leave alone."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

import archc
from archc.graph.graph import Graph
from archc.passes.module import module_of
from archc.passes.optimise import PASSES, chosen, optimise, pass_name
from archc.passes.proof import difference, settle

GOLDEN = Path(__file__).parent / "golden"
NAMES = [pass_name(run) for run in PASSES]


def listing(graph: Graph) -> Iterator[str]:
    """A line for each node: its name, what it is, and what it reads."""
    for node in graph.nodes.values():
        sources = ", ".join(source.name for source in node.inputs)
        yield f"{node.name}: {node.label} ← {sources} = {' × '.join(map(str, node.shape))}"


@pytest.mark.parametrize("name", NAMES)
def test_what_a_pass_does(name: str) -> None:
    net = archc.load(GOLDEN / f"{name}.yaml")
    result = optimise(net.graph, chosen([name]))
    changes = [change.words for change in result.ran[0].changes]
    parts = {"before": listing(net.graph), "changes": changes, "after": listing(result.graph)}
    text = "\n".join(
        f"{head}\n{''.join(f'  {line}{chr(10)}' for line in lines)}"
        for head, lines in parts.items()
    )
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", [*NAMES, "all"])
def test_a_pass_keeps_what_is_computed(name: str) -> None:
    """In float64, so that nothing but rounding may differ; every pass on every network."""
    for path in sorted(GOLDEN.glob("*.yaml")):
        net = archc.load(path)
        torch.manual_seed(0)
        module = net.build().double()
        settle(module, net.graph)
        result = optimise(net.graph, chosen([] if name == "all" else [name]))
        after = module_of(result.graph, result.carry(dict(module.state_dict())))
        exact = name in ("drop-idle", "absorb-pads", "act-in-place")
        assert difference(module, after, net.graph).relative <= (0 if exact else 1e-12), path.name


def test_every_pass_says_when_it_is_exact() -> None:
    for run in PASSES:
        assert "xact" in (run.__doc__ or ""), pass_name(run)
        assert list(GOLDEN.glob(f"{pass_name(run)}.yaml")), pass_name(run)
