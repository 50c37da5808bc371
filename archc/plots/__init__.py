"""Numbers as charts for slides, by matplotlib, which only the modules in here import."""

from __future__ import annotations

from typing import Literal, TypeAlias

Format: TypeAlias = Literal["svg", "pdf", "png"]
FORMATS: tuple[Format, ...] = ("svg", "pdf", "png")
