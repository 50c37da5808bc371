"""Operators that join branches."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from functools import reduce
from itertools import accumulate
from math import prod
from typing import NoReturn

from archc.ops.base import (
    POINT,
    AxisField,
    Example,
    Kept,
    Operator,
    Shape,
    ShapeError,
    Shapes,
    Whole,
)
from archc.ops.formula import Formula, plus
from archc.ops.lowering import Lowered


def text(shape: Shape) -> str:
    """A shape as messages write it: ``64 × 56 × 56``."""
    return " × ".join(map(str, shape))


def refuse(name: str, inputs: Shapes, kinds: list[Shape], help: str) -> NoReturn:
    """Raise the mistake of inputs that are unlike; ``kinds`` holds of each what ought to agree."""
    usual = Counter(kinds).most_common(1)[0][0]
    odd = tuple(index for index, kind in enumerate(kinds) if kind != usual)
    first = kinds.index(usual)
    raise ShapeError(
        f"{name} cannot join {text(inputs[first])} (input {first + 1}) "
        f"and {text(inputs[odd[0]])} (input {odd[0] + 1})",
        help,
        code="A062",
        inputs=odd,
    )


def sizes_help(name: str, one: Shape, other: Shape) -> str:
    """What to do about two branches of unlike sizes."""
    if len(one) != len(other):
        return "the inputs need as many axes; `flatten` or a global pool takes away axes"
    if one[1:] != other[1:]:
        larger = 1 if sum(one[1:]) > sum(other[1:]) else 2
        return (
            f"make height and width equal: `padding: same` or other strides above, "
            f"or crop the larger (input {larger}) with `crop: {{like: …}}`"
        )
    return f"{name} needs as many channels; a 1×1 conv with {one[0]} filters on input 2 gives them"


MOST = 100  # terms of a sum in one bracket: Python reads no expression that is a thousand deep


class Merge(Operator):
    """Base of operators of two or more inputs."""

    arity = (2, None)
    keeps = ""
    torch = ""  # what joins the inputs in the lowering
    owned = False  # no derivative reads the result

    def lower(self, inputs: Shapes, output: Shape) -> Lowered:
        parts = [f"{{{index}}}" for index in range(len(inputs))]
        while self.torch != ", " and len(parts) > MOST:
            groups = (parts[first : first + MOST] for first in range(0, len(parts), MOST))
            parts = [f"({self.torch.join(group)})" for group in groups]
        return Lowered(self.torch.join(parts), owned=self.owned)


@dataclass(frozen=True)
class Concat(Merge, name="concat", family="merge"):
    """Concatenation: the channels of all inputs, one after another."""

    source = "Szegedy et al., Going deeper with convolutions, 2015"
    examples = (
        Example({}, ((64, 28, 28), (128, 28, 28), (32, 28, 28)), (224, 28, 28)),
        Example({}, ((3,), (4,)), (7,)),
        Example({}, ((2, 9), (2, 9)), (4, 9)),
        Example({}, ((1, 2, 3, 3), (2, 2, 3, 3)), (3, 2, 3, 3)),
    )

    torch = ", "
    same_gradient = True

    def infer(self, inputs: Shapes) -> Shape:
        kinds = [shape[1:] for shape in inputs]
        if any(kind != kinds[0] for kind in kinds):
            other = next(shape for shape in inputs if shape[1:] != kinds[0])
            refuse(self.name, inputs, kinds, sizes_help(self.name, inputs[0], other))
        return (sum(shape[0] for shape in inputs), *kinds[0])

    def sizes(self, inputs: Shapes, output: Shape) -> tuple[Formula | None, ...]:
        channels = Formula(plus(*(shape[0] for shape in inputs)))
        return (channels, *(None,) * (len(output) - 1))

    def lower(self, inputs: Shapes, output: Shape) -> Lowered:
        joined = super().lower(inputs, output).forward
        return Lowered(f"torch.cat([{joined}], dim=1)", owned=True)


@dataclass(frozen=True)
class Add(Merge, name="add", family="merge"):
    """Sum of inputs of equal shape, as at the end of a residual unit."""

    source = "He et al., Deep residual learning for image recognition, 2016"
    examples = (
        Example({}, ((64, 56, 56), (64, 56, 56)), (64, 56, 56)),
        Example({}, ((5,), (5,), (5,)), (5,)),
        Example({}, ((2, 9), (2, 9)), (2, 9)),
        Example({}, ((2, 2, 3, 3), (2, 2, 3, 3)), (2, 2, 3, 3)),
    )

    torch = " + "
    owned = True
    same_gradient = True

    def kept(self, inputs: Shapes, output: Shape) -> Kept:
        return Kept(working=prod(output) if len(inputs) > 2 else 0)

    def infer(self, inputs: Shapes) -> Shape:
        for other in inputs[1:]:
            if other != inputs[0]:
                refuse(self.name, inputs, list(inputs), sizes_help(self.name, inputs[0], other))
        return inputs[0]

    def lower(self, inputs: Shapes, output: Shape) -> Lowered:
        lowered = super().lower(inputs, output)
        return lowered if len(inputs) > 2 else replace(lowered, in_place="{0}.add_({1})")


def broadcast(one: Shape, other: Shape) -> Shape:
    """The shape of a product of two, whose sizes are equal or 1."""
    return tuple(map(max, one, other))


@dataclass(frozen=True)
class Mul(Merge, name="mul", family="merge"):
    """Product of inputs, number by number; an axis of size 1 is repeated to fit the others."""

    source = "Hu, Shen and Sun, Squeeze-and-excitation networks, 2018"
    examples = (
        Example({}, ((64, 56, 56), (64, 1, 1)), (64, 56, 56)),
        Example({}, ((5,), (5,)), (5,)),
        Example({}, ((2, 9), (1, 9)), (2, 9)),
        Example({}, ((2, 2, 3, 3), (2, 1, 3, 3)), (2, 2, 3, 3)),
    )

    torch = " * "

    def infer(self, inputs: Shapes) -> Shape:
        ranks: list[Shape] = [(len(shape),) for shape in inputs]
        if len(set(ranks)) > 1:
            other = next(shape for shape in inputs if len(shape) != len(inputs[0]))
            refuse(self.name, inputs, ranks, sizes_help(self.name, inputs[0], other))
        shape = reduce(broadcast, inputs)
        for index, other in enumerate(inputs):
            if any(size not in (1, full) for size, full in zip(other, shape, strict=True)):
                first = 0 if index else 1
                raise ShapeError(
                    f"mul cannot join {text(inputs[first])} (input {first + 1}) "
                    f"and {text(other)} (input {index + 1})",
                    "along each axis the sizes must be equal, or 1",
                    code="A062",
                    inputs=(index,),
                )
        return shape

    def kept(self, inputs: Shapes, output: Shape) -> Kept:
        """All inputs, and of more than two the products on the way."""
        between = sum(map(prod, accumulate(inputs, broadcast))) - prod(inputs[0]) - prod(output)
        working = prod(output) if between else 0
        return Kept(tuple(range(len(inputs))), values=between, working=working)

    def field(self, inputs: Shapes, output: Shape) -> tuple[tuple[AxisField, ...], ...]:
        return tuple(
            tuple(
                POINT if size == full else Whole()
                for size, full in zip(shape[1:], output[1:], strict=True)
            )
            for shape in inputs
        )
