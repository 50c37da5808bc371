from __future__ import annotations

import gc
import math
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from effort import calls
from hypothesis import given
from hypothesis import strategies as st

from archc.errors import Mistake, Source, SpecError
from archc.spec import composer
from archc.spec.reader import read
from archc.spec.scalars import number
from archc.spec.tree import Map, Seq

SPECS = sorted(Path(__file__).parents[2].glob("specs/**/*.yaml"))


def of(text: str) -> Map:
    return read(Source("x.yaml", text))


def mistakes_of(text: str) -> list[Mistake]:
    with pytest.raises(SpecError) as caught:
        of(text)
    return caught.value.mistakes


def brief(mistake: Mistake) -> tuple[str, str, str, str]:
    """Code, place with length, message and help."""
    assert mistake.at is not None
    span = mistake.at
    return mistake.code, f"{span.line}:{span.column}-{span.end}", mistake.message, mistake.help


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1),
        ("-17", -17),
        ("+3", 3),
        ("012", 12),
        ("0x1F", 31),
        ("0o17", 15),
        ("1e-4", 1e-4),
        ("5e-4", 5e-4),
        ("1E3", 1000.0),
        (".5", 0.5),
        ("1.", 1.0),
        ("-1.5e+2", -150.0),
        (".inf", math.inf),
        ("-.INF", -math.inf),
        ("1_000", "1_000"),
        ("1:30", "1:30"),
        ("2012-12-03", "2012-12-03"),
        ("0b11", "0b11"),
        ("0x", "0x"),
        (".", "."),
        ("...x", "...x"),
        ("e3", "e3"),
        ("٣", "٣"),
        ("true", True),
        ("TRUE", True),
        ("False", False),
        ("tRUE", "tRUE"),
        ("null", None),
        ("~", None),
        ("Null", None),
        ("NULL", None),
        ("", None),
        ("no", "no"),
        ("on", "on"),
        ("yes", "yes"),
        ("off", "off"),
        ("'1'", "1"),
        ('"true"', "true"),
        ("''", ""),
        ("$width", "$width"),
        ("$(4 * width)", "$(4 * width)"),
        ("conv", "conv"),
    ],
)
def test_scalars_are_those_of_yaml_1_2(text: str, value: Any) -> None:
    result = of(f"key: {text}")["key"]
    assert result == value
    assert type(result) is type(value)


def test_not_a_number_is_one() -> None:
    assert math.isnan(of("a: .nan")["a"])


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_floats_come_back(value: float) -> None:
    assert number(repr(value)) == value


def test_everything_knows_its_place() -> None:
    text = "archc: 1\nnodes:\n  conv1: {op: conv,\n    kernel: [3, 5]}\n"
    spec = of(text)
    conv = spec["nodes"]["conv1"]
    assert spec == {"archc": 1, "nodes": {"conv1": {"op": "conv", "kernel": [3, 5]}}}
    assert isinstance(conv, Map)
    assert isinstance(conv["kernel"], Seq)
    assert str(spec["nodes"].key_span("conv1")) == "x.yaml:3:3"
    assert str(conv.span("op")) == "x.yaml:3:15"
    assert str(conv["kernel"].span(1)) == "x.yaml:4:17"
    span = conv.span("kernel")
    assert span.source.line(span.line)[span.column - 1 : span.end - 1] == "[3, 5]"


def test_keys_are_words() -> None:
    assert list(of("{no: 1, layer3.2: 2, '1': 3, -x: 4, a b: 5}")) == [
        *("no", "layer3.2", "1", "-x", "a b")
    ]


def test_an_alias_repeats_a_value_with_the_places_of_the_first() -> None:
    spec = of("a: &x {b: [1, 2]}\nc: *x\n")
    assert spec["c"] == spec["a"] == {"b": [1, 2]}
    assert spec["c"] is not spec["a"]
    assert str(spec.span("c")) == "x.yaml:1:4"


def test_independent_mistakes_are_told_together() -> None:
    text = (
        "a: 1\nb: 2\na: 3\n1: x\nnull: y\n[a]: z\n1.5: u\ntrue: v\n"
        "<<: {b: 1}\nc: !!python/name:os.system x\nd: {k:3}\n"
    )
    share = "write the settings out, or share them through 'defaults', 'args' or 'extends'"
    mistakes = mistakes_of(text)
    assert [brief(mistake) for mistake in mistakes] == [
        ("A002", "3:1-2", "the key 'a' is given twice", "keep one of the two"),
        (
            "A003",
            "4:1-2",
            "a key is a word, and '1' is a number",
            "names begin with a letter: write `n1`",
        ),
        (
            "A003",
            "5:1-5",
            "a key is a word, and 'null' is nothing",
            "choose another word; quotes do not help",
        ),
        (
            "A003",
            "6:1-4",
            "a key is a word, not a list or mapping",
            "write a name before the colon: letters, digits and _",
        ),
        (
            "A003",
            "7:1-4",
            "a key is a word, and '1.5' is a number",
            "names begin with a letter: write `n1_5`",
        ),
        (
            "A003",
            "8:1-5",
            "a key is a word, and 'true' is a truth value",
            "choose another word; quotes do not help",
        ),
        ("A004", "9:1-3", "merge keys are not used in specs", share),
        (
            "A004",
            "10:4-29",
            "tags such as !!python/name:os.system are not used in specs",
            "leave the tag out; put quotes around what should be text",
        ),
        ("A001", "11:5-8", "a space is missing after the colon", "write k: 3"),
    ]
    assert [(str(span), text) for span, text in mistakes[0].labels] == [
        ("x.yaml:1:1", "first given here")
    ]


QUOTE = "put the whole value in quotes, or a line break where a new key was meant"
COLUMN = "start the keys of one mapping in the same column, and indent with spaces"
BEGIN = "a spec is a mapping and begins with 'archc: 1'"
COLON = "a value with a colon and a space in it needs quotes"
INDENT = "this line's indentation fits no line above it"
UTF8 = "save the file as UTF-8 text, without control characters"


@pytest.mark.parametrize(
    ("text", "code", "place", "message", "help"),
    [
        ("title: AlexNet: a net", "A001", "1:15-16", COLON, QUOTE),
        ("a: {note: b: c}", "A001", "1:12-13", COLON, QUOTE),
        ("a:\n\tb: 1", "A001", "2:1-2", "a tab cannot indent a line", "replace it by spaces"),
        ("a:b", "A005", "1:1-4", "a spec is a mapping, and this is a single value",
         "a space is missing after the colon"),
        ("a: 1\nb:2\nc: 1", "A001", "2:1-4", "a space is missing after the colon", "write b: 2"),
        ("a: 1\nb\nc: 1", "A001", "2:1-2", "this line has no colon", "write 'key: value'"),
        ("a: [1, 2\nb: 3\n", "A001", "1:4-5", "'[' is never closed", "add ']' at its end"),
        ("n:\n  a: {op: conv, k: 3\n  b: relu\n", "A001", "2:6-7", "'{' is never closed",
         "add '}' at its end"),
        ("a: {b: [1, 2}", "A001", "1:13-14", "'[' is closed by '}'", "close it with ']'"),
        ("a: {b: 1}}", "A001", "1:10-11", "'}' closes nothing that is open", "take it out"),
        ("a: ]", "A001", "1:4-5", "']' closes nothing that is open", "take it out"),
        ("a: ,", "A001", "1:4-5", "a value is missing before this comma", ""),
        ("a: [1,\n", "A001", "1:7-8", "the text ends before its brackets are closed", "close them"),
        ("a: [1] 2", "A001", "1:8-9", "this comes after the end of a value",
         "put the value in quotes if it is one text"),
        ("a: 'x\n", "A001", "1:4-5", "this quote is never closed", "add the closing quote"),
        ("a: @x", "A001", "1:4-5", "a value cannot begin with '@'",
         "put the value in quotes if it is meant as text"),
        ("a: 1\n  b: 2", "A001", "2:3-4", INDENT, COLUMN),
        ("a:\n  b: 1\n c: 2", "A001", "3:2-3", INDENT, COLUMN),
        ('a: "\\q"', "A001", "1:5-7", "YAML does not know this escape",
         "write \\\\ for a backslash, or use single quotes"),
        ("a: *x", "A001", "1:4-5", "there is no anchor of this name above",
         "put text that begins with '*' in quotes"),
        ("a: &x 1\nb: &x 2", "A001", "2:4-5", "an anchor of this name stands above",
         "use another name"),
        ("a: |x\n", "A001", "1:5-6", "text after '|' begins on the next line",
         "put it in quotes otherwise"),
        ("a: 1\nb: \x07", "A001", "2:4-5", "the character U+0007 cannot stand in a spec", UTF8),
        ("a: \ud800", "A001", "1:4-5", "the character U+D800 cannot stand in a spec", UTF8),
        ("a" * 2000 + ": 1", "A001", "1:2001-2002", "a key is too long: at most 1,024 characters", ""),
        ("a: !e!foo x", "A001", "1:4-5", "this is not valid YAML: found undefined tag handle", ""),
        ("a: 1\n---\nb: 2", "A004", "2:1-2", "a second document begins here",
         "one file holds one spec; families are 'variants'"),
        ("a: &x [*x]", "A004", "1:4-11",
         "this alias stands for a list or mapping that it is part of", ""),
        ("!!omap {a: 1}", "A004", "1:1-14", "tags such as !!omap are not used in specs",
         "leave the tag out; put quotes around what should be text"),
        ("", "A005", "1:1-2", "the text is empty", "a spec begins with 'archc: 1'"),
        ("# nothing\n", "A005", "1:1-2", "the text is empty", "a spec begins with 'archc: 1'"),
        ("- a", "A005", "1:1-4", "a spec is a mapping, and this is a list", BEGIN),
        ("a: " + "9" * 101, "A007", "1:4-105",
         "the number is too long: 101 characters, at most 100",
         "`--limit digits=200` raises the limit, for a spec you trust"),
        ("a: 1e999", "A007", "1:4-9",
         "the number is too large for a float: at most about 1.8e308", "write it with a smaller exponent"),
    ],
)  # fmt: skip
def test_mistakes(text: str, code: str, place: str, message: str, help: str) -> None:
    assert [brief(mistake) for mistake in mistakes_of(text)] == [(code, place, message, help)]


def laughs(levels: int) -> str:
    names = [chr(ord("a") + level) for level in range(levels)]
    lines = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    for one, two in pairwise(names):
        lines.append(f"{two}: &{two} [{', '.join([f'*{one}'] * 9)}]")
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("text", "most", "message"),  # three times the calls that were needed
    [
        (laughs(20), 700_000, "aliases add too many values: at most 100,000"),
        ("[" * 10**6, 2_500, "values are nested too deep: at most 64 levels"),
        ("a: " + "{a: " * 10**5, 2_500, "values are nested too deep: at most 64 levels"),
        ("- " * 10**6, 2_500, "values are nested too deep: at most 64 levels"),
        ("a: [" + "1," * 600_000 + "]", 7_500_000, "there are too many values: at most 500,000"),
        (
            "a: '" + "x" * 2**24 + "'",
            600,
            "the text is too long: 16,777,221 bytes, at most 16,777,216",
        ),
    ],
    ids=["laughs", "brackets", "braces", "dashes", "values", "bytes"],
)
def test_hostile_texts_cost_little(text: str, most: int, message: str) -> None:
    found: list[Mistake] = []
    assert calls(lambda: found.extend(mistakes_of(text))) < most
    assert [mistake.message for mistake in found] == [message]


def test_the_deepest_nesting_allowed() -> None:
    assert of("a: " + "[" * 63 + "]" * 63)
    assert of("a: " + "[" * 63 + "1" + "]" * 63)
    (mistake,) = mistakes_of("a: " + "[" * 65 + "1" + "]" * 65)
    assert mistake.message == "values are nested too deep: at most 64 levels"


def test_no_one_reads_more_than_fifty_mistakes() -> None:
    assert len(mistakes_of("a: 1\n" * 1000)) == 50


def test_what_an_alias_repeats_is_told_once() -> None:
    assert len(mistakes_of("a: &x {b: 1, b: 2}\nc: *x\nd: *x\n")) == 1


def test_the_garbage_collector_goes_on_afterwards() -> None:
    of("a: 1")
    assert gc.isenabled()
    with pytest.raises(SpecError):
        of("a: [")
    assert gc.isenabled()
    gc.disable()
    try:
        of("a: 1")
        assert not gc.isenabled()
    finally:
        gc.enable()


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_without_the_c_extension_the_result_is_the_same(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fast = of(path.read_text())
    monkeypatch.setattr(composer, "_Composer", composer._PythonComposer)
    slow = of(path.read_text())
    assert fast == slow
    assert [fast.span(key)[1:] for key in fast] == [slow.span(key)[1:] for key in slow]


def test_without_the_c_extension_mistakes_have_the_same_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    texts = [
        "a: b: c",
        "a:\n\tb: 1",
        "a: [1, 2\nb: 3\n",
        "a: {b: 1}}",
        "a: *x",
        "a: 'x",
        "a: 1\nb\n",
    ]
    fast = [brief(mistakes_of(text)[0])[2:] for text in texts]
    monkeypatch.setattr(composer, "_Composer", composer._PythonComposer)
    assert [brief(mistakes_of(text)[0])[2:] for text in texts] == fast


_MARKS = [
    "b: ",
    ": ",
    "- ",
    "[",
    "]",
    "{",
    "}",
    ", ",
    "\n",
    "\n  ",
    "'",
    '"',
    "&x ",
    "*x",
    "!t ",
    "> ",
    "#",
    "\t",
    "<<: ",
    "---\n",
    "%",
    "@",
    "? ",
    "\\",
    "\x00",
]
_PIECES = st.sampled_from([*_MARKS, "| ", "a", "1", "null", "é", "$("])


@given(st.lists(_PIECES, max_size=30).map("".join) | st.text())
def test_whatever_is_written_ends_in_a_mapping_or_mistakes(text: str) -> None:
    try:
        of(text)
    except SpecError as error:
        assert error.mistakes
        assert str(error)
