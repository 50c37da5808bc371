"""A drawing step by step: frames in which it grows, and nothing that stands moves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import groupby
from math import ceil

from archc.drawing.flow.sheet import Drawing
from archc.drawing.frames.belonging import Belonging, belongings
from archc.drawing.frames.callout import counter, with_place
from archc.drawing.frames.colours import outlined
from archc.drawing.frames.parts import Part, Shown, shown
from archc.drawing.palette import Theme
from archc.drawing.picture.scene import Item, Label, Route, Scene

MOST_STEPS = 40


def frames(drawing: Drawing | Shown, theme: Theme) -> list[Scene]:
    """The frames in which a lecturer builds a network, from its input to the whole drawing.

    Each shows one step more, with its author's note, and marks what is new; what comes later is left
    out, and its place stays free. A line comes with the box that it leads to, a group's frame with
    its first box. The last frame is the drawing as it is, with the number that each frame has.
    Where no note fits beside the title, the page is higher than the drawing's.
    """
    scene, parts = shown(drawing)
    stages = steps(parts)
    noted = any(part.notes for part in parts)
    callout = with_place(scene) if noted else None
    base = callout.scene if callout else scene
    belong = belongings(base, {part.name for part in parts})
    pages: list[list[Item]] = []
    reached: set[str] = set()
    for step in stages:
        new = {part.name for part in step}
        reached |= new
        notes = [note for part in step for note in part.notes]
        if len(reached) == len(parts) and not notes:
            break
        page = list(_grown(base, belong, reached, new, theme))
        pages.append(page + (list(callout.written(notes, theme)) if callout else []))
    pages.append(list(base.items))
    return [_numbered(base, page, i, len(pages), theme) for i, page in enumerate(pages, 1)]


def steps(parts: Sequence[Part]) -> list[list[Part]]:
    """The parts in at most 40 steps: each its own, or whole groups together, the innermost that suffice.

    Where even the outermost groups are more, neighbours share a step.
    """
    depth = max((len(part.around) for part in parts), default=0)
    made: list[list[Part]] = []
    for level in range(depth, -1, -1):
        made = [list(run) for _, run in groupby(parts, partial(_at, level=level))]
        if len(made) <= MOST_STEPS:
            return made
    many = ceil(len(made) / MOST_STEPS)
    return [
        [part for step in made[i : i + many] for part in step] for i in range(0, len(made), many)
    ]


def _at(part: Part, level: int) -> str:
    """The group at a level that holds the part, or the part itself; a group has no box's name."""
    return f"group {part.around[level]}" if len(part.around) > level else part.name


def _grown(
    scene: Scene, belong: Sequence[Belonging], reached: set[str], new: set[str], theme: Theme
) -> Iterator[Item]:
    """What is reached, the new part of it outlined: a group's frame, or boxes and what leads there."""
    framed = {n for b in belong if b.frame and b.names <= new for n in b.names}
    around: set[str] = set()  # of what frames that are outlined hold
    for item, belonging in zip(scene.items, belong, strict=True):
        if not belonging.shown(reached):
            continue
        if belonging.frame and belonging.names <= new and not isinstance(item, Label):
            inner = belonging.names <= around
            around |= belonging.names
            yield from (item,) if inner else outlined(item, theme)
        elif _is_new(item, belonging, new, framed):
            yield from outlined(item, theme)
        else:
            yield item


def _is_new(item: Item, belonging: Belonging, new: set[str], framed: set[str]) -> bool:
    if isinstance(item, Label) or item.about is None or belonging.frame:
        return False
    if isinstance(item, Route):
        return not belonging.names.isdisjoint(new) and not belonging.names <= new
    return belonging.names <= new - framed


def _numbered(scene: Scene, page: list[Item], number: int, count: int, theme: Theme) -> Scene:
    return replace(scene, items=(*page, counter(scene, number, count, theme)))
