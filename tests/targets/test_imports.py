"""The package onnx is imported for ONNX files alone, and only while one is made."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

PACKAGE = Path(__file__).parents[2] / "archc"
IMPORT = re.compile(r"^\s*(?:import|from) onnx\b", re.MULTILINE)

BUILD = """\
import sys
from archc.cli import app
for target in ("py,weights", "onnx"):
    sys.argv = ["archc", "build", "lenet5", "--emit", target]
    try:
        app()
    except SystemExit as end:
        assert not end.code, end.code
    print(target, "onnx" in sys.modules)
"""


def test_one_module_imports_onnx() -> None:
    users = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if IMPORT.search(path.read_text(encoding="utf-8"))
    }
    assert users == {"targets/onnx/model.py", "targets/onnx/proto.py"}


def test_building_a_source_imports_no_onnx(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", BUILD], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    said = done.stdout.splitlines()
    assert "py,weights False" in said
    assert "onnx True" in said


def test_rules_need_neither_onnx_nor_torch() -> None:
    code = "import sys, archc.targets.files; print({'onnx', 'torch'} & {*sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
