"""A page of the graph style, filled with one of a graph's views."""

from __future__ import annotations

from typing import NamedTuple, get_args

from archc.budgets import current, remedy
from archc.drawing.flow.arrange import Density
from archc.drawing.flow.layout import laid_out
from archc.drawing.flow.legend import keys
from archc.drawing.folding import deepest, view_of
from archc.drawing.palette import Theme
from archc.drawing.picture.facts import facts
from archc.drawing.picture.page import HEIGHT, Heading, page, room
from archc.drawing.picture.scene import Scene
from archc.drawing.view import Folding, View, repeated
from archc.drawing.words import title_of
from archc.errors import Mistake, SpecError
from archc.graph.graph import Graph

DENSITIES: tuple[Density, ...] = get_args(Density)
MOST_TRIED = 150  # boxes of a view that may still fit a slide


class Drawing(NamedTuple):
    """A scene and how far it is opened. ``crossings``: lines that lead past whole columns.

    ``chosen``: nobody said how far.
    """

    scene: Scene
    view: View
    folding: Folding
    crossings: int = 0
    chosen: bool = False
    density: Density = "full"

    @property
    def fits(self) -> bool:
        """Whether it is no larger than a slide."""
        return self.scene.height <= HEIGHT

    def folded(self, graph: Graph) -> str:
        """A line that says what was folded for the slide; "" where nothing was."""
        deep = deepest(graph.root)
        whole = self.folding.depth == deep
        if not self.chosen or (whole and not self.folding.once):
            return ""
        said = [] if whole else [f"drawn to depth {self.folding.depth} of {deep}"]
        said += ["equal blocks drawn once"] if self.folding.once else []
        said += [f"{', '.join(sorted(self.folding.expand))} open"] if self.folding.expand else []
        return f"{', '.join(said)}; --depth {deep} draws all"


class Sheet(NamedTuple):
    """A page for drawings of one graph."""

    graph: Graph
    theme: Theme
    aspect: float | None
    titled: bool = True

    def drawing(self, folding: Folding, *, chosen: bool = False) -> Drawing:
        """The graph, opened so far; where that does not fit, with what can be left out left out.

        Raises:
            SpecError: the drawing would be too large.
        """
        view = checked(view_of(self.graph, folding))
        space = None if self.aspect is None else room(self.aspect, 1, 1)
        all_tried = self.aspect is not None and len(view.boxes) <= MOST_TRIED
        first: Drawing | None = None
        for density in DENSITIES if all_tried else DENSITIES[:1]:
            body, crossings, skips = laid_out(view, self.theme, room=space, density=density)
            legend = tuple(keys(view, self.theme, skips=skips))
            scene = page(self.graph.name, self.heading(view), body, legend, self.theme, self.aspect)
            made = Drawing(scene, view, folding, crossings, chosen, density)
            if made.fits:
                return made
            first = first or made
        assert first is not None
        return first

    def heading(self, view: View) -> Heading | None:
        """The title and what the whole network costs."""
        if not self.titled:
            return None
        words = [*facts(self.graph), "repeated blocks are drawn once" if repeated(view) else ""]
        if all(len(node.shape) == 3 for node in self.graph.inputs.values()):
            words.append("shapes are channels × height × width")
        return Heading(title_of(self.graph), tuple(filter(None, words)))


def checked(view: View) -> View:
    """The view.

    Raises:
        SpecError: a drawing of it would be too large.
    """
    boxes, most = len(view.boxes), current().boxes
    if boxes > most:
        message = f"the drawing would have {boxes:,} boxes, more than {most:,}"
        first = "give a smaller depth, draw what repeats once (`--repeats once`), or fold blocks by name"
        help = remedy("boxes", first, boxes)
        raise SpecError([Mistake("A081", message, help=help)])
    return view
