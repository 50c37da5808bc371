"""What a network is written as: its source, its weights, ONNX, and what ``torch.export`` captures.

A target takes a graph and a module that has the graph's weights; neither need be as the spec has them.
"""

from __future__ import annotations

from archc.targets.onnx import to_onnx
from archc.targets.pt2 import to_pt2

__all__ = ["to_onnx", "to_pt2"]
