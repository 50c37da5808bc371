"""What a network needs in memory before it runs: in inference, and in a step of training."""

from __future__ import annotations

from archc.analysis.estimate.estimate import Estimate, estimate
from archc.analysis.estimate.settings import DType, Optimizer

__all__ = ["DType", "Estimate", "Optimizer", "estimate"]
