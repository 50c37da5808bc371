"""A graph's costs, memory, depth and receptive fields: numbers only, and no torch."""

from __future__ import annotations

from archc.analysis.formats import write
from archc.analysis.summary import Format, Summary, summarise

__all__ = ["Format", "Summary", "summarise", "write"]
