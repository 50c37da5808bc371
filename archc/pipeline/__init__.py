"""A network cut into stages for several devices: where to cut, the stages, and the files to run them."""

from __future__ import annotations

from archc.pipeline.costs import Stage
from archc.pipeline.cut import Cut, cut
from archc.pipeline.parts import stage_graphs

__all__ = ["Cut", "Stage", "cut", "stage_graphs"]
