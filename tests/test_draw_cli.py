"""``archc draw``: files, formats, styles, frames, and what cannot be drawn."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from archc.cli import app

NET = """\
archc: 1
name: net
input: [3, 8, 8]
blocks:
  pair:
    nodes:
      a: {op: conv, filters: 4, kernel: 3, padding: 1, act: relu}
      b: {op: conv, filters: 4, kernel: 3, padding: 1}
nodes:
  first: {op: pair, note: 'where <b>all</b> begins'}
  second: {op: pair, repeat: 3}
  fc: {op: fc, units: 10}
"""


def draw(*arguments: str) -> Result:
    return CliRunner().invoke(app, ("draw", *arguments), prog_name="archc")


@pytest.fixture(autouse=True)
def net(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("net.yaml").write_text(NET)


def written() -> list[str]:
    return sorted(
        str(path) for path in Path().rglob("*") if path.is_file() and path.suffix != ".yaml"
    )


@pytest.mark.parametrize(
    ("ending", "start"),
    [
        ("svg", b"<?xml"),
        ("png", b"\x89PNG"),
        ("pdf", b"%PDF"),
        ("dot", b"digraph"),
        ("html", b"<!DOCTYPE html>"),
    ],
)
def test_formats(ending: str, start: bytes) -> None:
    result = draw("net.yaml", "-o", f"net.{ending}")
    assert (result.exit_code, result.stdout) == (0, f"net.{ending}\n")
    assert Path(f"net.{ending}").read_bytes().lower().startswith(start.lower())


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (["net.yaml"], "build/net.svg"),
        (["net.yaml", "-f", "dot"], "build/net.dot"),
        (["lenet5", "alexnet", "-s", "stack"], "build/lenet5-alexnet-stack.svg"),
        (["lenet5", "--style", "volume"], "build/lenet5-volume.svg"),
        (["net.yaml", "--node", "second.1"], "build/net-second.1.svg"),
        (["lenet5", "net.yaml"], "build/lenet5-net.svg"),
    ],
)
def test_the_name_of_the_file(arguments: list[str], name: str) -> None:
    result = draw(*arguments)
    assert (result.exit_code, result.stdout) == (0, f"{name}\n")
    assert written() == [name]


def test_what_was_folded_goes_to_standard_error() -> None:
    result = draw("googlenet")
    assert result.stderr == "drawn to depth 0 of 1, inception_3a open; --depth 1 draws all\n"
    assert draw("googlenet", "--depth", "0").stderr == ""


def test_frames_are_numbered() -> None:
    result = draw("net.yaml", "--frames", "-o", "steps.svg", "--depth", "0")
    assert result.stdout.split() == [f"steps-{i:02}.svg" for i in range(1, 6)]
    assert "where &lt;b&gt;all&lt;/b&gt; begins" in Path("steps-02.svg").read_text()


def test_frames_are_pages_of_one_pdf() -> None:
    from pypdf import PdfReader

    assert draw("net.yaml", "--frames", "-o", "steps.pdf", "--depth", "0").exit_code == 0
    assert len(PdfReader("steps.pdf").pages) == 5


def test_a_frame_for_each_highlight() -> None:
    result = draw(
        "net.yaml", "--frames", "--highlight", "first", "--highlight", "fc", "-o", "x.svg"
    )
    assert result.stdout.split() == ["x-01.svg", "x-02.svg"]


def test_a_highlight_fades_the_rest() -> None:
    draw("net.yaml", "--highlight", "fc", "-o", "lit.svg")
    draw("net.yaml", "-o", "plain.svg")
    lit, plain = (Path(f"{name}.svg").read_text() for name in ("lit", "plain"))
    assert lit != plain
    assert re.findall(r'data-name="([^"]*)"', lit) == re.findall(r'data-name="([^"]*)"', plain)


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["net.yaml", "--collapse", "firts"], 1, "did you mean 'first'?"),
        (["net.yaml", "--node", "secnd"], 1, "second"),
        (["net.yaml", "--highlight", "cov"], 1, "conv"),
        (["net.yaml", "--aspect", "wide"], 1, "'wide' is no aspect of a page"),
        (["net.yaml", "lenet5", "-f", "html"], 1, "an HTML page shows one network"),
        (["net.yaml", "-f", "html", "--frames"], 2, "frames"),
        (["net.yaml", "-f", "html", "--collapse", "firts"], 1, "did you mean 'first'?"),
        (
            ["net.yaml", "-f", "html", "--repeats", "once", "--aspect", "4:3", "--no-title"],
            1,
            "repeats, aspect, title: an HTML page",
        ),
        (["net.yaml", "lenet5", "-s", "volume"], 1, "the volume style draws one network"),
        (["net.yaml", "-s", "stack", "--depth", "0"], 1, "depth: only the graph of one whole"),
        (["net.yaml", "-s", "volume", "--node", "first"], 1, "node: only the graph"),
        (["net.yaml", "--node", "first", "--no-title"], 1, "title: only the graph"),
        (["net.yaml", "lenet5", "--expand", "first"], 1, "expand: only the graph"),
        (["net.yaml", "--frames", "-o", "-"], 2, "--format pdf"),
        (["net.yaml", "--theme", "sepia"], 2, "--theme"),
        (["net.yaml", "-o", "net.gif"], 2, "svg, pdf"),
        (["net.yaml", "-o", "/dev/null"], 2, "no ending: add .svg, or --format svg"),
        (["net.yaml", "--depth", "-1"], 2, "--depth"),
    ],
)
def test_what_cannot_be_drawn_leaves_nothing(arguments: list[str], status: int, words: str) -> None:
    result = draw(*arguments)
    assert result.exit_code == status, result.output
    assert words in result.stderr
    assert written() == []


def folded(page: Path) -> list[str]:
    """The blocks that are folded when a page opens."""
    found = re.search(r'id="data">(.*?)</script>', page.read_text(), re.DOTALL)
    assert found
    return [part["path"] for part in json.loads(found[1])["parts"] if part.get("folded")]


@pytest.mark.parametrize(
    ("arguments", "paths"),
    [
        ([], []),
        (["--depth", "0"], ["first", "second", "second.0", "second.1", "second.2"]),
        (["--collapse", "first"], ["first"]),
        (["--depth", "0", "--expand", "first"], ["second", "second.0", "second.1", "second.2"]),
    ],
)
def test_an_html_page_is_opened_as_asked(arguments: list[str], paths: list[str]) -> None:
    assert draw("net.yaml", "-o", "net.html", *arguments).exit_code == 0
    assert folded(Path("net.html")) == paths


def test_themes() -> None:
    themes = ("light", "dark", "print")
    pages = {theme: draw("net.yaml", "--theme", theme, "-o", "-").stdout for theme in themes}
    assert len(set(pages.values())) == len(themes)
    assert "#14191F" in pages["dark"]
