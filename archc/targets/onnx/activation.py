"""Activation functions in ONNX; those that its opset lacks are written out."""

from __future__ import annotations

from math import sqrt

from archc.ops import activation
from archc.targets.onnx.place import Place
from archc.targets.onnx.rules import rule


@rule(activation.ReLU)
def relu(op: activation.ReLU, at: Place) -> str:
    return at.result("Relu", *at.inputs)


@rule(activation.ReLU6)
def relu6(op: activation.ReLU6, at: Place) -> str:
    return at.result("Clip", *at.inputs, at.number("low", 0), at.number("high", 6))


@rule(activation.LeakyReLU)
def leaky_relu(op: activation.LeakyReLU, at: Place) -> str:
    return at.result("LeakyRelu", *at.inputs, alpha=float(op.slope))


@rule(activation.PReLU)
def prelu(op: activation.PReLU, at: Place) -> str:
    return at.result("PRelu", *at.inputs, at.per_channel("weight"))


@rule(activation.ELU)
def elu(op: activation.ELU, at: Place) -> str:
    return at.result("Elu", *at.inputs, alpha=float(op.alpha))


@rule(activation.SELU)
def selu(op: activation.SELU, at: Place) -> str:
    return at.result("Selu", *at.inputs)


@rule(activation.GELU)
def gelu(op: activation.GELU, at: Place) -> str:
    """x · Φ(x), by erf or by tanh: the operator Gelu came with opset 20."""
    (x,) = at.inputs
    if op.approximate == "tanh":
        cube = at.step("cube", "Pow", x, at.number("three", 3))
        share = at.step("share", "Mul", cube, at.number("factor", 0.044715))
        inner = at.step("sum", "Add", x, share)
        scaled = at.step("scaled", "Mul", inner, at.number("width", sqrt(0.63661977236758134)))
        bent = at.step("tanh", "Tanh", scaled)
    else:
        bent = at.step("erf", "Erf", at.step("scaled", "Div", x, at.number("width", sqrt(2))))
    raised = at.step("raised", "Add", bent, at.number("one", 1))
    product = at.step("product", "Mul", x, raised)
    return at.result("Mul", product, at.number("half", 0.5))


@rule(activation.SiLU)
def silu(op: activation.SiLU, at: Place) -> str:
    (x,) = at.inputs
    return at.result("Mul", x, at.step("sigmoid", "Sigmoid", x))


@rule(activation.Mish)
def mish(op: activation.Mish, at: Place) -> str:
    return at.result("Mish", *at.inputs)


@rule(activation.Tanh)
def tanh(op: activation.Tanh, at: Place) -> str:
    if not op.scaled:
        return at.result("Tanh", *at.inputs)
    narrow = at.step("narrow", "Mul", *at.inputs, at.number("slope", 2 / 3))
    bent = at.step("tanh", "Tanh", narrow)
    return at.result("Mul", bent, at.number("height", 1.7159))


@rule(activation.Sigmoid)
def sigmoid(op: activation.Sigmoid, at: Place) -> str:
    return at.result("Sigmoid", *at.inputs)


@rule(activation.HardSigmoid)
def hard_sigmoid(op: activation.HardSigmoid, at: Place) -> str:
    return at.result("HardSigmoid", *at.inputs, alpha=1 / 6, beta=0.5)


@rule(activation.HardSwish)
def hard_swish(op: activation.HardSwish, at: Place) -> str:
    return at.result("HardSwish", *at.inputs)


@rule(activation.Softmax)
def softmax(op: activation.Softmax, at: Place) -> str:
    return at.result("Softmax", *at.inputs, axis=1)


@rule(activation.LogSoftmax)
def log_softmax(op: activation.LogSoftmax, at: Place) -> str:
    return at.result("LogSoftmax", *at.inputs, axis=1)
