"""torchvision for the comparisons, whatever build of it is installed; and this folder's helpers."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
import torch
from hypothesis import settings

sys.path.insert(0, str(Path(__file__).parent))

settings.register_profile("untimed", deadline=None)  # no test fails because a machine is slow
settings.load_profile("untimed")

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
