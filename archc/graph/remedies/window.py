"""A window that is larger than its input: padding, a smaller kernel, or a larger input."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from archc.errors import Fix
from archc.graph.explain import dims
from archc.graph.remedies.remedy import Refusal, Remedy, settings_of
from archc.graph.remedies.setting import said, written_name
from archc.ops.base import AttributeMistake, ShapeError
from archc.ops.windows import Sliding
from archc.spec.expressions import Expression


def smaller_window(refusal: Refusal) -> Iterator[Remedy]:
    """Settings of the node itself with which its window fits."""
    op = refusal.op
    if refusal.error.code != "A061" or not isinstance(op, Sliding) or len(refusal.shapes) != 1:
        return
    for settings in _likely(refusal):
        fixed = any(isinstance(refusal.spec.settings.get(key), Expression) for key in settings)
        try:
            made = type(op).make({**settings_of(op), **settings})
            shape = made.infer(refusal.shapes)
        except (ShapeError, AttributeMistake):
            continue
        if not fixed:
            name = written_name(refusal.name, refusal.spec, refusal.frame)
            words = f"let {name} come to {dims(shape[1:])}: {said(settings)}"
            sum = made.arithmetic(refusal.shapes, shape)
            yield Remedy(Fix(words, refusal.edits(refusal.spec, settings), sum))


def _likely(refusal: Refusal) -> Iterator[dict[str, Any]]:
    kernel = getattr(refusal.op, "kernel", None)
    smallest = min(refusal.shapes[0][1:])
    if not isinstance(kernel, int):
        return
    if "padding" in refusal.op.attributes():
        padding = getattr(refusal.op, "padding", 0)
        if isinstance(padding, int) and padding > kernel // 2:
            yield {"padding": kernel // 2}
        if padding != 0:
            yield {"padding": 0}
        dilation = getattr(refusal.op, "dilation", 1)
        reach = dilation * (kernel - 1) + 1 if isinstance(dilation, int) else kernel
        need = -(-(reach - smallest) // 2)
        if 0 < need <= reach // 2:
            yield {"padding": need}
            yield {"padding": reach // 2}
    if smallest < kernel:
        yield {"kernel": smallest}
