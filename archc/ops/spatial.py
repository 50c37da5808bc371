"""Operators that change height and width without weights: cutting, padding, resizing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import floor

from archc.ops.arrange import section
from archc.ops.base import (
    NOWHERE,
    AttributeMistake,
    AxisField,
    Bins,
    Example,
    Kept,
    Kind,
    Operator,
    Shape,
    ShapeError,
    Shapes,
    Window,
    attr,
)
from archc.ops.conv import printed
from archc.ops.formula import Formula, plus, times
from archc.ops.kinds import (
    BOOL,
    NUMBER,
    OFFSET,
    SIDES,
    SIZE,
    Padding,
    Size,
    choice,
    numbers,
)
from archc.ops.lowering import Lowered
from archc.ops.merge import text
from archc.ops.numbers import per_axis
from archc.ops.windows import Sides, by_sign, sides

CENTER_CROP = '''
def center_crop(x: Tensor, size: tuple[int, ...]) -> Tensor:
    """The middle of ``x``, of this size along the spatial axes."""
    for axis, wanted in enumerate(size, start=2):
        x = x.narrow(axis, (x.shape[axis] - wanted) // 2, wanted)
    return x
'''.lstrip()

OFFSET_CROP = '''
def offset_crop(x: Tensor, starts: tuple[int, ...], size: tuple[int, ...]) -> Tensor:
    """The part of ``x`` from ``starts`` on, of this size along the spatial axes."""
    for axis, (start, wanted) in enumerate(zip(starts, size, strict=True), 2):
        x = x.narrow(axis, start, wanted)
    return x
'''.lstrip()


def _check_node(value: object) -> str:
    if isinstance(value, str) and value[:1].isalpha():
        return value
    raise ValueError("the name of a node")


NODE = Kind("node", {"type": "string"}, _check_node)


@dataclass(frozen=True)
class Crop(Operator, name="crop", family="shape"):
    """A part of each map, from the middle or an offset, as large as given or as another node."""

    size: Size | None = attr(SIZE, "height and width of the part", None)
    like: str | None = attr(NODE, "a node whose height and width the part takes", None)
    offset: Size | None = attr(
        OFFSET, "first row and column; the part is centred if left out", None
    )

    arity = (1, 2)  # the node that `like` names is the second input
    reads = "like"
    rank = (2, 4)
    view = True
    keeps = ""
    source = "Ronneberger, Fischer and Brox, U-Net, 2015"
    examples = (
        Example({"size": 56}, ((512, 64, 65),), (512, 56, 56)),
        Example({"like": "up"}, ((512, 64, 64), (256, 56, 56)), (512, 56, 56)),
        Example({"like": "up", "offset": 5}, ((21, 44, 44), (21, 34, 34)), (21, 34, 34)),
        Example({"size": 4, "offset": 2}, ((3, 9),), (3, 4)),
        Example({"size": [2, 3, 4], "offset": [0, 1, 2]}, ((2, 6, 6, 6),), (2, 2, 3, 4)),
    )

    def check(self) -> None:
        if (self.size is None) == (self.like is None):
            help = "write one of the two: size: 56, or the name of a node: like: up"
            raise AttributeMistake("size", "crop needs either 'size' or 'like'", help)

    def _cuts(self, inputs: Shapes) -> list[tuple[int, int]]:
        """First and one-past-last position along each axis."""
        sizes = inputs[0][1:]
        wanted = inputs[-1][1:] if self.size is None else per_axis(self.size, len(sizes), "size")
        if self.offset is None:
            return [
                ((size - n) // 2, (size - n) // 2 + n)
                for size, n in zip(sizes, wanted, strict=True)
            ]
        offsets = per_axis(self.offset, len(sizes), "offset")
        return [(first, first + n) for first, n in zip(offsets, wanted, strict=True)]

    def infer(self, inputs: Shapes) -> Shape:
        if len(inputs) != (1 if self.like is None else 2):
            raise ShapeError(
                f"crop reads one input, but `from` names {len(inputs)}",
                "name the node whose size to take under `like`",
                code="A045",
            )
        if len({len(shape) for shape in inputs}) > 1:
            raise ShapeError(
                f"crop cannot cut {text(inputs[0])} like {text(inputs[1])}",
                "both need as many axes",
                code="A062",
                inputs=(1,),
                setting="like",
            )
        cuts = self._cuts(inputs)
        for size, (start, stop) in zip(inputs[0][1:], cuts, strict=True):
            if start < 0 or stop > size:
                where = "" if self.offset is None else f" from {start} on"
                raise ShapeError(
                    f"crop cannot cut {stop - start}{where} out of {size}",
                    "it can only make maps smaller: crop the larger one, or pad the smaller",
                    code="A065",
                    inputs=(1,) if self.like is not None else (),
                    setting="size" if self.like is None else "like",
                )
        return (inputs[0][0], *(stop - start for start, stop in cuts))

    def sizes(self, inputs: Shapes, output: Shape) -> tuple[Formula | None, ...]:
        note = "as set" if self.like is None else f"as large as {self.like}"
        return (None, *(Formula(size, note) for size in output[1:]))

    def field(self, inputs: Shapes, output: Shape) -> tuple[tuple[AxisField, ...], ...]:
        starts = (Fraction(start) for start, _ in self._cuts(inputs))
        read = tuple(Window(Fraction(1), start, start) for start in starts)
        return (read, *((NOWHERE,) * len(read) for _ in inputs[1:]))

    def label(self, axes: int = 2) -> str:
        if self.size is None:
            return f"crop like {self.like}"
        return f"crop {by_sign(self.size, 1)}"

    def lower(self, inputs: Shapes, output: Shape) -> Lowered:
        if self.offset is not None and self.size is not None:
            return section([None, *self._cuts(inputs)])
        if self.offset is not None:  # by the other's shape, so that inputs of any size will do
            offset = per_axis(self.offset, len(output) - 1, "offset")
            forward = "offset_crop({0}, {offset}, {1}.shape[2:])"
            return Lowered(forward, values={"offset": offset}, support=(OFFSET_CROP,))
        if self.size is None:
            return Lowered("center_crop({0}, {1}.shape[2:])", support=(CENTER_CROP,))
        size = per_axis(self.size, len(output) - 1, "size")
        return Lowered("center_crop({0}, {size})", values={"size": size}, support=(CENTER_CROP,))


CHANNELS = numbers("two whole numbers [before, after]", 0, 2, 2)


@dataclass(frozen=True)
class Pad(Operator, name="pad", family="shape"):
    """More positions around each map, or more channels before and after."""

    padding: Padding = attr(SIDES, "positions added at each side", 0)
    channels: tuple[int, int] = attr(CHANNELS, "channels added before and after", (0, 0))
    mode: str = attr(
        choice("zero", "reflect", "replicate"),
        "what is added: a constant, or the edge's values",
        "zero",
    )
    value: float = attr(NUMBER, "the constant, for mode zero", 0)

    rank = (1, 4)
    source = "He et al., Deep residual learning for image recognition, 2016, option A"
    examples = (
        Example({"channels": [0, 16]}, ((16, 16, 16),), (32, 16, 16)),
        Example({"padding": [[0, 1], [2, 3]], "value": 0.5}, ((3, 8, 8),), (3, 9, 13)),
        Example({"padding": 2, "mode": "reflect"}, ((3, 8, 8),), (3, 12, 12)),
        Example({"padding": 1, "mode": "replicate"}, ((2, 5),), (2, 7)),
        Example({"padding": 1, "channels": [1, 0]}, ((2, 2, 3, 3),), (3, 4, 5, 5)),
        Example({"channels": [1, 2]}, ((5,),), (8,)),
    )

    def check(self) -> None:
        if self.mode != "zero" and any(self.channels):
            raise AttributeMistake(
                "channels", f"mode {self.mode} cannot add channels", "use mode zero"
            )
        if self.mode != "zero" and self.value != 0:
            raise AttributeMistake("value", f"mode {self.mode} takes no value", "use mode zero")

    def _sides(self, shape: Shape) -> tuple[Sides, ...]:
        return sides(self.padding, len(shape) - 1)

    def infer(self, inputs: Shapes) -> Shape:
        (shape,) = inputs
        if len(shape) == 1 and self.mode != "zero":
            raise ShapeError(
                f"mode {self.mode} needs a height or width", "use mode zero", setting="mode"
            )
        padded = self._sides(shape)
        for size, (before, after) in zip(shape[1:], padded, strict=True):
            if self.mode == "reflect" and max(before, after) >= size:
                raise ShapeError(
                    f"{size} positions cannot be reflected {max(before, after)} beyond the edge",
                    f"padding must be at most {size - 1} here, or mode replicate",
                    code="A065",
                    setting="padding",
                )
        sizes = (size + sum(side) for size, side in zip(shape[1:], padded, strict=True))
        return (shape[0] + sum(self.channels), *sizes)

    def field(self, inputs: Shapes, output: Shape) -> tuple[tuple[AxisField, ...], ...]:
        pairs = zip(inputs[0][1:], self._sides(inputs[0]), strict=True)
        return (tuple(self._axis_field(size, side) for size, side in pairs),)

    def _axis_field(self, size: int, side: Sides) -> AxisField:
        first = Fraction(-side.before)
        if self.mode == "zero" or not any(side):
            return Window(Fraction(1), first, first)
        last = size - 1
        read = range(-side.before, size + side.after)
        if self.mode == "replicate":
            sources = [min(max(p, 0), last) for p in read]
        else:
            sources = [last - abs(last - abs(p)) for p in read]
        return Bins(tuple((p, p) for p in sources))

    def sizes(self, inputs: Shapes, output: Shape) -> tuple[Formula | None, ...]:
        added = [self.channels, *self._sides(inputs[0])]
        return tuple(
            Formula(plus(before, size, after)) if before or after else None
            for size, (before, after) in zip(inputs[0], added, strict=True)
        )

    def kept(self, inputs: Shapes, output: Shape) -> Kept:
        return Kept(inputs=() if self.mode == "zero" else (0,))

    def lower(self, inputs: Shapes, output: Shape) -> Lowered:
        pad = [n for side in reversed(self._sides(inputs[0])) for n in side]
        if any(self.channels):
            pad += self.channels
        values: dict[str, object] = {"pad": tuple(pad)}
        if self.mode != "zero":
            return Lowered(f'F.pad({{0}}, {{pad}}, mode="{self.mode}")', values=values)
        if self.value == 0:
            return Lowered("F.pad({0}, {pad})", values=values)
        return Lowered("F.pad({0}, {pad}, value={value})", values=values | {"value": self.value})


LINEAR = {1: "linear", 2: "bilinear", 3: "trilinear"}


@dataclass(frozen=True)
class Upsample(Operator, name="upsample", family="shape"):
    """Larger maps: each value repeated, or interpolated between neighbours."""

    factor: Size | None = attr(SIZE, "how many times higher and wider", None)
    size: Size | None = attr(SIZE, "height and width of the result", None)
    mode: str = attr(
        choice("nearest", "bilinear"), "repeat, or interpolate (along every axis)", "nearest"
    )
    align_corners: bool = attr(BOOL, "corner values stay at the corners; bilinear only", False)

    rank = (2, 4)
    keeps = ""
    source = "https://docs.pytorch.org/docs/stable/generated/torch.nn.functional.interpolate.html"
    examples = (
        Example({"factor": 2}, ((256, 13, 13),), (256, 26, 26)),
        Example({"size": [10, 7], "mode": "bilinear"}, ((8, 4, 5),), (8, 10, 7)),
        Example({"factor": 2, "mode": "bilinear", "align_corners": True}, ((8, 4, 4),), (8, 8, 8)),
        Example({"factor": 3, "mode": "bilinear"}, ((2, 5),), (2, 15)),
        Example({"factor": [1, 2, 2]}, ((2, 2, 3, 3),), (2, 2, 6, 6)),
        Example({"factor": 2, "mode": "bilinear"}, ((2, 2, 3, 3),), (2, 4, 6, 6)),
    )

    def check(self) -> None:
        if (self.factor is None) == (self.size is None):
            help = "write one of the two: factor: 2, or size: 64"
            raise AttributeMistake("factor", "upsample needs either 'factor' or 'size'", help)
        if self.align_corners and self.mode == "nearest":
            help = "write mode: bilinear, or leave it out"
            raise AttributeMistake("align_corners", "align_corners needs mode bilinear", help)

    def infer(self, inputs: Shapes) -> Shape:
        channels, *sizes = inputs[0]
        if self.factor is None:
            return (channels, *per_axis(self.size or 1, len(sizes), "size"))
        factors = per_axis(self.factor, len(sizes), "factor")
        return (channels, *(size * factor for size, factor in zip(sizes, factors, strict=True)))

    def field(self, inputs: Shapes, output: Shape) -> tuple[tuple[AxisField, ...], ...]:
        pairs = zip(inputs[0][1:], output[1:], strict=True)
        return (tuple(self._axis_field(size, wanted) for size, wanted in pairs),)

    def _axis_field(self, size: int, wanted: int) -> AxisField:
        if wanted % size or self.align_corners:
            return Bins(tuple(self._bins(size, wanted)))
        step = Fraction(size, wanted)
        if self.mode == "nearest":
            return Window(step, step - 1, Fraction(0))
        if wanted == size:
            return Window(step, Fraction(0), Fraction(0))
        return Window(step, step - Fraction(3, 2), Fraction(1, 2))

    def _bins(self, size: int, wanted: int) -> Iterator[tuple[int, int]]:
        """First and last position that output p reads, from PyTorch's coordinates."""
        for p in range(wanted):
            if self.mode == "nearest":
                yield (p * size // wanted,) * 2
                continue
            if self.align_corners:
                at = Fraction(p * (size - 1), max(wanted - 1, 1))
            else:
                at = max((p + Fraction(1, 2)) * size / wanted - Fraction(1, 2), Fraction(0))
            low = floor(at)
            yield low, min(low + (at != low), size - 1)

    def sizes(self, inputs: Shapes, output: Shape) -> tuple[Formula | None, ...]:
        if self.factor is None:
            return (None, *(Formula(size, "as set") for size in output[1:]))
        factors = per_axis(self.factor, len(output) - 1, "factor")
        pairs = zip(inputs[0][1:], factors, strict=True)
        return (None, *(Formula(times(size, factor)) for size, factor in pairs))

    def label(self, axes: int = 2) -> str:
        if self.factor is None:
            return f"{self.mode} upsample"
        return f"{self.mode} upsample, ×{by_sign(self.factor, 1)}"

    def lower(self, inputs: Shapes, output: Shape) -> Lowered:
        mode = "nearest" if self.mode == "nearest" else LINEAR[len(output) - 1]
        align = ", align_corners=True" if self.align_corners else ""
        key, value = ("size", self.size) if self.factor is None else ("scale_factor", self.factor)
        template = f'F.interpolate({{0}}, {key}={{{key}}}, mode="{mode}"{align})'
        return Lowered(template, values={key: printed(value or 1)})
