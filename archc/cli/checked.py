"""One spec checked with all its variants: what is wrong with it, and which files it led to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from archc.cli.watching import Stamp
from archc.errors import Mistake

if TYPE_CHECKING:
    from archc.lint import Settings


class Request(NamedTuple):
    """The options that hold for every spec of a command line, as they were written."""

    arg: list[str]
    input: list[str]
    root: Path | None
    lint: Settings | None = None
    strict: bool = False  # warnings count as errors


@dataclass(frozen=True)
class Checked:
    """What was found in one spec and its variants; what a variant inherits is told once."""

    spec: str  # as it was asked for
    file: str  # as messages call it
    mistakes: tuple[Mistake, ...] = ()
    name: str = ""  # of the network, if it is right
    about: str = ""  # what it is: "net with 2 nodes, 1,562 parameters, 1 variant"
    variants: tuple[str, ...] = ()
    lines: int = 0  # of its own file
    # all files that it led to, by the name in messages, and their states before they were read
    places: Mapping[str, Path] = field(default_factory=dict)
    stamps: Mapping[Path, Stamp | None] = field(default_factory=dict)

    @property
    def errors(self) -> int:
        return sum(not mistake.warning for mistake in self.mistakes)

    @property
    def warnings(self) -> int:
        return sum(mistake.warning for mistake in self.mistakes)
