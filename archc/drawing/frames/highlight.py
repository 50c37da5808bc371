"""Single parts of a drawing in full colour, the rest faded."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from archc.analysis.words import plain
from archc.drawing.flow.sheet import Drawing
from archc.drawing.frames.belonging import Belonging, belongings, complete
from archc.drawing.frames.colours import faded
from archc.drawing.frames.parts import Part, Shown, shown
from archc.drawing.palette import Theme
from archc.drawing.picture.scene import Item, Route, Scene
from archc.errors import Mistake, SpecError, nearest

FEW = 12  # names that a message lists

# what a name may mean, the first that anything answers to
MEANINGS: tuple[Callable[[Part], frozenset[str]], ...] = (
    lambda part: part.paths,
    lambda part: part.names,
    lambda part: part.kinds,
    lambda part: part.inside,
)


def highlight(drawing: Drawing | Shown, names: Sequence[str], theme: Theme) -> Scene:
    """The drawing with the named parts in full colour and the rest faded towards the paper.

    A name is, in this order: a node's or group's path; a block's, or a node's own within any block, or
    a label; an operator or a family of operators (``conv``, ``pooling``, ``fully connected``). Folded
    boxes count by their operators only where no layer's box does. Lines between lit parts are kept,
    and so are heading and legend.

    Raises:
        SpecError: a name is none of these in the drawing.
    """
    scene, parts = shown(drawing)
    _check(names, parts)
    return _lit(scene, parts, names, theme)


def highlights(drawing: Drawing | Shown, names: Sequence[str], theme: Theme) -> list[Scene]:
    """One scene for each name, in their order, as :func:`highlight` makes them.

    Raises:
        SpecError: names that mean nothing in the drawing, all of them.
    """
    scene, parts = shown(drawing)
    _check(names, parts)
    return [_lit(scene, parts, [name], theme) for name in names]


def named(name: str, parts: Sequence[Part]) -> frozenset[str]:
    """The names of the parts that a name means."""
    word = name.strip()
    for number, meaning in enumerate(MEANINGS):
        said = word.lower().replace(" ", "_") if number > 1 else word
        found = frozenset(part.name for part in parts if said in meaning(part))
        if found:
            return found
    return frozenset()


def _check(names: Sequence[str], parts: Sequence[Part]) -> None:
    known = {name for part in parts for meaning in MEANINGS for name in meaning(part)}
    mistakes = []
    for name in names:
        if not named(name, parts):
            some = sorted(kind for part in parts for kind in part.kinds)
            listed = ", ".join(list(dict.fromkeys(some))[:FEW])
            help = nearest(plain(name), known) or f"a path, a block or an operator: {listed}"
            message = f"nothing called '{plain(name)}' is drawn"
            mistakes.append(Mistake("A080", message, help=help))
    if mistakes:
        raise SpecError(mistakes)


def _lit(scene: Scene, parts: Sequence[Part], names: Sequence[str], theme: Theme) -> Scene:
    lit = frozenset().union(*(named(name, parts) for name in names))
    belong = belongings(scene, {part.name for part in parts})
    return replace(scene, items=tuple(_coloured(scene, belong, lit, theme)))


def _coloured(
    scene: Scene, belong: Sequence[Belonging], lit: frozenset[str], theme: Theme
) -> Iterator[Item]:
    """The items; among the lines, lit ones come last."""
    pairs = list(zip(scene.items, belong, strict=True))
    routes = [(i, b) for i, b in pairs if isinstance(i, Route) and i.about is not None]
    bright = complete((route, b.names <= lit) for route, b in routes)
    dim = [faded(r, theme) for r, b in routes if not b.names <= lit]
    lines = iter([*dim, *bright])
    for item, belonging in pairs:
        if isinstance(item, Route) and item.about is not None:
            yield next(lines)
        else:
            yield item if belonging.names <= lit else faded(item, theme)
