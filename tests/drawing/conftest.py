"""A browser for the tests that look at pictures, and this folder's helpers."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import ModuleType

import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture(scope="session")
def browser() -> ModuleType:
    """:mod:`browser`, where there is one; ``ARCHC_REQUIRE_BROWSER`` makes its lack a failure."""
    import browser

    if browser.program() is None:
        if os.environ.get("ARCHC_REQUIRE_BROWSER"):
            pytest.fail("ARCHC_REQUIRE_BROWSER is set, and there is no Chromium")
        pytest.skip("no Chromium is installed")
    return browser
