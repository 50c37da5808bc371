"""docs/errors.md lists exactly the codes that messages carry."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_code_is_explained() -> None:
    source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "archc").rglob("*.py"))
    used = set(re.findall(r'"([AW]\d{3})"', source))
    page = (ROOT / "docs/errors.md").read_text(encoding="utf-8")
    explained = re.findall(r"^\| \[([AW]\d{3})\]", page, re.MULTILINE)
    assert explained == sorted(used)
