"""Makes the client of the language server importable, and finds the server."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
INSTALLED = "build/editor/node_modules/yaml-language-server/bin/yaml-language-server"


@pytest.fixture(scope="session")
def editor() -> Iterator[object]:
    """A running yaml-language-server with the shipped schema; ``make test-editor`` installs it."""
    from client import running

    root = HERE.parents[1]
    program = root / INSTALLED
    if not program.exists() or shutil.which("node") is None:
        if os.environ.get("ARCHC_REQUIRE_EDITOR"):
            pytest.fail(f"ARCHC_REQUIRE_EDITOR is set, and there is no node, or no {INSTALLED}")
        pytest.skip("no yaml-language-server is installed: make test-editor")
    with running(program, root / "specs/archc.schema.json") as found:
        yield found
