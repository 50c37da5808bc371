"""What a drawing of volumes gives to its page: the body, the legend, and how sizes are drawn."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from archc.drawing.palette import LEGEND, Theme
from archc.drawing.picture.page import Body, Key
from archc.drawing.volumes.tensors import ENLARGING, Tensor

MERGES = {"conv_transpose": "up-convolution", "pixel_shuffle": "pixel shuffle", "mul": "product"}
KERNEL = "kernel, through all channels that it reads"


class Drawing(NamedTuple):
    body: Body
    keys: tuple[Key, ...]
    fact: str  # how sizes are to be read


def keys(found: Sequence[Tensor], theme: Theme, kernels: str = "") -> Iterator[Key]:
    """A swatch for each kind of tensor, and for kernels where there are any."""
    kinds = {tensor.kind for tensor in found}
    for kind, colour in theme.families.items():
        if kind in kinds:
            words = merges(found) if kind == "merge" else LEGEND[kind]
            if kind == "input":
                words = "input"
            if kind == "folded":
                words = "result of a block"
            yield Key(words, "box", colour.fill, colour.stroke, colour.dashed)
    if kernels:
        yield Key(kernels, "square", theme.kernel, theme.kernel_stroke)


def merges(found: Iterable[Tensor]) -> str:
    """What the tensors in the colour of merges are: ``sum, up-convolution``."""
    names = {t.node.op.name for t in found if t.kind == "merge" or t.node.op.name in ENLARGING}
    return ", ".join(sorted(MERGES.get(name, name.replace("_", " ")) for name in names))
