"""Pictures of a graph: its boxes and edges as DOT, and DOT as SVG, PDF or PNG."""

from archc.drawing.draw import draw
from archc.drawing.render import FORMATS, Format, render

__all__ = ["FORMATS", "Format", "draw", "render"]
