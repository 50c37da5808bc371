"""The JSON Schema applied to a spec: a second opinion on what archc's own checks have accepted."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from archc.errors import Mistake, Span
from archc.spec.schema import schema
from archc.spec.tree import Map, Seq

LARGEST = 2_000  # values of a document that is held against the schema, which takes long
LONGEST = 100  # characters of a validator's message, which shows the values it is about


def against_schema(document: Map) -> list[Mistake]:
    """A mistake for each part of a spec, as it was read, that the JSON Schema of specs does not take.

    Imports jsonschema, and takes longer than all other checks together; a very large document is left out.
    """
    if _values(document, LARGEST) > LARGEST:
        return []
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import best_match

    causes = (best_match([error]) for error in Draft202012Validator(schema()).iter_errors(document))
    return [_mistake(document, cause.absolute_path, cause.message) for cause in causes]


def _values(value: Any, most: int) -> int:
    """How many values there are, or more than ``most`` once that is sure."""
    count = 1
    for item in (
        value.values() if isinstance(value, Map) else value if isinstance(value, Seq) else ()
    ):
        if count > most:
            break
        count += _values(item, most - count)
    return count


def _mistake(document: Map, path: Iterable[str | int], words: str) -> Mistake:
    brief = words if len(words) <= LONGEST else f"{words[: LONGEST - 1]}…"
    message = f"the JSON Schema of specs does not allow this: {brief}"
    help = "editors will mark it; write it in another of the forms that docs/language.md shows"
    return Mistake("A019", message, _place(document, path), help=help)


def _place(document: Map, path: Iterable[str | int]) -> Span:
    value: Any = document
    at = document.span()
    for step in path:
        if isinstance(value, Map | Seq):
            at = value.span(step)  # type: ignore[arg-type]  # words lead into maps, numbers into lists
        value = value[step]
    return at
