"""Drawings as files: pictures that stand still, and the page that folds and searches itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from archc.drawing import SLIDE, Format, Options
from archc.drawing.draw import draw, opened
from archc.drawing.palette import THEMES
from archc.drawing.picture.render import render
from archc.drawing.view import Folding
from archc.errors import Mistake, SpecError
from archc.graph.graph import Graph


def written(graphs: Sequence[Graph], options: Options, format: Format) -> bytes:
    """The file, in memory.

    Raises:
        SpecError: an option or the format does not fit, or the drawing would be too large.
    """
    if format == "html":
        return page(graphs, options)
    return render(draw(graphs, options), format)


def page(graphs: Sequence[Graph], options: Options) -> bytes:
    """The HTML page of one network, opened at first as far as the options say.

    Raises:
        SpecError: something else is asked for, or a name is not there.
    """
    if len(graphs) > 1 or options.nodes or options.style != "graph":
        message = "an HTML page shows one network in the graph style"
        help = "choose svg, pdf or png for other styles, several networks and parts of one"
        raise SpecError([Mistake("A080", message, help=help)])
    _check(options)
    from archc.drawing.html import as_html

    folding = _folding(graphs[0], options)
    return as_html(graphs[0], THEMES[options.theme], folding=folding).encode()


def _folding(graph: Graph, options: Options) -> Folding | None:
    """What is open at first; None where nobody says it."""
    if options.depth is None and not options.collapse and not options.expand:
        return None
    return opened(graph, replace(options, repeats="each")).folding


def _check(options: Options) -> None:
    """Refuse what only a picture can do."""
    given = {
        "repeats": options.repeats != "auto",
        "aspect": options.aspect != SLIDE,
        "title": not options.title,
    }
    if any(given.values()):
        names = ", ".join(name for name, is_given in given.items() if is_given)
        message = (
            f"{names}: an HTML page has its title and every block, and is as large as it needs"
        )
        help = "choose svg, pdf or png for that"
        raise SpecError([Mistake("A080", message, help=help)])
