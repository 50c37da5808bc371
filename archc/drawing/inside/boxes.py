"""The boxes of a panel: what a layer costs in place of its name, and nothing said twice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from archc.analysis.cost import total
from archc.analysis.words import plain, short
from archc.drawing.flow.arrange import Arranger
from archc.drawing.flow.looks import (
    ENDS,
    LEADING,
    SIDES,
    SMALL,
    Look,
    kind_of,
    name_of,
)
from archc.drawing.flow.units import Unit
from archc.drawing.palette import Kind
from archc.drawing.picture.lettering import fitted, text_width
from archc.drawing.picture.scene import Words
from archc.drawing.view import Box
from archc.drawing.words import after_layer
from archc.graph.graph import Layer, Part, Scope

WIDEST = 150.0  # points of a second line
QUIET = ("activation", "normalisation", "dropout")  # whose names say no more than their first line


@dataclass(eq=False)
class PanelArranger(Arranger):
    """Lays out a panel. ``told``: the norm and activation that the legend says of a whole kind."""

    told: Mapping[Kind, str] = field(default_factory=dict)

    def size(self, unit: Unit) -> None:
        super().size(unit)
        look = unit.look
        if look is None or look.sign or unit.beside or self.density == "compact":
            return
        if isinstance(unit.box.subject, Layer) and look.kind != "merge":
            quiet = self.theme.families[look.kind].quiet
            unit.look = look = _with_cost(look, unit.box, unit.box.subject, self.told, quiet)
            unit.width, unit.height = look.width, look.height
            unit.axis = unit.width / 2


def told_of(parts: Iterable[Part]) -> dict[Kind, str]:
    """The kinds whose layers all have the same norm and activation, and which these are."""
    found: dict[Kind, set[str]] = {}
    for layer in _layers(parts):
        if layer.node.op.family != "merge":
            found.setdefault(layer.node.op.family, set()).add(after_layer(layer))
    same = {kind: next(iter(after)) for kind, after in found.items() if len(after) == 1}
    return {kind: after for kind, after in same.items() if after}


def _layers(parts: Iterable[Part]) -> Iterator[Layer]:
    for part in parts:
        if isinstance(part, Layer):
            yield part
        elif isinstance(part, Scope):
            for item in part.items:
                yield from _layers(item.parts)


def _with_cost(look: Look, box: Box, layer: Layer, told: Mapping[Kind, str], quiet: str) -> Look:
    first, notes = look.lines[0], [words for words in look.lines[1:] if words.italic]
    text = fitted(plain(_second(box, layer, told)), SMALL, WIDEST)
    second = [Words(text, SMALL, color=quiet)] if text else []
    lines = (first, *second, *notes)
    width = max(text_width(w.text, w.size, w.bold) for w in lines) + 2 * SIDES
    height = sum(w.size * LEADING for w in lines) + 2 * ENDS
    return look._replace(lines=lines, width=width, height=height)


def _second(box: Box, layer: Layer, told: Mapping[Kind, str]) -> str:
    after = after_layer(layer)
    says = ["" if told.get(kind_of(box)) == after else after, *_cost(box, layer)]
    said = " · ".join(filter(None, says))
    if said or layer.node.role or layer.node.op.family in QUIET:
        return said
    return _window(layer) or name_of(box)


def _cost(box: Box, layer: Layer) -> Iterator[str]:
    cost = total(box.nodes)
    if layer.node.shared is not None:
        yield f"shares {layer.node.shared.name}"
    if cost.params:
        yield f"{short(cost.params)} params"
    if cost.frozen:
        yield f"{short(cost.frozen)} frozen"


def _window(layer: Layer) -> str:
    """``stride 1, padding 1`` of a pooling."""
    settings = [(name, getattr(layer.node.op, name, None)) for name in ("stride", "padding")]
    return ", ".join(f"{name} {value}" for name, value in settings if isinstance(value, int))
