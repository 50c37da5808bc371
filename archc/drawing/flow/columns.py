"""A long trunk as columns: broken where the drawing fits its page, and between stages if it can."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from archc.drawing.flow.arrange import Laid, Side
from archc.drawing.flow.looks import result_of
from archc.drawing.flow.pieces import (
    ARROW,
    LANE,
    Fork,
    Piece,
    Stack,
    height_of,
    units_in,
)  # fmt: skip
from archc.drawing.flow.routes import ASIDE
from archc.drawing.flow.units import Link, Unit
from archc.drawing.view import Box
from archc.graph.graph import Layer

GUTTER = 25.0  # between two columns, where the line from one to the next runs
TURN = 9.0  # below a column and above the next
MOST_COLUMNS = 60
MOST_RUNS = 200  # rows to break between stages; more are only packed
LOOSE = (1.0, 1.15, 1.35)  # how much higher a column may be, for breaks between stages
SPLIT = 0.04  # what a break within a stage is worth, in the drawing's scale
LONG = 0.45  # of the page's height: what passes by more than this is broken too


@dataclass(eq=False)
class Column:
    """Some rows of the trunk with what hangs and passes beside them."""

    stack: Stack
    sides: list[Side]
    lanes: list[Link]  # that leave and end in this column, beside its rows

    @property
    def left(self) -> float:
        return self.stack.left

    @property
    def width(self) -> float:
        beside = max((ARROW + ASIDE + s.stack.left + s.stack.right for s in self.sides), default=0)
        lanes = LANE * len(self.lanes)
        return self.stack.left + self.stack.right + max(beside, 0) + lanes

    @property
    def low(self) -> float:
        """The lower end, once all is placed."""
        stacks = [self.stack, *(side.stack for side in self.sides)]
        return max(stack.y + stack.height for stack in stacks)

    @property
    def height(self) -> float:
        return max(self.stack.height, sum(s.room for s in self.sides))


def columns(laid: Laid, room: tuple[float, float] | None) -> list[Column]:
    """The trunk in columns for a room of a width and height in points; in one if there is none."""
    whole = Column(laid.stack, laid.sides, [])
    if room is None or len(laid.stack.rows) < 2:
        return [whole]
    stack, passing = laid.stack, list[Link]()
    if not laid.sides:  # lines past a column would cross what hangs there
        stack, passing = _flat(laid.stack, LONG * room[1])
    best, chosen = _score(_scale([whole], room), 0), [whole]
    runs = len(_runs(stack.rows))
    for count in range(2, min(runs, MOST_COLUMNS) + 1):
        scale = 0.0
        for loose in LOOSE if runs <= MOST_RUNS else LOOSE[:1]:
            parts = _parts(stack, count, loose)
            made = [_column(laid, stack, a, b, passing) for a, b in parts]
            split = sum(not _new_stage(stack.rows[a - 1], stack.rows[a]) for a, _ in parts[1:])
            scale = max(scale, _scale(made, room))
            score = _score(_scale(made, room), split)
            if score > best + 1e-6:
                best, chosen = score, made
        if scale < best * 0.7:
            break
    return chosen


def _score(scale: float, split: int) -> float:
    """What a choice of columns is worth: size, less beyond what fills a slide, and whole stages."""
    return min(scale, 1) + (scale - min(scale, 1)) / 5 - SPLIT * split * min(scale, 1)


def _scale(made: list[Column], room: tuple[float, float]) -> float:
    width = sum(c.width for c in made) + GUTTER * (len(made) - 1)
    height = max(c.height for c in made) + (2 * TURN if len(made) > 1 else 0)
    return min(room[0] / width, room[1] / height, 1.25)


def _flat(stack: Stack, longest: float) -> tuple[Stack, list[Link]]:
    """The rows with long ones taken apart that one branch only stands beside, and those lanes."""
    rows: list[Piece] = []
    gaps: list[float] = []
    reach: list[float] = []
    passing: list[Link] = []
    for i, row in enumerate(stack.rows):
        if i:
            gaps.append(stack.gaps[i - 1])
            reach.append(stack.reach[i - 1])
        if isinstance(row, Fork) and row.main and len(row.branches) == 1 and row.height > longest:
            inner, more = _flat(row.main, longest)
            rows += inner.rows
            gaps += inner.gaps
            reach += inner.reach
            passing += [*row.lanes, *more]
        else:
            rows.append(row)
    return Stack(rows, gaps, reach), passing


def _column(laid: Laid, whole: Stack, begin: int, end: int, passing: list[Link]) -> Column:
    rows = whole.rows[begin:end]
    stack = Stack(rows, whole.gaps[begin : end - 1], whole.reach[begin : end - 1])
    stack.measure()
    here = set(units_in(stack))
    sides = [side for side in laid.sides if side.source in here]
    return Column(stack, sides, [k for k in passing if {k.source, k.target} <= here])


def _parts(stack: Stack, count: int, loose: float) -> list[tuple[int, int]]:
    """The rows in ``count`` runs: the highest about as low as can be, broken between stages."""
    runs = _runs(stack.rows)
    heights = [_height(stack, begin, end) for begin, end in runs]
    gaps = [stack.gaps[begin - 1] if begin else 0.0 for begin, _ in runs]
    low, high = max(heights), sum(heights) + sum(gaps)
    while high - low > 1:
        middle = (low + high) / 2
        if len(_packed(heights, gaps, middle)) <= count:
            high = middle
        else:
            low = middle
    if len(runs) > MOST_RUNS:
        return [(runs[a][0], runs[b - 1][1]) for a, b in _packed(heights, gaps, high)]
    free = [not begin or _new_stage(stack.rows[begin - 1], stack.rows[begin]) for begin, _ in runs]
    chosen = _between_stages(free, heights, gaps, count, high * loose)
    return [(runs[a][0], runs[b - 1][1]) for a, b in chosen]


def _runs(rows: Sequence[Piece]) -> list[tuple[int, int]]:
    """The rows between which a single line leads on; only there may a column end."""
    ends = [i for i in range(1, len(rows)) if all(isinstance(r, Unit) for r in rows[i - 1 : i + 1])]
    return list(pairwise([0, *ends, len(rows)]))


def _height(stack: Stack, begin: int, end: int) -> float:
    return sum(map(height_of, stack.rows[begin:end])) + sum(stack.gaps[begin : end - 1])


def _packed(heights: Sequence[float], gaps: Sequence[float], most: float) -> list[tuple[int, int]]:
    """Columns of a height that hold all rows, each as full as can be."""
    begins, height = [0], 0.0
    for i, (each, gap) in enumerate(zip(heights, gaps, strict=True)):
        height += (gap if height else 0) + each
        if height > most and i:
            begins.append(i)
            height = each
    return list(pairwise([*begins, len(heights)]))


def _between_stages(
    free: Sequence[bool],
    heights: Sequence[float],
    gaps: Sequence[float],
    count: int,
    most: float,
) -> list[tuple[int, int]]:
    """The breaks that cost least: those between stages are free, and even columns are better."""
    size = len(free)
    best: list[dict[int, tuple[float, int]]] = [{0: (0.0, 0)}, *({} for _ in range(size))]
    for end in range(1, size + 1):
        height, begin = 0.0, end
        while begin:
            begin -= 1
            height += heights[begin] + (gaps[begin + 1] if begin + 1 < end else 0)
            if height > most + 1e-6 and begin + 1 < end:  # sums that differ in their last digit
                break
            cost = (height / most) ** 2 + (0 if free[begin] else 0.6)
            for used, (before, _) in best[begin].items():
                if used < count:
                    total = before + cost
                    if used + 1 not in best[end] or total < best[end][used + 1][0]:
                        best[end][used + 1] = (total, begin)
    used = min(best[size], key=lambda n: best[size][n][0] if n == count else 1e9 - n)
    parts, end = [], size
    while end:
        begin = best[end][used][1]
        parts.append((begin, end))
        end, used = begin, used - 1
    return parts[::-1]


def _new_stage(before: Piece, after: Piece) -> bool:
    """Whether two rows belong to different stages: a pooling ends one, a coarser block begins one."""
    if not isinstance(before, Unit) or not isinstance(after, Unit):
        return True
    if _pools(before):
        return math.prod(_sizes(before)) > 1
    if _pools(after) and math.prod(_sizes(after)) == 1:
        return True  # the classifier's head
    sizes = [_sizes(unit) for unit in (before, after)]
    is_block = not isinstance(after.subject, Box) or not isinstance(after.subject.subject, Layer)
    return is_block and bool(sizes[1]) and sizes[0] != sizes[1]


def _pools(unit: Unit) -> bool:
    layer = unit.subject.subject if isinstance(unit.subject, Box) else None
    return isinstance(layer, Layer) and layer.node.op.family == "pooling"


def _sizes(unit: Unit) -> tuple[int, ...]:
    """The height and width of what a unit gives."""
    if isinstance(unit.subject, Box):
        node = result_of(unit.subject)
    else:
        node = unit.subject.nodes[-1] if unit.subject else None
    return node.shape[1:] if node is not None else ()
