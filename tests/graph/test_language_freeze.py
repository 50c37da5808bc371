"""`freeze` names nodes: which ones an entry covers, who inherits it, and what may be named."""

from __future__ import annotations

from fnmatch import fnmatchcase
from itertools import product
from pathlib import Path

import pytest
from network import network, told

from archc.architecture import Architecture
from archc.errors import SpecError
from archc.graph import freezing
from archc.graph.patterns import Pattern, covering, fills

BLOCKS = """
blocks:
  inner:
    nodes:
      conv: {op: conv, filters: 4, kernel: 1, norm: batch_norm}
  unit:
    args: {gated: false}
    nodes:
      one: inner
      two: {op: conv, filters: 4, kernel: 1}
      gate: {op: conv, filters: 4, kernel: 1, when: $gated}
"""
NODES = """
conv1: {op: conv, filters: 4, kernel: 1, norm: batch_norm, act: prelu}
conv2: {op: conv, filters: 4, kernel: 1, norm: batch_norm, repeat: 2}
unit1: {op: unit, repeat: 2}
unit2: unit
again: {share: unit2}
maybe: {op: unit, when: false}
fc: {op: fc, units: 2}
"""
CONV1 = {"conv1", "conv1_norm", "conv1_act"}
INNER = {"unit1.0.one.conv", "unit1.0.one.conv_norm"}


def frozen(freeze: str) -> set[str]:
    net = network(NODES, f"freeze: [{freeze}]\n{BLOCKS}")
    return {node.name for node in net.nodes if node.frozen}


@pytest.mark.parametrize(
    ("freeze", "expected"),
    [
        ("", set()),
        ("conv1", CONV1),
        ("conv1_norm", {"conv1_norm"}),
        ("conv1_act", {"conv1_act"}),
        ("conv2", {"conv2.0", "conv2_norm.0", "conv2.1", "conv2_norm.1"}),
        ("conv2.1", {"conv2.1", "conv2_norm.1"}),
        ("conv2_norm", {"conv2_norm.0", "conv2_norm.1"}),
        ("conv2_norm.0", {"conv2_norm.0"}),
        ("'conv*'", CONV1 | {"conv2.0", "conv2_norm.0", "conv2.1", "conv2_norm.1"}),
        ("'*1'", CONV1 | INNER | {"unit1.0.two", "unit1.1.two", "unit1.1.one.conv", "unit1.1.one.conv_norm"}),
        ("'c*v*1'", CONV1),
        ("'*.0.one'", INNER),
        ("unit1.0.one.conv", INNER),
        ("'unit1.*.two'", {"unit1.0.two", "unit1.1.two"}),
        ("'*.two'", {"unit2.two", "again.two"}),  # a star has no dots in it
        ("unit2", {"unit2.one.conv", "unit2.one.conv_norm", "unit2.two",
                   "again.one.conv", "again.one.conv_norm", "again.two"}),
        ("again.one", {"unit2.one.conv", "unit2.one.conv_norm", "again.one.conv", "again.one.conv_norm"}),
    ],
)  # fmt: skip
def test_an_entry_covers_a_node_and_what_is_inside_it(freeze: str, expected: set[str]) -> None:
    assert frozen(freeze) == expected


def test_a_star_is_any_text_without_a_dot() -> None:
    patterns = ["".join(p) for size in range(6) for p in product("ab*", repeat=size)]
    texts = ["".join(t) for size in range(5) for t in product("ab", repeat=size)]
    wrong = [(p, t) for p in patterns for t in texts if fills(p, t) != fnmatchcase(t, p)]
    assert not wrong


def test_frozen_numbers_are_counted_apart() -> None:
    net = network(NODES, f"freeze: [conv1, unit2]\n{BLOCKS}")
    free = network(NODES, BLOCKS)
    conv1, unit2 = 3 * 4 + 4 + 2 * 4 + 1, (4 * 4 + 4 + 2 * 4) + (4 * 4 + 4)
    assert free.frozen == 0
    assert net.frozen == conv1 + unit2  # what shares weights has none of its own
    assert net.params + net.frozen == free.params
    assert (net.buffers, net.macs, net.depth) == (free.buffers, free.macs, free.depth)


@pytest.mark.parametrize(
    "entry", ["maybe", "maybe.one", "maybe.one.conv", "unit2.gate", "'unit1.*.gate'", "maybe_norm"]
)
def test_what_is_absent_may_be_named(entry: str) -> None:
    assert frozen(entry) == set()


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ("cnv1", "did you mean 'conv1'?"),
        ("conv", "did you mean 'conv2'?"),
        ("unit1.2", "did you mean 'unit1.1'?"),
        ("unit1.two", "did you mean 'unit1.*.two'?"),
        ("'unit1.*.too'", "did you mean 'unit1.*.two'?"),
        ("input", "see the names with `archc summary --all`"),
        ("maybe_one", "see the names"),
        ("''", "see the names"),
        ("$conv1", "did you mean"),
    ],
)
def test_an_entry_that_names_nothing_is_a_mistake(entry: str, reason: str) -> None:
    text = entry.strip("'")
    assert told(NODES, f"freeze: [conv1, {entry}]\n{BLOCKS}") == [
        f"freeze names '{text}', and there is no such node"
    ]
    with pytest.raises(Exception, match=r"error\[A057\]") as caught:
        frozen(f"conv1, {entry}")
    assert reason in str(caught.value)


@pytest.mark.parametrize("entry", ["wrong{}", "wrong.{}.conv", "'*.wrong{}'", "'wr*ng{}.0.*'"])
def test_a_thousand_wrong_entries_are_quickly_told(
    entry: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    hinted: list[str] = []
    tried: list[str] = []
    leads_to = Pattern.leads_to

    def nearest(word: str, known: object) -> str:
        hinted.append(word)
        return f"hint {word}"

    def counted(pattern: Pattern, path: str) -> bool:
        tried.append(path)
        return leads_to(pattern, path)

    monkeypatch.setattr(freezing, "nearest", nearest)
    monkeypatch.setattr(Pattern, "leads_to", counted)
    freeze = ", ".join(entry.format(k) for k in range(1000))
    with pytest.raises(SpecError) as caught:
        network("layer1: {op: unit, repeat: 400}", f"freeze: [{freeze}]\n{BLOCKS}")
    first, last = caught.value.mistakes[11:13]
    assert [mistake.code for mistake in caught.value.mistakes] == ["A057"] * 50
    assert len(hinted) == 12
    assert first.help == "hint " + entry.strip("'").format(11)
    assert last.help == "see the names with `archc summary --all`"
    assert caught.value.mistakes[-1].notes == ("archc stops after 50 mistakes; there may be more",)
    assert not any(mistake.notes for mistake in caught.value.mistakes[:-1])
    assert len(tried) < 200_000  # of 1,000 entries x 2,800 names


def test_a_thousand_plain_entries_are_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(Pattern, "leads_to")  # trying one name after another would call it
    freeze = ", ".join(f"layer1.{k}.two" for k in range(400))
    spec = f"freeze: [{freeze}, maybe.one]\n{BLOCKS}"
    net = network("layer1: {op: unit, repeat: 400}\nmaybe: {op: unit, when: false}", spec)
    assert sum(node.frozen for node in net.nodes) == 400


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("conv1", ["conv1"]),
        ("conv1_norm", ["conv1", "conv1_norm"]),
        ("conv2.0", ["conv2", "conv2.0"]),
        ("conv2_norm.0", ["conv2", "conv2.0", "conv2_norm", "conv2_norm.0"]),
        ("unit1.0.one.conv_norm",
         ["unit1", "unit1.0", "unit1.0.one", "unit1.0.one.conv", "unit1.0.one.conv_norm"]),
    ],
)  # fmt: skip
def test_the_names_that_cover_a_node(name: str, expected: list[str]) -> None:
    assert [*covering(network(NODES, BLOCKS).node(name))] == expected


def test_nothing_is_said_of_what_failed() -> None:
    messages = told("a: {op: conv, filters: 0, kernel: 1}\nb: relu", "freeze: [a, a_norm, c]")
    assert [message for message in messages if "freeze" in message] == [
        "freeze names 'c', and there is no such node"
    ]


def chain(*patches: str) -> Architecture:
    """A base that freezes conv1, and variants each of which extends the one before."""
    variants = "".join(
        f"  v{k}: {{{'' if k == 0 else f'extends: v{k - 1}, '}{patch}}}\n"
        for k, patch in enumerate(patches)
    )
    return network(
        NODES, f"freeze: [conv1]\n{BLOCKS}\nvariants:\n{variants}", variant=f"v{len(patches) - 1}"
    )


@pytest.mark.parametrize(
    ("patches", "expected"),
    [
        (["title: V"], CONV1),
        (["freeze: [fc]"], {"fc"}),
        (["freeze: [fc]", "title: V"], {"fc"}),
        (["freeze: null"], set()),
        (["freeze: []"], set()),
        (["nodes: {conv1: null}"], set()),  # removed, it is absent: its entry does no harm
        (["nodes: {conv1: {norm: none}}"], {"conv1", "conv1_act"}),
        (["outputs: conv1"], CONV1),
        (["freeze: [fc, conv2.1], outputs: conv1"], set()),  # nor does one of what is left out
        (["freeze: [unit1.1, conv1], outputs: unit1.0"], CONV1),
        (["freeze: ['unit1.*.two', unit1.0], nodes: {unit1.1: null}"], {*INNER, "unit1.0.two"}),
        (["freeze: [unit1.1.two], nodes: {unit1.1: null}"], set()),
    ],
)
def test_patches_inherit_and_replace_the_list(patches: list[str], expected: set[str]) -> None:
    assert {node.name for node in chain(*patches).nodes if node.frozen} == expected


def test_another_file_inherits_it(tmp_path: Path) -> None:
    base = f"archc: 1\nname: base\ninput: [3, 8, 8]\nfreeze: [conv1]\n{BLOCKS}nodes:\n"
    (tmp_path / "base.yaml").write_text(base + NODES.replace("\n", "\n  "), encoding="utf-8")
    for extra, expected in (("", CONV1), ("freeze: [fc]", {"fc"})):
        top = tmp_path / "top.yaml"
        top.write_text(f"archc: 1\nextends: ./base.yaml\nname: top\n{extra}\n", encoding="utf-8")
        net = Architecture.load(top)
        assert {node.name for node in net.nodes if node.frozen} == expected


@pytest.mark.parametrize(
    ("freeze", "message"),
    [
        ("conv1", "freeze must be a list of words, not 'conv1'"),
        ("{conv1: true}", "freeze must be a list of words, not a mapping"),
        ("[1]", "freeze must be a list of words, not [1]"),
    ],
)
def test_it_is_a_list_of_words(freeze: str, message: str) -> None:
    assert told("conv1: relu", f"freeze: {freeze}") == [message]
