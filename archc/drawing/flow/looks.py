"""What stands in each box, and how large that makes it."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from typing import NamedTuple

from archc.analysis.cost import Cost, total
from archc.analysis.words import dimensions, plain, short
from archc.drawing.palette import Kind, Theme
from archc.drawing.picture.lettering import fitted, text_width
from archc.drawing.picture.scene import Words
from archc.drawing.view import Box, Entry, Fold, Group
from archc.drawing.words import after_layer
from archc.graph.graph import Bypass, GraphOutput, Layer, Node

BOLD, SMALL = 11.0, 9.0  # points: a box's first line, and the quieter ones
LEADING = 1.24
SIDES, ENDS = 7.0, 5.0  # points between a box's words and its sides, its upper and lower ends
WIDEST = 176.0  # points of text in a box; what is longer is cut
NOTE_LINES, NOTE_WIDTH = 3, 34  # of an author's note
HEADER = 21.0  # height of a folded box's header
HEAD_LAYERS = 7  # that a folded head lists
SIGN_GAP = 4.0  # from such a circle to what follows it
RADIUS = 9.0  # of a sum's circle
SIGNS = {"add": "+", "mul": "×"}


class Look(NamedTuple):
    """A box's words and size in points."""

    kind: Kind
    lines: tuple[Words, ...]
    width: float
    height: float
    header: float = 0
    sign: str = ""  # drawn as a circle with this sign, what follows it at its left
    axis: float = 0  # of a circle, from the left; others have theirs in the middle


def look_of(box: Box, theme: Theme, compact: bool, *, narrow: bool = False) -> Look:
    """How a box looks; ``compact`` leaves out what a second line would say of a layer.

    A ``narrow`` one, beside a trunk, says in short lines what others say in a long one.
    """
    kind = kind_of(box)
    sign = SIGNS.get(box.subject.node.op.name, "") if isinstance(box.subject, Layer) else ""
    if sign and isinstance(box.subject, Layer) and not noted(box):
        words = Words(sign, 14, True, color=theme.families[kind].text)
        after = Words(after_layer(box.subject), SMALL, color=theme.quiet)
        beside = text_width(after.text, SMALL) + SIGN_GAP if after.text else 0
        width = beside + 2 * RADIUS
        return Look(kind, (words, after), width, 2 * RADIUS, sign=sign, axis=width - RADIUS)
    lines = tuple(_cut(words) for words in _lines(box, theme, compact))
    if narrow and isinstance(box.subject, Layer):
        lines = tuple(_narrow(box.subject, lines[0], theme.families[kind].quiet))
    width = max(text_width(w.text, w.size, w.bold) for w in lines) + 2 * SIDES
    if isinstance(box.subject, Fold):
        body = sum(words.size * LEADING for words in lines[1:])
        return Look(kind, lines, width, HEADER + body + ENDS, HEADER)
    return Look(kind, lines, width, sum(w.size * LEADING for w in lines) + 2 * (ENDS - compact))


def kind_of(box: Box) -> Kind:
    """Which colours a box has."""
    match box.subject:
        case Fold():
            return "folded"
        case Entry() | GraphOutput():
            return "input"
        case Bypass():
            return "shape"
        case Layer(node=node):
            return node.op.family


def name_of(box: Box) -> str:
    """What the author calls a box."""
    label = box.item.spec.label if box.item else ""
    return plain(label) or plain(box.local)


def result_of(box: Box) -> Node | None:
    """The value that a box gives; None for an output, which only names one."""
    match box.subject:
        case Fold() as fold:
            return fold.result
        case Layer() as layer:
            return layer.result
        case Entry(node=node) | Bypass(node=node):
            return node
        case GraphOutput():
            return None


def noted(box: Box) -> str:
    """The author's note, or a remark; of a repeated node's instances, only the first shows it."""
    item = box.item
    if box.remark:
        return box.remark
    if item is None or not isinstance(box.subject, Layer | Bypass):
        return ""
    return plain(item.spec.note) if item.parts[0] is box.subject else ""


def cost_of(subject: Box | Group) -> Cost:
    """What one instance costs."""
    return total(subject.nodes)


def _cut(words: Words) -> Words:
    return words._replace(text=fitted(words.text, words.size, WIDEST, words.bold))


def _lines(box: Box, theme: Theme, compact: bool) -> Iterator[Words]:
    colour = theme.families[kind_of(box)]
    times = f" × {box.times}" if box.times > 1 else ""
    match box.subject:
        case Fold() as fold:
            yield from _folded(box, fold, theme)
        case Entry(node=node) | GraphOutput(node=node):
            yield Words(plain(box.local), BOLD, True, color=colour.text)
            yield Words(dimensions(node.shape), SMALL, color=colour.quiet)
        case Bypass():
            yield Words("bypassed", BOLD, True, color=colour.text)
            yield Words(name_of(box), SMALL, color=colour.quiet)
        case Layer() as layer:
            yield Words(plain(layer.node.label) + times, BOLD, True, color=colour.text)
            second = _second(box, layer, compact)
            if second:
                yield Words(second, SMALL, color=colour.quiet)
            named = compact and box.remark  # which of many alike layers a remark is about
            note = f"{name_of(box)} · {box.remark}" if named else noted(box)
            yield from _note(note, colour.quiet)


def _narrow(layer: Layer, first: Words, quiet: str) -> Iterator[Words]:
    what, _, settings = first.text.partition(", ")
    yield first._replace(text=what, size=SMALL + 1)
    after = after_layer(layer)
    for line in (settings, after):
        if line:
            yield Words(line, SMALL, color=quiet)


def _note(note: str, color: str) -> Iterator[Words]:
    for line in textwrap.wrap(note, NOTE_WIDTH)[:NOTE_LINES]:
        yield Words(line, SMALL, italic=True, color=color)


def _second(box: Box, layer: Layer, compact: bool) -> str:
    after = after_layer(layer)
    if layer.node.op.family == "merge":
        return dimensions(layer.result.shape) + (f" · {after}" if after else "")
    if compact:
        return ""
    shared = f", shares {layer.node.shared.name}" if layer.node.shared else ""
    frozen = ", frozen" if layer.node.frozen and layer.node.facts.params else ""
    return f"{name_of(box)}{shared}{frozen}" + (f" · {after}" if after else "")


def _folded(box: Box, fold: Fold, theme: Theme) -> Iterator[Words]:
    colour = theme.families["folded"]
    layers = [node for node in box.nodes if node.role == ""]
    if box.training_only and len(layers) <= HEAD_LAYERS:
        yield Words(name_of(box), BOLD, True, color=colour.header_text)
        for node in layers:
            yield Words(plain(node.label), SMALL + 0.5, color=colour.text)
        yield Words(f"{short(cost_of(box).params)} params", SMALL, color=colour.quiet)
        return
    count = len(fold.parts) * box.times
    many = f" × {count}" if count > 1 else ""
    cost = cost_of(box)
    each = " each" if box.times > 1 else ""
    frozen = f" + {short(cost.frozen)} frozen" if cost.frozen else ""
    yield Words(name_of(box) + many, BOLD, True, color=colour.header_text)
    yield Words(dimensions(fold.result.shape), SMALL + 1, True, color=colour.text)
    yield Words(f"{short(cost.params)} params{frozen}{each}", SMALL, color=colour.quiet)
    whole = len(fold.parts) == len(fold.item.parts)  # an instance does not repeat its note
    yield from _note(box.remark or (plain(fold.item.spec.note) if whole else ""), colour.quiet)
