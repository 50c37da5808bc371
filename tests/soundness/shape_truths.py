"""Shapes that an operator refuses: PyTorch refuses them too, or a rule that is stricter is really broken."""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

import torch
from located import Refused
from torch.nn import functional as F
from watch import Refusal

LARGEST = 2**40  # numbers in one tensor

Shape = tuple[int, ...]
# spatial axes that each operator can work on; torch takes a vector without its batch for a map, so
# it would not always tell
RANKS: dict[str, tuple[int, ...]] = {
    **dict.fromkeys(("conv", "depthwise_conv", "conv_transpose", "max_pool", "avg_pool", "adaptive_avg_pool",
                     "adaptive_max_pool", "global_avg_pool", "global_max_pool", "instance_norm", "lrn",
                     "upsample", "crop", "channel_shuffle"), (1, 2, 3)),
    "pixel_shuffle": (2,),
}  # fmt: skip


def refused_by_torch(case: Refused) -> None:
    """One of the refusals that were seen has these words, and it is true."""
    mistake = case.mistake
    seen = [r for r in case.seen.refusals if (r.code, r.message) == (mistake.code, mistake.message)]
    assert seen, f"no operator said this: {mistake.message}"
    assert any(_is_true(refusal) for refusal in seen), f"{seen[0]} could work"


def _is_true(refusal: Refusal) -> bool:
    op, shapes, code, _ = refusal
    if code == "A064":
        return any(_wrong_axes(op, shape) for shape in shapes)
    return CHECKS[code](op, shapes)


def refuses(run: Callable[[], Any]) -> bool:
    """Whether torch raises, or would give a result without any number."""
    try:
        result = run()
    except (RuntimeError, ValueError, IndexError, TypeError):
        return True
    return isinstance(result, torch.Tensor) and result.numel() == 0


def zeros(shape: Shape) -> torch.Tensor:
    return torch.zeros(2, *shape)


def axes(value: Any, count: int) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, tuple) else (value,) * count


def sides(padding: Any, count: int) -> list[tuple[int, int]]:
    return [p if isinstance(p, tuple) else (p, p) for p in axes(padding, count)]


def padded(x: torch.Tensor, padding: list[tuple[int, int]], value: float = 0) -> torch.Tensor:
    return F.pad(x, [n for side in reversed(padding) for n in side], value=value)


def _wrong_axes(op: Any, shape: Shape) -> bool:
    """Another number of axes than the operator has rules for, or than its settings list."""
    count = len(shape) - 1
    if op.name in RANKS and count not in RANKS[op.name]:
        return True
    if getattr(op, "connections", None) is not None and count != 2:
        return True
    if getattr(op, "mode", "") == "bilinear" and count != 2:
        return True
    if op.name == "permute":
        return len(op.order) != len(shape)
    if op.name == "pad" and op.mode != "zero" and count == 0:
        return True
    names = (
        "kernel",
        "stride",
        "padding",
        "dilation",
        "output_padding",
        "size",
        "factor",
        "offset",
        "positions",
    )
    given = [getattr(op, name, None) for name in names]
    return any(isinstance(value, tuple) and len(value) != count for value in given)


# A061: windows


def _window(op: Any, shapes: tuple[Shape, ...]) -> bool:
    (shape,) = shapes
    if op.name in ("conv", "depthwise_conv"):
        return _conv(op, shape)
    if op.name == "conv_transpose":
        return _transposed(op, shape)
    return _pool(op, shape)


def _conv(op: Any, shape: Shape) -> bool:
    count = len(shape) - 1
    weight = torch.zeros(1, shape[0], *axes(op.kernel, count))
    run = (F.conv1d, F.conv2d, F.conv3d)[count - 1]
    x = padded(zeros(shape), sides(op.padding, count))
    return refuses(lambda: run(x, weight, stride=op.stride, dilation=op.dilation))


def _transposed(op: Any, shape: Shape) -> bool:
    count = len(shape) - 1
    weight = torch.zeros(shape[0], 1, *axes(op.kernel, count))
    run = (F.conv_transpose1d, F.conv_transpose2d, F.conv_transpose3d)[count - 1]
    return refuses(
        lambda: run(
            zeros(shape), weight, None, op.stride, op.padding, op.output_padding, 1, op.dilation
        )
    )


def _pool(op: Any, shape: Shape) -> bool:
    """By torch where both sides are padded alike; else half a window at most on either side, and no ceil."""
    count = len(shape) - 1
    padding = sides(op.padding, count) if op.padding != "same" else []
    kernel = axes(op.kernel, count)
    stride = op.kernel if op.stride is None else op.stride
    if any(before != after for before, after in padding):
        half = any(max(side) > k // 2 for side, k in zip(padding, kernel, strict=True))
        return (
            op.ceil
            or half
            or refuses(lambda: _pooled(op, padded(zeros(shape), padding), kernel, stride, 0))
        )
    return refuses(
        lambda: _pooled(
            op, zeros(shape), kernel, stride, tuple(before for before, _ in padding) or 0
        )
    )


def _pooled(op: Any, x: torch.Tensor, kernel: Any, stride: Any, padding: Any) -> torch.Tensor:
    count = x.ndim - 2
    if op.name == "avg_pool":
        run = (F.avg_pool1d, F.avg_pool2d, F.avg_pool3d)[count - 1]
        return run(x, kernel, stride, padding, op.ceil)
    run = (F.max_pool1d, F.max_pool2d, F.max_pool3d)[count - 1]
    result = run(x, kernel, stride, padding, op.dilation, op.ceil)
    return result if result.isfinite().all() else result[:0]  # a window without a largest value


# A062 to A066


def _joined(op: Any, shapes: tuple[Shape, ...]) -> bool:
    if op.name == "concat":
        return refuses(lambda: torch.cat([zeros(shape) for shape in shapes], 1))
    if op.name == "add":  # torch would repeat the smaller one without a word
        return len(set(shapes)) > 1
    if op.name == "mul":
        same_rank = len({len(shape) for shape in shapes}) == 1
        return not same_rank or any(
            len({n for n in sizes if n != 1}) > 1 for sizes in zip(*shapes, strict=True)
        )
    return op.name == "crop" and len(shapes[0]) != len(shapes[1])


def _grouped(op: Any, shapes: tuple[Shape, ...]) -> bool:
    (shape,) = shapes
    if op.name == "pixel_shuffle":
        return refuses(lambda: F.pixel_shuffle(zeros(shape), op.factor))
    if op.name == "channel_shuffle":
        return refuses(lambda: F.channel_shuffle(zeros(shape), op.groups))
    if op.name == "group_norm":
        return refuses(lambda: F.group_norm(zeros(shape), op.groups))
    layer = torch.nn.Conv1d if op.name == "conv" else torch.nn.ConvTranspose1d
    return refuses(lambda: layer(shape[0], op.filters, 1, groups=op.groups))


def _beyond(op: Any, shapes: tuple[Shape, ...]) -> bool:
    shape = shapes[0]
    if op.name == "slice":
        parts = [op.channels or (0, 1), *(op.positions or ())]
        return any(
            not 0 <= start < stop <= size for (start, stop), size in zip(parts, shape, strict=False)
        )
    if op.name == "pad":
        padding = sides(op.padding, len(shape) - 1)
        flat = [n for side in reversed(padding) for n in side]
        return refuses(lambda: F.pad(zeros(shape), flat, mode="reflect"))
    if op.name == "conv":
        return max(map(max, op.connections)) >= shape[0]
    wanted = shapes[1][1:] if op.like is not None else axes(op.size, len(shape) - 1)
    offset = (0,) * len(wanted) if op.offset is None else axes(op.offset, len(wanted))
    return any(
        start + size > whole for start, size, whole in zip(offset, wanted, shape[1:], strict=True)
    )


def _numbers(op: Any, shapes: tuple[Shape, ...]) -> bool:
    (shape,) = shapes
    if op.name == "reshape":
        return refuses(lambda: zeros(shape).reshape(2, *op.shape))
    if op.name == "rbf":
        codes = len(op.codes[0]) if op.codes else 84
        return prod(shape) != codes
    if op.name == "instance_norm":
        return refuses(lambda: F.instance_norm(zeros(shape)[:1], use_input_stats=True))
    if op.name == "group_norm":  # torch refuses it for a batch of one, in training
        return refuses(lambda: F.group_norm(zeros(shape)[:1], op.groups))
    return op.name == "conv_transpose" and op.filters != shape[0]


def _too_large(op: Any, shapes: tuple[Shape, ...]) -> bool:
    """On the device that keeps shapes alone."""
    from harness import lower

    with torch.device("meta"):
        module = lower(op, shapes)
        result = module(*(torch.empty(1, *shape) for shape in shapes))
        sizes = [result.numel(), *(p.numel() for p in module.parameters())]
    return max(sizes) > LARGEST


CHECKS: dict[str, Callable[[Any, tuple[Shape, ...]], bool]] = {
    "A054": _too_large, "A061": _window, "A062": _joined, "A063": _grouped, "A065": _beyond, "A066": _numbers,
}  # fmt: skip
