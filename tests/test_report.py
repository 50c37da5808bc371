from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archc.errors import Label, Mistake, Source, Span, SpecError
from archc.report import render, summary_line


def span(source: Source, word: str, occurrence: int = 0) -> Span:
    """Where a word stands in a source."""
    index = -1
    for _ in range(occurrence + 1):
        index = source.text.index(word, index + 1)
    line = source.text.count("\n", 0, index) + 1
    column = index - (source.text.rfind("\n", 0, index) + 1) + 1
    return Span(source, line, column, column + len(word))


def inception() -> Mistake:
    text = "\n" * 15 + "      out:  {op: concat, from: [b1, b3, b5, proj]}\n"
    source = Source("mynet.yaml", text)
    shapes = {
        "b1": "64 × 28 × 28",
        "b3": "128 × 28 × 28",
        "b5": "32 × 28 × 28",
        "proj": "32 × 27 × 27",
    }
    return Mistake(
        "A031",
        "concat joins channels, so its inputs must agree in height and width",
        span(source, "proj"),
        tuple(Label(span(source, name), shape) for name, shape in shapes.items()),
        "out, in block inception, called as inception_3a at mynet.yaml:19:3",
        (
            "● proj came to 27 × 27",
            "    bp     (28 + 2·0 − 2)/1 + 1 = 27     192 × 27 × 27   line 14  ◀ here a row is lost",
            "● b1 came to 28 × 28, and so did b3 and b5",
        ),
        "let bp keep 28 × 28: kernel 3 with padding 1\n"
        "  14 │-      bp:   {op: max_pool, kernel: 2}\n"
        "  14 │+      bp:   {op: max_pool, kernel: 3, padding: 1}",
        ("the same block fails in inception_3b",),
    )


def test_labels_hang_under_their_carets() -> None:
    assert (
        render(inception())
        == """\
error[A031]: concat joins channels, so its inputs must agree in height and width
  ──▶ mynet.yaml:16:45   out, in block inception, called as inception_3a at mynet.yaml:19:3
  16 │       out:  {op: concat, from: [b1, b3, b5, proj]}
     │                                 ^^  ^^  ^^  ^^^^ 32 × 27 × 27
     │                                 │   │   ╰─ 32 × 28 × 28
     │                                 │   ╰─ 128 × 28 × 28
     │                                 ╰─ 64 × 28 × 28

     ● proj came to 27 × 27
         bp     (28 + 2·0 − 2)/1 + 1 = 27     192 × 27 × 27   line 14  ◀ here a row is lost
     ● b1 came to 28 × 28, and so did b3 and b5

help: let bp keep 28 × 28: kernel 3 with padding 1
  14 │-      bp:   {op: max_pool, kernel: 2}
  14 │+      bp:   {op: max_pool, kernel: 3, padding: 1}
note: the same block fails in inception_3b"""
    )


def test_colour_changes_no_words() -> None:
    import re

    colored = render(inception(), color=True)
    assert "\x1b[1;31merror[A031]\x1b[0m: " in colored
    assert "\x1b[1;31m^^^^\x1b[0m \x1b[1;31m32 × 27 × 27\x1b[0m" in colored
    assert "\x1b[1;34m╰─ 64 × 28 × 28\x1b[0m" in colored
    assert re.sub(r"\x1b\[[0-9;]*m", "", colored) == render(inception())


def test_a_mistake_of_few_words() -> None:
    source = Source("net.yaml", "archc: 1\nnodes:\n  c: {op: conv, filter: 3}\n")
    mistake = Mistake(
        "A021",
        "conv has no setting 'filter'",
        span(source, "filter"),
        help="did you mean 'filters'?",
        warning=True,
    )
    assert (
        render(mistake)
        == """\
warning[A021]: conv has no setting 'filter'
  ──▶ net.yaml:3:17
   3 │   c: {op: conv, filter: 3}
     │                 ^^^^^^
help: did you mean 'filters'?"""
    )


def test_labels_on_other_lines_stand_in_order() -> None:
    source = Source("net.yaml", "a: 1\nb: 2\nc: 3\nb: 4\n")
    mistake = Mistake(
        "A002",
        "the key 'b' is given twice",
        span(source, "b", 1),
        (Label(span(source, "b"), "first given here"), Label(span(source, "a"), "see")),
    )
    assert (
        render(mistake)
        == """\
error[A002]: the key 'b' is given twice
  ──▶ net.yaml:4:1
   1 │ a: 1
     │ ^ see
   2 │ b: 2
     │ ^ first given here
   ⋮
   4 │ b: 4
     │ ^"""
    )


def test_labels_in_other_files_stand_under_their_names() -> None:
    base, patch = (
        Source("base.yaml", "\n" * 1229 + "conv1: 1\n"),
        Source("patch.yaml", "conv1: 2\n"),
    )
    mistake = Mistake(
        "A025",
        "no",
        span(patch, "conv1"),
        (Label(span(base, "conv1"), "the base"),),
        "in variant x",
    )
    assert (
        render(mistake)
        == """\
error[A025]: no
    ──▶ patch.yaml:1:1   in variant x
     1 │ conv1: 2
       │ ^^^^^
    ──▶ base.yaml:1230:1
  1230 │ conv1: 1
       │ ^^^^^ the base"""
    )


def test_a_label_within_the_mistakes_span_hangs() -> None:
    source = Source("x", "from: [b1, b2]")
    at = Span(source, 1, 7, 15)
    labels = (Label(span(source, "b1"), "one"), Label(span(source, "b1"), "two"), Label(at, "all"))
    assert (
        render(Mistake("A040", "m", at, labels))
        == """\
error[A040]: m
  ──▶ x:1:7
   1 │ from: [b1, b2]
     │       ^^^^^^^^
     │       │├─ two
     │       │╰─ one
     │       ╰─ all"""
    )


def test_without_a_place() -> None:
    assert (
        render(Mistake("A029", "there is no file 'x.yaml'", where="in net.yaml"))
        == """\
error[A029]: there is no file 'x.yaml'
  ──▶ in net.yaml"""
    )
    assert (
        render(Mistake("A029", "m", help="h", notes=("a", "b")))
        == """\
error[A029]: m
help: h
note: a
note: b"""
    )


def test_long_lines_are_cut_around_the_caret() -> None:
    source = Source("x", "a: [" + "b, " * 100 + "HERE, " + "c, " * 100 + "]")
    lines = render(Mistake("A040", "m", span(source, "HERE"))).split("\n")
    assert lines[2].startswith("   1 │ …")
    assert lines[2].endswith("…")
    assert len(lines[2]) == 7 + 102
    assert lines[2].index("HERE") == lines[3].index("^")
    assert lines[3].count("^") == 4


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\tx: HERE", "→   x: HERE"),
        ("\x1b[31m HERE", "␛[31m HERE"),
        ("\u202e HERE", "\ufffd HERE"),
        ("网络: HERE", "网络: HERE"),
        ("e\u0301: HERE", "e\u0301: HERE"),
    ],
    ids=["tab", "escape", "bidi", "wide", "combining"],
)
def test_odd_characters_are_safe_and_carets_stay_below(text: str, shown: str) -> None:
    source = Source("x", text)
    _, _, line, carets = render(Mistake("A040", "m", span(source, "HERE"))).split("\n")
    assert line == f"   1 │ {shown}"
    columns = {"→   x: HERE": 7, "网络: HERE": 6, "e\u0301: HERE": 3}
    assert carets == "     │ " + " " * columns.get(shown, shown.index("HERE")) + "^^^^"


def test_nothing_steers_the_terminal() -> None:
    evil = "\x1b]0;owned\x07\r\n"
    source = Source(evil, evil)
    mistake = Mistake("A040", evil, Span(source, 1, 1, 3), (), evil, (evil,), evil, (evil,))
    assert not set("\x1b\x07\r") & set(render(mistake))


@given(st.text(max_size=200), st.integers(0, 10), st.integers(0, 300), st.integers(0, 300))
def test_any_span_of_any_text_can_be_shown(text: str, line: int, column: int, end: int) -> None:
    at = Span(Source("x", text), line, column, end)
    label = Label(Span(at.source, 1, end, column), "label")
    assert "^" in render(Mistake("A040", "m", at, (label,)))


def test_an_error_reads_as_its_report() -> None:
    mistakes = [Mistake("A001", "one"), Mistake("A002", "two")]
    assert str(SpecError(mistakes)) == "error[A001]: one\n\nerror[A002]: two"


@pytest.mark.parametrize(
    ("errors", "warnings", "line"),
    [
        (1, 0, "1 error in 23 lines, checked in 0.09 s"),
        (2, 1, "2 errors and 1 warning in 23 lines, checked in 0.09 s"),
        (0, 0, "no mistakes in 23 lines, checked in 0.09 s"),
    ],
)
def test_the_closing_line(errors: int, warnings: int, line: str) -> None:
    mistakes = [Mistake("A001", "e")] * errors + [Mistake("W001", "w", warning=True)] * warnings
    assert summary_line(mistakes, lines=23, seconds=0.091) == line


def test_the_closing_line_says_only_what_is_known() -> None:
    assert summary_line([]) == "no mistakes"


def test_a_line_is_cut_to_the_columns_there_are() -> None:
    source = Source("net.yaml", "  conv1: {op: conv, " + "filters: 64, " * 9 + "kernal: 3}")
    mistake = Mistake("A060", "conv has no setting 'kernal'", span(source, "kernal"))
    for columns in (40, 60, 100):
        _, _, line, carets = render(mistake, columns=columns).splitlines()
        assert len(line) <= columns + 9
        assert line[carets.index("^") :].startswith("kernal")
