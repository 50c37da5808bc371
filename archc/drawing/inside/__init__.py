"""The figure of what is inside a block: panels side by side, to be compared."""

from archc.drawing.inside.draw import panels

__all__ = ["panels"]
