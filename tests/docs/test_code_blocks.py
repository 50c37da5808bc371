"""The pages for readers are true: every block of code in them runs, in order, page by page.

* ``yaml`` that begins with ``archc:`` is a whole spec: it must load and expand.
* ``python`` runs, and ``pycon`` runs as a doctest; the blocks of one page share their names.
* ``yaml`` or ``python`` whose first line is a comment with a file's name (``# lenet.yaml``) is
  only written to that file, in a folder that lasts for the page; later blocks run in that folder.
* ``console`` runs each line after ``$``; it must exit with 0, or as ``# exits 1`` behind it says.
  The lines below it are its whole output, where ``…`` stands for any text, and alone on a line for
  any lines.

Other blocks (``sh``, ``text``) are not run.
"""

from __future__ import annotations

import doctest
import os
import re
import subprocess
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from unittest import mock

import pytest

from archc.errors import Source
from archc.graph.expand import expand
from archc.ops import OPERATORS
from archc.spec.load import loads
from archc.spec.reader import read
from archc.spec.validation import against_schema

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILE_NAME = re.compile(r"# ([\w./-]+\.(?:yaml|py))$", re.MULTILINE)
COMMAND = re.compile(r"^\$ (.*?)(?:  # exits (\d))?\n((?:(?!\$ ).*\n)*)", re.MULTILINE)


class Block(NamedTuple):
    language: str
    text: str
    line: int


def blocks(page: str) -> Iterator[Block]:
    for fence in FENCE.finditer(page):
        yield Block(fence[1], fence[2], page.count("\n", 0, fence.start()) + 1)


def pattern(shown: str) -> re.Pattern[str]:
    """What the output must match where ``shown`` is what the page shows of it."""
    lines = (
        r"(?:.*\n)*?" if line == "…" else re.escape(line).replace("…", ".*?") + r"[ ]*\n"
        for line in map(str.rstrip, shown.splitlines())
    )
    return re.compile("".join(lines))


def run_console(text: str, folder: Path) -> None:
    path = f"{sysconfig.get_path('scripts')}{os.pathsep}{os.environ['PATH']}"
    for command, code, shown in COMMAND.findall(text):
        done = subprocess.run(
            command,
            shell=True,
            cwd=folder,
            env=os.environ | {"PATH": path, "COLUMNS": "100", "NO_COLOR": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            timeout=300,
            check=False,
        )
        assert done.returncode == int(code or 0), f"$ {command}\n{done.stdout}"
        assert pattern(shown).fullmatch(done.stdout), f"$ {command}\n{done.stdout}"


def run_doctest(block: Block, names: dict[str, Any]) -> None:
    test = doctest.DocTestParser().get_doctest(block.text, names, "block", None, block.line)
    said: list[str] = []
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
    with mock.patch.object(doctest, "ELLIPSIS_MARKER", r"\u2026"):  # doctest compares in ASCII
        runner.run(test, out=said.append, clear_globs=False)
    assert not said, "".join(said)
    names.update(test.globs)


def run(block: Block, folder: Path, names: dict[str, Any]) -> None:
    file = FILE_NAME.match(block.text)
    if file:
        target = folder / file[1]
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(block.text, encoding="utf-8")
    elif block.language == "yaml" and block.text.startswith("archc:"):
        expand(loads(block.text, root=folder))
        assert against_schema(read(Source("block", block.text))) == []
    elif block.language == "python":
        exec(compile(block.text, "<docs>", "exec"), names)
    elif block.language == "pycon":
        run_doctest(block, names)
    elif block.language == "console":
        run_console(block.text, folder)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where a page's files lie. Operators that the page defines are gone after it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    before = dict(OPERATORS)
    yield tmp_path
    for name in OPERATORS.keys() - before:
        del OPERATORS[name]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_page(page: Path, folder: Path) -> None:
    names: dict[str, Any] = {"__name__": page.stem}
    for block in blocks(page.read_text(encoding="utf-8")):
        try:
            run(block, folder, names)
        except BaseException as error:
            error.add_note(f"in the block at {page.relative_to(ROOT)}:{block.line}")
            raise


@pytest.mark.parametrize(
    ("shown", "output", "matches"),
    [
        ("one\ntwo\n", "one  \ntwo\n", True),
        ("one\n", "one\ntwo\n", False),
        ("one\n…\n", "one\ntwo\nthree\n", True),
        ("… params\n", "61,706 params\n", True),
        ("…\nlast\n", "first\nlast\nmore\n", False),
    ],
)
def test_pattern(shown: str, output: str, matches: bool) -> None:
    assert bool(pattern(shown).fullmatch(output)) is matches


def links(page: Path) -> list[str]:
    return re.findall(r"\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    assert [link for link in links(page) if not (page.parent / link).exists()] == []
