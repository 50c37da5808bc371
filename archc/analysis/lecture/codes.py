"""The page of a message's code: ``docs/errors/A012.md``, which is installed with the package."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from archc.analysis.lecture.text import Shown

CODE = re.compile(r"[AW][0-9]{3}\Z", re.IGNORECASE)
_LINK = re.compile(r"\[([^\]]+)\]\([^)]+\)")


@lru_cache(maxsize=1)
def pages_folder() -> Path:
    """Where the pages are: inside an installed package, among the docs in a checkout."""
    package = Path(__file__).resolve().parents[2]
    inside = package / "pages"
    return inside if inside.is_dir() else package.parent / "docs" / "errors"


def codes() -> list[str]:
    """Every code that has a page."""
    return sorted(path.stem for path in pages_folder().glob("*.md") if CODE.match(path.stem))


def code_page(code: str) -> str | None:
    """The page of a code as Markdown; None where there is none."""
    if code.upper() not in codes():
        return None
    return (pages_folder() / f"{code.upper()}.md").read_text(encoding="utf-8").rstrip("\n")


def near(code: str) -> list[str]:
    """The codes that come next to one that is none: of its kind, the one before and the one after."""
    kind = [known for known in codes() if known[0] == code[0].upper()]
    before = [known for known in kind if known < code.upper()]
    after = [known for known in kind if known > code.upper()]
    return [*before[-1:], *after[:1]]


def code_lines(page: str) -> Iterator[Shown]:
    """The page for a terminal: headings stand out, blocks are indented, links are their words."""
    block = False
    for line in page.splitlines():
        if line.startswith("```"):
            block = not block
        elif block:
            yield Shown(f"    {line}".rstrip())
        elif line.startswith("#"):
            yield Shown(line.lstrip("# "), True)
        else:
            yield Shown(_LINK.sub(r"\1", line))
