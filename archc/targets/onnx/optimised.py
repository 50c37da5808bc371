"""The operators that passes put into a graph. Runtimes choose kernels and memory themselves."""

from __future__ import annotations

from archc.ops import OPERATORS
from archc.passes import operators
from archc.targets.onnx.place import Place
from archc.targets.onnx.rules import RULES, rule


@rule(operators.FusedConv)
def fused_conv(op: operators.FusedConv, at: Place) -> str:
    """The convolution, the sum and the activation one after another."""
    x, *others = at.inputs
    conv = RULES[type(op.conv)]
    if not others and not op.act:
        return conv(op.conv, at)
    result = conv(op.conv, at.part("conv", (x,)))
    if others:
        place = at.part("sum", ()) if op.act else at
        result = place.result("Add", result, *others)
    if not op.act:
        return result
    act = OPERATORS[op.act]
    return RULES[act](act(), at.part("", (result,)))


@rule(operators.ChannelClamp)
def channel_clamp(op: operators.ChannelClamp, at: Place) -> str:
    """ONNX's Clip takes the same bounds for all channels."""
    raised = at.step("raised", "Max", *at.inputs, at.tensor("low"))
    return at.result("Min", raised, at.tensor("high"))


@rule(operators.ChannelsLast)
def channels_last(op: operators.ChannelsLast, at: Place) -> str:
    return at.inputs[0]


@rule(operators.InPlace)
def in_place(op: operators.InPlace, at: Place) -> str:
    return RULES[type(op.act)](op.act, at)
