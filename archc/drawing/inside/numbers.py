"""What a panel says below its drawing: the channels that the result is made of, and what it costs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from archc.analysis.cost import Cost, total
from archc.analysis.words import dimensions, short, times
from archc.drawing.inside.find import Inside
from archc.drawing.palette import Colour, Theme
from archc.drawing.picture.lettering import text_width
from archc.drawing.picture.scene import Item, Label, Polygon, Words
from archc.graph.graph import Node
from archc.ops.base import Family

BIG, WORDS_SIZE, STRIP_SIZE = 18.0, 10.0, 10.0
NUMBER_HEIGHT, NUMBER_STEP = 40.0, 21.0  # of a number with its words; from one to the other
STRIP_HEIGHT, STRIP_BAR, STRIP_LOW = 50.0, 20.0, 13.0  # with the words above; of the bar; below
EXACT = 10_000_000  # counts up to here are written in full
MOST_SEGMENTS = 48
SUM_GAP = 8.0
CLOSEST, FARTHEST = 12.0, 90.0  # between numbers side by side
NEAR = (0.1, 9.995)  # ratios with two digits after the point


class Segment(NamedTuple):
    """Channels of a result that come from one layer."""

    channels: int
    family: Family


class Number(NamedTuple):
    """A number to compare, and its words, the longer and the shorter."""

    value: int
    shown: str
    words: tuple[str, str]


class Columns(NamedTuple):
    """Where numbers stand in every panel, and which of their words are used."""

    xs: tuple[float, ...]
    which: tuple[int, ...]
    beside: bool


def cost_of(part: Inside) -> Cost:
    """What the part costs without training-only heads, unless it is in one."""
    nodes = list(part.graph.nodes.values())
    return total([node for node in nodes if not node.training_only] or nodes)


def numbers(part: Inside) -> tuple[Number, ...]:
    """Parameters, multiply-accumulates and output channels."""
    cost = cost_of(part)
    frozen = f" + {short(cost.frozen)} frozen" if cost.frozen else ""
    shape = part.result.shape
    exact = f"{cost.params:,}" if cost.params < EXACT else short(cost.params)
    result = ("output channels", "channels") if len(shape) > 1 else ("output features", "features")
    return (
        Number(cost.params, exact, (f"parameters{frozen}", f"params{frozen}")),
        Number(cost.macs, short(cost.macs), ("multiply-accumulates", "MACs")),
        Number(0, f"{shape[0]:,}" if shape else dimensions(shape), result),
    )


def segments(part: Inside) -> tuple[Segment, ...]:
    """The sources of a result that is a concatenation; empty for any other, or one of too many."""
    own = set(part.graph.nodes.values())
    found = tuple(_segments(_joined(part.result), own))
    return found if 1 < len(found) <= MOST_SEGMENTS else ()


def _segments(node: Node, own: set[Node]) -> Iterator[Segment]:
    if node not in own:
        yield Segment(node.shape[0], "input")
    elif node.op.name == "concat":
        for source in node.inputs:
            yield from _segments(_joined(source), own)
    else:
        yield Segment(node.shape[0], (node.owner or node).op.family)


def _joined(node: Node) -> Node:
    """The concatenation that a norm and an activation follow, if they do."""
    return node.owner if node.owner is not None and node.owner.op.name == "concat" else node


def strip(found: Sequence[Segment], widest: int, width: float, theme: Theme) -> Iterator[Item]:
    """The channels as a bar, to the scale where ``widest`` channels fill the ``width`` in points."""
    yield Label(0, 7, Words("channels of the result", 9, color=theme.quiet), "start")
    count = sum(segment.channels for segment in found)
    unit, x, top = width / widest, 0.0, STRIP_HEIGHT - STRIP_LOW - STRIP_BAR
    low = top + STRIP_BAR
    for segment in found:
        colour: Colour = theme.families[segment.family]
        end = x + segment.channels * unit
        corners = ((x, top), (end, top), (end, low), (x, low))
        yield Polygon(corners, colour.fill, colour.stroke)
        words = Words(str(segment.channels), STRIP_SIZE, True, color=colour.text)
        if text_width(words.text, words.size, True) + 4 <= end - x:
            yield Label((x + end) / 2, (top + low) / 2, words)
        x = end
    words = Words(f"= {count:,}", STRIP_SIZE + 1, True, color=theme.ink)
    if x + SUM_GAP + text_width(words.text, words.size, True) <= width:
        yield Label(x + SUM_GAP, (top + low) / 2, words, "start")
    else:
        yield Label(width, 7, words, "end")


def words_of(part: Inside, first: Inside) -> tuple[tuple[str, str], ...]:
    """What stands below each number, the longer and the shorter, with its ratio to the first's."""
    if part is first:
        return tuple(number.words for number in numbers(part))
    pairs = zip(numbers(part), numbers(first), strict=True)
    return tuple((n.words[0] + _ratio(n, f), n.words[1] + _ratio(n, f)) for n, f in pairs)


def columns(parts: Sequence[Inside], width: float, *, beside: bool) -> Columns:
    """The places of all panels' numbers in a width in points, side by side or one above the other."""
    each = [words_of(part, parts[0]) for part in parts]
    sizes = [[max(text_width(w[i], WORDS_SIZE) for w in column) for i in (0, 1)]
             for column in zip(*each, strict=True)]  # fmt: skip
    if beside:
        return Columns((0.0, 0.0, 0.0), tuple(int(long > width) for long, _ in sizes), True)
    which = next((i for i in (0, 1) if sum(s[i] for s in sizes) + 2 * CLOSEST <= width), 1)
    widths = [s[which] for s in sizes]
    gap = min(FARTHEST, (width - sum(widths)) / 2)
    return Columns((0, widths[0] + gap, widths[0] + widths[1] + 2 * gap), (which,) * 3, False)


def row(part: Inside, first: Inside, places: Columns, theme: Theme) -> Iterator[Item]:
    """The numbers, each with its words below."""
    each = zip(numbers(part), words_of(part, first), places.xs, places.which, strict=True)
    for i, (number, words, x, which) in enumerate(each):
        y = i * (NUMBER_HEIGHT + NUMBER_STEP) if places.beside else 0
        yield Label(x, y + 12, Words(number.shown, BIG, True, color=theme.ink), "start")
        yield Label(x, y + 33, Words(words[which], WORDS_SIZE, color=theme.quiet), "start")


def _ratio(number: Number, first: Number) -> str:
    if not number.value or not first.value:
        return ""
    ratio = number.value / first.value
    shown = f"{ratio:.2f} ×" if NEAR[0] <= ratio < NEAR[1] else times(ratio)
    return f"\xa0 ({shown})"
