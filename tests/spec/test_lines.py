"""Long runs of plain lines are read without PyYAML; nothing shows it but the time and the memory."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

import archc
from archc.errors import Source, SpecError
from archc.spec import lines
from archc.spec.line import Line
from archc.spec.reader import read
from archc.spec.tree import Map, Seq

HEAD = "archc: 1\nname: net\nnote: words\ninput: [8, 16, 16]\nnodes:\n"
NEVER = 10**9


def told(text: str) -> Any:
    """All that reading a text gives, places included; or all that is wrong with it."""
    try:
        return shown(read(Source("x.yaml", text)))
    except SpecError as error:
        return str(error)


def shown(value: Any) -> Any:
    """A value with the YAML nodes of every key and value in it."""
    if isinstance(value, Map):
        pairs = {key: [node(one) for one in pair] for key, pair in value.marks.items()}
        entries = {key: shown(item) for key, item in value.items()}
        return "Map", entries, node(value.mark), pairs, value.span()[1:]
    if isinstance(value, Seq):
        marks = [node(one) for one in value.marks]
        return "Seq", [shown(item) for item in value], node(value.mark), marks, value.span()[1:]
    return type(value).__name__, repr(value)


def node(one: Any) -> Any:
    """A YAML node with its places, those inside it included."""
    ends = (one.start_mark, one.end_mark)
    places = [(mark.name.name, mark.index, mark.line, mark.column) for mark in ends]
    style = getattr(one, "flow_style", getattr(one, "style", None)) or ""
    inside = one.value
    if isinstance(one, yaml.MappingNode):
        # in block style, those of a run are not among them: they are shown with its entries
        inside = [[node(each) for each in pair] for pair in one.value] if one.flow_style else ()
    elif isinstance(one, yaml.SequenceNode):
        inside = [node(each) for each in one.value]
    return type(one).__name__, one.tag, style, places, inside


def same(text: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    """What reading a text gives, the same in both ways."""
    monkeypatch.setattr(lines, "FEW", NEVER)
    slow = told(text)
    monkeypatch.setattr(lines, "FEW", 1)
    assert told(text) == slow
    return slow


def by_lines(text: str, monkeypatch: pytest.MonkeyPatch) -> int:
    """How many lines were read without PyYAML."""
    monkeypatch.setattr(lines, "FEW", 1)
    found: Any = read(Source("x.yaml", text))
    return sum(isinstance(pair, Line) for pair in found["nodes"].marks.values())


PLAIN = [
    "{op: conv, filters: 64, kernel: 3, padding: 1}",
    "{op: conv, filters: $width, kernel: [3, 3], padding: same}",
    "{op: add, from: [a1, a2]}",
    "{op: dropout, rate: 1e-4, low: -1.5, hex: 0x1F, odd: 012, point: .5, flag: true, none: null}",
    "{op: none, from: down1.skip, note: a/b-c}",
    "{op: $(2  * (a.channels - 1) + 1), from: [$(a), b]}",
    "$(a % 2)",
    "relu",
    "-1",
    "null",
    "false",
]
OTHER = [
    "{op: conv, op: conv}",
    "{op: conv, filters: 64,}",
    "{op:conv}",
    "{op: 'conv'}",
    "{op: conv, true: 1}",
    "{op: conv, 1: 1}",
    "{op: $(2 * i, 1)}",
    "{op: $(2 > i)}",
    "{op: $(2 * i) }",
    "{op: $(2 * i}",
    "$(a: b)",
    "{op: [[1], 2]}",
    "{op: []}",
    "{}",
    "{op: conv} # words",
    "{op: conv} ",
    "&x {op: conv}",
    "*x",
    "!!str a",
    "[1, 2]",
    "a b",
    "- a",
    "|",
    '"a',
    "{op: conv",
    "{op: é}",
    "{op: 1" + "0" * 200 + "}",
    "1e999",
    "\n    op: conv\n    filters: 3",
    "{op: conv,\n    filters: 3}",
]


def spec(*values: str, names: str = "") -> str:
    """A spec with these nodes."""
    return HEAD + "".join(f"  n{i}{names}: {value}\n" for i, value in enumerate(values))


def test_plain_lines_are_what_they_are_to_yaml(monkeypatch: pytest.MonkeyPatch) -> None:
    text = spec(*PLAIN, *PLAIN)
    kind, inside, *_ = same(text, monkeypatch)
    assert kind == "Map"
    assert len(inside["nodes"][1]) == 2 * len(PLAIN)
    assert by_lines(text, monkeypatch) == 2 * len(PLAIN) - 2


@pytest.mark.parametrize("value", OTHER)
def test_a_line_that_is_not_plain_is_left_to_yaml(
    value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    same(spec(*PLAIN, value, *PLAIN), monkeypatch)
    same(spec(*PLAIN, value), monkeypatch)
    same(spec(value, *PLAIN), monkeypatch)


RUN = "".join(f"  n{i}: {value}\n" for i, value in enumerate(PLAIN))


@pytest.mark.parametrize(
    "text",
    [
        HEAD.replace("note: words", f"note: |\n{RUN}") + RUN,
        HEAD.replace("note: words", f'note: "\n{RUN}"') + RUN,
        HEAD.replace("note: words", f"note: >-\n  a\n{RUN}") + RUN,
        HEAD.replace("note: words", f"note: {{a: b,\n{RUN}}}") + RUN,
        HEAD.replace("note: words", f"# {RUN}") + RUN,
        HEAD + RUN + RUN,
        HEAD + RUN + "  m0: relu\n  n3: relu\n  n4: relu\n",
        HEAD + RUN + "    m0: relu\n",
        HEAD + RUN + " m0: relu\n",
        HEAD + RUN + "outputs: n0\n",
        HEAD + RUN + "outputs: n0",
        HEAD + RUN.replace("\n", "\n\n  # words: {a: b}\n"),
        HEAD + RUN.replace("\n", "\n  # é\n"),
        HEAD + RUN.replace("\n", "\r\n"),
        "# \r #\n" + HEAD + RUN,
        "\ufeff" + HEAD + RUN,
        HEAD + RUN + "\x00",
        HEAD + RUN + "a: 1\n---\nb: 1\n",
        HEAD.replace("nodes:", "nodes: &n") + RUN + "blocks: {a: *n, b: *n}\n",
        HEAD.replace("nodes:", "nodes: &n") + "  self: *n\n" + RUN,
        HEAD.replace("nodes:", f"blocks:\n  b:\n    nodes:\n{RUN.replace('  ', '      ')}nodes:") + RUN,
        HEAD + RUN.replace("  ", "      "),
        HEAD.replace("nodes:", "nodes: {}") + RUN,
    ],
)  # fmt: skip
def test_a_run_counts_where_it_stands(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    same(text, monkeypatch)


@pytest.mark.parametrize("limit", ["values", "nesting", "digits", "bytes", "aliased"])
@pytest.mark.parametrize("most", [2, 3, 4, 5, 6, 30, 70, 100])
def test_limits_hold_all_the_same(limit: str, most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    text = spec(*PLAIN, *PLAIN)
    with archc.limits(**{limit: most}):
        same(text, monkeypatch)
        same(text.replace("nodes:", "nodes: &n") + "blocks: {a: *n}\n", monkeypatch)


ANY = st.one_of(st.sampled_from(PLAIN), st.sampled_from(PLAIN), st.sampled_from(OTHER))


@given(st.lists(ANY, min_size=3, max_size=12), st.sampled_from(["", "x" * 99, ".0"]))
def test_any_lines_are_the_same_in_both_ways(values: list[str], names: str) -> None:
    with pytest.MonkeyPatch.context() as monkeypatch:
        same(spec(*values, names=names), monkeypatch)


@given(st.lists(ANY, min_size=3, max_size=8), st.data())
def test_a_text_with_something_out_of_place_is_the_same_in_both_ways(
    values: list[str], data: st.DataObject
) -> None:
    text = spec(*values)
    at = data.draw(st.integers(0, len(text) - 1))
    odd = data.draw(st.text(" \n:,[]{}#&*!|>'\"%@`-?ab1\t\r", max_size=3))
    with pytest.MonkeyPatch.context() as monkeypatch:
        same(text[:at] + odd + text[at + data.draw(st.integers(0, 3)) :], monkeypatch)


@pytest.mark.parametrize("path", sorted(Path(__file__).parents[1].glob("wrong/*.yaml")))
def test_a_wrong_spec_is_told_in_the_same_words(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = path.read_bytes().decode(errors="replace")
    same(text, monkeypatch)
    if lines.runs(Source("x.yaml", text)):  # as `same` leaves it, of one line and more
        found = said(text)
        monkeypatch.setattr(lines, "FEW", NEVER)
        assert found == said(text)


def said(text: str) -> str:
    """The mistakes of a spec."""
    try:
        return repr(archc.loads(text))
    except SpecError as error:
        return str(error)
