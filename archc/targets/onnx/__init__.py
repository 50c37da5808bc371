"""A graph as an ONNX model, written node by node and not traced, so that the spec's names stay.

Evaluation mode: dropout vanishes, and training-only heads are left out. The model takes any batch; the
other sizes are the graph's.
"""

from __future__ import annotations

from archc.targets.onnx import (  # noqa: F401  importing a family registers its rules
    activation,
    adaptive,
    arrange,
    conv,
    linear,
    merge,
    norm,
    optimised,
    pool,
    spatial,
)
from archc.targets.onnx.limits import OPSET, installed, require
from archc.targets.onnx.model import to_onnx
from archc.targets.onnx.place import Place
from archc.targets.onnx.rules import RULES, rule

__all__ = ["OPSET", "RULES", "Place", "installed", "require", "rule", "to_onnx"]
