"""The memory that is held at each moment, as a sum that depends on the batch."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, NamedTuple, TypeAlias

Phase: TypeAlias = Literal["forward", "backward", "step"]


MOST = 10_000  # moments of which only the peaks are kept


class Moment(NamedTuple):
    """Bytes held while a node runs: those that do not depend on the batch, and those for each sample."""

    fixed: int
    sample: int
    node: str
    phase: Phase = "forward"

    def of(self, batch: int) -> int:
        """Bytes for a batch of so many samples."""
        return self.fixed + batch * self.sample

    def largest(self, memory: int) -> int:
        """The most samples that fit into so many bytes; 0 where not even one does."""
        return max((memory - self.fixed) // max(self.sample, 1), 0)


@dataclass(slots=True)
class Storage:
    """A piece of memory and how many hold it; it is given back with the last of them."""

    fixed: int
    sample: int
    holders: int = 1


@dataclass(slots=True)
class Heap:
    """What is held now, and the moments at which most was."""

    fixed: int = 0
    sample: int = 0
    phase: Phase = "forward"
    moments: list[Moment] = field(default_factory=list)
    most: int = MOST  # moments in mind

    def take(self, sample: int, fixed: int = 0) -> Storage:
        """Memory for something new."""
        self.fixed += fixed
        self.sample += sample
        return Storage(fixed, sample)

    def give(self, storage: Storage) -> None:
        """One holder less."""
        storage.holders -= 1
        if not storage.holders:
            self.fixed -= storage.fixed
            self.sample -= storage.sample

    def mark(self, node: str, working: int = 0, fixed: int = 0) -> None:
        """Remember this moment, in which so many bytes for each sample are needed besides."""
        self.moments.append(Moment(self.fixed + fixed, self.sample + working, node, self.phase))
        if len(self.moments) > self.most:
            self.moments = list(self.peaks())
            self.most = max(MOST, 2 * len(self.moments))

    def peaks(self) -> tuple[Moment, ...]:
        """The moments that are the peak of some batch, those of small batches first; of equals the first."""
        found: list[Moment] = []
        for moment in sorted(self.moments, key=lambda one: (one.sample, -one.fixed)):
            if found and found[-1].sample == moment.sample:
                continue
            while len(found) > 1 and _between(found[-2], found[-1], moment):
                found.pop()
            found.append(moment)
        ones = [moment.of(1) for moment in found]
        return tuple(found[ones.index(max(ones)) :])


def _between(low: Moment, middle: Moment, high: Moment) -> bool:
    """Whether the middle one is nowhere above the two others, as lines over the batch."""
    up, on = high.sample - low.sample, middle.sample - low.sample
    return (high.fixed - low.fixed) * on >= (middle.fixed - low.fixed) * up
