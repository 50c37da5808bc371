"""Wrong specs: each ``wrong/NAME.yaml`` gives exactly the report in ``wrong/NAME.txt``.

``UPDATE_GOLDEN=1`` writes the reports anew; read them before you keep them.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from archc.errors import SpecError
from archc.graph.expand import expand
from archc.spec.load import load

FOLDER = Path(__file__).parent / "wrong"
SPECS = sorted(FOLDER.glob("*.yaml"))


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_wrong_spec(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(FOLDER)  # so that reports name files without their folder
    with pytest.raises(SpecError) as caught:
        expand(load(Path(path.name)))
    report = f"{caught.value}\n"
    golden = path.with_suffix(".txt")
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(report, encoding="utf-8")
    assert report == golden.read_text(encoding="utf-8")


def test_every_report_has_its_spec() -> None:
    assert {path.stem for path in FOLDER.glob("*.txt")} == {path.stem for path in SPECS}
