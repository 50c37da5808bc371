"""The entries of a graph's legend: every kind of box and line that it has."""

from __future__ import annotations

from collections.abc import Iterator

from archc.drawing.flow.looks import SIGNS, kind_of
from archc.drawing.palette import LEGEND, Theme
from archc.drawing.picture.page import Key
from archc.drawing.view import Box, View
from archc.graph.graph import Layer


def keys(view: View, theme: Theme, *, skips: bool = False) -> Iterator[Key]:
    """One entry each, boxes before signs and lines; ``skips`` adds that for lines across."""
    kinds = {kind_of(box) for box in view.boxes}
    for kind, colour in theme.families.items():
        if kind not in kinds:
            continue
        if kind == "merge":
            yield from _merges(view, theme)
        else:
            yield Key(LEGEND[kind], "box", colour.fill, colour.stroke, colour.dashed, colour.header)
    yield from _shortcuts(view, theme)
    if skips:
        yield Key("skip connection", "line", "none", theme.shortcut)
    if any(box.training_only for box in view.boxes):
        colour = theme.families["input"]
        yield Key("training only", "box", theme.paper, colour.stroke, dashed=True)


def _shortcuts(view: View, theme: Theme) -> Iterator[Key]:
    marked = [edge for edge in view.edges if edge.shortcut]
    sums = any(_name(edge.target) == "add" for edge in marked)
    words = {
        "identity": "identity shortcut" if sums else "skip connection",
        "projection": "projection shortcut" if sums else "skip connection, cropped",
    }
    for kind, meaning in words.items():
        if any(edge.shortcut == kind for edge in marked):
            yield Key(meaning, "line", "none", theme.shortcut, dashed=kind == "projection")


def _name(box: Box) -> str:
    return box.subject.node.op.name if isinstance(box.subject, Layer) else ""


def _merges(view: View, theme: Theme) -> Iterator[Key]:
    layers = (box.subject for box in view.boxes if isinstance(box.subject, Layer))
    names = sorted({layer.node.op.name for layer in layers if layer.node.op.family == "merge"})
    colour = theme.families["merge"]
    boxes = [name for name in names if name not in SIGNS]
    if boxes:
        yield Key(", ".join(boxes), "box", colour.fill, colour.stroke)
    for name in names:
        if name in SIGNS:
            yield Key(name, "disc", colour.fill, colour.stroke, sign=SIGNS[name])
