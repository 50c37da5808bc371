"""The stage: graphs in, a scene out, in the style that is asked for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, get_args

from archc.drawing import FREE, Options, Repeats, Style, ThemeName
from archc.drawing.flow.draw import fitting
from archc.drawing.flow.sheet import Drawing, Sheet
from archc.drawing.folding import foldable
from archc.drawing.palette import THEMES
from archc.drawing.picture.scene import Scene
from archc.drawing.view import Folding
from archc.errors import Mistake, SpecError, nearest
from archc.graph.graph import Graph

if TYPE_CHECKING:
    from archc.drawing.frames.parts import Shown

_ASPECT = re.compile(r"([0-9]{1,4}(?:\.[0-9]{1,3})?):([0-9]{1,4}(?:\.[0-9]{1,3})?)\Z", re.ASCII)
WIDEST = 10.0  # of an aspect, either way


def draw(graphs: Sequence[Graph], options: Options) -> Scene:
    """One page. Several graphs, and the inside of blocks, stand side by side.

    Raises:
        SpecError: an option names what is not there, or the drawing would be too large.
    """
    return drawn(graphs, options).scene


def drawn(graphs: Sequence[Graph], options: Options) -> Drawing | Shown:
    """One page, with what its parts stand for, so that it can be shown step by step.

    Raises:
        SpecError: an option names what is not there, or the drawing would be too large.
    """
    if len(graphs) == 1 and options.style == "graph" and not options.nodes:
        return opened(graphs[0], options)
    from archc.drawing.frames.calls import shown_in

    return shown_in(_side_by_side(graphs, options), graphs)


def _side_by_side(graphs: Sequence[Graph], options: Options) -> Scene:
    _check_choices(options)
    _check_folding(options)
    theme, aspect = THEMES[options.theme], aspect_of(options.aspect)
    if options.style == "stack":
        from archc.drawing.stack.draw import stack

        return stack(graphs, theme=theme, aspect=aspect)
    if options.style == "volume":
        from archc.drawing.volumes.draw import volumes

        if len(graphs) > 1:
            raise _mistake("the volume style draws one network", "draw them one by one")
        return volumes(graphs[0], theme=theme, aspect=aspect)
    from archc.drawing.inside.draw import panels

    return panels(_subjects(graphs, options.nodes), theme=theme, aspect=aspect)


def opened(graph: Graph, options: Options) -> Drawing:
    """The graph style's drawing of one network, with how far it was opened.

    Raises:
        SpecError: an option names what is not there, or the drawing would be too large.
    """
    _check_choices(options)
    theme, aspect = THEMES[options.theme], aspect_of(options.aspect)
    _check(graph, options)
    sheet = Sheet(graph, theme, aspect, options.title)
    collapse, expand = frozenset(options.collapse), frozenset(options.expand)
    if options.depth is not None:
        once = options.repeats == "once"
        return sheet.drawing(Folding(options.depth, collapse, expand, once))
    drawing = fitting(sheet, options.repeats, collapse)
    if not expand:
        return drawing
    return sheet.drawing(drawing.folding._replace(expand=expand))


def aspect_of(text: str) -> float | None:
    """``16:9`` as a number; None for ``free``.

    >>> aspect_of("4:2"), aspect_of("free")
    (2.0, None)

    Raises:
        SpecError: it is neither, or the page would be a strip.
    """
    if text == FREE:
        return None
    match = _ASPECT.match(str(text))
    sizes = [float(size) for size in match.groups()] if match else [0.0]
    if all(sizes) and 1 / WIDEST <= sizes[0] / sizes[1] <= WIDEST:
        return sizes[0] / sizes[1]
    help = "write width:height, as 16:9 or 4:3, from 1:10 to 10:1, or `free`: as large as needed"
    raise _mistake(f"'{str(text)[:40]}' is no aspect of a page", help)


def _subjects(graphs: Sequence[Graph], nodes: tuple[str, ...]) -> list[tuple[Graph, str]]:
    """Every graph with the nodes that it has; one that has none is drawn whole beside another's."""
    from archc.drawing.inside.find import paths

    found: list[tuple[Graph, str]] = []
    known = [paths(graph) for graph in graphs]
    missing = [node for node in nodes if not any(node in each for each in known)]
    for graph, has in zip(graphs, known, strict=True):
        own = [node for node in nodes if node in has]
        found += [(graph, node) for node in [*own, *missing] or [""]]
    return found


def _check_choices(options: Options) -> None:
    """Refuse words that are none of the choices, which Python lets through."""
    for name, known in (("style", Style), ("theme", ThemeName), ("repeats", Repeats)):
        given = getattr(options, name)
        if given not in get_args(known):
            help = nearest(str(given), get_args(known)) or f"choose {', '.join(get_args(known))}"
            raise _mistake(f"{name} cannot be {str(given)[:40]!r}", help)
    if options.depth is not None and not isinstance(options.depth, int):
        raise _mistake(
            f"depth must be a whole number, not {str(options.depth)[:40]!r}", "0 folds all"
        )


def _check_folding(options: Options) -> None:
    """Refuse what only the graph of one whole network can do."""
    given = {
        "depth": options.depth is not None,
        "collapse": bool(options.collapse),
        "expand": bool(options.expand),
        "repeats": options.repeats != "auto",
        "title": not options.title,
        "node": options.style != "graph" and bool(options.nodes),
    }
    names = ", ".join(name for name, is_given in given.items() if is_given)
    if names:
        help = "stacks, volumes, insides and networks side by side fold by themselves"
        raise _mistake(f"{names}: only the graph of one whole network has that", help)


def _check(graph: Graph, options: Options) -> None:
    mistakes = []
    if options.depth is not None and options.depth < 0:
        help = "depth 0 shows the names without a dot, and nothing below them"
        mistakes.append(Mistake("A080", f"depth must be 0 or more, not {options.depth}", help=help))
    names = foldable(graph.root) if options.collapse or options.expand else set()
    for word, given in (("folded", options.collapse), ("opened", options.expand)):
        for name in given:
            if name not in names:
                known = ", ".join(sorted(n for n in names if "." not in n)[:12])
                help = nearest(name, names) or (f"these can: {known}" if known else "nothing can")
                mistakes.append(
                    Mistake("A080", f"nothing called '{name}' can be {word}", help=help)
                )
    if mistakes:
        raise SpecError(mistakes)


def _mistake(message: str, help: str) -> SpecError:
    return SpecError([Mistake("A080", message, help=help)])
