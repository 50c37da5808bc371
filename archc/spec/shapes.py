"""The shape of an input as written: a list of whole numbers above 0, or of expressions."""

from __future__ import annotations

from typing import Any

from archc.errors import Edit, Fix, Mistake, Span
from archc.ops.base import show
from archc.spec.collect import Mistakes
from archc.spec.keys import brief, is_expression
from archc.spec.meant import Meant, likely, replaced
from archc.spec.tree import Map, Seq, whole

CODE = "A038"
HELP = "channels first, without the batch axis: [3, 224, 224]"
COLOURS = (1, 3)  # channels of an image
MOST_CHANNELS = 4  # height and width of an image are larger
BATCH = "leave the batch out, the network takes any"
_AXES = {"channels": 0, "channel": 0, "in_channels": 0, "c": 0, "features": 0, "height": 1, "h": 1,
         "width": 2, "w": 2, "length": 2}  # fmt: skip
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


def is_one_shape(sizes: Map) -> bool:
    """Whether a mapping names the sizes of one shape (``{channels: 3, height: 224}``), and not inputs."""
    return all(name.lower() in _AXES and is_size(size) for name, size in sizes.items())


def report_one_shape(holder: Map, key: str, mistakes: Mistakes) -> None:
    """Report a shape that is written as a mapping of its sizes."""
    sizes = holder[key]
    ordered = [sizes[name] for name in sorted(sizes, key=lambda name: _AXES[name.lower()])]
    meant = Meant(show(ordered), ordered, "a shape is a list, channels first")
    message = f"the shape of {key} must be a list of whole numbers, not a mapping"
    fixes = replaced(holder, key, [meant])
    mistakes.add(CODE, message, holder.span(key), meant.words(key), fixes=fixes)


def has_null_batch(shape: Any) -> bool:
    """Whether null stands for the batch in a shape, or in one of several; :func:`check_shape` tells it."""
    if isinstance(shape, Map):
        return any(map(has_null_batch, shape.values()))
    return isinstance(shape, Seq) and len(shape) > 1 and shape[0] is None


def channels_first(shape: list[Any]) -> list[int]:
    """The sizes of an image in archc's order, where they look like another's; else nothing.

    >>> channels_first([224, 224, 3]), channels_first([1, 3, 224, 224]), channels_first([64, 3, 3])
    ([3, 224, 224], [3, 224, 224], [])
    """
    if not all(map(is_size, shape)):
        return []
    image = shape[1:] if len(shape) == 4 and shape[0] == 1 else shape
    if len(image) != 3:
        return []
    if image[2] in COLOURS and min(image[:2]) > MOST_CHANNELS:
        return [image[2], image[0], image[1]]
    has_batch = image is not shape and image[0] in COLOURS and min(image[1:]) > MOST_CHANNELS
    return image if has_batch else []


def odd_shapes(written: Map) -> list[Mistake]:
    """A warning (W013) for each input that looks channels last, or has the batch as its first size."""
    shape = written.get("input")
    places = [(written, "input")] if isinstance(shape, Seq) else []
    if isinstance(shape, Map):
        places = [(shape, name) for name in shape if isinstance(shape[name], Seq)]
    return [found for holder, key in places for found in _odd_shape(holder, key)]


def _odd_shape(holder: Map, key: str) -> list[Mistake]:
    shape = holder[key]
    ours = channels_first(shape)
    if not ours:
        return []
    batch = "has the batch as its first size" if len(shape) == 4 else ""
    last = f"looks channels last: {ours[0]} comes at the end" if shape[-1] == ours[0] else ""
    other = Meant(show(ours), ours, "channels first, without the batch axis")
    message = f"the shape of {key} {' and '.join(filter(None, (batch, last)))}"
    return [
        Mistake(
            "W013",
            message,
            holder.span(key),
            help=other.words(key),
            warning=True,
            fixes=replaced(holder, key, [other]),
        )
    ]


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
    rest = shape[1:]
    first = channels_first(rest)
    text = f"[{', '.join(map(_plain, first or rest))}]"
    words = f"{BATCH}{'; channels come first' * bool(first)}: `{text}`"
    at = whole(shape.mark) if first else None
    fixes = (Fix(words, (Edit(at, text),), shown=False),) if at else _without_first(shape, words)
    mistakes.add(CODE, message, shape.span(0), words, fixes=fixes)


def _plain(size: Any) -> str:
    return size if isinstance(size, str) else show(size)


def _without_first(shape: Seq, words: str) -> tuple[Fix, ...]:
    first, second = (whole(node) for node in shape.marks[:2])
    if first is None or second is None or first.line != second.line:
        return ()
    at = Span(first.source, first.line, first.column, second.column)
    return (Fix(words, (Edit(at, ""),), shown=False),)
