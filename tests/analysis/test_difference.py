"""What differs between architectures: golden texts, and rules that hold for every pair.

``UPDATE_GOLDEN=1`` writes the texts anew; read them before you keep them.
"""

from __future__ import annotations

import os
from itertools import pairwise, permutations
from pathlib import Path

import pytest

import archc
from archc.analysis.difference import Difference, difference
from archc.analysis.difference_words import write_difference
from archc.analysis.matching import longest_rise
from archc.architecture import Architecture
from archc.graph.graph import Graph
from archc.spec.files import bundled

GOLDEN = Path(__file__).parent / "differences"
PAIRS = [
    ("alexnet", "zfnet"),
    ("alexnet", "caffenet"),
    ("alexnet", "alexnet_torchvision"),
    ("vgg16", "vgg16_bn"),
    ("vgg16", "fcn32s"),
    ("vgg16", "vgg16_1x1"),
    ("resnet18", "resnet34"),
    ("resnet34", "resnet50"),
    ("resnet34", "plain34"),
    ("resnet34", "resnet34_a"),
    ("resnet34", "resnet34_c"),
    ("resnet50", "resnext50_32x4d"),
    ("resnet50", "resnet50_keras"),
    ("googlenet", "googlenet_bn"),
    ("unet", "unet_bn"),
    ("densenet121", "densenet161"),
    ("efficientnet_b0", "efficientnet_b1"),
    ("lenet5", "resnet50"),
    ("resnet152", "densenet201"),
    ("inception_v3", "inception_v4"),
]
NET = """\
archc: 1
name: net
input: [3, 16, 16]
blocks:
  unit:
    args: {width: int}
    nodes:
      conv1: {op: conv, filters: $width, kernel: 3, padding: 1, act: relu}
      conv2: {op: conv, filters: $width, kernel: 3, padding: 1}
      sum: {op: add, from: [conv1, conv2], act: relu}
nodes:
  stem: {op: conv, filters: 8, kernel: 3, padding: 1, norm: batch_norm, act: relu}
  drop: {op: dropout, rate: 0.5}
  units: {op: unit, width: 8, repeat: 4}
  join: {op: concat, from: [units, stem]}
  pool: global_avg_pool
  fc: {op: fc, units: 10}
variants:
"""
VARIANTS = {
    "nothing": "note: nothing else",
    "setting": "nodes: {stem: {kernel: 5, padding: 2}}",
    "norm": "nodes: {stem: {norm: {op: group_norm, groups: 4}, act: none}}",
    "norm_settings": "nodes: {stem: {norm: {op: batch_norm, eps: 1e-3}}}",
    "init": "nodes: {fc: {init: xavier_uniform}}",
    "operator": "nodes: {pool: {op: global_max_pool}}",
    "replaced": "nodes: {units: {op: conv, filters: 8, kernel: 1}}",
    "renamed": "nodes: {fc: null, head: {op: fc, units: 10}}",
    "moved": "nodes: {drop: {after: pool}}",
    "inserted": "nodes: {lrn: {op: lrn, size: 5, after: stem}}",
    "removed": "nodes: {drop: null}",
    "rewired": "nodes: {join: {from: [units, drop]}}",
    "more_sources": "nodes: {join: {from: [units, stem, drop]}}",
    "block": "blocks: {unit: {nodes: {conv2: {kernel: 1, padding: 0}}}}",
    "block_node": "blocks: {unit: {nodes: {sum: null}}}",
    "block_sources": "blocks: {unit: {nodes: {sum: {from: [conv2, input]}, conv2: {from: conv1}}}}",
    "width": "nodes: {units: {width: 16}}",
    "instances": "nodes: {units: {repeat: 6}}",
    "instance": "nodes: {units.2.conv1: {kernel: 5, padding: 2}}",
    "lesion": "nodes: {units.1: null}",
    "reordered": "nodes: {units.3: {before: units.1}}",
    "larger": "input: [3, 32, 32]",
    "freeze": "freeze: [stem, units]",
    "weights": "weights: {file: net.safetensors}",
    "another_output": "outputs: {main: fc, features: pool}",
    "grey": "input: [1, 16, 16]",
}
TEXT = NET + "".join(f"  {name}: {{{patch}}}\n" for name, patch in VARIANTS.items())


def graph(name: str) -> Graph:
    return archc.load(name).graph


def variant(name: str) -> Graph:
    return Architecture.loads(TEXT, variant=name, root=GOLDEN).graph


def golden(name: str, text: str) -> None:
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(f"{text}\n", encoding="utf-8")
    assert f"{text}\n" == path.read_text(encoding="utf-8"), "UPDATE_GOLDEN=1 writes it anew"


@pytest.mark.parametrize(("old", "new"), PAIRS)
def test_bundled_specs(old: str, new: str) -> None:
    golden(f"{old}_{new}", write_difference(difference(graph(old), graph(new))))


def test_every_kind_of_change() -> None:
    """A page with one variant after the other, without the totals."""
    base = Architecture.loads(TEXT).graph
    texts = [write_difference(difference(base, variant(name))) for name in VARIANTS]
    golden("variants", "\n\n".join(text.partition("\n\n      ")[0] for text in texts))


@pytest.mark.parametrize("spec", bundled(), ids=lambda spec: spec.name)
def test_a_network_does_not_differ_from_itself(spec: object) -> None:
    found = difference(graph(spec.name), graph(spec.name))  # type: ignore[attr-defined]
    assert not found
    assert write_difference(found).splitlines()[1:] == ["no difference"]
    assert {*found.old_marks.values(), *found.new_marks.values()} == {"kept"}


def test_names_of_specs_are_no_difference() -> None:
    found = difference(Architecture.loads(TEXT).graph, variant("nothing"))
    assert not found
    assert write_difference(found) == "net → nothing\nno difference: two names for one structure"


def pairs_of_neighbours() -> list[tuple[str, str]]:
    names = [spec.name for spec in bundled()]
    return [*pairwise(names), *pairwise(names[::7])]


def consistent(found: Difference) -> None:
    """What both have is matched one to one, and is equal unless it is said to have changed."""
    old, new = ({**g.inputs, **g.nodes} for g in (found.old, found.new))
    assert found.old_marks.keys() == old.keys()
    assert found.new_marks.keys() == new.keys()
    assert {*found.counterparts} == {n for n, mark in found.new_marks.items() if mark != "added"}
    matched = [*found.counterparts.values()]
    assert sorted(matched) == sorted(n for n, mark in found.old_marks.items() if mark != "removed")
    followers = {follower.new.name for follower in found.follows}
    for after, before in found.counterparts.items():
        assert (found.new_marks[after] == "changed") == (found.old_marks[before] == "changed")
        if found.new_marks[after] == "kept" and after not in found.starts:
            assert old[before].op.label() == new[after].op.label()
            same = old[before].facts.weights == new[after].facts.weights
            assert same or after in followers or new[after].role


@pytest.mark.parametrize(("old", "new"), pairs_of_neighbours())
def test_every_node_is_accounted_for(old: str, new: str) -> None:
    there, back = difference(graph(old), graph(new)), difference(graph(new), graph(old))
    consistent(there)
    consistent(back)
    assert there.layers["added"] == back.layers["removed"]
    assert there.layers["changed"] == back.layers["changed"]
    assert bool(there) == bool(back)


@pytest.mark.parametrize("name", VARIANTS)
def test_every_node_of_a_variant_is_accounted_for(name: str) -> None:
    base = Architecture.loads(TEXT).graph
    consistent(difference(base, variant(name)))
    consistent(difference(variant(name), base))


def test_marks_tell_what_is_written_from_what_follows() -> None:
    found = difference(Architecture.loads(TEXT).graph, variant("setting"))
    assert {n for n, mark in found.new_marks.items() if mark != "kept"} == {"stem"}
    found = difference(Architecture.loads(TEXT).graph, variant("grey"))
    assert {n for n, mark in found.new_marks.items() if mark != "kept"} == {"input"}
    assert [follower.path for follower in found.follows] == ["stem"]  # its weights' shape
    found = difference(Architecture.loads(TEXT).graph, variant("init"))
    assert {n for n, mark in found.new_marks.items() if mark != "kept"} == set()
    assert found.starts == {"fc"}


def test_norms_and_activations_change_their_layer() -> None:
    found = difference(Architecture.loads(TEXT).graph, variant("norm"))
    marks = {n: mark for n, mark in found.new_marks.items() if mark != "kept"}
    assert marks == {"stem": "changed", "stem_norm": "changed"}
    assert found.old_marks["stem_act"] == "removed"
    assert found.layers == {"changed": 1, "kept": 16}


def test_long_lists_are_cut_and_shown_on_demand() -> None:
    found = difference(graph("inception_v3"), graph("inception_v4"))
    short, long = write_difference(found), write_difference(found, every=True)
    assert "more (--all shows them)" in short
    assert "--all" not in long
    assert len(short.splitlines()) < 50


def test_hostile_text_stays_text() -> None:
    text = TEXT.replace("name: net\n", 'name: net\ntitle: "<b>|`x`\\u202e\\n# \\x07" \n', 1)
    text = text.replace("input: [3", "args: {word: 'a|<i>'}\ninput: [3", 1)
    old = Architecture.loads(text).graph
    new = Architecture.loads(text, args={"word": "x" * 10_000}).graph
    markdown = write_difference(difference(old, new), "markdown")
    assert markdown.startswith("**&lt;b>\\|\\`x\\` \\# (net) → ")
    assert "word a\\|&lt;i> → xxx" in markdown
    assert max(map(len, markdown.splitlines())) < 250
    assert all(c.isprintable() or c == "\n" for c in markdown)


@pytest.mark.parametrize("size", range(6))
def test_thelongest_rise(size: int) -> None:
    """Against every subsequence: nothing that rises is heavier."""
    weights = [1 + (3 * n) % 4 for n in range(size)]
    for values in permutations(range(size)):
        best = 0
        for bits in range(2**size):
            chosen = [n for n in range(size) if bits >> n & 1]
            if all(values[a] < values[b] for a, b in pairwise(chosen)):
                best = max(best, sum(weights[n] for n in chosen))
        found = longest_rise(values, weights)
        assert all(values[a] < values[b] for a, b in pairwise(found))
        in_order = values == tuple(range(size))
        assert in_order or sum(weights[n] for n in found) == best
