"""Fully connected layers, and the distances of LeNet-5's output."""

from __future__ import annotations

from archc.ops import linear, rbf
from archc.targets.onnx.place import Place
from archc.targets.onnx.rules import rule


def as_vector(at: Place) -> str:
    """The input as a vector for each sample."""
    (x,) = at.inputs
    return x if at.axes == 0 else at.step("flatten", "Flatten", x, axis=1)


@rule(linear.FullyConnected)
def fully_connected(op: linear.FullyConnected, at: Place) -> str:
    weights = [at.tensor("weight"), *([at.tensor("bias")] if op.bias else [])]
    return at.result("Gemm", as_vector(at), *weights, transB=1)


@rule(rbf.RBF)
def distances(op: rbf.RBF, at: Place) -> str:
    x = at.step("unsqueeze", "Unsqueeze", as_vector(at), at.whole("axis", (1,)))
    difference = at.step("difference", "Sub", x, at.tensor("codes"))
    return at.result("ReduceSumSquare", difference, at.whole("axes", (2,)), keepdims=0)
