"""The rules: ``found/NAME.yaml`` gives exactly the warnings in ``found/NAME.txt``; those in ``silent`` none.

A file's name begins with the code that it is about. ``UPDATE_GOLDEN=1`` writes the reports anew; read
them before you keep them.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from effort import calls

from archc.architecture import Architecture
from archc.errors import Mistake, SpecError
from archc.lint import RULES, Settings, lint
from archc.report import render
from archc.spec.edits import applied
from archc.spec.files import bundled
from archc.spec.keys import LINT_KEYS

FOLDER = Path(__file__).parent
FOUND = sorted((FOLDER / "found").glob("*.yaml"))
SILENT = sorted((FOLDER / "silent").glob("*.yaml"))
SETTINGS = {"W027": Settings(budget=64 * 2**20, batch=128)}


def codes(mistakes: list[Mistake]) -> set[str]:
    return {mistake.code for mistake in mistakes}


@pytest.mark.parametrize("path", FOUND, ids=lambda path: path.stem)
def test_found(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(path.parent)  # so that reports name files without their folder
    code = path.stem[:4].upper()
    found = lint(Architecture.load(path.name).graph, SETTINGS.get(code))
    report = "\n\n".join(map(render, found)) + "\n"
    golden = path.with_suffix(".txt")
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(report, encoding="utf-8")
    assert report == golden.read_text(encoding="utf-8")
    assert codes(found) == {code}
    assert all(mistake.warning for mistake in found)


@pytest.mark.parametrize("path", SILENT, ids=lambda path: path.stem)
def test_near_miss_is_silent(path: Path) -> None:
    assert lint(Architecture.load(path).graph) == []


def test_every_rule_is_shown_to_speak_and_to_be_silent() -> None:
    rules = {rule.code for rule in RULES}
    assert {path.stem[:4].upper() for path in FOUND} == rules
    assert {path.stem[:4].upper() for path in SILENT} == rules
    assert all(rule.title and rule.check.__doc__ for rule in RULES)
    assert rules < LINT_KEYS.keys()


def test_bundled_specs_are_silent() -> None:
    specs = [spec.name for spec in bundled()]
    assert {name: found for name in specs if (found := Architecture.load(name).warnings)} == {}


def test_what_historic_networks_do_is_switched_off_where_they_do_it() -> None:
    every = Settings(all=True)
    told = ("vgg16_bn", "resnet50_v1", "resnet101_v1", "resnet50_keras")
    found = [codes(lint(Architecture.load(name).graph, every)) for name in told]
    assert found == [{"W020"}, {"W020"}, set(), {"W020"}]


NET = """\
archc: 1
name: net
input: [3, 8, 8]
nodes:
  conv: {op: conv, filters: 4, kernel: 3, stride: 2, norm: batch_norm}
"""


def net(more: str = "", variant: str = "") -> Architecture:
    return Architecture.loads(NET + more, variant=variant)


def test_the_spec_switches() -> None:
    assert codes(net().warnings) == {"W001", "W020"}
    assert codes(net("lint: {W020: off}").warnings) == {"W001"}
    assert codes(net("lint: {W001: off, W020: on}").warnings) == {"W020"}


def test_a_patch_inherits_and_changes_switches() -> None:
    variants = "lint: {W001: off, W020: off}\nvariants: {on: {lint: {W020: on}}, same: {}, all: {lint: null}}"
    assert codes(net(variants, "same").warnings) == set()
    assert codes(net(variants, "on").warnings) == {"W020"}
    assert codes(net(variants, "all").warnings) == {"W001", "W020"}


def test_a_caller_comes_before_the_spec_and_one_code_before_all() -> None:
    graph = net("lint: {W020: off}").graph
    assert codes(lint(graph, Settings({"W020": True}))) == {"W001", "W020"}
    assert codes(lint(graph, Settings({"W001": False}))) == set()
    assert codes(lint(graph, Settings({"W020": True}, all=False))) == {"W020"}
    assert codes(lint(graph, Settings({"W001": False}, all=True))) == {"W020"}


@pytest.mark.parametrize(
    ("written", "message", "help"),
    [
        ("{W20: off}", "lint has no key 'W20'", "W020"),
        ("{W020: false}", "W020 must be on or off, not false", "write `W020: off`"),
        ("[W020]", "lint must be a mapping of codes to on or off, not ['W020']", ""),
        ("{W020: null}", "'W020' has no value, and there is nothing here that null could remove", ""),
    ],
)  # fmt: skip
def test_switches_are_checked(written: str, message: str, help: str) -> None:
    with pytest.raises(SpecError) as caught:
        net(f"lint: {written}")
    (mistake,) = caught.value.mistakes
    assert mistake.message == message
    assert help in mistake.help


@pytest.mark.parametrize(
    "path", [p for p in FOUND if p.stem.startswith("w020")], ids=lambda p: p.stem
)
def test_the_fix_of_a_bias_mends_it(path: Path) -> None:
    found = Architecture.load(path).warnings
    edits = tuple(edit for warning in found for fix in warning.fixes for edit in fix.edits)
    text = applied(edits[0].span.source, edits)
    assert Architecture.loads(text).warnings == []


THIRDS = """\
archc: 1
name: net
input: [3, 27, 27]
defaults: {conv: {kernel: 3, filters: 4, act: relu}}
nodes:
  c1: {op: conv, stride: 3}
  c2: {op: conv, stride: 3}
  c3: {op: conv, stride: 3}
  c4: {op: conv, padding: 1}
  up: {op: upsample, factor: 27}
  out: {op: concat, from: [up, input]}
"""


def test_an_input_is_named_that_was_tried() -> None:
    """Also where the usual sizes are none that the network takes: each side divides by 27 here."""
    spec = (FOLDER / "found/w026_small_input.yaml").read_text(encoding="utf-8")
    for text, size in ((spec, (3, 64, 64)), (THIRDS, (3, 54, 54))):
        (warning,) = Architecture.loads(text).warnings
        shape = " × ".join(map(str, size))
        assert warning.help == (
            f"a larger input, such as {shape}; or a stem with one stride or pooling less"
        )
        assert Architecture.loads(text, input=size).warnings == []


REPEATED = """\
archc: 1
name: net
input: [3, 8, 8]
blocks:
  unit:
    nodes:
      c: {op: conv, filters: 3, kernel: 3, padding: 1}
      n: batch_norm
      r: relu
nodes:
  u: {op: unit, repeat: 3}
  v: {op: conv, filters: 3, kernel: 3}
  w: batch_norm
"""


def test_a_node_is_named_where_it_is_written() -> None:
    """One line of a block, whatever calls it; not the nodes that come of it."""
    in_block, alone = Architecture.loads(REPEATED).warnings
    assert in_block.help == "write `bias: false` on c in block unit"
    assert alone.help == "write `bias: false` on v"


def test_of_very_many_warnings_only_the_first_are_told() -> None:
    nodes = "".join(f"  r{i}: relu\n" for i in range(60))
    found = Architecture.loads(f"archc: 1\nname: net\ninput: [3, 8, 8]\nnodes:\n{nodes}").warnings
    assert len(found) == 50
    assert found[-1].notes == ("9 warnings more; `--limit mistakes=59` tells all",)


def test_wide_sums_take_little_time() -> None:
    """2,000 layers, and 60 concatenations of all of them."""
    names = [f"n{i}" for i in range(2000)]
    text = "archc: 1\nname: net\ninput: [1, 4, 4]\nnodes:\n"
    text += "".join(f"  {name}: {{op: relu, from: input}}\n" for name in names)
    text += "".join(f"  c{i}: {{op: concat, from: [{', '.join(names)}]}}\n" for i in range(60))
    graph = Architecture.loads(
        text + "outputs: [" + ", ".join(f"c{i}" for i in range(60)) + "]\n"
    ).graph
    assert "W024" not in codes(lint(graph))
    assert calls(lambda: lint(graph)) < 1_200_000  # three times what was needed
