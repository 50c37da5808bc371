"""Random settings and sizes: where `infer` gives a shape torch gives the same, elsewhere torch fails."""

from __future__ import annotations

from math import ceil
from typing import Any

import pytest
import torch
from harness import lower, make, reads, run
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy
from torch.nn import functional as F

from archc.ops.base import (
    NOWHERE,
    AttributeMistake,
    Bins,
    Operator,
    Shape,
    ShapeError,
    Shapes,
    Whole,
    Window,
)
from archc.ops.windows import Sides, same_sides

quick = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
Case = tuple[str, dict[str, Any], Shapes]


def small(low: int, high: int) -> SearchStrategy[int]:
    return st.integers(low, high)


@st.composite
def size(draw: DrawFn, axes: int, low: int, high: int) -> Any:
    """One number, or one for each axis."""
    return draw(
        st.one_of(small(low, high), st.lists(small(low, high), min_size=axes, max_size=axes))
    )


@st.composite
def padding(draw: DrawFn, axes: int) -> Any:
    pair = st.lists(small(0, 2), min_size=2, max_size=2)
    pairs = st.lists(pair, min_size=axes, max_size=axes)
    return draw(st.one_of(st.just("same"), size(axes, 0, 2), pairs))


@st.composite
def shape(
    draw: DrawFn, axes: int, channels: SearchStrategy[int], low: int = 1, high: int = 7
) -> Shape:
    sizes = draw(st.lists(small(low, high), min_size=axes, max_size=axes))
    return (draw(channels), *sizes)


@st.composite
def convolution(draw: DrawFn) -> Case:
    axes = draw(small(1, 3))
    chosen = {
        "kernel": draw(size(axes, 1, 4)),
        "stride": draw(size(axes, 1, 3)),
        "padding": draw(padding(axes)),
        "dilation": draw(size(axes, 1, 2)),
        "bias": draw(st.booleans()),
    }
    if draw(st.booleans()):
        chosen["multiplier"] = draw(small(1, 3))
        return "depthwise_conv", chosen, (draw(shape(axes, small(1, 3))),)
    chosen |= {"filters": draw(small(1, 4)), "groups": draw(small(1, 2))}
    return "conv", chosen, (draw(shape(axes, small(1, 4))),)


@st.composite
def transposed(draw: DrawFn) -> Case:
    axes = draw(small(1, 3))
    chosen = {
        "filters": draw(small(1, 4)),
        "kernel": draw(size(axes, 1, 4)),
        "stride": draw(size(axes, 1, 3)),
        "padding": draw(size(axes, 0, 2)),
        "output_padding": draw(size(axes, 0, 2)),
        "dilation": draw(size(axes, 1, 2)),
        "groups": draw(small(1, 2)),
    }
    return "conv_transpose", chosen, (draw(shape(axes, small(1, 4), high=4)),)


@st.composite
def pool(draw: DrawFn) -> Case:
    axes = draw(small(1, 3))
    name = draw(st.sampled_from(["max_pool", "avg_pool"]))
    chosen: dict[str, Any] = {
        "kernel": draw(size(axes, 1, 4)),
        "padding": draw(padding(axes)),
        "ceil": draw(st.booleans()),
    }
    if draw(st.booleans()):
        chosen["stride"] = draw(size(axes, 1, 5))
    if name == "max_pool":
        chosen["dilation"] = draw(size(axes, 1, 2))
    else:
        chosen["count_include_pad"] = draw(st.booleans())
    return name, chosen, (draw(shape(axes, st.just(2))),)


@st.composite
def resizing(draw: DrawFn) -> Case:
    axes = draw(small(1, 3))
    name = draw(st.sampled_from(["adaptive_avg_pool", "adaptive_max_pool", "upsample"]))
    inputs = (draw(shape(axes, st.just(2))),)
    if name != "upsample":
        return name, {"size": draw(size(axes, 1, 9))}, inputs
    mode = draw(st.sampled_from(["nearest", "bilinear"]))
    chosen = {"mode": mode, draw(st.sampled_from(["factor", "size"])): draw(size(axes, 1, 4))}
    if mode == "bilinear":
        chosen["align_corners"] = draw(st.booleans())
    return name, chosen, inputs


@st.composite
def cutting(draw: DrawFn) -> Case:
    axes = draw(small(1, 3))
    first = draw(shape(axes, small(1, 3)))
    kind = draw(st.sampled_from(["crop", "like", "pad", "slice"]))
    if kind == "crop":
        chosen: dict[str, Any] = {"size": draw(size(axes, 1, 6))}
        if draw(st.booleans()):
            chosen["offset"] = draw(size(axes, 0, 4))
        return "crop", chosen, (first,)
    if kind == "like":
        return "crop", {"like": "other"}, (first, draw(shape(axes, small(1, 3))))
    if kind == "pad":
        chosen = {"mode": draw(st.sampled_from(["zero", "reflect", "replicate"]))}
        chosen["padding"] = draw(padding(axes).filter(lambda p: p != "same"))
        if chosen["mode"] == "zero":
            chosen["channels"] = draw(st.lists(small(0, 2), min_size=2, max_size=2))
        return "pad", chosen, (first,)
    pair = st.tuples(small(0, 3), small(1, 3)).map(lambda p: [p[0], p[0] + p[1]])
    chosen = {"channels": draw(pair)}
    if draw(st.booleans()):
        chosen["positions"] = [draw(pair) for _ in range(axes)]
    return "slice", chosen, (first,)


@st.composite
def merging(draw: DrawFn) -> Case:
    axes = draw(small(0, 2))
    name = draw(st.sampled_from(["concat", "add", "mul"]))
    inputs = draw(st.lists(shape(axes, small(1, 2), high=2), min_size=2, max_size=3))
    return name, {}, tuple(inputs)


def stricter(name: str, chosen: dict[str, Any], inputs: Shapes) -> bool:
    """Where archc refuses what torch would take.

    torch repeats axes of size 1 in a sum and cuts slices and ranges short. Its pools know no padding
    by side, and its lowering here would let a window see padding alone, as torch itself does where a
    dilated window steps over the whole input.
    """
    if name in ("add", "slice"):
        return True
    by_side = isinstance(chosen.get("padding"), list) and isinstance(chosen["padding"][0], list)
    if name in ("max_pool", "avg_pool"):
        dilation = chosen.get("dilation", 1)
        farthest = max(dilation) if isinstance(dilation, list | tuple) else dilation
        return by_side or farthest > min(inputs[0][1:], default=1)
    return name == "crop"


def make_or_none(name: str, chosen: dict[str, Any]) -> Operator | None:
    try:
        return make(name, **chosen)
    except AttributeMistake:
        return None


def check(name: str, chosen: dict[str, Any], inputs: Shapes) -> None:
    op = make_or_none(name, chosen)
    if op is None:
        return
    try:
        expected = op.infer(inputs)
    except ShapeError as error:
        assert error.message
        assert error.code.startswith("A06")
        if not stricter(name, chosen, inputs):
            with pytest.raises((RuntimeError, ValueError)):
                forced(op, inputs)
        return
    assert run(op, inputs) == expected
    op.remarks(inputs, expected)
    op.arithmetic(inputs, expected)


def forced(op: Operator, inputs: Shapes) -> None:
    """Run what the operator lowers to although its shapes do not fit."""
    from harness import Lowering

    output = (op.weights(inputs).get("weight", inputs[0])[0], *inputs[0][1:])
    result = Lowering(op.lower(inputs, output)).eval()(*(torch.randn(2, *s) for s in inputs))
    if 0 in result.shape:
        raise ValueError("torch made an empty tensor")


@given(convolution())
@quick
def test_convolutions(case: Case) -> None:
    check(*case)


@given(transposed())
@quick
def test_transposed_convolutions(case: Case) -> None:
    check(*case)


@given(pool())
@settings(quick, max_examples=200)
def test_pools(case: Case) -> None:
    check(*case)


@given(resizing())
@quick
def test_resizing(case: Case) -> None:
    check(*case)


@given(cutting())
@quick
def test_cutting_and_padding(case: Case) -> None:
    check(*case)


@given(merging())
@quick
def test_merging(case: Case) -> None:
    check(*case)


@given(small(1, 60), small(1, 9), small(1, 9), small(1, 3))
@quick
def test_same_is_tensorflows(size: int, kernel: int, stride: int, dilation: int) -> None:
    """The formula of TensorFlow's guide: https://www.tensorflow.org/api_docs/python/tf/nn"""
    kernel = (kernel - 1) * dilation + 1
    total = max(kernel - (stride if size % stride == 0 else size % stride), 0)
    effective = same_sides(size, (kernel - 1) // dilation + 1, stride, dilation)
    assert effective == Sides(total // 2, total - total // 2)
    op = make("conv", filters=1, kernel=(kernel - 1) // dilation + 1, stride=stride,
              dilation=dilation, padding="same")  # fmt: skip
    assert op.infer(((1, size),)) == (1, ceil(size / stride))


def test_same_average_leaves_padding_out() -> None:
    x = torch.rand(1, 1, 4, 6)
    ones = torch.ones(1, 1, 4, 6)
    module = lower(make("avg_pool", kernel=3, stride=2, padding="same"), ((1, 4, 6),))
    padded = [F.avg_pool2d(F.pad(t, (0, 1, 0, 1)), 3, 2) for t in (x, ones)]
    torch.testing.assert_close(module(x), padded[0] / padded[1])
    assert torch.equal(module(ones), torch.ones(1, 1, 2, 3))


def test_same_maximum_is_never_padding() -> None:
    module = lower(make("max_pool", kernel=3, stride=2, padding="same"), ((1, 4, 4),))
    assert module(torch.full((1, 1, 4, 4), -5.0)).unique().tolist() == [-5.0]


def check_field(op: Operator, inputs: Shapes) -> None:
    """The declared field, cut off at the input's edges, is what gradients flow to."""
    output = op.infer(inputs)
    for index, axes in enumerate(op.field(inputs, output)):
        if len(output) != len(inputs[index]):
            continue
        for axis, field in enumerate(axes):
            length = inputs[index][axis + 1]
            found = reads(op, inputs, index, axis)
            for position, seen in found.items():
                if isinstance(field, Whole):
                    assert seen == (0, length - 1)
                elif isinstance(field, Bins):
                    assert seen == field.spans[position]
                else:
                    check_window(field, position, length, seen)


def check_window(field: Window, position: int, length: int, seen: tuple[int, int] | None) -> None:
    """Dilation and stride leave gaps, so a declared interval may be wider than what is read."""
    low = max(ceil(position * field.stride + field.low), 0)
    high = min(int((position * field.stride + field.high) // 1), length - 1)
    if field == NOWHERE:
        assert seen is None
    elif seen is not None:
        assert low <= seen[0] <= seen[1] <= high
    else:
        assert low > high or field.high - field.low > 1 or field.stride < 1


def exact(name: str, chosen: dict[str, Any]) -> bool:
    """Whether windows have no gaps, so that a declared interval is read to both its ends."""
    return name not in ("conv_transpose",) and chosen.get("dilation", 1) == 1


FIELDS: list[tuple[str, dict[str, Any], Shapes]] = [
    ("conv", {"filters": 2, "kernel": 3, "stride": 2, "padding": 1}, ((2, 8, 9),)),
    ("conv", {"filters": 2, "kernel": [2, 3], "padding": "same"}, ((2, 5, 6),)),
    ("conv", {"filters": 2, "kernel": 3, "dilation": 2, "padding": [[1, 3]]}, ((2, 9),)),
    ("depthwise_conv", {"kernel": 3, "stride": 3}, ((2, 10, 10),)),
    ("conv_transpose", {"filters": 2, "kernel": 3, "stride": 2, "padding": 1}, ((2, 4, 4),)),
    ("conv_transpose", {"filters": 1, "kernel": 2, "stride": 3, "output_padding": 1}, ((2, 4),)),
    ("conv_transpose", {"filters": 1, "kernel": 3, "stride": 2, "dilation": 2}, ((2, 4),)),
    ("avg_pool", {"kernel": 3, "stride": 2, "ceil": True}, ((2, 8, 6),)),
    ("avg_pool", {"kernel": 3, "stride": 2, "padding": "same"}, ((2, 8, 7),)),
    ("adaptive_avg_pool", {"size": [3, 5]}, ((2, 7, 5),)),
    ("adaptive_avg_pool", {"size": 7}, ((2, 3),)),
    ("global_avg_pool", {}, ((2, 3, 4),)),
    ("upsample", {"factor": 3}, ((2, 3, 2),)),
    ("upsample", {"factor": 2, "mode": "bilinear"}, ((2, 4, 3),)),
    ("upsample", {"factor": 3, "mode": "bilinear"}, ((2, 4),)),
    ("upsample", {"factor": 4, "mode": "bilinear"}, ((2, 3),)),
    ("upsample", {"size": [5, 2], "mode": "bilinear"}, ((2, 3, 3),)),
    ("upsample", {"size": 5, "mode": "bilinear", "align_corners": True}, ((2, 3),)),
    ("upsample", {"size": 1, "mode": "bilinear", "align_corners": True}, ((2, 3),)),
    ("upsample", {"size": [5, 2]}, ((2, 3, 3),)),
    ("pad", {"padding": [[1, 2], [0, 1]]}, ((2, 3, 3),)),
    ("pad", {"padding": [[1, 2], [0, 1]], "mode": "reflect"}, ((2, 4, 3),)),
    ("pad", {"padding": 2, "mode": "replicate"}, ((2, 4),)),
    ("crop", {"size": [2, 3]}, ((2, 5, 6),)),
    ("crop", {"like": "other", "offset": 1}, ((2, 5), (1, 3))),
    ("slice", {"positions": [[1, 3], [0, 2]]}, ((2, 5, 6),)),
    ("pixel_shuffle", {"factor": 2}, ((8, 3, 2),)),
    ("channel_shuffle", {"groups": 2}, ((4, 3, 2),)),
    ("permute", {"order": [1, 0, 2]}, ((2, 2, 3),)),
    ("batch_norm", {}, ((2, 3, 3),)),
    ("layer_norm", {}, ((4, 3, 3),)),
    ("group_norm", {"groups": 2}, ((4, 3, 3),)),
    ("instance_norm", {}, ((2, 3, 3),)),
    ("lrn", {}, ((4, 3, 3),)),
    ("add", {}, ((2, 3, 3), (2, 3, 3))),
    ("mul", {}, ((2, 3, 3), (2, 1, 3))),
    ("concat", {}, ((2, 3, 3), (1, 3, 3))),
    ("softmax", {}, ((4, 3, 3),)),
]


@pytest.mark.parametrize(("name", "chosen", "inputs"), FIELDS)
def test_fields_are_what_gradients_reach(name: str, chosen: dict[str, Any], inputs: Shapes) -> None:
    op = make(name, **chosen)
    check_field(op, inputs)
    if not exact(name, chosen) or name == "permute":
        return
    output = op.infer(inputs)
    for index, axes in enumerate(op.field(inputs, output)):
        for axis, field in enumerate(axes):
            if isinstance(field, Window) and field.low <= field.high:
                length = inputs[index][axis + 1]
                for p, seen in reads(op, inputs, index, axis).items():
                    low = max(ceil(p * field.stride + field.low), 0)
                    high = min(int((p * field.stride + field.high) // 1), length - 1)
                    assert seen == ((low, high) if low <= high else None)


@given(convolution())
@settings(quick, max_examples=15)
def test_fields_of_random_convolutions(case: Case) -> None:
    name, chosen, inputs = case
    op = make_or_none(name, chosen)
    if op is None:
        return
    try:
        op.infer(inputs)
    except ShapeError:
        return
    check_field(op, inputs)
