"""Properties of the source of any spec, tried on many random ones. See ``generate`` and ``promises``."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from drawn_settings import MERGES, SETTINGS, Choice
from generate import Seeded, patched, specs, written
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from promises import built, check, imports, random_inputs, results

from archc.architecture import Architecture
from archc.codegen import build, emit
from archc.errors import SpecError
from archc.ops import OPERATORS

QUICK, LONG = 100, 1500  # specs of a run; each is compiled, and once more with instances patched
random_run = settings(
    derandomize=True, deadline=None, database=None, max_examples=QUICK,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip


class Run:
    """The sources of the specs tried so far, and how many specs were not valid."""

    def __init__(self) -> None:
        self.sources: list[str] = []
        self.operators: Counter[str] = Counter()
        self.refused = 0

    def compiled(self, load: Callable[[], Architecture], fields: bool) -> Architecture | None:
        """Check the promises of one spec; None where it is not valid."""
        try:
            net = load()
        except SpecError:
            self.refused += 1
            return None
        self.operators.update(node.op.name for node in net.nodes)
        self.sources.append(emit(net.graph))
        check(net.graph, fields)
        return net

    def both(self, text: str, choice: Choice, fields: bool) -> Architecture | None:
        """Check a spec, and a variant that patches instances of it."""
        net = self.compiled(lambda: Architecture.loads(text), fields)
        if net is not None:
            variant = patched(choice, text, net)
            self.compiled(lambda: Architecture.loads(variant, variant="v"), False)
        return net

    def finish(self, folder: Path) -> None:
        """Most specs were valid, and all sources are clean and import nothing but torch."""
        assert self.refused < 0.2 * len(self.sources)
        for number, source in enumerate(self.sources):
            assert imports(source) <= {"torch", "typing"}
            (folder / f"net{number}.py").write_text(source, encoding="utf-8")
        for command in (["format", "--diff"], ["check"]):
            ruff = [sys.executable, "-m", "ruff", *command, "--isolated", "--quiet", str(folder)]
            done = subprocess.run(ruff, capture_output=True, text=True, check=False)
            assert done.returncode == 0, (done.stdout + done.stderr)[:3000]


def test_every_operator_can_be_drawn() -> None:
    assert {*SETTINGS, *MERGES} == {*OPERATORS}


def test_what_hypothesis_draws(tmp_path: Path) -> None:
    run = Run()

    @random_run
    @given(specs(), st.data())
    def one(text: str, data: st.DataObject) -> None:
        assume(run.both(text, Choice(data.draw), fields=True) is not None)

    one()
    run.finish(tmp_path)


def seeded(seeds: range, folder: Path) -> Run:
    run = Run()
    for seed in seeds:
        choice = Seeded(seed)
        text = written(choice)
        try:
            run.both(text, choice, fields=seed % 4 == 0)
        except Exception as error:
            error.add_note(f"seed {seed}:\n{text}")
            raise
    run.finish(folder)
    return run


def test_what_seeds_draw(tmp_path: Path) -> None:
    seeded(range(QUICK), tmp_path)


@pytest.mark.slow
def test_what_many_seeds_draw(tmp_path: Path) -> None:
    run = seeded(range(QUICK, QUICK + LONG), tmp_path)
    assert {*run.operators} == {*OPERATORS}


def test_a_build_is_what_the_source_says() -> None:
    """The module of the kept file has the structure of the source's own, and is exported whole."""
    tried = 0
    for seed in range(1000, 1006):
        try:
            graph = Architecture.loads(written(Seeded(seed), size=8)).graph
        except SpecError:
            continue
        module = build(graph).double().eval()
        assert repr(module) == repr(built(graph).double().eval())
        inputs = random_inputs(graph)
        program = torch.export.export(module, tuple(inputs), strict=False)
        with torch.no_grad():
            pairs = zip(results(program.module()(*inputs)), results(module(*inputs)), strict=True)
        for one, other in pairs:
            torch.testing.assert_close(one, other, equal_nan=True)
        tried += 1
    assert tried >= 4
