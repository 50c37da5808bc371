"""The stack style: a column of layers for each network, with each layer's share of the cost."""

from archc.drawing.stack.draw import stack

__all__ = ["stack"]
