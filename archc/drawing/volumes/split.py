"""Channels in groups: which tensors a grouped convolution reads or makes."""

from __future__ import annotations

from collections.abc import Iterable

from archc.drawing.volumes.tensors import Tensor
from archc.ops.conv import Conv

MOST_GROUPS = 4  # more would be lines without room between them


def groups_of(found: Iterable[Tensor]) -> dict[Tensor, int]:
    """For each tensor whose channels a convolution takes or makes in groups, how many."""
    shares: dict[Tensor, int] = {}
    for tensor in found:
        count = groups(tensor)
        if count > 1:
            shares[tensor] = count
            for source in tensor.reads:
                shares[source] = max(count, shares.get(source, 1))
    return shares


def groups(tensor: Tensor) -> int:
    """The groups in which a tensor is made."""
    op = tensor.node.op
    if tensor.kind == "folded" or not isinstance(op, Conv) or op.groups > MOST_GROUPS:
        return 1
    return op.groups
