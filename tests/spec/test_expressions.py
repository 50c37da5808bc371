from __future__ import annotations

import ast
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archc.spec.expressions import Expression, ExpressionError, evaluate_tree, unescape


class Value:
    """What a graph's node looks like to an expression."""

    def __init__(self, *shape: int) -> None:
        self.shape = shape


ENV = {
    "depths": [3, 4, 6, 3],
    "width": 64,
    "nested": [[1, 2], [3]],
    "input": Value(64, 28, 30),
    "flat": Value(100),
    "word": "relu",
    "deep": 1.1,
    "on": True,
}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("$width", 64),
        ("$depths.1", 4),
        ("$nested.0.1", 2),
        ("$input.channels", 64),
        ("$flat.channels", 100),
        ("$(4 * width)", 256),
        ("$(input.height + input.width)", 58),
        ("$(width // 3 - 1)", 20),
        ("$(-width % 7)", 6),
        ("$(2 if width == 0 else 1)", 1),
        ("$(stride != 1 or width != 4)", True),
        ("$(1 < 2 < 3 >= 3)", True),
        ("$(1 < 2 > 3)", False),
        ("$(true and not false)", True),
        ("$(True)", True),
        ("$true", True),
        ("$(width and 0 or 3)", 3),
        ("$(word == 'relu')", True),
        ("$(word < 'sigmoid')", True),
        ("$('re' + \"lu\")", "relu"),
        ("$([1] + depths[:2])", [1, 3, 4]),
        ("$(depths[-1])", 3),
        ("$(depths[::2])", [3, 6]),
        ("$(depths[1:])", [4, 6, 3]),
        ("$(max(8, width))", 64),
        ("$(min(depths))", 3),
        ("$(sum(depths[:2]) + 1)", 8),
        ("$(sum([]))", 0),
        ("$([ceil(deep), ceil(2 * deep)])", [2, 3]),
        ("$(round(2.6))", 3),
        ("$(divisible(32 * 1.1))", 32),
        ("$(divisible(35, 16))", 32),
        ("$(\n  1\n  + 2)", 3),
        ("$(')')", ")"),
    ],
)
def test_values(text: str, value: Any) -> None:
    result = Expression.parse(text).evaluate({**ENV, "stride": 1})
    assert result == value
    assert type(result) is type(value)


def test_division_stays_a_float() -> None:
    assert repr(Expression.parse("$(width / 2)").evaluate(ENV)) == "32.0"


def test_names_are_the_free_ones() -> None:
    expression = Expression.parse("$(max(width, depths[i]) if input.channels > 1 else true)")
    assert expression.names == {"width", "depths", "i", "input"}
    assert expression.text == "$(max(width, depths[i]) if input.channels > 1 else true)"


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("$depths.1", "depths[1]"),
        ("$input.channels", "input.channels"),
        ("$(true)", "True"),
        ("$( 4*width )", "4 * width"),
    ],
)
def test_trees_print_as_python(text: str, source: str) -> None:
    tree = Expression.parse(text).tree
    assert ast.unparse(tree) == source
    assert evaluate_tree(tree, ENV) == Expression.parse(text).evaluate(ENV)


def test_an_int_subclass_stays_what_it_is() -> None:
    class Traced(int):
        def __mul__(self, other: int) -> Traced:
            return Traced(int(self) * other)

    assert type(Expression.parse("$(a * 2)").evaluate({"a": Traced(3)})) is Traced
    assert type(Expression.parse("$(max(a, 2))").evaluate({"a": Traced(3)})) is Traced


@given(st.floats(min_value=1, max_value=1e6), st.integers(min_value=1, max_value=64))
def test_divisible_is_torchvisions(torchvision: ModuleType, x: float, by: int) -> None:
    _make_divisible = torchvision.models._utils._make_divisible
    text = "$(divisible(x, by))"
    assert Expression.parse(text).evaluate({"x": x, "by": by}) == _make_divisible(x, by)


def test_a_dollar_is_doubled() -> None:
    assert unescape("$$5 a piece") == "$5 a piece"
    assert unescape("5 $$") == "5 $$"


CUT = "in flow style an expression with a comma needs quotes"
DOLLAR = "after $ comes a name or (…); a dollar itself is written $$"
FUNCTIONS = "there are min, max, round, ceil, sum, divisible"
SHAPED = "only an earlier node or an input has channels, height and width"
WORDS = "a node has .channels, .height and .width"


@pytest.mark.parametrize(
    ("text", "message", "help"),
    [
        ("$(max(8", "'$(max(8' stops before its brackets are closed", CUT),
        ("$(depths[1", "'$(depths[1' stops before its brackets are closed", CUT),
        ("$", "'$' is not an expression", DOLLAR),
        ("$5", "'$5' is not an expression", DOLLAR),
        ("$if", "'$if' is not an expression", DOLLAR),
        ("$width + 1", "'$width + 1' is not an expression", "write $(width + 1)"),
        (
            "$(width) * 2",
            "'$(width) * 2' goes on after its closing parenthesis",
            "put the whole expression inside: $(…)",
        ),
        ("$()", "an expression without content", "write it between the parentheses"),
        ("$(a && b)", "'$(a && b)' is not an expression", "write 'and' for '&&'"),
        ("$(a = b)", "'$(a = b)' is not an expression", "write '==' for '='"),
        ("$(a ? b : c)", "'$(a ? b : c)' is not an expression", "write 'a if c else b' for '?'"),
        ("$($width)", "'$($width)' is not an expression", "inside $(…) names have no $"),
        ("$(a ** 2)", "'**' is not part of the language", "write a product: a * a"),
        ("$(foo(1))", "there is no function 'foo'", FUNCTIONS),
        ("$(mx(1, 2))", "there is no function 'mx'", "did you mean 'max'?"),
        ("$(max)", "'max' is not known here", None),
        ("$widht", "'widht' is not known here", "did you mean 'width'?"),
        ("$width.channels", "'width' is the number 64 and has no channels", SHAPED),
        (
            "$flat.height",
            "'flat' is a vector and so has no height",
            "`flat.channels` is its length",
        ),
        ("$input.chanels", "'.chanels' is not known here", "did you mean 'channels'?"),
        ("$(width.__class__)", "'.__class__' is not known here", WORDS),
        ("$('a'.channels)", "'.channels' can only follow the name of a node or input", ""),
        (
            "$(input + 1)",
            "'input' is a node, not a number",
            "write input.channels, input.height or input.width",
        ),
        ("$depths.9", "there is no item 9 in a list of 4 items, counted from 0", ""),
        ("$(width[0])", "only a list has items, and this is the number 64", ""),
        ("$(depths[1.5])", "an index is a whole number, not the number 1.5", ""),
        ("$(depths[::0])", "this cannot be computed: slice step cannot be zero", ""),
        ("$(1 / 0)", "division by zero", ""),
        ("$(1 // 0)", "division by zero", ""),
        ("$(1.5 % 0)", "division by zero", ""),
        ("$(depths * 3)", "'*' needs numbers, not a list of 4", ""),
        ("$('a' * 3)", "'*' needs numbers, not the word 'a'", ""),
        ("$(on + 1)", "'+' needs numbers, not 'true'", ""),
        ("$(word < 3)", "'<' needs numbers, not the word 'relu'", ""),
        ("$(sum(width))", "sum needs a list, not the number 64", ""),
        ("$(min([]))", "min of an empty list", ""),
        ("$(max(8, word))", "max needs numbers, not the word 'relu'", ""),
        ("$(min())", "min takes 1 to 100 arguments, and here are 0", ""),
        ("$(round(1.25, 1))", "round takes 1 argument, and here are 2", ""),
        ("$(max(1, key=2))", "max takes no named arguments", "write the values alone"),
        ("$(divisible(8, 0))", "divisible needs a whole number above 0, not the number 0", ""),
        ("$(1 in depths)", "'in' and 'is' are not part of the language", "compare with =="),
        ("$(~1)", "only '-' and 'not' can stand before a value", ""),
        ("$(1 | 2)", "only + - * / // and % are operators here", ""),
        ("$(1, 2)", "several values need brackets", "a list is written [a, b]"),
        ("$(lambda: 1)", "an expression cannot define functions", ""),
        ("$(None)", "None is not part of the language", ""),
        ("$(1j)", "1j is not part of the language", ""),
        ("$(1or 2)", "'$(1or 2)' is not an expression", ""),
        ("$(width # ))", "'$(width # ))' is not an expression", ""),
        ("$(1e999)", "the number is too large", ""),
        (f"$({'9' * 31})", "the number is too large: at most 30 digits", ""),
        (f"$({'*'.join(['width'] * 20)})", "the number is too large: at most 30 digits", ""),
        ("$(1e300 * 1e300)", "the result is no finite number", ""),
    ],
)
def test_mistakes(text: str, message: str, help: str | None) -> None:
    with pytest.raises(ExpressionError) as caught:
        Expression.parse(text).evaluate(ENV)
    assert caught.value.message == message
    assert help is None or caught.value.help == help


@pytest.mark.parametrize(
    "body",
    [
        "(" * 300 + "1" + ")" * 300,
        "[" * 400 + "]" * 400,
        "-" * 900 + "1",
        "not " * 240 + "1",
        "1" + "+1" * 400,
        "1 if 1 else " * 80 + "1",
    ],
)
def test_nesting_is_bounded(body: str) -> None:
    with pytest.raises(ExpressionError, match="nested too deep: at most 60 levels"):
        Expression.parse(f"$({body})")


def test_length_is_bounded() -> None:
    with pytest.raises(ExpressionError, match="too long: 5,003 characters, at most 1,000"):
        Expression.parse(f"$({'1' * 5000})")


def test_lists_that_share_their_parts_are_bounded() -> None:
    value: Any = [1, 1]
    with pytest.raises(ExpressionError, match="the list is too large: at most 1,000 items"):
        for _ in range(60):
            value = Expression.parse("$([x, x, x])").evaluate({"x": value})


_WORDS = ["//", "==", "**", " if ", " else ", " and ", " or ", "not ", "x", "sum", "max(", "[x]"]
_ODD = [".channels", "lambda ", "for ", "in ", "1e400", "\\", "\n", "\0", "é"]
_TOKENS = st.sampled_from([*"()[],:.+-*/%<>=!'# 019$", *_WORDS, *_ODD])


@given(st.lists(_TOKENS, max_size=20).map("".join))
def test_whatever_is_written_ends_in_a_value_or_an_expression_error(body: str) -> None:
    for text in ("$" + body, f"$({body})"):
        try:
            Expression.parse(text).evaluate({"x": [1, 2.5, "a", [True]], "sum": 3})
        except ExpressionError as error:
            assert error.message
