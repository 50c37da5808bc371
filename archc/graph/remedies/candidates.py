"""The kinds of remedies, in the order in which they are tried."""

from __future__ import annotations

from itertools import chain, islice

from archc.graph.remedies.own import grouped, mapped, multiple, per_axis, pooled, reshaped
from archc.graph.remedies.projection import flattened, projection
from archc.graph.remedies.remedy import Refusal, Remedy
from archc.graph.remedies.setting import one_setting
from archc.graph.remedies.sources import branched, joined, unread
from archc.graph.remedies.window import smaller_window

KINDS = (
    branched, unread, projection, one_setting, flattened, joined, smaller_window,
    grouped, multiple, reshaped, per_axis, mapped, pooled,
)  # fmt: skip
MOST = 6  # remedies of one refusal


def remedies(refusal: Refusal) -> list[Remedy]:
    """Changes with which the operator may accept its inputs, likeliest first; few of them."""
    return list(islice(chain.from_iterable(kind(refusal) for kind in KINDS), MOST))
