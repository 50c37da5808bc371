"""The shape of an input as written: a list of whole numbers above 0, or of expressions."""

from __future__ import annotations

from typing import Any

from archc.errors import Edit, Fix, Span
from archc.ops.base import show
from archc.spec.collect import Mistakes
from archc.spec.keys import brief, is_expression
from archc.spec.meant import likely, replaced
from archc.spec.tree import Map, Seq, whole

CODE = "A038"
HELP = "channels first, without the batch axis: [3, 224, 224]"
BATCH = "leave the batch out, the network takes any"
_BATCHES = (-1, "None", "N", "B", "n", "batch", "batch_size", "?", None)  # at the place of a size


def check_shape(holder: Map, key: str, mistakes: Mistakes) -> None:
    """Report what is no shape; the values of its expressions come later."""
    shape = holder[key]
    if is_expression(shape) or shape is None:
        return
    if not isinstance(shape, Seq) or not shape:
        others = likely(shape, shape, (), _is_shape)
        message = f"the shape of {key} must be a list of whole numbers, not {brief(shape)}"
        help = others[0].words(key) if others else HELP
        fixes = replaced(holder, key, others)
        mistakes.add(CODE, message, holder.span(key), help, fixes=fixes)
        return
    for index, size in enumerate(shape):
        if index == 0 and len(shape) > 1 and size in _BATCHES and size is not True:
            _report_batch(key, shape, mistakes)
        elif size is not None and not is_expression(size) and not is_size(size):
            report_size(shape, index, size, mistakes)


def has_null_batch(shape: Any) -> bool:
    """Whether null stands for the batch in a shape, or in one of several; :func:`check_shape` tells it."""
    if isinstance(shape, Map):
        return any(map(has_null_batch, shape.values()))
    return isinstance(shape, Seq) and len(shape) > 1 and shape[0] is None


def is_size(value: Any) -> bool:
    """Whether a value can be one size of a shape."""
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def report_size(
    shape: Seq | None, index: int, found: Any, mistakes: Mistakes, at: Span | None = None
) -> None:
    """Report a size that is none; ``found`` is what it comes to. Without a list it stands ``at`` a place."""
    message = f"a size must be a whole number above 0, not {brief(found)}"
    if shape is None:
        mistakes.add(CODE, message, at, HELP)
        return
    others = likely(shape[index], found, (), is_size)
    help = others[0].words("") if others else HELP
    fixes = replaced(shape, index, others)
    mistakes.add(CODE, message, shape.span(index), help, fixes=fixes)


def _is_shape(value: Any) -> bool:
    return isinstance(value, list) and all(map(is_size, value))


def _report_batch(key: str, shape: Seq, mistakes: Mistakes) -> None:
    message = f"{brief(shape[0])} is no size, and the batch is no part of a shape"
    words = f"{BATCH}: `[{', '.join(map(_plain, shape[1:]))}]`"
    mistakes.add(CODE, message, shape.span(0), words, fixes=_without_first(shape, words))


def _plain(size: Any) -> str:
    return size if isinstance(size, str) else show(size)


def _without_first(shape: Seq, words: str) -> tuple[Fix, ...]:
    first, second = (whole(node) for node in shape.marks[:2])
    if first is None or second is None or first.line != second.line:
        return ()
    at = Span(first.source, first.line, first.column, second.column)
    return (Fix(words, (Edit(at, ""),), shown=False),)
