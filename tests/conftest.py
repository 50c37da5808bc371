"""torchvision for the comparisons, whatever build of it is installed."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
import torch

OPERATORS = ("nms", "qnms")  # of the detectors; importing torchvision registers shapes for them


@pytest.fixture(scope="session")
def torchvision() -> Iterator[ModuleType]:
    """The package torchvision, with ``torchvision.models``.

    The classifiers need nothing of torchvision's compiled part, but importing it does; where that
    part was built for another torch, declaring its operators suffices.
    """
    found = importlib.util.find_spec("torchvision")
    if found is None or found.origin is None:
        pytest.skip("torchvision is not installed")
    library = None
    try:
        torch.ops.load_library(str(Path(found.origin).with_name("_C.so")))
    except OSError:
        library = torch.library.Library("torchvision", "DEF")
        for name in OPERATORS:
            library.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    import torchvision as package

    yield package
    del library  # until here it had to live
