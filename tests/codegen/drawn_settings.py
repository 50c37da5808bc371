"""Random settings of each operator, steered so that most fit the shape they are drawn for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from typing import Any, TypeVar

from hypothesis import strategies as st

T = TypeVar("T")
Shape = tuple[int, ...]
Settings = dict[str, Any]

INITS: tuple[Any, ...] = (
    "he_normal", "he_uniform", "xavier_normal", "xavier_uniform", "lecun_uniform", "zeros",
    {"weight": "normal", "std": 0.02}, {"weight": "truncated_normal", "std": 0.5, "bias": -1},
    {"weight": "uniform", "bound": 0.125, "bias": 0.5}, {"bias": 1},
    {"weight": "he_normal", "mode": "fan_out"}, {"weight": "xavier_uniform", "gain": 1e-5},
)  # fmt: skip
ACTS: tuple[Any, ...] = ("relu", "tanh", "relu6", "silu", "gelu", "sigmoid", "prelu", "softmax")
ACT_MAPS: tuple[Any, ...] = (
    {"op": "leaky_relu", "slope": 0.2}, {"op": "elu", "alpha": 0.5}, {"op": "tanh", "scaled": True},
    {"op": "prelu", "per_channel": True}, {"op": "leaky_relu", "slope": -1e-5},
)  # fmt: skip
NORMS: tuple[Any, ...] = (
    "batch_norm", "layer_norm", "lrn", {"op": "batch_norm", "affine": False, "eps": 1e-3},
    {"op": "layer_norm", "affine": False}, {"op": "lrn", "k": 2, "size": 3},
    {"op": "group_norm", "groups": 1},
)  # fmt: skip


class Choice:
    """Draws one thing after another; what is drawn first is the simplest, which shrinking seeks."""

    def __init__(self, draw: Callable[[Any], Any]) -> None:
        self._draw = draw

    def of(self, options: Sequence[T]) -> T:
        return options[self.whole(0, len(options) - 1)]

    def sometimes(self, one_in: int) -> bool:
        return self.whole(0, one_in - 1) == one_in - 1

    def whole(self, low: int, high: int) -> int:
        return int(self._draw(st.integers(low, high)))

    def some(self, **settings: Callable[[], Any]) -> Settings:
        """Each setting in one of three cases."""
        return {key: draw() for key, draw in settings.items() if self.sometimes(3)}

    def sizes(self, axes: int, *options: int) -> Any:
        """One number, or one for each axis."""
        if self.sometimes(4):
            return [self.of(options) for _ in range(axes)]
        return self.of(options)

    def flag(self) -> bool:
        return self.sometimes(2)


def divisors(*numbers: int) -> list[int]:
    return [n for n in range(1, min(numbers) + 1) if all(m % n == 0 for m in numbers)]


def padding(c: Choice, axes: int, same: bool = True) -> Any:
    kind = c.whole(0, 4 if same else 3)
    if kind == 4:
        return "same"
    if kind == 3:
        return [[c.whole(0, 2), c.whole(0, 2)] for _ in range(axes)]
    return c.sizes(axes, 1, 2, 0)


def conv(c: Choice, shape: Shape) -> Settings:
    axes = len(shape) - 1
    groups = c.of(divisors(shape[0])) if c.sometimes(4) else 1
    settings: Settings = {"filters": groups * c.whole(1, 4), "kernel": c.sizes(axes, 1, 3, 2)}
    if groups > 1:
        settings["groups"] = groups
    settings |= c.some(
        stride=lambda: c.sizes(axes, 1, 2, 3), padding=lambda: padding(c, axes), bias=c.flag,
        dilation=lambda: c.sizes(axes, 1, 2), init=lambda: c.of(INITS),
    )  # fmt: skip
    if axes == 2 and groups == 1 and c.sometimes(8):
        init = settings.get("init", "")
        if str(init if isinstance(init, str) else init.get("weight"))[:3] in ("he_", "xav"):
            del settings["init"]
        settings["connections"] = [
            sorted({c.whole(0, shape[0] - 1) for _ in range(2)}) for _ in range(settings["filters"])
        ]
    return settings


def depthwise(c: Choice, shape: Shape) -> Settings:
    axes = len(shape) - 1
    return {"kernel": c.sizes(axes, 3, 2, 1)} | c.some(
        stride=lambda: c.sizes(axes, 1, 2), padding=lambda: padding(c, axes), bias=c.flag,
        dilation=lambda: c.sizes(axes, 1, 2), multiplier=lambda: c.whole(1, 2),
        init=lambda: c.of(INITS),
    )  # fmt: skip


def transposed(c: Choice, shape: Shape) -> Settings:
    axes = len(shape) - 1
    groups = c.of(divisors(shape[0])) if c.sometimes(4) else 1
    settings: Settings = {"filters": groups * c.whole(1, 3), "kernel": c.sizes(axes, 2, 3, 1)}
    if groups > 1:
        settings["groups"] = groups
    if c.flag():
        settings["stride"] = 2
        settings |= c.some(output_padding=lambda: 1)
    return settings | c.some(
        padding=lambda: c.sizes(axes, 0, 1), dilation=lambda: c.sizes(axes, 1, 2), bias=c.flag,
        init=lambda: c.of(INITS),
    )  # fmt: skip


def pool(c: Choice, shape: Shape) -> Settings:
    axes = len(shape) - 1
    return {"kernel": c.sizes(axes, 2, 3)} | c.some(
        stride=lambda: c.sizes(axes, 1, 2, 3), ceil=c.flag,
        padding=lambda: c.of([1, 0, "same", [[1, 0]] * axes]),
    )  # fmt: skip


def max_pool(c: Choice, shape: Shape) -> Settings:
    return pool(c, shape) | c.some(dilation=lambda: 2)


def avg_pool(c: Choice, shape: Shape) -> Settings:
    return pool(c, shape) | c.some(count_include_pad=c.flag)


def to_size(c: Choice, shape: Shape) -> Settings:
    return {"size": c.sizes(len(shape) - 1, 2, 1, 3, 4)}


def crop(c: Choice, shape: Shape) -> Settings:
    sizes = [c.whole(max(1, n - 3), n) for n in shape[1:]]
    settings: Settings = {"size": sizes[0] if min(sizes) == max(sizes) else sizes}
    if c.flag():
        settings["offset"] = [c.whole(0, n - m) for n, m in zip(shape[1:], sizes, strict=True)]
    return settings


def pad(c: Choice, shape: Shape) -> Settings:
    axes = len(shape) - 1
    settings: Settings = {"padding": padding(c, axes, same=False)} if axes else {}
    mode = c.of(["zero", "reflect", "replicate"]) if axes else "zero"
    if mode != "zero":
        return settings | {"mode": mode}
    return settings | c.some(
        channels=lambda: [c.whole(0, 2), c.whole(0, 2)], value=lambda: c.of([0.5, -1, 1e-5])
    )


def upsample(c: Choice, shape: Shape) -> Settings:
    axes = len(shape) - 1
    bigger: Settings = {"factor": c.sizes(axes, 2, 1)}
    if c.sometimes(3):
        bigger = {"size": [n + c.whole(0, 3) for n in shape[1:]]}
    if c.flag():
        return bigger
    return bigger | {"mode": "bilinear"} | c.some(align_corners=c.flag)


def slices(c: Choice, shape: Shape) -> Settings:
    def part(n: int) -> list[int]:
        start = c.whole(0, n - 1)
        return [start, c.whole(start + 1, n)]

    settings: Settings = {"channels": part(shape[0])}
    if len(shape) > 1 and c.flag():
        settings["positions"] = [part(n) for n in shape[1:]]
    return settings


def reshape(c: Choice, shape: Shape) -> Settings:
    total = prod(shape)
    first = c.of(divisors(total))
    second = c.of(divisors(total // first))
    sizes = c.of([[first, second, -1], [first, -1], [-1], list(shape)])
    return {"shape": sizes}


def permute(c: Choice, shape: Shape) -> Settings:
    order = list(range(len(shape)))
    for k in range(len(order) - 1):
        other = c.whole(k, len(order) - 1)
        order[k], order[other] = order[other], order[k]
    return {"order": order}


def rbf(c: Choice, shape: Shape) -> Settings:
    units = c.whole(1, 3)
    if prod(shape) > 8:
        return {"units": 10}
    codes = ["".join(c.of("+-") for _ in range(prod(shape))) for _ in range(units)]
    return {"units": units, "codes": codes}


def norm(c: Choice, shape: Shape) -> Settings:
    return c.some(eps=lambda: c.of([1e-3, 1e-12, 0.1]), affine=c.flag)


def lrn(c: Choice, shape: Shape) -> Settings:
    return c.some(
        size=lambda: c.whole(1, 6), alpha=lambda: c.of([5e-4, 1]), beta=lambda: c.of([0.5, 1]),
        k=lambda: c.of([2, 0.5]),
    )  # fmt: skip


def nothing(c: Choice, shape: Shape) -> Settings:
    return {}


SETTINGS: dict[str, Callable[[Choice, Shape], Settings]] = {
    "conv": conv, "depthwise_conv": depthwise, "conv_transpose": transposed,
    "max_pool": max_pool, "avg_pool": avg_pool, "adaptive_avg_pool": to_size,
    "adaptive_max_pool": to_size, "global_avg_pool": nothing, "global_max_pool": nothing,
    "fc": lambda c, s: {"units": c.whole(1, 8)} | c.some(bias=c.flag, init=lambda: c.of(INITS)),
    "batch_norm": lambda c, s: norm(c, s) | c.some(momentum=lambda: c.of([0.01, 0, 1])),
    "layer_norm": norm, "instance_norm": norm, "lrn": lrn,
    "group_norm": lambda c, s: norm(c, s) | {"groups": c.of(divisors(s[0]))},
    "dropout": lambda c, s: c.some(rate=lambda: c.of([0.2, 0, 1e-5])),
    "drop_path": lambda c, s: {"rate": c.of([0.25, 0])},
    "scale": lambda c, s: c.some(bias=c.flag, start=lambda: c.of([0.5, -2, 1e-6])),
    "leaky_relu": lambda c, s: c.some(slope=lambda: c.of([0.2, -1, 1e-5])),
    "prelu": lambda c, s: c.some(per_channel=c.flag, start=lambda: c.of([0.5, -1])),
    "elu": lambda c, s: c.some(alpha=lambda: c.of([0.5, 2])),
    "gelu": lambda c, s: c.some(approximate=lambda: "tanh"),
    "tanh": lambda c, s: c.some(scaled=c.flag),
    "flatten": nothing, "reshape": reshape, "permute": permute, "slice": slices,
    "channel_shuffle": lambda c, s: {"groups": c.of(divisors(s[0]))},
    "pixel_shuffle": lambda c, s: {"factor": c.of([2, 1])},
    "crop": crop, "pad": pad, "upsample": upsample, "rbf": rbf,
    **dict.fromkeys(
        ["identity", "relu", "relu6", "selu", "silu", "mish", "sigmoid", "hard_sigmoid",
         "hard_swish", "softmax", "log_softmax"], nothing),
}  # fmt: skip
MERGES = ("concat", "add", "mul")
