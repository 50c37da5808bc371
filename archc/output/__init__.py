"""Files that archc writes: whole or not at all, and known again by a mark that each carries."""

from __future__ import annotations

from archc.output.marks import ONNX_MARK, NotOurs, marked, marked_weights, refuse, signed
from archc.output.target import is_stream
from archc.output.write import write

__all__ = [
    "ONNX_MARK",
    "NotOurs",
    "is_stream",
    "marked",
    "marked_weights",
    "refuse",
    "signed",
    "write",
]
