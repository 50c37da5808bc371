"""What a cut comes to, as lines for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from archc.analysis.words import short, short_memory
from archc.pipeline.costs import Stage
from archc.pipeline.cut import Cut
from archc.pipeline.units import Unit

HEAD = ("stage", "layers", "parameters", "MACs", "sends", "time")


def table(cut: Cut) -> str:
    """A row for each stage; MACs and what it sends on are for one sample, its time is of the slowest's."""
    rows = [HEAD]
    for index, stage in enumerate(cut.stages):
        sends = short_memory(stage.sent) if stage.sent else ""
        time = f"{100 * stage.time / (cut.slowest or 1.0):.0f} %"
        counts = (short(stage.params), short(stage.macs), sends, time)
        rows.append((str(index), " … ".join(dict.fromkeys(ends(cut, stage))), *counts))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(_cells(row, widths)) for row in rows)


def _cells(row: Sequence[str], widths: Sequence[int]) -> Iterator[str]:
    """Names to the left, numbers to the right."""
    for place, (cell, width) in enumerate(zip(row, widths, strict=True)):
        yield cell.ljust(width) if place <= HEAD.index("layers") else cell.rjust(width)


def ends(cut: Cut, stage: Stage) -> tuple[str, str]:
    """The first and the last part of a stage, as the largest parts that are wholly in it."""
    units = cut.layers.units
    first, last = units[stage.first], units[stage.end - 1]
    outer = first.depth(units[stage.first - 1]) if stage.first else 0
    inner = units[stage.end].depth(last) if stage.end < len(units) else 0
    return _name(first, outer), _name(last, inner)


def _name(unit: Unit, depth: int) -> str:
    item, index = unit.trail[depth]
    several = item.repeated and len(item.parts) > 1
    return f"{item.path}.{item.order[index]}" if several else item.path
