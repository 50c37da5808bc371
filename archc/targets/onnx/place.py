"""Where a rule writes: the node at hand, the values it reads, and the sheet that collects ONNX nodes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import prod
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from archc.graph.graph import Node
from archc.ops.base import Shape, Shapes

if TYPE_CHECKING:
    from torch import Tensor

Setting: TypeAlias = int | float | str | Sequence[int]


class Step(NamedTuple):
    """One ONNX node: ``kind`` is its operator, ``result`` the one value that it makes."""

    name: str
    kind: str
    reads: tuple[str, ...]
    result: str
    settings: Mapping[str, Setting]
    doc: str = ""


class Constant(NamedTuple):
    """Numbers of an initialiser, in row-major order: of the weights' type, or int64 if they are ``int``s."""

    shape: Shape
    numbers: tuple[float, ...] | tuple[int, ...]
    whole: bool


class Weight(NamedTuple):
    """A tensor of the state dict as an initialiser, in another ``shape`` of as many numbers."""

    tensor: Tensor
    shape: Shape


@dataclass
class Sheet:
    """What the rules have written so far: ONNX nodes in order, and initialisers by name."""

    state: Mapping[str, Tensor]
    steps: list[Step] = field(default_factory=list)
    initialisers: dict[str, Weight | Constant] = field(default_factory=dict)


@dataclass(frozen=True)
class Place:
    """One node of the graph, for its rule. Values are named; shapes leave out the batch axis."""

    node: Node
    inputs: tuple[str, ...]  # the values it reads, in order
    sheet: Sheet
    word: str = ""  # of a part of the node, whose result is not the node's

    @property
    def shapes(self) -> Shapes:
        return self.node.input_shapes

    @property
    def shape(self) -> Shape:
        """The result's."""
        return self.node.shape

    @property
    def axes(self) -> int:
        """The number of spatial axes of the first input."""
        return len(self.shapes[0]) - 1

    def result(self, kind: str, *reads: str, **settings: Setting) -> str:
        """The ONNX node that makes the result; it has the name and the label of the graph's node."""
        if self.word:
            return self.step(self.word, kind, *reads, **settings)
        node = self.node
        self.sheet.steps.append(Step(node.name, kind, reads, node.name, settings, node.label))
        return node.name

    def step(self, word: str, kind: str, *reads: str, **settings: Setting) -> str:
        """An ONNX node on the way there: ``fc/flatten`` where the ``word`` is flatten."""
        name = f"{self.node.name}/{word}"
        self.sheet.steps.append(Step(name, kind, reads, name, settings))
        return name

    def part(self, word: str, inputs: tuple[str, ...]) -> Place:
        """The place of an operator within this one: what it makes is a step called ``word``."""
        return replace(self, inputs=inputs, word=word)

    def tensor(self, key: str, shape: Shape | None = None) -> str:
        """The initialiser of a weight or buffer, named as in the state dict.

        It has the given shape, or its own. Nodes that share weights share the initialiser.
        """
        name = self.state_name(key)
        tensor = self.sheet.state[name]
        shape = tuple(tensor.shape) if shape is None else shape
        return self._initialiser(name, Weight(tensor, shape))

    def state_name(self, key: str) -> str:
        """``conv1.weight``, of the node whose weights this one uses."""
        return f"{(self.node.shared or self.node).name}.{key}"

    def replaced(self, key: str, tensor: Tensor) -> str:
        """The initialiser of a weight that ONNX wants in another form."""
        return self._initialiser(self.state_name(key), Weight(tensor, tuple(tensor.shape)))

    def per_channel(self, key: str) -> str:
        """A weight with a number for each channel, shaped to be broadcast over the positions."""
        length = prod(self.sheet.state[self.state_name(key)].shape)
        return self.tensor(key, (length,) + (1,) * self.axes)

    def numbers(self, word: str, numbers: Iterable[float], shape: Shape | None = None) -> str:
        """An initialiser of numbers, in the type of the weights; a list unless ``shape`` says more."""
        values = tuple(float(number) for number in numbers)
        constant = Constant((len(values),) if shape is None else shape, values, whole=False)
        return self._initialiser(f"{self.node.name}/{word}", constant)

    def number(self, word: str, number: float) -> str:
        """An initialiser of one number, without axes."""
        return self.numbers(word, (number,), ())

    def whole(self, word: str, numbers: Iterable[int], shape: Shape | None = None) -> str:
        """An initialiser of whole numbers: shapes, positions, axes."""
        values = tuple(int(number) for number in numbers)
        constant = Constant((len(values),) if shape is None else shape, values, whole=True)
        return self._initialiser(f"{self.node.name}/{word}", constant)

    def reshaped(self, word: str, value: str, shape: Sequence[int]) -> str:
        """``value`` in another shape, the batch axis kept."""
        return self.step(word, "Reshape", value, self.whole(f"{word}.shape", (0, *shape)))

    def _initialiser(self, name: str, content: Weight | Constant) -> str:
        known = self.sheet.initialisers.get(name)
        if known is not None and known.shape != content.shape:
            # weights that are shared among values of different rank
            name = f"{name}:{'x'.join(map(str, content.shape))}"
        self.sheet.initialisers[name] = content
        return name
