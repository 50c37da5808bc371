"""Where generated modules are kept."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SPAWN = """
import torch, archc
from torch.multiprocessing import get_context
if __name__ == "__main__":
    model = archc.build("lenet5").eval().requires_grad_(False)
    with get_context("spawn").Pool(1) as pool:
        print(pool.apply(model, (torch.zeros(1, 1, 32, 32),)).shape)
"""


def run(script: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {key: value for key, value in os.environ.items() if key != "ARCHC_CACHE"}
    return subprocess.run(
        [sys.executable, str(script)],
        env={**kept, **environment},
        check=False,
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize("place", ["ARCHC_CACHE", "XDG_CACHE_HOME", "nowhere"])
def test_a_built_module_can_be_spawned(place: str, tmp_path: Path) -> None:
    """Also where no cache folder can be written: a file stands where it would be."""
    script = tmp_path / "spawn.py"
    script.write_text(SPAWN)
    blocked = tmp_path / "file"
    blocked.write_text("")
    where = {"XDG_CACHE_HOME": str(blocked)} if place == "nowhere" else {place: str(tmp_path / "c")}
    done = run(script, **where)
    assert done.stdout.strip() == "torch.Size([1, 10])", done.stderr
