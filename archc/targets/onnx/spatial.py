"""Cutting, padding and resizing."""

from __future__ import annotations

from archc.ops import spatial
from archc.ops.numbers import per_axis
from archc.ops.windows import sides
from archc.targets.onnx.arrange import sliced
from archc.targets.onnx.place import Place
from archc.targets.onnx.rules import rule

MODES = {"zero": "constant", "reflect": "reflect", "replicate": "edge"}


@rule(spatial.Crop)
def crop(op: spatial.Crop, at: Place) -> str:
    """The node that `like` names gives its size, which is known: its value is not read."""
    sizes, wanted = at.shapes[0][1:], at.shape[1:]
    if op.offset is None:
        starts = tuple((size - n) // 2 for size, n in zip(sizes, wanted, strict=True))
    else:
        starts = per_axis(op.offset, at.axes, "offset")
    stops = tuple(start + n for start, n in zip(starts, wanted, strict=True))
    return sliced(at, starts, stops, tuple(range(2, 2 + at.axes)))


@rule(spatial.Pad)
def pad(op: spatial.Pad, at: Place) -> str:
    around = sides(op.padding, at.axes)
    before = (0, op.channels[0], *(side.before for side in around))
    after = (0, op.channels[1], *(side.after for side in around))
    pads = at.whole("pads", before + after)
    value = (at.number("value", op.value),) if op.mode == "zero" else ()
    return at.result("Pad", *at.inputs, pads, *value, mode=MODES[op.mode])


@rule(spatial.Upsample)
def upsample(op: spatial.Upsample, at: Place) -> str:
    """PyTorch's coordinates; a map that keeps its size keeps its values."""
    axes = tuple(range(2, 2 + at.axes))
    settings: dict[str, str] = {"mode": "nearest", "nearest_mode": "floor"}
    coordinates = "asymmetric"
    if op.mode == "bilinear":
        settings = {"mode": "linear"}
        coordinates = "align_corners" if op.align_corners else "half_pixel"
    sizes = at.whole("sizes", at.shape[1:])
    return at.result(
        "Resize",
        *at.inputs,
        "",
        "",
        sizes,
        axes=axes,
        coordinate_transformation_mode=coordinates,
        **settings,
    )
