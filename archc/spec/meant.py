"""What was probably meant by a value that cannot stand where it does: other text, which is then tried."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Iterator
from typing import Any, NamedTuple

import yaml

from archc.errors import Edit, Fix
from archc.ops.base import show
from archc.spec.expressions import Expression, ExpressionError
from archc.spec.scalars import number
from archc.spec.tree import Map, Seq, whole

LONGEST = 60  # characters of a value that is looked at
_SAFE = re.compile(r"[^\s,\[\]{}:#&*!|>'\"%@`$][^,\[\]{}:#'\"]*\Z")  # text that needs no quotes
_SIZES = re.compile(r"\d+(?:\s*[x×*]\s*\d+)+\Z")
_NUMBERS = re.compile(r"[(\[]?\s*(\d+(?:\s*,\s*\d+)+)\s*[)\]]?\Z")

_WORDS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]


class Meant(NamedTuple):
    """A value in place of the one written."""

    text: str  # as YAML
    value: Any  # None for an expression: its value shows when the spec is computed
    why: str = ""  # "leave the quotes out"

    def words(self, key: str) -> str:
        """What to do: ``leave the quotes out: `units: 10```; without a key for the item of a list."""
        return f"{self.why or 'write'}{':' * bool(self.why)} `{key}{': ' * bool(key)}{self.text}`"


def meant(value: Any, names: Container[str] = ()) -> Iterator[Meant]:
    """Other values that may have been meant, likeliest first; ``names`` have values in expressions.

    >>> [other.text for other in meant("3x3")]
    ['3', '[3, 3]', '[3x3]']
    >>> [other.words("units") for other in meant("10")]
    ['leave the quotes out: `units: 10`', 'write `units: [10]`']
    """
    if isinstance(value, bool):
        yield Meant("on" if value else "off", "on" if value else "off")
    elif isinstance(value, int | float):
        yield from _of_number(value)
    elif isinstance(value, str):
        if len(value) <= LONGEST and value.strip():
            yield from _of_text(value.strip(), names)
    elif isinstance(value, list) and len(value) == 1:
        yield Meant(show(value[0]), value[0], "leave the brackets out")


def computed(text: str, value: Any) -> Iterator[Meant]:
    """Other expressions in place of one that comes to ``value``, where a whole number was due."""
    if isinstance(value, float) and not isinstance(value, bool):
        inside = inner(text)
        floored = re.sub(r"(?<!/)/(?!/)", "//", inside)
        if floored != inside:
            yield from _expression(floored, "`//` divides to whole numbers")
        else:
            yield from _expression(f"round({inside})", "round() gives a whole number")


def comparison(text: str, value: Any) -> Iterator[Meant]:
    """A comparison in place of an expression that comes to a number, where true or false was due."""
    if isinstance(value, int | float):
        inside = inner(text)
        loose = re.search(r"\b(if|or|and|not)\b", inside)
        yield from _expression(f"({inside}) > 0" if loose else f"{inside} > 0", "compare it")


def inner(text: str) -> str:
    """What stands in the parentheses of an expression, or would.

    >>> inner("$(a + b)"), inner("$depths.1")
    ('a + b', 'depths[1]')
    """
    if text.startswith("$("):
        return text.strip()[2:-1].strip()
    return re.sub(r"\.(\d+)", r"[\1]", text[1:])


def replaced(
    holder: Map | Seq, key: Any, others: Iterable[Meant], name: str | None = None
) -> tuple[Fix, ...]:
    """The changes that write other values in place of that of ``key``, if it stands on one line."""
    if isinstance(holder, Map):
        node: yaml.Node | None = holder.marks[key][1] if key in holder.marks else None
        name = str(key) if name is None else name
    else:
        node, name = holder.marks[key], name or ""
    at = whole(node) if node is not None else None
    if at is None:
        return ()
    return tuple(Fix(other.words(name), (Edit(at, other.text),), shown=False) for other in others)


def expression_text(written: Any) -> str:
    """The text of an expression, read or not; empty for any other value."""
    text = written.text if isinstance(written, Expression) else written
    is_one = isinstance(text, str) and text[:1] == "$" and text[:2] != "$$"
    return text if is_one else ""


def likely(
    written: Any, found: Any, names: Container[str], fits: Callable[[Any], bool]
) -> list[Meant]:
    """What was meant by a value, of which only ``found`` is known to be wrong: what ``fits``."""
    text = expression_text(written)
    if text:
        return list(computed(text, found))
    return [other for other in meant(found, names) if other.value is None or fits(other.value)]


def _of_number(value: float) -> Iterator[Meant]:
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        yield Meant(str(int(value)), int(value), "write it without a point")
    if isinstance(value, int) and 1 < value < 100:  # percent
        yield Meant(f"{value / 100:g}", value / 100)
    if value in (0, 1):
        yield Meant("true" if value else "false", bool(value))
    text = show(value)
    yield Meant(f"'{text}'", text, "put quotes around it")
    yield Meant(f"[{text}]", [value])


def _of_text(text: str, names: Container[str]) -> Iterator[Meant]:
    low = text.lower()
    plain = _number(text)
    if low in _WORDS:
        yield Meant(str(_WORDS.index(low)), _WORDS.index(low))
    if plain is not None:
        yield Meant(text, plain, "leave the quotes out")
    if low in ("true", "false"):
        yield Meant(low, low == "true", "leave the quotes out")
    if low in ("yes", "on", "y", "no", "off", "n"):
        yes = low in ("yes", "on", "y")
        yield Meant("true" if yes else "false", yes, f"'{text}' is a word in YAML 1.2")
    if text in names:
        yield Meant(f"${text}", None, "`$` stands before the name of an arg")
    yield from _of_formula(text, names)
    yield from _of_several(text)
    if re.fullmatch(r"\d+(\.\d+)?\s*%", text):
        share = float(text[:-1]) / 100
        yield Meant(f"{share:g}", share)
    if re.fullmatch(r"\d{1,3}([_' ]\d{3})+", text):
        digits = re.sub(r"\D", "", text)
        yield Meant(digits, int(digits))
    if re.fullmatch(_SAFE, text):
        yield Meant(f"[{text}]", [text])


def _of_formula(text: str, names: Container[str]) -> Iterator[Meant]:
    """``2*$n`` and ``2*n``: expressions that do not begin with a dollar."""
    bare = text.replace("$", "")
    if text in names or not re.search(r"[-+*/%(]", bare):
        return
    try:
        made = Expression.parse(f"$({bare})")
    except ExpressionError:
        return
    if made.names and ("$" in text or all(name in names for name in made.names)):
        yield from _expression(bare, "an expression begins with `$`")


def _of_several(text: str) -> Iterator[Meant]:
    """``3x3`` and ``(3, 3)``."""
    listed = _NUMBERS.match(text)
    if not listed and not _SIZES.match(text):
        return
    sizes = [int(size) for size in re.findall(r"\d+", text)]
    if len(set(sizes)) == 1 and len(sizes) < 4 and not listed:
        yield Meant(str(sizes[0]), sizes[0])
    yield Meant(show(sizes), sizes)
    if listed and len(set(sizes)) == 1:
        yield Meant(str(sizes[0]), sizes[0])


def _number(text: str) -> int | float | None:
    try:
        return number(text)
    except ValueError:
        return None


def _expression(inside: str, why: str) -> Iterator[Meant]:
    """``$(inside)``, if that is an expression; in quotes where YAML would cut it."""
    text = f"$({inside})"
    try:
        Expression.parse(text)
    except ExpressionError:
        return
    yield in_yaml(text, why)


def in_yaml(text: str, why: str = "") -> Meant:
    """An expression as it is written in a spec: in quotes where YAML would cut it."""
    cut = re.search(r"[,\[\]{}#:]", text) and '"' not in text and "\\" not in text
    return Meant(f'"{text}"' if cut else text, None, why)
