"""How weights start: the `init` setting of layers, and its lowering to ``torch.nn.init``.

A word, or a mapping: ``{weight: normal, std: 0.01, bias: 1}``. An `init` also sets the bias, to 0
unless it says otherwise; without `init`, weights and biases start as PyTorch starts them. Only a
transposed convolution can start as ``bilinear``, which torch has no function for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from archc.errors import nearest
from archc.ops.base import Kind
from archc.ops.kinds import NUMBER, choice, fields, number
from archc.ops.lowering import Init

POSITIVE_NUMBER = number(above=0)
LECUN_BOUND = 2.4  # LeCun et al. 1998: uniform in ±2.4 / fan-in
BILINEAR = "bilinear"
BILINEAR_SOURCE = '''
@torch.no_grad()
def bilinear_(weight: Tensor) -> None:
    """Make a transposed convolution enlarge each channel by linear interpolation.

    Long et al. 2015, Fully convolutional networks for semantic segmentation.
    """
    kernel = torch.ones(())
    for size in weight.shape[2:]:
        distance = (torch.arange(size) - (size - 1) / 2).abs()
        kernel = kernel.unsqueeze(-1) * (1 - distance / ((size + 1) // 2))
    channel = torch.arange(len(weight))
    weight.zero_()
    weight[channel, channel % weight.shape[1]] = kernel
'''.lstrip()

# the settings each scheme takes, and those it needs
SCHEMES: dict[str, tuple[str, ...]] = {
    "he_normal": ("mode",),  # He et al. 2015, for ReLU
    "he_uniform": ("mode",),
    "xavier_normal": ("gain",),  # Glorot and Bengio 2010
    "xavier_uniform": ("gain",),
    "lecun_uniform": (),
    "normal": ("std",),
    "truncated_normal": ("std",),  # cut at two standard deviations
    "uniform": ("bound",),
    "zeros": (),
    BILINEAR: (),  # Long et al. 2015: each channel is interpolated by itself
}
NEEDED = ("std", "bound")
KINDS = {
    "std": POSITIVE_NUMBER,
    "bound": POSITIVE_NUMBER,
    "gain": POSITIVE_NUMBER,
    "mode": choice("fan_in", "fan_out"),
    "bias": NUMBER,
}


@dataclass(frozen=True)
class Start:
    """A checked `init`."""

    weight: str = ""
    std: float | None = None
    bound: float | None = None
    gain: float | None = None
    mode: str | None = None
    bias: float = 0

    def inits(self, fan_in: int, bias: bool, tensor: str = "weight") -> tuple[Init, ...]:
        """The calls that start the weights (``fan_in`` inputs each) and the bias, if there is one."""
        calls = [self._weight(fan_in, tensor)] if self.weight else []
        if bias and self.bias == 0:
            calls.append(Init("nn.init.zeros_", "bias", {}))
        elif bias:
            calls.append(Init("nn.init.constant_", "bias", {"val": self.bias}))
        return tuple(calls)

    @property
    def support(self) -> tuple[str, ...]:
        """The source of the function that starts the weights, where torch has none."""
        return (BILINEAR_SOURCE,) if self.weight == BILINEAR else ()

    def _weight(self, fan_in: int, tensor: str) -> Init:
        settings: dict[str, Any] = {}
        if self.weight.startswith("he_"):
            settings = {"mode": self.mode} if self.mode == "fan_out" else {}
            settings["nonlinearity"] = "relu"
        elif self.weight.startswith("xavier_"):
            settings = {} if self.gain is None else {"gain": self.gain}
        elif self.weight == "normal":
            settings = {"std": self.std}
        elif self.std is not None:
            settings = {"std": self.std, "a": -2 * self.std, "b": 2 * self.std}
        elif self.weight not in ("zeros", BILINEAR):
            bound = LECUN_BOUND / fan_in if self.bound is None else self.bound
            settings = {"a": -bound, "b": bound}
        return Init(FUNCTIONS[self.weight], tensor, settings)


FUNCTIONS = {
    "he_normal": "nn.init.kaiming_normal_",
    "he_uniform": "nn.init.kaiming_uniform_",
    "xavier_normal": "nn.init.xavier_normal_",
    "xavier_uniform": "nn.init.xavier_uniform_",
    "lecun_uniform": "nn.init.uniform_",
    "normal": "nn.init.normal_",
    "truncated_normal": "nn.init.trunc_normal_",
    "uniform": "nn.init.uniform_",
    "zeros": "nn.init.zeros_",
    BILINEAR: "bilinear_",
}


def _check(value: Any, schemes: Sequence[str]) -> Start:
    if isinstance(value, Start):
        return value
    kinds = {"weight": choice(*schemes), **KINDS}
    words = f"{kinds['weight'].name.replace(' | ', ', ')}, or a mapping of {', '.join(kinds)}"
    if isinstance(value, str) and value in schemes:
        value = {"weight": value}
    if not isinstance(value, dict):
        raise ValueError(words, _advice(value, schemes))
    given = fields(value, kinds, words)
    scheme = given.get("weight", "")
    takes = SCHEMES.get(scheme, ())
    for name in given:
        if name not in ("weight", "bias", *takes):
            others = [other for other in SCHEMES if name in SCHEMES[other] and other in schemes]
            help = f"'{name}' belongs to {' and '.join(others)}"
            if scheme:
                raise ValueError(f"{scheme} without '{name}'", help)
            raise ValueError("a mapping that names its `weight`", help)
    for name in takes:
        if name in NEEDED and name not in given:
            help = f"write {{weight: {scheme}, {name}: 0.01}}"
            raise ValueError(f"a mapping with '{name}' for {scheme}", help)
    return Start(**given)


def _advice(value: Any, schemes: Sequence[str]) -> str:
    if value == BILINEAR:
        return "only conv_transpose can start as bilinear"
    return nearest(value, schemes) if isinstance(value, str) else ""


def _kind(schemes: Sequence[str]) -> Kind:
    """An `init` of one of these schemes."""
    properties = {"weight": choice(*schemes), **KINDS}
    return Kind(
        "scheme or mapping",
        {
            "oneOf": [
                {"enum": [name for name in schemes if not {*SCHEMES[name]} & {*NEEDED}]},
                {
                    "type": "object",
                    "properties": {name: dict(kind.schema) for name, kind in properties.items()},
                    "additionalProperties": False,
                },
            ]
        },
        lambda value: _check(value, schemes),
    )


INIT = _kind([name for name in SCHEMES if name != BILINEAR])
INIT_TRANSPOSED = _kind([*SCHEMES])
