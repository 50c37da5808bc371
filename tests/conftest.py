"""torchvision for the comparisons, whatever build of it is installed; and this folder's helpers."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import settings

from archc.measure.reference import torchvision_models

sys.path.insert(0, str(Path(__file__).parent))

settings.register_profile("untimed", deadline=None)  # no test fails because a machine is slow
settings.load_profile("untimed")


@pytest.fixture(scope="session")
def torchvision() -> ModuleType:
    """The package torchvision, with ``torchvision.models``."""
    if importlib.util.find_spec("torchvision") is None:
        pytest.skip("torchvision is not installed")
    torchvision_models()
    return importlib.import_module("torchvision")
