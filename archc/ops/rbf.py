"""LeNet-5's output units."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Any

from archc.ops.base import (
    AttributeMistake,
    AxisField,
    Example,
    Kept,
    Kind,
    Operator,
    Shape,
    ShapeError,
    Shapes,
    Whole,
    attr,
)
from archc.ops.formula import Formula
from archc.ops.kinds import POSITIVE
from archc.ops.linear import flattened
from archc.ops.lowering import Arg, Call, Lowered

# The ten digits drawn 7 wide and 12 high, after Fig. 3 of the paper: # is +1 (ink), . is -1.
DIGITS = """
..###.. ...#... .#####. .#####. ....##. ####### ..####. ####### .#####. .#####.
.##.##. ..##... ##...## ##...## ...###. ##..... .##.... .....## ##...## ##...##
##...## .###... .....## .....## ..####. ##..... ##..... .....## ##...## ##...##
##...## ...#... .....## .....## .##.##. ##..... ##..... ....##. ##...## ##...##
##...## ...#... ....##. ....##. ##..##. ######. ######. ....##. .#####. ##...##
##...## ...#... ...##.. ..###.. ##..##. .....## ##...## ...##.. .#####. .######
##...## ...#... ..##... ....##. ####### .....## ##...## ...##.. ##...## .....##
##...## ...#... .##.... .....## ....##. .....## ##...## ..##... ##...## .....##
.##.##. ...#... ##..... ##...## ....##. ##...## ##...## ..##... ##...## ....##.
..###.. .#####. ####### .#####. ....##. .#####. .#####. ..##... .#####. .####..
....... ....... ....... ....... ....... ....... ....... ....... ....... .......
....... ....... ....... ....... ....... ....... ....... ....... ....... .......
"""


def _digit_codes() -> tuple[str, ...]:
    rows = [line.split() for line in DIGITS.split("\n") if line]
    signs = str.maketrans("#.", "+-")
    return tuple("".join(glyph).translate(signs) for glyph in zip(*rows, strict=True))


NAMED = {"lenet5": _digit_codes()}
EXPECTED = "lenet5, or a list of codes, each a list of 1 and -1 or a text of + and -"


def _code(value: Any) -> str:
    if isinstance(value, str) and value and set(value) <= {"+", "-"}:
        return value
    if isinstance(value, list | tuple) and value and all(item in (1, -1) for item in value):
        return "".join("+" if item == 1 else "-" for item in value)
    raise ValueError(EXPECTED)


def _check_codes(value: Any) -> str | tuple[str, ...]:
    if isinstance(value, str) and value in NAMED:
        return value
    if not isinstance(value, list | tuple) or not value:
        raise ValueError(EXPECTED)
    codes = tuple(map(_code, value))
    if len(set(map(len, codes))) != 1:
        raise ValueError("of one length")
    return codes


SIGNS = {"type": "array", "items": {"enum": [1, -1]}, "minItems": 1}
SIGN_TEXT = {"type": "string", "pattern": "^[+-]+$"}
CODES = Kind(
    "lenet5 | list of codes",
    {
        "oneOf": [
            {"enum": list(NAMED)},
            {"type": "array", "items": {"oneOf": [SIGNS, SIGN_TEXT]}, "minItems": 1},
        ]
    },
    _check_codes,
)

RBF_SOURCE = '''
class RBF(nn.Module):
    """Squared Euclidean distance of the input to each of a set of fixed codes of ±1.

    LeCun et al. 1998, Gradient-based learning applied to document recognition, eq. 7.
    """

    def __init__(self, codes: tuple[str, ...]) -> None:
        super().__init__()
        signs = [[1.0 if sign == "+" else -1.0 for sign in code] for code in codes]
        self.register_buffer("codes", torch.tensor(signs))

    def forward(self, x: Tensor) -> Tensor:
        return (x.unsqueeze(1) - self.codes).square().sum(dim=2)
'''.lstrip()


@dataclass(frozen=True)
class RBF(Operator, name="rbf", family="fully_connected"):
    """LeNet-5's output: the squared distance of the input to each class's fixed code of ±1."""

    units: int = attr(POSITIVE, "number of classes")
    codes: str | tuple[str, ...] = attr(
        CODES,
        "a code for each class; lenet5 stands for the digits as 7 × 12 bitmaps",
        "lenet5",
    )

    source = "LeCun et al., Gradient-based learning applied to document recognition, 1998, eq. 7"
    examples = (
        Example({"units": 10, "codes": "lenet5"}, ((84,),), (10,)),
        Example({"units": 2, "codes": [[1, -1, 1, 1], [-1, -1, 1, -1]]}, ((1, 2, 2),), (2,)),
    )

    @property
    def rows(self) -> tuple[str, ...]:
        """The codes, each a text of + and -."""
        return NAMED[self.codes] if isinstance(self.codes, str) else self.codes

    def check(self) -> None:
        if len(self.rows) != self.units:
            raise AttributeMistake(
                "units",
                f"{self.units} units do not go with {len(self.rows)} codes",
                "write one code for each unit",
            )

    def infer(self, inputs: Shapes) -> Shape:
        size, wanted = prod(inputs[0]), len(self.rows[0])
        if size != wanted:
            raise ShapeError(
                f"the input has {size} numbers, but the codes have {wanted}",
                f"put an fc with {wanted} units before it",
                code="A066",
                setting="codes",
            )
        return (self.units,)

    def sizes(self, inputs: Shapes, output: Shape) -> tuple[Formula | None, ...]:
        return (Formula(self.units, "the units"),)

    def buffers(self, inputs: Shapes) -> dict[str, Shape]:
        return {"codes": (self.units, len(self.rows[0]))}

    def field(self, inputs: Shapes, output: Shape) -> tuple[tuple[AxisField, ...], ...]:
        return ((Whole(),) * (len(inputs[0]) - 1),)

    def kept(self, inputs: Shapes, output: Shape) -> Kept:
        differences = self.units * len(self.rows[0])
        return Kept(values=differences, working=2 * differences)

    def label(self, axes: int = 2) -> str:
        return f"RBF {self.units}"

    def lower(self, inputs: Shapes, output: Shape) -> Lowered:
        forward = f"{{self}}({flattened(inputs[0])})"
        return Lowered(forward, Call("RBF", (Arg("", self.rows),)), support=(RBF_SOURCE,))
