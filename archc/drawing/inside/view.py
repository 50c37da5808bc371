"""What is drawn of the inside of a part: a view whose inputs are what it reads from outside."""

from __future__ import annotations

from dataclasses import replace

from archc.drawing.folding import view_of
from archc.drawing.inside.find import Inside
from archc.drawing.view import Box, Edge, Entry, Folding, Group, View
from archc.graph.graph import GraphOutput


def view_from(part: Inside, folding: Folding) -> View:
    """The inside of a part. A single output has no box of its own: what gives it ends the drawing."""
    view = view_of(part.graph, folding)
    for box in view.boxes:
        box.local = box.local.removeprefix(f"{part.path}.")
        if isinstance(box.subject, Entry):
            box.path = box.subject.node.name
        elif isinstance(box.subject, GraphOutput):
            box.local = box.subject.name
    return _unframed(_without_output(view), part.path)


def _without_output(view: View) -> View:
    ends = [box for box in view.boxes if isinstance(box.subject, GraphOutput)]
    if len(ends) != 1:
        return view
    (end,) = ends

    def kept(edge: Edge) -> bool:
        return edge.target is not end

    boxes = [box for box in view.boxes if box is not end]
    return View([c for c in view.top if c is not end], boxes, list(filter(kept, view.edges)))


def _unframed(view: View, path: str) -> View:
    """Without the frame around all that a repeated node's panel shows already."""
    top: list[Box | Group] = []
    for child in view.top:
        top += child.children if isinstance(child, Group) and child.path == path else [child]
    return replace(view, top=top)
