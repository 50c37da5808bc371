"""Which warnings are wanted, and the memory that there is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Settings:
    """What a caller wants of the rules. What it leaves open, the spec's `lint` says.

    ``switches`` turns single codes on and off, ``all`` those that it does not name. ``budget`` is the
    memory that there is, in bytes, and ``batch`` the number of samples that must fit into it.
    """

    switches: Mapping[str, bool] = field(default_factory=dict)
    all: bool | None = None
    budget: int | None = None
    batch: int = 1

    def on(self, code: str, written: Mapping[str, bool]) -> bool:
        """Whether a warning is wanted; ``written`` are the switches of the spec."""
        given = self.switches.get(code, self.all)
        return written.get(code, True) if given is None else given
