"""docs/errors/ has a page for each code: its wrong spec gives that code alone, its mended one passes.

Under the headings Wrong and Mended, in order,

* ``yaml`` is written to the file that a comment in its first line names (``# base.yaml``); without
  such a comment to net.yaml, which is then loaded;
* ``python`` runs;
* ``text`` is the report of what was loaded or run last;
* ``console`` shows commands and all that they print.

In these two ``…`` stands for any text, and alone on a line for any lines.

``UPDATE_GOLDEN=1`` writes what the reports and commands show anew; read it before you keep it.
"""

from __future__ import annotations

import os
import re
import shlex
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from typer.testing import CliRunner

from archc import SpecError
from archc.architecture import Architecture
from archc.cli import app
from archc.errors import Mistake
from archc.report import render

DOCS = Path(__file__).parents[2] / "docs"
FOLDER = DOCS / "errors"
PAGES = sorted(FOLDER.glob("*.md"))
NEVER_SEEN = {"A019"}  # no spec is known that gives it
PARTS = ["Wrong", "Mended"]

BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILE_NAME = re.compile(r"# ([\w./-]+\.yaml)\n")
COMMAND = re.compile(r"^\$ archc (.*)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)
CODE = re.compile(r"(?:error|warning)\[(\w+)\]")


@dataclass
class Section:
    """What the blocks of one section do, and the codes they come to."""

    report: str = ""
    codes: set[str] = field(default_factory=set)
    failed: bool = False

    def shown(self, block: re.Match[str]) -> str:
        """The block as it should be."""
        language, text = block.groups()
        if language == "text":
            text = text if fits(self.report, text) else self.report
        elif language == "console":
            text = COMMAND.sub(self.command, text)
        elif language == "python":
            self.tell(lambda: exec(text, {}))
        else:
            self.yaml(text)
        return f"```{language}\n{text}```"

    def yaml(self, text: str) -> None:
        named = FILE_NAME.match(text)
        file = Path(named[1] if named else "net.yaml")
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, encoding="utf-8")
        if not named:
            self.tell(lambda: Architecture.load(file).warnings)

    def tell(self, mistakes: Callable[[], list[Mistake] | None]) -> None:
        try:
            found = mistakes() or []
        except SpecError as error:
            found, self.failed = error.mistakes, True
        self.said("\n\n".join(map(render, found)) + "\n")

    def said(self, text: str) -> None:
        self.report = text
        self.codes |= set(CODE.findall(text))

    def command(self, written: re.Match[str]) -> str:
        arguments, before = written.groups()
        done = CliRunner().invoke(app, shlex.split(arguments), prog_name="archc")
        self.failed = done.exit_code != 0
        self.said(done.output)
        shown = before if fits(done.output, before) else done.output
        return f"$ archc {arguments}\n{shown}"


def fits(output: str, shown: str) -> bool:
    lines = [
        r"(?:.*\n)*" if line == "…" else re.escape(line).replace("…", ".*") + r"\n"
        for line in shown.splitlines()
    ]
    return re.fullmatch("".join(lines), output) is not None


def sections(page: str) -> Iterator[tuple[str, str]]:
    """The headings of a page, and what stands below each."""
    _, *parts = re.split(r"^## (.*)\n", page, flags=re.MULTILINE)
    return zip(parts[::2], parts[1::2], strict=True)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty folder. Pages read the same whether torchvision is installed or not."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setitem(sys.modules, "torchvision", None)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_page(path: Path) -> None:
    page, code = path.read_text(encoding="utf-8"), path.stem
    made = page
    assert code in NEVER_SEEN or [heading for heading, _ in sections(page)] == PARTS
    for heading, body in sections(page):
        section = Section()
        made = made.replace(body, BLOCK.sub(section.shown, body))
        is_wrong = heading == "Wrong"
        assert section.codes == ({code} if is_wrong else set()), section.report
        assert section.failed is (is_wrong and code.startswith("A")), section.report
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(made, encoding="utf-8")
    else:
        assert page == made


def test_the_overview_has_the_titles_of_the_pages() -> None:
    overview = (DOCS / "errors.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| \[(\w+)\]\(errors/\1\.md\) \| (.*?) \|", overview, re.MULTILINE)
    titles = [path.read_text(encoding="utf-8").partition("\n")[0] for path in PAGES]
    assert sorted(f"# {code}: {meaning}" for code, meaning in rows) == titles


def slug(heading: str) -> str:
    """The anchor that GitHub gives a heading."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_links_lead_to_a_heading(path: Path) -> None:
    for file, anchor in re.findall(r"\]\(([^)#]+)#?([^)]*)\)", path.read_text(encoding="utf-8")):
        target = (path.parent / file).read_text(encoding="utf-8")
        headings = re.findall(r"^#+ (.*)$", target, re.MULTILINE)
        assert not anchor or anchor in map(slug, headings), f"{file}#{anchor}"
