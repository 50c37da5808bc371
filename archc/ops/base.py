"""What an operator is: attributes declared once, and the rules that follow from them.

From an operator's class come the schema fragment, the docs table, the checks and error texts, the
shape and weight rules, the receptive field and the lowering to PyTorch. Nothing here imports torch.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar, Literal, NamedTuple, TypeAlias

from archc.ops.formula import Formula, tensors
from archc.ops.lowering import Lowered

Shape: TypeAlias = tuple[int, ...]  # without the batch axis: (C, H, W)
Shapes: TypeAlias = tuple[Shape, ...]  # one for each input

Family = Literal[
    "input", "convolution", "pooling", "normalisation", "activation", "fully_connected",
    "merge", "dropout", "shape",
]  # fmt: skip


class ShapeError(Exception):
    """Shapes that an operator cannot take; the expander adds the place and the derivation.

    ``message`` says what is wrong, ``help`` what to do, ``code`` is the mistake's code.
    ``inputs`` are the positions (from 0) of the inputs that disagree with the rest, if that is known;
    ``setting`` is the one that the input does not go with, if there is one.
    """

    def __init__(
        self,
        message: str,
        help: str = "",
        code: str = "A064",
        inputs: tuple[int, ...] = (),
        setting: str = "",
    ) -> None:
        super().__init__(message)
        self.message, self.help, self.code = message, help, code
        self.inputs, self.setting = inputs, setting


class AttributeMistake(Exception):
    """A value that an attribute does not take. ``name`` is the attribute's; ``others`` would do."""

    def __init__(self, name: str, message: str, help: str = "", others: Sequence[int] = ()) -> None:
        super().__init__(message)
        self.name, self.message, self.help, self.others = name, message, help, others


class Remark(NamedTuple):
    """A warning about an operator's use, and what to do."""

    message: str
    help: str


class Window(NamedTuple):
    """Along one axis, output position p reads input positions p*stride + low … p*stride + high."""

    stride: Fraction
    low: Fraction
    high: Fraction


class Whole(NamedTuple):
    """Along one axis, every output position reads the whole input."""


class Bins(NamedTuple):
    """Along one axis, output position p reads input positions spans[p][0] … spans[p][1], both included."""

    spans: tuple[tuple[int, int], ...]


AxisField: TypeAlias = Window | Whole | Bins
NOWHERE = Window(Fraction(1), Fraction(0), Fraction(-1))  # reads no position: only shapes are used
POINT = Window(Fraction(1), Fraction(0), Fraction(0))


class Kept(NamedTuple):
    """What autograd keeps of one call until its backward pass, and what the call needs besides.

    ``inputs`` are the positions of the inputs that are kept as they are, ``output`` says whether the result
    is; neither takes memory of its own. What does: ``values`` of the result's type and ``bytes`` (masks,
    indices) for each sample, and ``fixed`` values whatever the batch. ``working`` values for each sample
    live while the call runs, beside its inputs and its result, whether anything is kept or not.
    """

    inputs: tuple[int, ...] = ()
    output: bool = False
    values: int = 0
    bytes: int = 0
    fixed: int = 0
    working: int = 0


@dataclass(frozen=True)
class Kind:
    """A type of attribute: its JSON Schema, how docs name it, and the check that also normalises.

    ``check`` returns the value as the operator holds it, or raises ``ValueError`` with a sentence
    that says what was expected ("a whole number of at least 1"), and as a second argument, if there
    is more to say than that, what to do.
    """

    name: str
    schema: Mapping[str, Any]
    check: Callable[[Any], Any]


@dataclass(frozen=True)
class Attribute:
    """One declared setting of an operator."""

    name: str
    kind: Kind
    doc: str
    default: Any = dataclasses.MISSING

    @property
    def required(self) -> bool:
        return self.default is dataclasses.MISSING


def attr(kind: Kind, doc: str, default: Any = dataclasses.MISSING) -> Any:
    """Declare an attribute: ``kernel: Axes = attr(SIZE, "height and width of the window")``."""
    metadata = {"kind": kind, "doc": doc}
    if default is dataclasses.MISSING:
        return dataclasses.field(metadata=metadata)
    return dataclasses.field(default=default, metadata=metadata)


class Example(NamedTuple):
    """One use of an operator, shown in the docs and run as a test: settings, inputs, result."""

    settings: Mapping[str, Any]
    inputs: Shapes
    output: Shape


OPERATORS: dict[str, type[Operator]] = {}


@dataclass(frozen=True)
class Operator:
    """Base of all operators; a subclass names itself: ``class Conv(Operator, name="conv", …)``.

    A subclass is a frozen dataclass whose fields are made with :func:`attr`, and whose docstring's
    first line is the sentence that schema, docs and ``archc ops`` show.
    """

    name: ClassVar[str] = ""
    family: ClassVar[Family] = "shape"
    arity: ClassVar[tuple[int, int | None]] = (1, 1)  # fewest and most inputs; None: no limit
    rank: ClassVar[tuple[int, int | None]] = (1, None)  # of the inputs' shapes, channels included
    role: ClassVar[Literal["", "norm", "act"]] = ""  # may stand as `norm:` or `act:` of a node
    weighted: ClassVar[bool] = False  # counts as a layer in the depth that papers quote
    view: ClassVar[bool] = False  # in evaluation the result shares its input's memory
    keeps: ClassVar[Literal["input", "output", ""]] = "input"  # what a derivative is computed from
    same_gradient: ClassVar[bool] = False  # the inputs' gradients lie in the memory of the result's
    reads: ClassVar[str] = ""  # the attribute that names one more node to read (crop's `like`)
    examples: ClassVar[tuple[Example, ...]] = ()
    source: ClassVar[str] = ""  # the paper or page the operator follows

    def __init_subclass__(cls, name: str = "", family: Family | None = None) -> None:
        if family is not None:
            cls.family = family
        if name:
            cls.name = name
            OPERATORS[name] = cls

    @classmethod
    def attributes(cls) -> dict[str, Attribute]:
        """The declared settings by name, in order."""
        cached = cls.__dict__.get("_attributes")
        if cached is None:
            cached = {
                f.name: Attribute(f.name, f.metadata["kind"], f.metadata["doc"], f.default)
                for f in dataclasses.fields(cls)
                if "kind" in f.metadata
            }
            cls._attributes = cached  # type: ignore[attr-defined]
        return cached

    @classmethod
    def make(cls, settings: Mapping[str, Any]) -> Operator:
        """The operator with these settings, each checked.

        Raises:
            AttributeMistake: a setting is unknown, missing, or of a value it does not take.
        """
        declared = cls.attributes()
        checked = {key: cls.checked(key, value) for key, value in settings.items()}
        for key, attribute in declared.items():
            if attribute.required and key not in checked:
                raise AttributeMistake(key, f"{cls.name} needs '{key}': {attribute.doc}")
        made = cls(**checked)
        made.check()
        return made

    @classmethod
    def checked(cls, key: str, value: Any) -> Any:
        """The value of one setting, as the operator holds it.

        Raises:
            AttributeMistake: the setting is unknown, or does not take this value.
        """
        attribute = cls.attributes().get(key)
        if attribute is None:
            raise AttributeMistake(key, f"{cls.name} has no setting '{key}'")
        try:
            return attribute.kind.check(value)
        except ValueError as error:
            expected, *help = error.args
            message = f"{key} must be {expected}, not {show(value)}"
            raise AttributeMistake(key, message, *help) from None

    def check(self) -> None:
        """Raise :class:`AttributeMistake` where settings contradict each other."""

    def infer(self, inputs: Shapes) -> Shape:
        """The output's shape. Rank and number of inputs have been checked against the class.

        Raises:
            ShapeError: the operator cannot take these shapes.
        """
        return inputs[0]

    def weights(self, inputs: Shapes) -> dict[str, Shape]:
        """Trained tensors by their name in the state dict."""
        return {}

    def buffers(self, inputs: Shapes) -> dict[str, Shape]:
        """Tensors that are kept but not trained (running statistics, fixed codes)."""
        return {}

    def macs(self, inputs: Shapes, output: Shape) -> int:
        """Multiply-accumulates for one sample; bias additions are not counted."""
        return 0

    def field(self, inputs: Shapes, output: Shape) -> tuple[tuple[AxisField, ...], ...]:
        """For each input, along each of *its* spatial axes: what an output position reads.

        :data:`NOWHERE` stands on the axes of an input of which only the shape is used.
        The default holds for operators that work position by position.
        """
        return tuple((POINT,) * (len(shape) - 1) for shape in inputs)

    def is_view(self, training: bool) -> bool:
        """Whether the result shares its input's memory."""
        return self.view

    def kept(self, inputs: Shapes, output: Shape) -> Kept:
        """What autograd keeps of a call, as PyTorch's derivatives.yaml has it for what it is lowered to."""
        return Kept((0,) if self.keeps == "input" else (), self.keeps == "output")

    def sizes(self, inputs: Shapes, output: Shape) -> tuple[Formula | None, ...]:
        """The arithmetic behind each size of the output, channels first; None where it is the input's."""
        return (None,) * len(output)

    def weight_sum(self, inputs: Shapes) -> Formula | None:
        """The arithmetic behind the number of trained parameters; None where there are none."""
        numbers = tensors(self.weights(inputs).values())
        return None if numbers is None else Formula(numbers)

    def mac_sum(self, inputs: Shapes, output: Shape) -> Formula | None:
        """The arithmetic behind the MACs; None where there are none."""
        macs = self.macs(inputs, output)
        return Formula(macs) if macs else None

    def arithmetic(self, inputs: Shapes, output: Shape) -> str:
        """The sum behind the first spatial size that changes, as messages write it; or nothing.

        ``(28 + 2·0 − 2)/1 + 1 = 27``
        """
        from archc.ops.notation import message  # only a failing run writes it

        before = inputs[0] if inputs and len(inputs[0]) == len(output) else (0,) * len(output)
        axes = list(zip(self.sizes(inputs, output), before, output, strict=True))[1:]
        changed = (sum for sum, old, new in axes if sum is not None and old != new)
        return next((message(sum) for sum in changed if not sum.given), "")

    def remarks(self, inputs: Shapes, output: Shape) -> list[Remark]:
        """Warnings about a use that is allowed but probably not meant (a stride that does not divide)."""
        return []

    def label(self, axes: int = 2) -> str:
        """The operator as a paper's figure writes it: ``3×3 conv, 64, /2``; ``axes`` are spatial."""
        return self.name.replace("_", " ")

    def lower(self, inputs: Shapes, output: Shape) -> Lowered:
        """What the operator becomes in PyTorch, as data. See :mod:`archc.ops.lowering`."""
        raise NotImplementedError


def show(value: Any) -> str:
    """A value as its author would write it in YAML's flow style."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "null"
    if isinstance(value, list | tuple):
        return f"[{', '.join(show(v) for v in value)}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{k}: {show(v)}' for k, v in value.items())}}}"
    return str(value) if not isinstance(value, str) else f"'{value}'"
