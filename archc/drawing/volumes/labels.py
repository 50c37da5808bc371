"""The words below a tensor, in lines by what they say, and those that a pointer over it is told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from archc.analysis.words import counted, dimensions, plain, short
from archc.drawing.palette import Theme
from archc.drawing.picture.lettering import fitted, text_width
from archc.drawing.picture.scene import About, Item, Label, Words
from archc.drawing.volumes.tensors import Tensor
from archc.drawing.words import SHORT_NAMES
from archc.ops.conv import Conv, DepthwiseConv, dilated
from archc.ops.conv_transpose import ConvTranspose
from archc.ops.kinds import Size
from archc.ops.numbers import per_axis
from archc.ops.pool import AvgPool, MaxPool, Pool
from archc.ops.windows import by_sign, step

NAME, SMALL = 10.5, 9.0  # points
LEADING = 1.26
SLOT_GAP = 3.0  # between lines that say different things
WIDEST, WIDEST_NAME = 58.0, 66.0  # points; longer lines are broken between words
LONGEST = 96.0  # points of a word; what is longer is cut
MOST_LINES = 3  # of each slot


class Caption(NamedTuple):
    """Lines in slots: the name, the operation, what follows in place, and the parameters."""

    slots: tuple[tuple[Words, ...], ...]

    @property
    def width(self) -> float:
        lines = [words for slot in self.slots for words in slot]
        return max((text_width(w.text, w.size, w.bold) for w in lines), default=0)


def caption(run: Sequence[Tensor], theme: Theme, compact: bool = False) -> Caption:
    """What stands below one tensor, or below equal neighbours that one written node makes.

    In a ``compact`` one all below the name stands line below line.
    """
    first = run[0]
    count = len(run) if len(run) > 1 else first.times
    title = first.title + (f" ×\xa0{count}" if count > 1 else "")
    names = broken(title, NAME, bold=True, width=WIDEST_NAME)
    kernels = dict.fromkeys(line for tensor in run for line in operation(tensor))
    whats = [line for text in kernels for line in broken(text, SMALL)]
    afters = broken(", ".join(following(run[-1])), SMALL)
    slots: tuple[tuple[Words, ...], ...] = (
        tuple(Words(text, NAME, True, color=theme.ink) for text in names),
        tuple(Words(text, SMALL, color=theme.ink) for text in whats[:MOST_LINES]),
        tuple(Words(text, SMALL, color=theme.quiet) for text in afters),
        tuple(parameters(run, theme, compact)),
    )
    if compact:
        slots = (slots[0], tuple(words for slot in slots[1:] for words in slot))
    return Caption(slots)


def parameters(run: Sequence[Tensor], theme: Theme, compact: bool = False) -> Iterator[Words]:
    """How many are trained, and how many are not: ``20 params`` and ``+ 20 frozen``."""
    trained = sum(tensor.cost.params for tensor in run)
    frozen = sum(tensor.cost.frozen for tensor in run)
    what = "params" if trained else "frozen"
    if not trained and not frozen:
        return
    if compact:
        yield Words(f"{short(trained or frozen)} {what}", SMALL, color=theme.ink)
    else:
        yield Words(short(trained or frozen), NAME - 0.5, True, color=theme.ink)
        yield Words(what, SMALL, color=theme.quiet)
    if trained and frozen:
        yield Words(f"+ {short(frozen)} frozen", SMALL, color=theme.quiet)


def following(tensor: Tensor) -> list[str]:
    """The norm, activation and the like that work on a tensor in place."""
    return [plain(SHORT_NAMES.get(label, label)) for label in dict.fromkeys(tensor.after)]


def operation(tensor: Tensor) -> list[str]:
    """How a tensor is made, a line each: ``5×5, /2`` and ``2 groups``."""
    if tensor.kind == "input":
        return []
    if tensor.kind == "folded":
        block = plain(tensor.block.replace("_", " "))
        return [] if tensor.title.startswith(block) else [block]
    op = tensor.node.op
    if isinstance(op, Conv | DepthwiseConv | ConvTranspose | Pool):
        return _windows(op, len(tensor.shape) - 1)
    if op.name == "fc":
        return []
    return [op.name.upper() if op.name == "rbf" else plain(op.name.replace("_", " "))]


def by_axes(kernel: Size, axes: int) -> str:
    """A kernel with a number for each axis it slides along: ``3×3``; ``80`` on a signal."""
    return by_sign(per_axis(kernel, axes, "kernel"))


def _windows(op: Conv | DepthwiseConv | ConvTranspose | Pool, axes: int) -> list[str]:
    kernel = by_axes(op.kernel, axes)
    if isinstance(op, ConvTranspose):
        return [f"{kernel}{step(op.stride, '×')}", "up-conv"]
    if isinstance(op, DepthwiseConv):
        return [f"{kernel}{dilated(op.dilation)}{step(op.stride)}", "depthwise"]
    if isinstance(op, Conv):
        lines = [f"{kernel}{dilated(op.dilation)}{step(op.stride)}"]
        lines += [f"{op.groups} groups"] if op.groups > 1 else []
        return lines + (["by table"] if op.connections is not None else [])
    kind = {MaxPool: "max ", AvgPool: "avg "}.get(type(op), "")
    return [kind + kernel + ("" if op.pool_stride() == op.kernel else step(op.pool_stride()))]


def broken(text: str, size: float, bold: bool = False, width: float = WIDEST) -> list[str]:
    """Text in lines of about a width (points), broken between words."""
    lines: list[str] = []
    for word in text.split(" "):
        joined = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(joined, size, bold) <= width:
            lines[-1] = joined
        elif word:
            lines.append(word)
    return [fitted(line, size, LONGEST, bold) for line in lines[:MOST_LINES]]


def heights(captions: Sequence[Caption]) -> tuple[float, ...]:
    """The height of each slot in a row of captions, points."""
    slots = zip(*(caption.slots for caption in captions), strict=True)
    return tuple(max(sum(w.size * LEADING for w in words) for words in slot) for slot in slots)


def whole_height(slots: Sequence[float]) -> float:
    return sum(height + SLOT_GAP for height in slots if height)


def written(caption: Caption, x: float, y: float, slots: Sequence[float]) -> Iterator[Item]:
    """The caption around ``x`` from ``y`` on, its slots level with those of its row."""
    for slot, height in zip(caption.slots, slots, strict=True):
        at = y
        for words in slot:
            yield Label(x, at + words.size * LEADING / 2, words)
            at += words.size * LEADING
        y += height + SLOT_GAP if height else 0


def about(tensor: Tensor) -> About:
    """What a tensor's block stands for."""
    cost = tensor.cost
    many = f" × {tensor.times}" if tensor.times > 1 else ""
    made = tensor.node.label if tensor.kind not in ("folded", "input") else tensor.block
    frozen = f", {short(cost.frozen)} frozen" if cost.frozen else ""
    tip = (
        f"{plain(tensor.name)}{many}",
        ", ".join(map(plain, filter(None, [made, *following(tensor)]))),
        dimensions(tensor.shape),
        f"{counted(cost.params, 'parameter')}{frozen}, {short(cost.macs)} MACs",
    )
    return About(tensor.name, tuple(filter(None, tip)))


def size(tensor: Tensor) -> str:
    """Height and width as one number where they are equal."""
    if len(tensor.shape) < 3:
        return dimensions(tensor.shape[1:])
    *_, height, width = tensor.shape
    frames = "".join(f"{n} × " for n in tensor.shape[1:-2])
    return f"{frames}{height}" if height == width and not frames else f"{frames}{height} × {width}"
